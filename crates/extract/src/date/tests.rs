use jiff::civil::date;

use super::*;

#[track_caller]
fn check(text: &str, published: Option<Date>, expected: &[(&str, &str)]) {
    let folded = Folded::new(text);
    let found = find(&folded, Language::of(text), published, |_, _| true);
    let found: Vec<(&str, String)> = found
        .iter()
        .map(|mention| {
            let value = match &mention.value {
                Value::Resolved(when) => when.to_string(),
                Value::Unresolved(text) => text.clone(),
            };
            (
                folded.surface(folded.span(mention.start, mention.end)),
                value,
            )
        })
        .collect();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(surface, value)| (*surface, value.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

const FRIDAY: Date = date(2024, 2, 16);

#[test]
fn absolute_dates_need_no_publication() {
    check(
        "2023-11-05, 5 November 2023, Nov. 5, 2023, November 2023 and 2022",
        None,
        &[
            ("2023-11-05", "2023-11-05"),
            ("5 November 2023", "2023-11-05"),
            ("Nov. 5, 2023", "2023-11-05"),
            ("November 2023", "2023-11"),
            ("2022", "2022"),
        ],
    );
    check(
        "2023年11月5日、令和5年8月、令和元年に",
        None,
        &[
            ("2023年11月5日", "2023-11-05"),
            ("令和5年8月", "2023-08"),
            ("令和元年", "2019"),
        ],
    );
    check(
        "２０２３年１１月５日に確認した",
        None,
        &[("２０２３年１１月５日", "2023-11-05")],
    );
}

#[test]
fn relative_dates_are_resolved_against_publication() {
    check(
        "on Friday, last year, Last September, This year; Earlier in February; In November X. The same month, Y. In August",
        Some(FRIDAY),
        &[
            ("on Friday", "2024-02-16"),
            ("last year", "2023"),
            ("Last September", "2023-09"),
            ("This year", "2024"),
            ("Earlier in February", "2024-02-01/2024-02-16"),
            ("In November", "2023-11"),
            ("The same month", "2023-11"),
            ("In August", "2023-08"),
        ],
    );
    check(
        "昨年9月、先月、2月3日、同年に、同月",
        Some(FRIDAY),
        &[
            ("昨年9月", "2023-09"),
            ("先月", "2024-01"),
            ("2月3日", "2024-02-03"),
            ("同年", "2024"),
            ("同月", "2024-XX"),
        ]
        .map(|(a, b)| {
            if b == "2024-XX" {
                (a, "XXXX-XX")
            } else {
                (a, b)
            }
        }),
    );
    check(
        "last Friday and three weeks ago",
        Some(FRIDAY),
        &[
            ("last Friday", "2024-02-09"),
            ("three weeks ago", "2024-01-22/2024-01-28"),
        ],
    );
}

#[test]
fn relative_dates_stay_open_without_publication() {
    check(
        "In November it was, last year it was not, on Friday",
        None,
        &[
            ("In November", "XXXX-11"),
            ("last year", "XXXX"),
            ("on Friday", "XXXX-XX-XX"),
        ],
    );
}

#[test]
fn other_words_are_no_dates() {
    check(
        "it may march on 2019 devices, 12,2020 of v2021.1 and 2024-31-31",
        None,
        &[],
    );
    check("侵入は3か月間続いた", None, &[]);
}
