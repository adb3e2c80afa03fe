//! Reading URL parameters.

use proptest::prelude::*;
use taxii::cursor;
use taxii::filter::{Asked, Filter, PageSize};
use taxii::limits;

const SIZE: PageSize = PageSize {
    default: 100,
    max: 1_000,
};

fn parse(query: &str) -> Result<Filter, &'static str> {
    Filter::parse(query, SIZE, Asked::Collection).map_err(|found| found.code)
}

#[test]
fn parameters_are_read() {
    let filter = parse(
        "added_after=2016-02-01T00:00:01.000000Z&limit=5&match[id]=indicator--6770298f-0fd8-471a-ab8c-1c658a46574e,x\
         &match%5Btype%5D=indicator%2Cmalware&match[version]=first,2016-01-01T01:01:01.000Z,last&match[spec_version]=2.0,2.1\
         &match[x]=1&match[x]=2&y&next=a%2Bb",
    )
    .unwrap();
    assert_eq!(filter.limit, 5);
    assert_eq!(filter.next.as_deref(), Some("a+b"));
    assert_eq!(filter.ids.as_ref().unwrap().len(), 1);
    assert_eq!(filter.types.as_deref().unwrap(), ["indicator", "malware"]);
    assert_eq!(filter.versions.len(), 3);
    assert_eq!(filter.spec_versions.as_deref().unwrap(), ["2.0", "2.1"]);
    assert_eq!(parse(&filter.to_query()), Ok(filter));
    assert_eq!(parse("match[id]=nothing").unwrap().ids, Some(Vec::new()));
    assert_eq!(parse("").unwrap(), Filter::everything(100));
}

#[test]
fn limits_are_bounded() {
    for (text, limit) in [("1", 1), ("007", 7), ("1000", 1_000), ("1001", 1_000)] {
        assert_eq!(parse(&format!("limit={text}")).unwrap().limit, limit);
    }
    let huge = "9".repeat(100);
    assert_eq!(parse(&format!("limit={huge}")).unwrap().limit, 1_000);
    for text in [
        "0", "000", "-1", "-20", "", "1.5", "1e3", "+1", "a", "%31%00", "٣",
    ] {
        assert_eq!(
            parse(&format!("limit={text}")),
            Err("TAXII-QUERY-04"),
            "{text}"
        );
    }
}

#[test]
fn malformed_parameters_are_refused() {
    let many = vec!["a"; limits::FILTER_VALUES + 1].join(",");
    let long = "a".repeat(limits::QUERY_BYTES);
    for (query, code) in [
        (format!("x={long}"), "TAXII-QUERY-01"),
        (format!("match[type]={many}"), "TAXII-QUERY-02"),
        ("match[type]=a&match%5btype%5d=b".into(), "TAXII-QUERY-03"),
        (
            "added_after=2016-02-01T00:00:01Z&added_after=2016-02-01T00:00:01Z".into(),
            "TAXII-QUERY-03",
        ),
        ("match[id]=a,,b".into(), "TAXII-QUERY-05"),
        ("next=".into(), "TAXII-QUERY-06"),
        (
            "match[version]=2016-01-01T00:00:00Z,2016-01-01T00:00:00.000Z".into(),
            "TAXII-QUERY-07",
        ),
        ("match[version]=all,first".into(), "TAXII-QUERY-08"),
        ("match[version]=newest".into(), "TAXII-QUERY-09"),
        ("match[version]=first, last".into(), "TAXII-QUERY-09"),
        (
            "added_after=2016-02-01T00:00:01%2B01:00".into(),
            "TAXII-QUERY-09",
        ),
        ("added_after=2016-02-30T00:00:01Z".into(), "TAXII-QUERY-09"),
        ("match[type]=%ff".into(), "TAXII-QUERY-10"),
    ] {
        assert_eq!(
            parse(&query),
            Err(code),
            "{}",
            query.get(..80).unwrap_or(&query)
        );
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("added_after".to_owned()),
        Just("limit".to_owned()),
        Just("next".to_owned()),
        Just("match[id]".to_owned()),
        Just("match[type]".to_owned()),
        Just("match[version]".to_owned()),
        Just("match%5Bspec_version%5D".to_owned()),
        ".*",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,30}",
        "(all|first|last|2016-01-01T01:01:01(\\.[0-9]{1,12})?Z)(,(all|first|last))?",
        "[a-z]{3,9}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[a-z0-9%,.+-]{0,40}",
        ".*",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(query in ".*") {
        let _ = parse(&query);
    }

    #[test]
    fn any_parameters_are_read_or_refused(pairs in prop::collection::vec((name(), value()), 0..6)) {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if let Ok(filter) = parse(&pairs.join("&")) {
            prop_assert!((1..=SIZE.max).contains(&filter.limit));
            prop_assert!(!filter.versions.is_empty());
            // An `ids` that matches nothing has no other spelling; nanoseconds end at the ninth digit.
            let micros = filter.added_after.is_none_or(|moment| moment.subsec_nanosecond() % 1_000 == 0);
            if filter.ids != Some(Vec::new()) && micros && !filter.types.iter().chain(&filter.spec_versions).flatten().any(|v| v.contains(',')) {
                prop_assert_eq!(parse(&filter.to_query()), Ok(filter));
            }
        }
    }

    #[test]
    fn cursors_come_back(position: i64, text in ".*", kind in "[a-z]{0,9}") {
        let filter = Filter::everything(10);
        let written = cursor::write(position, &filter, &["objects", &kind]);
        prop_assert_eq!(cursor::read(&written, &Filter::everything(3), &["objects", &kind]), Ok(position));
        prop_assert!(cursor::read(&written, &filter, &["manifest", &kind]).is_err());
        prop_assert!(cursor::read(&text, &filter, &["objects", &kind]).is_err());
    }
}
