//! Versions: recorded cases of the reference implementation, the rules of §3.6, and what holds of any object.

use std::cmp::Ordering;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stix::object::Object;
use stix::timestamp::Timestamp;
use stix::version::compare::{Comparison, compare, latest};
use stix::version::{VersionError, custom, new_version, order, revoke};
use testkit::known::Failures;

pub(crate) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// The name of a case: there are none but the line.
pub(crate) fn name(at: usize) -> String {
    format!("line-{}", at + 1)
}

/// What the recorded error says, in our terms.
fn is_of(recorded: &str, error: &VersionError) -> bool {
    use VersionError as E;
    match recorded {
        "InvalidSelectorError" => matches!(error, E::LeftSelector(_)),
        "InvalidValueError" => matches!(error, E::NotLater { .. } | E::Timestamp(_)),
        "MissingPropertiesError" => matches!(error, E::Required(_)),
        "ObjectNotVersionableError" => matches!(error, E::NoCreated),
        "RevokeError" => matches!(error, E::Revoked),
        "TypeNotVersionableError" => matches!(error, E::NotVersioned(_)),
        "UnmodifiablePropertyError" => {
            matches!(error, E::Fixed(_) | E::DefaultNamespace(_))
        }
        _ => false,
    }
}

/// Compares an outcome with the recorded one. The recorded `modified` is the time of recording: where it was moved,
/// ours must be later than before, and where it was not, ours must be as before.
pub(crate) fn compare_outcome<E: std::fmt::Debug>(
    case: &Value,
    ours: Result<Map<String, Value>, E>,
    is_of: impl Fn(&str, &E) -> bool,
) -> Result<(), String> {
    let mut ours = match (case["ok"].as_bool().unwrap(), ours) {
        (true, Ok(ours)) => ours,
        (false, Err(error)) => {
            let recorded = case["exc"].as_str().unwrap();
            return if is_of(recorded, &error) {
                Ok(())
            } else {
                Err(format!("we refuse with {error:?}, recorded {recorded}"))
            };
        }
        (true, Err(error)) => return Err(format!("we refuse with {error:?}")),
        (false, Ok(_)) => return Err(format!("we accept, recorded {}", case["exc"])),
    };
    let mut theirs = map(case["out"].clone());
    let before = &case["args"][0];
    let (our_time, their_time) = (ours.remove("modified"), theirs.remove("modified"));
    let given = case["kwargs"].get("modified");
    let was_moved = their_time.as_ref() != before.get("modified");
    match (&our_time, before.get("modified").or(before.get("created"))) {
        _ if given.is_some() && our_time.as_ref() != given => {
            return Err(format!("`modified` is {our_time:?}, given was {given:?}"));
        }
        (Some(ours), Some(before)) if was_moved => {
            let read = |value: &Value| Timestamp::parse(value.as_str().unwrap()).unwrap();
            if order(&read(ours), &read(before)) != Ordering::Greater {
                return Err(format!("`modified` is {ours}, before it was {before}"));
            }
        }
        _ if our_time.is_some() != their_time.is_some()
            || (!was_moved && our_time != their_time) =>
        {
            return Err(format!(
                "`modified` is {our_time:?}, recorded {their_time:?}"
            ));
        }
        _ => {}
    }
    let (ours, theirs) = (without_order(ours), without_order(theirs));
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("{} is not {}", json!(ours), json!(theirs)))
    }
}

/// Markings in one order, which says nothing and is an accident in what was recorded.
fn without_order(mut object: Map<String, Value>) -> Map<String, Value> {
    fn sort(list: &mut Value) {
        if let Value::Array(items) = list {
            items.sort_by_key(Value::to_string);
        }
    }
    if let Some(marks) = object.get_mut("object_marking_refs") {
        sort(marks);
    }
    if let Some(Value::Array(entries)) = object.get_mut("granular_markings") {
        for entry in entries.iter_mut() {
            entry.get_mut("selectors").into_iter().for_each(sort);
        }
        entries.sort_by_key(Value::to_string);
    }
    object
}

#[test]
fn agrees_with_the_recorded_versions() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/versioning-cases.jsonl") else {
        return;
    };
    let mut known = Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/versioning-disagreements.txt",
    );
    let now = testkit::time::start();
    for (at, case) in cases.enumerate() {
        let case = case.value;
        let Some(object) = case["args"][0].as_object() else {
            known.case(&name(at), Err("the argument is no object".to_owned()));
            continue;
        };
        let mut changes = map(case["kwargs"].clone());
        // An option of the reference: whether what it makes may have custom properties.
        changes.remove("allow_custom");
        let ours = match case["fn"].as_str().unwrap() {
            "new_version" => new_version(object, &changes, now),
            "revoke" => revoke(object, now),
            "remove_custom_stix" => custom::remove(object, now).map(Option::unwrap_or_default),
            other => panic!("a function `{other}`"),
        };
        known.case(&name(at), compare_outcome(&case, ours, is_of));
    }
    println!("{:?}", known.finish());
}

fn campaign() -> Map<String, Value> {
    map(json!({
        "type": "campaign",
        "spec_version": "2.1",
        "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created_by_ref": "identity--311b2d2d-f010-4473-83ec-1edf84858f4c",
        "created": "2024-04-06T20:03:00.000Z",
        "modified": "2024-04-06T20:03:00.000Z",
        "name": "Green Group",
        "description": "Attacks",
        "objective": "Money",
    }))
}

/// One line for each change to an object: what becomes of it.
#[test]
fn what_a_version_may_change() {
    let now = "2024-05-01T08:00:00.123456Z".parse().unwrap();
    let campaign = |changes: Value| {
        let mut object = campaign();
        object.extend(map(changes));
        object
    };
    let versioned_file = json!({
        "type": "file", "id": "file--d287f10a-98b4-4a47-8fa0-64b12695ea58", "name": "data.txt",
        "created": "2024-04-06T20:03:00.000Z", "modified": "2024-04-06T20:03:00.000Z",
    });
    let of_own_namespace = |id: &str| {
        let mut file = versioned_file.clone();
        file["id"] = id.into();
        map(file)
    };
    let cases = [
        ("name", campaign(json!({})), json!({ "name": "Blue Group" })),
        ("nothing", campaign(json!({})), json!({})),
        (
            "description removed",
            campaign(json!({})),
            json!({ "description": null }),
        ),
        (
            "what is not there removed",
            campaign(json!({})),
            json!({ "aliases": null }),
        ),
        ("name removed", campaign(json!({})), json!({ "name": null })),
        (
            "spec_version removed",
            campaign(json!({})),
            json!({ "spec_version": null }),
        ),
        (
            "modified removed",
            campaign(json!({})),
            json!({ "modified": null }),
        ),
        (
            "id",
            campaign(json!({})),
            json!({ "id": "campaign--311b2d2d-f010-4473-83ec-1edf84858f4c" }),
        ),
        (
            "same id",
            campaign(json!({})),
            json!({ "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" }),
        ),
        ("type", campaign(json!({})), json!({ "type": "malware" })),
        (
            "created",
            campaign(json!({})),
            json!({ "created": "2020-01-01T00:00:00.000Z" }),
        ),
        (
            "creator removed",
            campaign(json!({})),
            json!({ "created_by_ref": null }),
        ),
        (
            "modified earlier",
            campaign(json!({})),
            json!({ "modified": "2024-04-06T20:02:59.999Z" }),
        ),
        (
            "modified the same with more digits",
            campaign(json!({})),
            json!({ "modified": "2024-04-06T20:03:00.0000Z" }),
        ),
        (
            "modified by a digit",
            campaign(json!({})),
            json!({ "modified": "2024-04-06T20:03:00.00000000001Z" }),
        ),
        (
            "modified in seconds",
            campaign(json!({})),
            json!({ "modified": "2024-04-06T20:03:01Z" }),
        ),
        (
            "modified no timestamp",
            campaign(json!({})),
            json!({ "modified": "yesterday" }),
        ),
        (
            "six digits",
            campaign(json!({ "modified": "2024-04-06T20:03:00.000001Z" })),
            json!({}),
        ),
        (
            "no digits",
            campaign(
                json!({ "created": "2024-04-06T20:03:00Z", "modified": "2024-04-06T20:03:00Z" }),
            ),
            json!({}),
        ),
        (
            "clock behind",
            campaign(json!({ "modified": "2031-01-01T00:00:00.999Z" })),
            json!({}),
        ),
        (
            "clock behind a leap second",
            campaign(json!({ "modified": "2031-12-31T23:59:60.5Z" })),
            json!({}),
        ),
        (
            "modified before created",
            campaign(json!({ "created": "2031-01-01T00:00:00.000Z" })),
            json!({}),
        ),
        (
            "more digits than a clock",
            campaign(json!({ "modified": "2031-01-01T00:00:00.0009999999999Z" })),
            json!({}),
        ),
        (
            "end of the calendar",
            campaign(json!({ "modified": "9999-12-30T22:00:00.999Z" })),
            json!({}),
        ),
        ("revoked", campaign(json!({})), json!({ "revoked": true })),
        (
            "of a revoked object",
            campaign(json!({ "revoked": true })),
            json!({ "name": "Blue Group" }),
        ),
        (
            "un-revoked",
            campaign(json!({ "revoked": true })),
            json!({ "revoked": false }),
        ),
        (
            "malformed id",
            campaign(json!({ "id": "campaign--1" })),
            json!({}),
        ),
        (
            "type and id disagree",
            campaign(json!({ "type": "malware" })),
            json!({}),
        ),
        (
            "malformed created",
            campaign(json!({ "created": 1 })),
            json!({}),
        ),
        (
            "marked part removed",
            campaign(
                json!({ "granular_markings": [{ "lang": "en", "selectors": ["description"] }] }),
            ),
            json!({ "description": null }),
        ),
        (
            "marked part removed with its mark",
            campaign(
                json!({ "granular_markings": [{ "lang": "en", "selectors": ["description"] }] }),
            ),
            json!({ "description": null, "granular_markings": null }),
        ),
        (
            "observable under an id of its own",
            map(versioned_file.clone()),
            json!({ "name": "other.txt" }),
        ),
        (
            "observable of the default namespace",
            of_own_namespace("file--c27c572c-2e17-5ce1-817e-67bb97629a56"),
            json!({ "size": 1 }),
        ),
        (
            "observable of another namespace",
            of_own_namespace("file--a27c572c-2e17-5ce1-817e-67bb97629a56"),
            json!({ "size": 1 }),
        ),
        (
            "what contributes to its id",
            of_own_namespace("file--a27c572c-2e17-5ce1-817e-67bb97629a56"),
            json!({ "name": "other.txt" }),
        ),
        (
            "bundle",
            map(json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d" })),
            json!({}),
        ),
        (
            "marking definition",
            map(stix::marking::Tlp::Red.definition()),
            json!({ "name": "RED" }),
        ),
    ];
    let mut lines = String::new();
    for (what, object, changes) in cases {
        let outcome = match new_version(&object, &map(changes), now) {
            Ok(next) => {
                let mut changed: Vec<String> = next
                    .iter()
                    .filter(|(name, value)| object.get(*name) != Some(value))
                    .map(|(name, value)| format!("{name} {value}"))
                    .collect();
                let removed = object.keys().filter(|name| !next.contains_key(*name));
                changed.extend(removed.map(|name| format!("{name} removed")));
                changed.join(", ")
            }
            Err(error) => format!("refused: {error} ({})", error.section()),
        };
        writeln!(lines, "{what}: {outcome}").unwrap();
    }
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/versioning-changes.txt",
        &lines,
    );
}

#[test]
fn what_is_custom() {
    let now = testkit::time::start();
    let outcome = |object: Value| custom::remove(&map(object), now);
    // §11.1 and its granular marking.
    let mut object = campaign();
    object.insert("x_score".to_owned(), json!({ "of": [1] }));
    object.insert("score".to_owned(), json!(1));
    object.insert(
        "granular_markings".to_owned(),
        json!([{ "lang": "en", "selectors": ["name", "x_score.of.[0]"] }, { "lang": "ja", "selectors": ["x_score"] }]),
    );
    let plain = custom::remove(&object, now).unwrap().unwrap();
    assert!(!plain.contains_key("x_score") && !plain.contains_key("score"));
    assert_eq!(
        plain["granular_markings"],
        json!([{ "lang": "en", "selectors": ["name"] }])
    );
    assert_eq!(compare(&plain, &object), Ok(Comparison::Later));
    assert_eq!(custom::remove(&plain, now), Ok(Some(plain)));
    // §7.3: what a top-level extension brings is not custom.
    let extension = "extension-definition--71736db5-10db-43d3-b0e3-65cf81601fe1";
    let top = json!({ "extension_type": "toplevel-property-extension" });
    object.remove("granular_markings");
    object.insert("extensions".to_owned(), json!({ extension: top }));
    let plain = custom::remove(&object, now).unwrap().unwrap();
    assert!(plain.contains_key("score") && !plain.contains_key("x_score"));
    // §11.3, on an observable, which has no versions.
    let file = json!({
        "type": "file", "id": "file--d287f10a-98b4-4a47-8fa0-64b12695ea58", "name": "a",
        "extensions": { "x-example-com-foo": { "foo": 1 }, "pdf-ext": { "version": "1.7", "x_foo": 1 } },
    });
    let plain = outcome(file).unwrap().unwrap();
    assert_eq!(
        plain["extensions"],
        json!({ "pdf-ext": { "version": "1.7" } })
    );
    assert!(!plain.contains_key("modified"));
    // §11.2.
    let custom = json!({
        "type": "x-thing", "id": "x-thing--d287f10a-98b4-4a47-8fa0-64b12695ea58",
        "created": "2024-04-06T20:03:00.000Z", "modified": "2024-04-06T20:03:00.000Z",
    });
    assert_eq!(outcome(custom), Ok(None));
}

#[test]
fn a_revocation_is_the_last_word() {
    let first = campaign();
    let now = "2024-05-01T08:00:00Z".parse().unwrap();
    let last = revoke(&first, now).unwrap();
    assert_eq!(revoke(&last, now), Err(VersionError::Revoked));
    assert_eq!(compare(&first, &last), Ok(Comparison::Revoked));
    // §3.6: a version after the revocation is none.
    let mut later = first.clone();
    later.insert("modified".to_owned(), "2025-01-01T00:00:00.000Z".into());
    assert_eq!(compare(&last, &later), Ok(Comparison::Revokes));
    assert_eq!(latest([&first, &later, &last]), Ok(Some(&last)));
    assert_eq!(latest([&first, &later]), Ok(Some(&later)));
    assert_eq!(latest([]), Ok(None));
}

#[test]
fn content_is_the_same_whatever_stands_for_a_default() {
    let first = campaign();
    let mut second = first.clone();
    second.insert("revoked".to_owned(), Value::Bool(false));
    second.insert("modified".to_owned(), "2024-04-06T20:03:00.0000Z".into());
    assert_eq!(compare(&first, &second), Ok(Comparison::Same));
    second.insert("description".to_owned(), "other".into());
    assert_eq!(compare(&first, &second), Ok(Comparison::Conflict));
    let winner = latest([&first, &second]).unwrap();
    assert_eq!(winner, latest([&second, &first]).unwrap());
    second.insert(
        "id".to_owned(),
        "campaign--311b2d2d-f010-4473-83ec-1edf84858f4c".into(),
    );
    assert!(matches!(
        compare(&first, &second),
        Err(VersionError::OtherObject { .. })
    ));
}

fn timestamp() -> impl Strategy<Value = String> {
    (0..4_u8, 0..61_u8, "[0-9]{0,12}").prop_map(|(minute, second, fraction)| {
        let point = if fraction.is_empty() { "" } else { "." };
        format!(
            "2024-06-30T23:{:02}:{second:02}{point}{fraction}Z",
            56 + minute
        )
    })
}

fn version_at(modified: &str) -> Map<String, Value> {
    let mut object = campaign();
    object.insert("created".to_owned(), "2024-06-30T23:00:00.000Z".into());
    object.insert("modified".to_owned(), modified.into());
    object
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_new_version_is_always_later(
        modified in timestamp(),
        offset_ns in -3_000_000_000_i64..3_000_000_000,
    ) {
        let object = version_at(&modified);
        let present = Timestamp::parse(&modified).unwrap();
        let now = present.instant() + jiff::SignedDuration::from_nanos(offset_ns);
        let next = new_version(&object, &Map::new(), now).unwrap();
        prop_assert_eq!(compare(&next, &object), Ok(Comparison::Later));
        let next = Object::from_properties(next).unwrap();
        let next = next.modified().unwrap();
        prop_assert_eq!(next.fraction_digits(), present.fraction_digits().clamp(3, 9));
        prop_assert!(next.instant().duration_since(present.instant()).as_millis() >= 1);
    }

    #[test]
    fn versions_have_a_total_order(times in prop::collection::vec(timestamp(), 3)) {
        let versions: Vec<_> = times.iter().map(|time| version_at(time)).collect();
        let of = |left: usize, right: usize| compare(&versions[left], &versions[right]).unwrap();
        for left in 0..3 {
            prop_assert_eq!(of(left, left), Comparison::Same);
            for right in 0..3 {
                prop_assert_eq!(of(left, right), of(right, left).reverse());
            }
        }
        let is_before = |left, right| matches!(of(left, right), Comparison::Earlier | Comparison::Same);
        if is_before(0, 1) && is_before(1, 2) {
            prop_assert!(is_before(0, 2));
        }
        let last = latest(&versions).unwrap().unwrap();
        for version in &versions {
            prop_assert!(matches!(compare(last, version), Ok(Comparison::Later | Comparison::Same)));
        }
    }
}
