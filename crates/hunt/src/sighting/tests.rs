use super::*;
use crate::seen::Log;

fn hit(indicator: &str, event: u64, place: Where, at: Option<&str>) -> Hit<'static> {
    Hit {
        indicator: Id::parse(&format!(
            "indicator--00000000-0000-4000-8000-00000000000{indicator}"
        ))
        .unwrap(),
        confidence: None,
        value: "secret-host.internal",
        place,
        log: Log::Dns,
        at: at.map(|at| at.parse().unwrap()),
        event,
        line: event,
        byte: 0,
    }
}

fn sample() -> Sightings {
    let mut sightings = Sightings::default();
    sightings.add(&hit(
        "2",
        0,
        Where::DnsRequest,
        Some("2026-01-02T00:00:00Z"),
    ));
    sightings.add(&hit(
        "1",
        0,
        Where::DnsRequest,
        Some("2026-01-02T00:00:00Z"),
    ));
    sightings.add(&hit(
        "1",
        0,
        Where::DnsResponse,
        Some("2026-01-02T00:00:00Z"),
    ));
    sightings.add(&hit(
        "1",
        5,
        Where::DnsRequest,
        Some("2026-01-01T00:00:00.000001Z"),
    ));
    sightings.add(&hit("1", 6, Where::DnsRequest, None));
    sightings
}

#[test]
fn an_event_counts_once() {
    let drafts = sample().drafts();
    let [one, two] = drafts.as_slice() else {
        panic!("{drafts:?}")
    };
    assert_eq!((one.count, two.count), (3, 1));
    assert_eq!(one.places.get(&Where::DnsRequest), Some(&3));
    assert_eq!(one.places.get(&Where::DnsResponse), Some(&1));
    assert_eq!(
        one.first_seen.map(|at| at.to_string()).as_deref(),
        Some("2026-01-01T00:00:00.000001Z")
    );
    assert_eq!(
        one.last_seen.map(|at| at.to_string()).as_deref(),
        Some("2026-01-02T00:00:00Z")
    );
}

#[test]
fn two_matchers_add_up() {
    let mut all = sample();
    all.merge(sample());
    let drafts = all.drafts();
    assert_eq!(
        drafts.iter().map(|draft| draft.count).collect::<Vec<_>>(),
        [6, 2]
    );
    assert_eq!(drafts[0].first_seen, sample().drafts()[0].first_seen);
}

#[test]
fn the_stix_object() {
    let mut draft = sample().drafts().remove(0);
    draft.count = 5_000_000_000;
    let organisation = Id::parse("identity--33333333-3333-4333-8333-333333333333").unwrap();
    let object = to_stix(
        &draft,
        &organisation,
        &organisation,
        Tlp::Green,
        testkit::time::start(),
        &testkit::time::ids(),
    )
    .unwrap();
    let mut properties = object.properties().clone();
    properties.remove("id");
    let expected = serde_json::json!({
        "type": "sighting", "spec_version": "2.1",
        "created": "2026-01-15T09:00:00.000Z", "modified": "2026-01-15T09:00:00.000Z",
        "created_by_ref": organisation.as_str(), "where_sighted_refs": [organisation.as_str()],
        "sighting_of_ref": "indicator--00000000-0000-4000-8000-000000000001",
        "first_seen": "2026-01-01T00:00:00.000001Z", "last_seen": "2026-01-02T00:00:00.000Z",
        "count": 999_999_999, "summary": true,
        "description": "Events with a match by place: DNS::IN_REQUEST 3; DNS::IN_RESPONSE 1.",
        "object_marking_refs": [Tlp::Green.id_text()],
    });
    assert_eq!(serde_json::Value::Object(properties), expected);
}
