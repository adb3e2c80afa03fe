//! Dates as Japanese writes them.

use regex::Captures;

use super::{Meaning, Reader, at_day, at_month, number};
use crate::rule::rules;
use crate::when::When;

rules! {
    FULL = r"(?:(令和|平成|昭和)(元|[0-9]{1,2})|(?:西暦)?((?:19|20)[0-9]{2}))年(?:[(][^)]{1,8}[)])?(?:(?:度)|(?:の)?([0-9]{1,2})月(?:([0-9]{1,2})日)?)?";
    RELATIVE_YEAR = r"(一昨年|昨年|去年|今年|本年|来年)(?:の|、)?(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?";
    SAME_YEAR = r"同年(?:の)?(?:([0-9]{1,2})月(?:([0-9]{1,2})日)?)?";
    MONTH_DAY = r"([0-9]{1,2})月([0-9]{1,2})日";
    MONTH = r"([0-9]{1,2})月";
    RELATIVE_MONTH = r"(先々月|先月|今月|来月|同月|翌月|前月)(?:([0-9]{1,2})日)?";
    DAY = r"(昨日|本日|今日|一昨日|同日)";
    RECENTLY = r"(近年|最近|ここ数か月|ここ数ヶ月|ここ数カ月|この数か月|数か月前)";
}

pub(super) fn read(reader: &mut Reader<'_>) {
    each(reader, &FULL, |found| {
        let year = match (found.get(1), found.get(2), found.get(3)) {
            (Some(era), Some(years), _) => era_year(era.as_str(), years.as_str()),
            (_, _, Some(year)) => number(year.as_str()),
            _ => None,
        };
        let month = found.get(4).and_then(|month| number(month.as_str()));
        match (month, found.get(5)) {
            (Some(_), Some(day)) => at_day(year, month, number(day.as_str())),
            (Some(month), None) => at_month(year, i8::try_from(month).ok()),
            _ => year.and_then(When::year).map(Meaning::At),
        }
    });
    each(reader, &RELATIVE_YEAR, |found| {
        let years = match &found[1] {
            "一昨年" => -2,
            "昨年" | "去年" => -1,
            "来年" => 1,
            _ => 0,
        };
        Some(match small(found, 2) {
            Some(month) => Meaning::MonthOfYear(month, years),
            None => Meaning::Years(years),
        })
    });
    each(reader, &SAME_YEAR, |found| {
        Some(Meaning::NamedYear(small(found, 1)))
    });
    each(reader, &MONTH_DAY, |found| {
        let (month, day) = (small(found, 1)?, small(found, 2)?);
        (is_month(month) && (1..=31).contains(&day)).then_some(Meaning::LatestDay(month, day))
    });
    for found in MONTH.captures_iter(reader.flat) {
        let (Some(whole), Some(month)) = (found.get(0), small(&found, 1)) else {
            continue;
        };
        // `3か月` is written otherwise, `6月号` is an issue, `12月間` a duration.
        let rest = reader.flat.get(whole.end()..).unwrap_or_default();
        if is_month(month) && !rest.starts_with(['間', '号']) {
            reader.add(
                whole.start(),
                whole.end(),
                Some(Meaning::LatestMonth(month)),
            );
        }
    }
    each(reader, &RELATIVE_MONTH, |found| {
        Some(match &found[1] {
            "先々月" => Meaning::Months(-2),
            "先月" => Meaning::Months(-1),
            "今月" => Meaning::Months(0),
            "来月" => Meaning::Months(1),
            "同月" => Meaning::MonthAfterNamed(0),
            "翌月" => Meaning::MonthAfterNamed(1),
            _ => Meaning::MonthAfterNamed(-1),
        })
    });
    each(reader, &DAY, |found| {
        Some(match &found[1] {
            "一昨日" => Meaning::Days(-2),
            "昨日" => Meaning::Days(-1),
            "同日" => Meaning::NamedDay,
            _ => Meaning::Days(0),
        })
    });
    each(reader, &RECENTLY, |_| Some(Meaning::Recently));
}

fn each(
    reader: &mut Reader<'_>,
    rule: &regex::Regex,
    meaning: impl Fn(&Captures<'_>) -> Option<Meaning>,
) {
    for found in rule.captures_iter(reader.flat) {
        if let Some(whole) = found.get(0) {
            reader.add(whole.start(), whole.end(), meaning(&found));
        }
    }
}

fn small(found: &Captures<'_>, group: usize) -> Option<i8> {
    found.get(group)?.as_str().parse().ok()
}

fn is_month(month: i8) -> bool {
    (1..=12).contains(&month)
}

fn era_year(era: &str, years: &str) -> Option<i16> {
    let years: i16 = if years == "元" {
        1
    } else {
        years.parse().ok()?
    };
    let before_first = match era {
        "令和" => 2018,
        "平成" => 1988,
        _ => 1925,
    };
    years.checked_add(before_first)
}
