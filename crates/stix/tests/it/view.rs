use stix::object::Object;
use stix::view::{Identity, Incident, Indicator, ObservedData, Relationship, Report, Sighting};

fn parse(text: &str) -> Object {
    Object::parse(text).unwrap()
}

#[test]
fn a_view_is_of_its_type_only() {
    let object = parse(r#"{"type":"tool","id":"tool--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}"#);
    assert!(Indicator::of(&object).is_none());
    assert!(Identity::of(&object).is_none());
    assert!(ObservedData::of(&object).is_none());
    assert!(Report::of(&object).is_none());
}

#[test]
fn an_indicator_is_valid_between_its_dates() {
    let object = parse(
        r#"{"type":"indicator","id":"indicator--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","pattern":"[a:b = 1]",
        "pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","valid_until":"2024-02-01T00:00:00Z",
        "confidence":70,"kill_chain_phases":[{"kill_chain_name":"k","phase_name":"p"}]}"#,
    );
    let indicator = Indicator::of(&object).unwrap();
    assert_eq!(indicator.pattern(), Some("[a:b = 1]"));
    assert_eq!(indicator.confidence(), Some(70));
    assert_eq!(
        indicator.kill_chain_phases().collect::<Vec<_>>(),
        [("k", "p")]
    );
    for (moment, valid) in [
        ("2023-12-31T23:59:59Z", false),
        ("2024-01-01T00:00:00Z", true),
        ("2024-02-01T00:00:00Z", false),
    ] {
        assert_eq!(
            indicator.is_valid_at(moment.parse().unwrap()),
            valid,
            "{moment}"
        );
    }
}

#[test]
fn a_sighting_and_a_relationship_name_their_ends() {
    let object = parse(
        r#"{"type":"sighting","id":"sighting--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","count":3,
        "sighting_of_ref":"indicator--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
        "where_sighted_refs":["identity--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",7,"nobody"]}"#,
    );
    let sighting = Sighting::of(&object).unwrap();
    assert_eq!(sighting.count(), Some(3));
    assert_eq!(sighting.sighting_of().unwrap().kind(), "indicator");
    assert_eq!(sighting.where_sighted().len(), 1);
    let object = parse(
        r#"{"type":"relationship","id":"relationship--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
        "relationship_type":"uses","source_ref":"tool--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","target_ref":"x"}"#,
    );
    let relationship = Relationship::of(&object).unwrap();
    assert_eq!(relationship.relationship_type(), Some("uses"));
    assert_eq!(relationship.source().unwrap().kind(), "tool");
    assert_eq!(relationship.target(), None);
}

#[test]
fn an_incident_shows_its_core_extension() {
    let object = parse(
        r#"{"type":"incident","id":"incident--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","name":"n","extensions":{
        "extension-definition--ef765651-680c-498d-9894-99799f2fa126":{"extension_type":"property-extension",
        "determination":"suspected","investigation_status":"open","criticality":101,
        "event_refs":["event--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"]}}}"#,
    );
    let incident = Incident::of(&object).unwrap();
    assert_eq!(incident.determination(), Some("suspected"));
    assert_eq!(incident.criticality(), None);
    assert_eq!(incident.events().len(), 1);
    assert!(incident.tasks().is_empty());
}
