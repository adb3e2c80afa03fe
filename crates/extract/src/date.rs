//! Dates and periods, absolute and relative to the day of publication.
//!
//! INVARIANT: without a day of publication nothing relative is resolved; its value is EDTF with `X` for what is not
//! known (`XXXX-11` for "in November").

mod english;
mod japanese;

use jiff::civil::Date;

use crate::candidate::Basis;
use crate::language::Language;
use crate::limits::CANDIDATES;
use crate::rule::rules;
use crate::text::Folded;
use crate::when::{Precision, When};

/// A date in the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Value,
    pub(crate) basis: Basis,
    pub(crate) confidence: u8,
}

/// What a mention says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Resolved(When),
    /// EDTF with `X` for what the text leaves open.
    Unresolved(String),
}

impl Mention {
    pub(crate) fn when(&self) -> Option<When> {
        match self.value {
            Value::Resolved(when) => Some(when),
            Value::Unresolved(_) => None,
        }
    }
}

/// Finds the dates; `is_free` says whether a stretch belongs to no address or path.
pub(crate) fn find(
    text: &Folded<'_>,
    language: Language,
    published: Option<Date>,
    is_free: impl Fn(usize, usize) -> bool,
) -> Vec<Mention> {
    let mut reader = Reader {
        flat: text.flat(),
        taken: vec![false; text.flat().len()],
        found: Vec::new(),
        is_free: &is_free,
    };
    numeric(&mut reader);
    match language {
        Language::English => english::read(&mut reader),
        Language::Japanese => {
            japanese::read(&mut reader);
            english::read_absolute(&mut reader);
        }
    }
    let Reader { mut found, .. } = reader;
    found.sort_by_key(|draft| draft.start);
    resolve_references(found, published)
}

/// A mention before what it refers to in the text is known.
struct Draft {
    start: usize,
    end: usize,
    meaning: Meaning,
}

/// What a phrase means.
#[derive(Clone, Copy)]
enum Meaning {
    /// Given in full.
    At(When),
    /// A month of an unstated year; the latest that is not after publication.
    LatestMonth(i8),
    /// The latest before the month of publication: "last September".
    MonthBefore(i8),
    /// The next after publication.
    MonthAfter(i8),
    /// The days of a month up to publication: "earlier in February".
    EarlierInMonth(i8),
    /// A month of the year so many years from publication.
    MonthOfYear(i8, i16),
    /// A day of an unstated year; the latest that is not after publication.
    LatestDay(i8, i8),
    /// A weekday, 0 for Monday; on or before publication.
    LatestWeekday(i8),
    /// A weekday before publication.
    WeekdayBefore(i8),
    /// So many days from publication.
    Days(i32),
    /// The week so many weeks from publication.
    Weeks(i32),
    /// So many months from publication.
    Months(i32),
    /// So many years from publication.
    Years(i16),
    /// The month so many months from the one named before.
    MonthAfterNamed(i32),
    /// The year named before, and a month of it.
    NamedYear(Option<i8>),
    /// The day named before.
    NamedDay,
    /// The recent past.
    Recently,
}

struct Reader<'a> {
    flat: &'a str,
    taken: Vec<bool>,
    found: Vec<Draft>,
    is_free: &'a dyn Fn(usize, usize) -> bool,
}

impl Reader<'_> {
    fn add(&mut self, start: usize, end: usize, meaning: Option<Meaning>) {
        let (Some(meaning), Some(taken)) = (meaning, self.taken.get_mut(start..end)) else {
            return;
        };
        if self.found.len() >= CANDIDATES
            || taken.iter().any(|taken| *taken)
            || !(self.is_free)(start, end)
        {
            return;
        }
        taken.fill(true);
        self.found.push(Draft {
            start,
            end,
            meaning,
        });
    }
}

rules! {
    NUMERIC = r"(?-u:\b)((?:19|20)[0-9]{2})([-/.])(0?[1-9]|1[0-2])([-/.])(0?[1-9]|[12][0-9]|3[01])(?:T[0-9]{2}:|(?-u:\b))";
    NUMERIC_MONTH = r"(?-u:\b)((?:19|20)[0-9]{2})[-/](0[1-9]|1[0-2])(?-u:\b)";
}

fn numeric(reader: &mut Reader<'_>) {
    for found in NUMERIC.captures_iter(reader.flat) {
        let (_, [year, first, month, second, day]) = found.extract();
        if first == second
            && let (Some(whole), Some(last)) = (found.get(0), found.get(5))
        {
            reader.add(
                whole.start(),
                last.end(),
                at_day(number(year), number(month), number(day)),
            );
        }
    }
    for found in NUMERIC_MONTH.captures_iter(reader.flat) {
        let (_, [year, month]) = found.extract();
        let Some(whole) = found.get(0) else { continue };
        let rest = reader.flat.get(whole.end()..).unwrap_or_default();
        let head = reader.flat.get(..whole.start()).unwrap_or_default();
        if !rest.starts_with(['-', '/', '.', '_']) && !head.ends_with(['-', '/', '.', '_']) {
            let month = number(month).and_then(|month| i8::try_from(month).ok());
            reader.add(whole.start(), whole.end(), at_month(number(year), month));
        }
    }
}

fn number(digits: &str) -> Option<i16> {
    digits.parse().ok()
}

fn at_day(year: Option<i16>, month: Option<i16>, day: Option<i16>) -> Option<Meaning> {
    let (month, day) = (i8::try_from(month?).ok()?, i8::try_from(day?).ok()?);
    Some(Meaning::At(When::day(Date::new(year?, month, day).ok()?)))
}

fn at_month(year: Option<i16>, month: Option<i8>) -> Option<Meaning> {
    Some(Meaning::At(When::month(year?, month?)?))
}

/// Puts values to meanings, in the order of the text.
fn resolve_references(drafts: Vec<Draft>, published: Option<Date>) -> Vec<Mention> {
    let mut named: Option<When> = None;
    let mut mentions = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let value = match resolve(draft.meaning, published, named) {
            Some(when) => {
                if when.precision() != Precision::Days {
                    named = Some(when);
                } else if when.first().month() == when.last().month() {
                    named = When::month(when.first().year(), when.first().month());
                }
                Value::Resolved(when)
            }
            None => Value::Unresolved(unresolved(draft.meaning)),
        };
        let basis = match draft.meaning {
            Meaning::At(_) => Basis::Explicit,
            _ => Basis::ExplicitRelative,
        };
        mentions.push(Mention {
            start: draft.start,
            end: draft.end,
            confidence: match (&value, basis) {
                (Value::Resolved(_), Basis::Explicit) => 95,
                (Value::Resolved(_), _) => 80,
                (Value::Unresolved(_), _) => 30,
            },
            value,
            basis,
        });
    }
    mentions
}

fn resolve(meaning: Meaning, published: Option<Date>, named: Option<When>) -> Option<When> {
    match meaning {
        Meaning::At(when) => Some(when),
        Meaning::MonthAfterNamed(months) => {
            let named = named.filter(|named| named.precision() != Precision::Year)?;
            named.shifted_month(i64::from(months))
        }
        Meaning::NamedYear(month) => {
            let year = named?.first().year();
            match month {
                Some(month) => When::month(year, month),
                None => When::year(year),
            }
        }
        Meaning::NamedDay => named.filter(|named| named.precision() == Precision::Day),
        Meaning::Recently => None,
        _ => resolve_against(meaning, published?),
    }
}

fn resolve_against(meaning: Meaning, published: Date) -> Option<When> {
    use jiff::ToSpan;
    let (year, month) = (published.year(), published.month());
    match meaning {
        Meaning::LatestMonth(named) => {
            When::month(if named <= month { year } else { year - 1 }, named)
        }
        Meaning::MonthAfter(named) => {
            When::month(if named > month { year } else { year + 1 }, named)
        }
        Meaning::EarlierInMonth(named) if named == month => {
            Some(When::days(published.first_of_month(), published))
        }
        Meaning::EarlierInMonth(named) | Meaning::MonthBefore(named) => {
            When::month(if named < month { year } else { year - 1 }, named)
        }
        Meaning::MonthOfYear(named, years) => When::month(year.checked_add(years)?, named),
        Meaning::LatestDay(named, day) => {
            let this = Date::new(year, named, day)
                .ok()
                .filter(|date| *date <= published);
            let date = this.or_else(|| Date::new(year - 1, named, day).ok())?;
            Some(When::day(date))
        }
        Meaning::LatestWeekday(weekday) | Meaning::WeekdayBefore(weekday) => {
            let today = published.weekday().to_monday_zero_offset();
            let mut back = (today - weekday).rem_euclid(7);
            if back == 0 && matches!(meaning, Meaning::WeekdayBefore(_)) {
                back = 7;
            }
            published
                .checked_sub(i64::from(back).days())
                .ok()
                .map(When::day)
        }
        Meaning::Days(days) => published
            .checked_add(i64::from(days).days())
            .ok()
            .map(When::day),
        Meaning::Weeks(weeks) => {
            let monday = i64::from(published.weekday().to_monday_zero_offset());
            let first = published
                .checked_add((i64::from(weeks) * 7 - monday).days())
                .ok()?;
            Some(When::days(first, first.checked_add(6.days()).ok()?))
        }
        Meaning::Months(months) => When::month(year, month)?.shifted_month(i64::from(months)),
        Meaning::Years(years) => When::year(year.checked_add(years)?),
        _ => None,
    }
}

fn unresolved(meaning: Meaning) -> String {
    match meaning {
        Meaning::LatestMonth(month)
        | Meaning::MonthBefore(month)
        | Meaning::MonthAfter(month)
        | Meaning::EarlierInMonth(month)
        | Meaning::MonthOfYear(month, _)
        | Meaning::NamedYear(Some(month)) => format!("XXXX-{month:02}"),
        Meaning::LatestDay(month, day) => format!("XXXX-{month:02}-{day:02}"),
        Meaning::Recently => "PAST_REF".to_owned(),
        Meaning::Years(_) | Meaning::NamedYear(None) => "XXXX".to_owned(),
        Meaning::Months(_) | Meaning::MonthAfterNamed(_) => "XXXX-XX".to_owned(),
        Meaning::At(_)
        | Meaning::Days(_)
        | Meaning::LatestWeekday(_)
        | Meaning::NamedDay
        | Meaning::WeekdayBefore(_)
        | Meaning::Weeks(_) => "XXXX-XX-XX".to_owned(),
    }
}

#[cfg(test)]
mod tests;
