//! Single rules: what is changed in a valid object, and what is then said.

use serde_json::{Value, json};
use stix::object::Object;
use stix::validate::{Options, code, validate_all, validate_document, validate_text};

/// A valid object of the type, with all that is required.
fn valid(kind: &str) -> Value {
    let mut object = json!({
        "type": kind,
        "spec_version": "2.1",
        "id": format!("{kind}--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"),
        "created": "2024-02-16T09:30:00.000Z",
        "modified": "2024-02-16T09:30:00.000Z",
    });
    let own = match kind {
        "identity" => json!({"name": "a", "identity_class": "organization"}),
        "indicator" => json!({
            "pattern": "[url:value = 'x']", "pattern_type": "stix", "valid_from": "2024-02-16T09:30:00Z",
            "indicator_types": ["malicious-activity"], "name": "n", "description": "d",
        }),
        "sighting" => json!({"sighting_of_ref": "indicator--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}),
        "relationship" => json!({
            "relationship_type": "indicates",
            "source_ref": "indicator--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
            "target_ref": "malware--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
        }),
        "location" => json!({"latitude": 1.5, "longitude": 2}),
        "malware" => json!({"is_family": true, "name": "m"}),
        "incident" => json!({"name": "i", "extensions": {
            "extension-definition--ef765651-680c-498d-9894-99799f2fa126": {
                "extension_type": "property-extension", "determination": "confirmed", "investigation_status": "open",
            },
        }}),
        "impact" => json!({"impact_category": "availability", "extensions": {
            "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9": {"extension_type": "new-sdo"},
            "availability-ext": {"availability_impact": 20},
        }}),
        "event" => json!({"status": "occurred", "extensions": {
            "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e": {"extension_type": "new-sdo"},
        }}),
        "language-content" => json!({
            "object_ref": "campaign--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
            "contents": {"ja": {"name": "x", "aliases": ["a", ""]}},
        }),
        "file" | "domain-name" | "ipv4-addr" | "email-message" => {
            object = json!({"type": kind, "spec_version": "2.1"});
            match kind {
                "file" => json!({"hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}}),
                "domain-name" => json!({"value": "example.com"}),
                "ipv4-addr" => json!({"value": "198.51.100.0/24"}),
                _ => json!({"is_multipart": false, "subject": "s"}),
            }
        }
        _ => panic!("no sample of {kind}"),
    };
    for (name, value) in own.as_object().unwrap() {
        object[name] = value.clone();
    }
    if let Some(id) = stix::canonical::sco_id(kind, object.as_object().unwrap()) {
        object["id"] = id.as_str().into();
    }
    object
}

/// The codes said of a valid object with some values put in (`null` takes one out), in order.
fn codes(kind: &str, changes: &Value) -> Vec<&'static str> {
    let mut object = valid(kind);
    for (pointer, value) in changes.as_object().unwrap() {
        let (above, name) = pointer.rsplit_once('/').unwrap();
        let at = object.pointer_mut(above).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => at.remove(name),
            value => at.insert(name.to_owned(), value.clone()),
        };
    }
    let found = validate_text(&object.to_string(), &Options::WARNINGS);
    for finding in &found {
        let known = code::ALL.iter().find(|code| code.id == finding.code);
        if let Some(known) = known {
            assert_eq!(known.severity, finding.severity, "{finding}");
        }
    }
    found.iter().map(|finding| finding.code).collect()
}

fn check(kind: &str, changes: &Value, expected: &[&str]) {
    assert_eq!(codes(kind, changes), expected, "{kind} {changes}");
}

#[test]
fn the_samples_are_valid() {
    for kind in [
        "identity",
        "indicator",
        "sighting",
        "relationship",
        "location",
        "malware",
        "incident",
        "impact",
        "event",
        "language-content",
        "file",
        "domain-name",
        "ipv4-addr",
        "email-message",
    ] {
        check(kind, &json!({}), &[]);
    }
}

#[test]
fn common_properties() {
    check("identity", &json!({"/created": null}), &["STIX-PROP-01"]);
    check(
        "identity",
        &json!({"/spec_version": "2.0"}),
        &["STIX-SPEC-01"],
    );
    check(
        "identity",
        &json!({"/created": "2024-02-16T09:30:00Z"}),
        &["STIX-TIME-02"],
    );
    check(
        "identity",
        &json!({"/modified": "2024-02-16T09:29:59.999Z"}),
        &["STIX-TIME-03"],
    );
    check("identity", &json!({"/confidence": 101}), &["STIX-NUM-01"]);
    check("identity", &json!({"/confidence": 5.0}), &[]);
    check("identity", &json!({"/confidence": 5.5}), &["STIX-PROP-02"]);
    check("identity", &json!({"/lang": "jp_JP"}), &["STIX-LANG-01"]);
    check("identity", &json!({"/lang": "zh-Hant-TW"}), &[]);
    check("identity", &json!({"/labels": []}), &["STIX-PROP-07"]);
    check("identity", &json!({"/defanged": true}), &["STIX-PROP-13"]);
    check(
        "identity",
        &json!({"/created_by_ref": "malware--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}),
        &["STIX-REF-03"],
    );
    check(
        "identity",
        &json!({"/external_references": [{"source_name": "x"}]}),
        &["STIX-PROP-08"],
    );
    check("identity", &json!({"/severity": "high"}), &["STIX-PROP-05"]);
    check("identity", &json!({"/x_a": 1}), &["STIX-PROP-03"]);
    check(
        "identity",
        &json!({"/x-a": 1}),
        &["STIX-PROP-04", "STIX-PROP-03"],
    );
    check("file", &json!({"/labels": ["a"]}), &["STIX-PROP-06"]);
}

#[test]
fn identifiers() {
    check("identity", &json!({"/id": "identity--1"}), &["STIX-ID-03"]);
    check(
        "identity",
        &json!({"/id": "malware--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}),
        &["STIX-ID-04"],
    );
    check(
        "identity",
        &json!({"/id": "identity--0c7e22ad-b099-fdc3-b0df-2ea3f49ae2e6"}),
        &["STIX-ID-05"],
    );
    check(
        "identity",
        &json!({"/id": "identity--0c7e22ad-b099-1dc3-b0df-2ea3f49ae2e6"}),
        &["STIX-ID-06"],
    );
    check(
        "domain-name",
        &json!({"/value": "example.org"}),
        &["STIX-ID-07"],
    );
    check(
        "domain-name",
        &json!({"/id": "domain-name--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}),
        &["STIX-ID-06"],
    );
    check("email-message", &json!({"/subject": null}), &["STIX-ID-08"]);
    check(
        "domain-name",
        &json!({"/created": "2024-02-16T09:30:00.000Z"}),
        &["STIX-ID-09", "STIX-PROP-06"],
    );
}

#[test]
fn values() {
    check(
        "indicator",
        &json!({"/pattern_type": "STIX"}),
        &["STIX-VOC-02"],
    );
    check(
        "indicator",
        &json!({"/valid_until": "2024-02-16T09:30:00Z"}),
        &["STIX-TIME-03"],
    );
    check(
        "indicator",
        &json!({"/valid_from": "2024-02-30T09:30:00Z"}),
        &["STIX-TIME-01"],
    );
    check(
        "indicator",
        &json!({"/kill_chain_phases": [{"kill_chain_name": "a"}]}),
        &["STIX-PROP-01"],
    );
    check("location", &json!({"/country": "Japan"}), &["STIX-FORM-02"]);
    check("location", &json!({"/country": "JP"}), &[]);
    check("sighting", &json!({"/count": -1}), &["STIX-NUM-01"]);
    check(
        "sighting",
        &json!({"/where_sighted_refs": ["tool--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"]}),
        &["STIX-REF-03"],
    );
    check("location", &json!({"/longitude": null}), &["STIX-PROP-10"]);
    check("location", &json!({"/latitude": 90.5}), &["STIX-NUM-01"]);
    check("malware", &json!({"/name": null}), &["STIX-PROP-10"]);
    check(
        "relationship",
        &json!({"/relationship_type": "loves"}),
        &["STIX-REL-01"],
    );
    check(
        "relationship",
        &json!({"/relationship_type": "uses!"}),
        &["STIX-FORM-01", "STIX-REL-01"],
    );
    check(
        "email-message",
        &json!({"/body_multipart": [{"body": "x"}]}),
        &["STIX-PROP-11"],
    );
    check(
        "ipv4-addr",
        &json!({"/value": "198.51.100.1/33", "/id": "ipv4-addr--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}),
        &["STIX-ID-06", "STIX-FORM-01"],
    );
    let id = "/id";
    let random = "file--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6";
    check(
        "file",
        &json!({"/hashes/MD5": "d41d", id: random}),
        &["STIX-ID-06", "STIX-HASH-02"],
    );
    check(
        "file",
        &json!({"/hashes/SHA256": "d41d"}),
        &["STIX-HASH-03"],
    );
    check("file", &json!({"/hashes/x!": "d41d"}), &["STIX-HASH-01"]);
    check("file", &json!({"/size": -1}), &["STIX-NUM-01"]);
    check(
        "file",
        &json!({"/magic_number_hex": "ABC"}),
        &["STIX-FORM-04"],
    );
}

#[test]
fn extensions() {
    let unknown = "/extensions";
    check(
        "identity",
        &json!({unknown: {"extension-definition--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6": {"rank": 1}}}),
        &["STIX-EXT-02"],
    );
    check(
        "identity",
        &json!({unknown: {"x-a-ext": {"rank": 1}}}),
        &["STIX-EXT-04"],
    );
    check(
        "identity",
        &json!({unknown: {"ntfs-ext": {"sid": "1"}}}),
        &["STIX-EXT-03"],
    );
    check(
        "identity",
        &json!({unknown: {"extension-definition--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6": {"extension_type": "toplevel-property-extension"}}, "/rank": 3}),
        &[],
    );
    let pe = |content: Value| json!({"/extensions": {"windows-pebinary-ext": content}, "/id": "file--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"});
    check(
        "file",
        &pe(json!({"pe_type": "exe", "sections": [{"name": ".text", "entropy": 0.1}]})),
        &["STIX-ID-06"],
    );
    check(
        "file",
        &pe(json!({"pe_type": "exe", "sections": [{"size": 1}]})),
        &["STIX-ID-06", "STIX-PROP-01"],
    );
    check(
        "file",
        &pe(json!({"pe_type": "exe"})),
        &["STIX-ID-06", "STIX-PROP-08"],
    );
    let core = "/extensions/extension-definition--ef765651-680c-498d-9894-99799f2fa126";
    check(
        "incident",
        &json!({format!("{core}/determination"): "perhaps"}),
        &["STIX-VOC-01"],
    );
    check(
        "incident",
        &json!({format!("{core}/criticality"): 101}),
        &["STIX-NUM-01"],
    );
    check(
        "incident",
        &json!({format!("{core}/investigation_status"): null}),
        &["STIX-PROP-01"],
    );
    // Revision 06 had lists of entries here.
    check(
        "incident",
        &json!({format!("{core}/events"): [{"event_ref": "event--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6"}]}),
        &["STIX-PROP-03"],
    );
    check(
        "impact",
        &json!({"/impact_category": "integrity"}),
        &["STIX-EXT-08"],
    );
    check(
        "impact",
        &json!({"/impacted_entity_counts": {"system": 3}}),
        &[],
    );
    check("event", &json!({"/status": "done"}), &["STIX-VOC-01"]);
    check("event", &json!({"/extensions": null}), &["STIX-TYPE-02"]);
}

#[test]
fn an_error_is_kept_however_much_is_said_before() {
    let mut object = valid("identity");
    for at in 0..1_200 {
        object[format!("a_{at:04}")] = 1.into();
    }
    object["zzz"] = Value::Null;
    let found = validate_text(&object.to_string(), &Options::WARNINGS);
    assert_eq!(found.len(), base::limits::DIAGNOSTICS_PER_DOCUMENT);
    assert!(found.iter().any(|one| one.code == "STIX-PROP-02"));
    let found = validate_text(&object.to_string(), &Options::ERRORS);
    assert_eq!(found.len(), 1);
}

#[test]
fn interoperability_asks_for_more() {
    use stix::validate::Profile;
    let options = Options {
        profile: Profile::Interoperability,
        ..Options::ERRORS
    };
    let codes = |objects: Value| -> Vec<&'static str> {
        let bundle = json!({
            "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects,
        });
        let found = validate_document(bundle.to_string().as_bytes(), &options);
        found.iter().map(|finding| finding.code).collect()
    };
    let mut identity = valid("identity");
    let mut indicator = valid("indicator");
    assert_eq!(codes(json!([identity])), ["STIX-INTEROP-01"]);
    identity["created_by_ref"] = identity["id"].clone();
    indicator["created_by_ref"] = identity["id"].clone();
    assert_eq!(codes(json!([indicator, identity])), [""; 0]);
    assert_eq!(codes(json!([indicator])), ["STIX-INTEROP-02"]);
    indicator.as_object_mut().unwrap().remove("indicator_types");
    assert_eq!(codes(json!([indicator, identity])), ["STIX-INTEROP-01"]);
}

#[test]
fn markings() {
    let granular = "/granular_markings";
    let green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    check(
        "identity",
        &json!({granular: [{"marking_ref": green, "selectors": ["name"]}]}),
        &[],
    );
    check(
        "identity",
        &json!({granular: [{"marking_ref": green, "lang": "en", "selectors": ["name"]}]}),
        &["STIX-PROP-09"],
    );
    for level in stix::marking::Tlp::ALL {
        let definition = level.definition();
        assert_eq!(validate_text(&definition.to_string(), &Options::ALL), []);
        let mut changed = definition.clone();
        changed["created"] = "2022-10-02T00:00:00.000Z".into();
        let found = validate_text(&changed.to_string(), &Options::WARNINGS);
        assert_eq!(found[0].code, "STIX-MARK-02");
    }
}

#[test]
fn a_document_is_more_than_its_objects() {
    let parse = |value: &Value| Object::parse(&value.to_string()).unwrap();
    let codes = |objects: &[Object]| -> Vec<String> {
        validate_all(objects, &Options::ALL)
            .iter()
            .map(|found| match &found.place {
                base::diagnostic::Place::Pointer(pointer) => format!("{} {pointer}", found.code),
                place => format!("{} {place:?}", found.code),
            })
            .collect()
    };
    let identity = valid("identity");
    let mut other = identity.clone();
    other["name"] = "b".into();
    assert_eq!(
        codes(&[parse(&identity), parse(&identity)]),
        ["STIX-DUP-02 /objects/1"]
    );
    assert_eq!(
        codes(&[parse(&identity), parse(&other)]),
        ["STIX-DUP-01 /objects/1"]
    );
    other["revoked"] = true.into();
    other["modified"] = "2024-02-17T00:00:00.000Z".into();
    let mut later = identity.clone();
    later["modified"] = "2024-02-18T00:00:00.000Z".into();
    assert_eq!(
        codes(&[parse(&later), parse(&other)]),
        ["STIX-DUP-03 /objects/0"]
    );
    let mut stranger = later.clone();
    stranger["created"] = "2024-02-17T00:00:00.000Z".into();
    assert_eq!(
        codes(&[parse(&identity), parse(&stranger)]),
        ["STIX-DUP-04 /objects/1"]
    );
    let mut marked = identity.clone();
    marked["object_marking_refs"] = json!([stix::marking::Tlp::Green.id_text()]);
    assert_eq!(codes(&[parse(&marked)]), [""; 0]);
    assert_eq!(
        codes(&[parse(&valid("sighting"))]),
        ["STIX-REF-05 /objects/0/sighting_of_ref"]
    );
    let campaign = json!({
        "type": "campaign", "spec_version": "2.1", "id": "campaign--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
        "created": "2024-02-16T09:30:00.000Z", "modified": "2024-02-16T09:30:00.000Z",
        "name": "c", "aliases": ["a", "b", "c"],
    });
    assert_eq!(
        codes(&[parse(&valid("language-content")), parse(&campaign)]),
        ["STIX-LANG-02 /objects/0/contents/ja/aliases"]
    );
}

#[test]
fn a_document_with_an_unreadable_member_is_read_on() {
    let text = format!("[{{\"a\" 1}},{}]", valid("identity"));
    let found = validate_document(text.as_bytes(), &Options::ERRORS);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "STIX-JSON-01");
}

#[test]
fn codes_are_unique() {
    let mut ids: Vec<_> = code::ALL.iter().map(|code| code.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}
