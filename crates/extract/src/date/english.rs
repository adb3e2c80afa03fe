//! Dates as English writes them.

use regex::Captures;

use super::{Meaning, Reader, at_day, at_month, number};
use crate::rule::rules;

/// Month names and their abbreviations, written with a capital: `may` and `march` are other words.
macro_rules! month {
    () => {
        r"(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|JANUARY|FEBRUARY|MARCH|APRIL|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)\b\.?"
    };
}

rules! {
    MONTH_DAY_YEAR = concat!(r"\b", month!(), r" +([0-9]{1,2})(?:st|nd|rd|th)?,? +((?:19|20)[0-9]{2})\b");
    DAY_MONTH_YEAR = concat!(r"\b([0-9]{1,2})(?:st|nd|rd|th)?(?: of)?[ -]", month!(), r",?[ -]((?:19|20)[0-9]{2})\b");
    MONTH_YEAR = concat!(r"\b(?:(?i:early|mid|late)[- ])?", month!(), r",?(?: of)? +((?:19|20)[0-9]{2})\b");
    MONTH_DAY = concat!(r"\b(?:[Oo]n )?", month!(), r" +([0-9]{1,2})(?:st|nd|rd|th)?\b");
    DAY_MONTH = concat!(r"\b(?:[Oo]n )?(?:the )?([0-9]{1,2})(?:st|nd|rd|th)?(?: of)? ", month!());
    EARLIER_IN = concat!(r"\b(?i:earlier in|earlier this) ", month!());
    PART_OF = concat!(r"\b(?:[Ii]n )?(?i:early|mid|late)[- ](?i:in )?", month!());
    LAST_MONTH_NAMED = concat!(r"\b(?i:last|this past|past) ", month!());
    NEXT_MONTH_NAMED = concat!(r"\b(?i:next) ", month!());
    IN_MONTH = concat!(r"\b(?i:in|since|by|during|from|until|before|after|through) ", month!());
    OF_YEAR = concat!(r"\b(?:[Ii]n )?", month!(), r" (?:of )?(last|this) year\b");
    RELATIVE = r"\b(?i:(?:(earlier|later) )?(last|this|next|the same|that same|the previous|the following|the next) (year|month|week|day))\b";
    DAYS = r"\b(?i:(yesterday|today|tomorrow))\b";
    AGO = r"\b(?i:([0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (day|week|month|year)s? ago)\b";
    WEEKDAY = r"\b(?i:(on|last|this)) (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b";
    YEAR = r"(?-u:\b)((?:19|20)[0-9]{2})(?-u:\b)";
    RECENTLY = r"\b(?i:recently|(?:recent|past few|last few) (?:days|weeks|months|years))\b";
    AMOUNT = r"^ (?:[a-z]+ )?(?:cases|incidents|attacks|victims|devices|routers|hosts|systems|computers|people|users|customers|records|bytes|times|servers|companies|organi[sz]ations)\b";
}

/// All forms.
pub(super) fn read(reader: &mut Reader<'_>) {
    read_absolute(reader);
    each(reader, &OF_YEAR, |found| {
        let years = if &found[2] == "last" { -1 } else { 0 };
        Some(Meaning::MonthOfYear(month(&found[1])?, years))
    });
    each(reader, &MONTH_DAY, |found| {
        let day = number(&found[2]).and_then(|day| i8::try_from(day).ok())?;
        (1..=31)
            .contains(&day)
            .then_some(Meaning::LatestDay(month(&found[1])?, day))
    });
    each(reader, &DAY_MONTH, |found| {
        let day = number(&found[1]).and_then(|day| i8::try_from(day).ok())?;
        (1..=31)
            .contains(&day)
            .then_some(Meaning::LatestDay(month(&found[2])?, day))
    });
    each(reader, &EARLIER_IN, |found| {
        Some(Meaning::EarlierInMonth(month(&found[1])?))
    });
    each(reader, &PART_OF, |found| {
        Some(Meaning::LatestMonth(month(&found[1])?))
    });
    each(reader, &LAST_MONTH_NAMED, |found| {
        Some(Meaning::MonthBefore(month(&found[1])?))
    });
    each(reader, &NEXT_MONTH_NAMED, |found| {
        Some(Meaning::MonthAfter(month(&found[1])?))
    });
    each(reader, &IN_MONTH, |found| {
        Some(Meaning::LatestMonth(month(&found[1])?))
    });
    each(reader, &RELATIVE, relative);
    each(reader, &DAYS, |found| {
        Some(Meaning::Days(
            match found[1].to_ascii_lowercase().as_str() {
                "yesterday" => -1,
                "today" => 0,
                _ => 1,
            },
        ))
    });
    each(reader, &AGO, |found| {
        let count = count(&found[1])?;
        Some(match found[2].to_ascii_lowercase().as_str() {
            "day" => Meaning::Days(-i32::from(count)),
            "week" => Meaning::Weeks(-i32::from(count)),
            "month" => Meaning::Months(-i32::from(count)),
            _ => Meaning::Years(-count),
        })
    });
    each(reader, &WEEKDAY, |found| {
        let weekday = WEEKDAYS.iter().position(|name| *name == &found[2])?;
        let weekday = i8::try_from(weekday).ok()?;
        Some(if found[1].eq_ignore_ascii_case("last") {
            Meaning::WeekdayBefore(weekday)
        } else {
            Meaning::LatestWeekday(weekday)
        })
    });
    each(reader, &RECENTLY, |_| Some(Meaning::Recently));
    years(reader);
}

/// The forms that give the year.
pub(super) fn read_absolute(reader: &mut Reader<'_>) {
    each(reader, &MONTH_DAY_YEAR, |found| {
        at_day(
            number(&found[3]),
            month(&found[1]).map(i16::from),
            number(&found[2]),
        )
    });
    each(reader, &DAY_MONTH_YEAR, |found| {
        at_day(
            number(&found[3]),
            month(&found[2]).map(i16::from),
            number(&found[1]),
        )
    });
    each(reader, &MONTH_YEAR, |found| {
        at_month(number(&found[2]), month(&found[1]))
    });
}

/// Years that stand alone; not parts of numbers, names of files or amounts.
fn years(reader: &mut Reader<'_>) {
    for found in YEAR.find_iter(reader.flat) {
        let before = reader
            .flat
            .get(..found.start())
            .and_then(|head| head.chars().next_back());
        let after = reader.flat.get(found.end()..).unwrap_or_default();
        let joined = before.is_some_and(|c| {
            matches!(
                c,
                '-' | '.' | ',' | '/' | '_' | '$' | '€' | '£' | ':' | '#' | '+' | '=' | '&'
            )
        }) || after.starts_with(['-', '/', '_', ':', '%'])
            || after.starts_with(['.', ','])
                && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let counted = AMOUNT.is_match(after);
        if !joined && !counted {
            let when = number(found.as_str()).and_then(crate::when::When::year);
            reader.add(found.start(), found.end(), when.map(Meaning::At));
        }
    }
}

fn each(
    reader: &mut Reader<'_>,
    rule: &regex::Regex,
    meaning: impl Fn(&Captures<'_>) -> Option<Meaning>,
) {
    for found in rule.captures_iter(reader.flat) {
        if let Some(whole) = found.get(0) {
            // An abbreviation's dot belongs to it, a sentence's does not.
            let end = match whole.as_str().strip_suffix('.') {
                Some(rest) => whole.start() + rest.len(),
                None => whole.end(),
            };
            reader.add(whole.start(), end, meaning(&found));
        }
    }
}

fn relative(found: &Captures<'_>) -> Option<Meaning> {
    let which = found[2].to_ascii_lowercase();
    let step = match which.as_str() {
        "last" | "the previous" => -1,
        "this" | "the same" | "that same" => 0,
        _ => 1,
    };
    let named = !matches!(which.as_str(), "last" | "this" | "next");
    Some(match (found[3].to_ascii_lowercase().as_str(), named) {
        ("month", true) => Meaning::MonthAfterNamed(step),
        ("month", false) => Meaning::Months(step),
        ("year", true) if step == 0 => Meaning::NamedYear(None),
        ("year", false) => Meaning::Years(i16::try_from(step).ok()?),
        ("week", false) => Meaning::Weeks(step),
        ("day", true) if step == 0 => Meaning::NamedDay,
        _ => return None,
    })
}

fn month(name: &str) -> Option<i8> {
    let lower = name.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| lower.starts_with(month))?;
    i8::try_from(at + 1).ok()
}

fn count(word: &str) -> Option<i16> {
    let lower = word.to_ascii_lowercase();
    if let Ok(number) = lower.parse() {
        return Some(number);
    }
    if lower == "a" || lower == "an" {
        return Some(1);
    }
    let at = NUMBERS.iter().position(|number| *number == lower)?;
    i16::try_from(at + 1).ok()
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const NUMBERS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
