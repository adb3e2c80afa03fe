//! Every type of object, made from the tables of the standard: whatever part of it is cut and whatever it refers to is
//! withheld, what goes out is valid, holds nothing of it, and is revoked by something valid.

use std::fmt::Write as _;

use release::decision::Decision;
use release::gate::Gate;
use release::held::{Consent, Provenance};
use release::withdrawal::Withdrawn;
use serde_json::{Map, Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::model::{
    Class, Format, Is, Kind, Presence, Property, Rule, Shape, Targets, domain, extension, incident,
    meta, observable, relationship,
};
use stix::selector::{Selector, Step};
use stix::validate::{Options, validate};

use crate::world::{OTHER, World, at, carrier, id_of, now, object, policy, provenance, to_carrier};

/// Objects that are held besides, so that references lead somewhere: `open` ones are numbered 1, withheld ones 2.
const OPEN: u128 = 1;
const WITHHELD: u128 = 2;
const SUBJECT: u128 = 3;

fn shapes() -> Vec<&'static Shape> {
    let mut shapes: Vec<&'static Shape> = Vec::new();
    for list in [
        domain::SHAPES,
        observable::SHAPES,
        relationship::SHAPES,
        incident::SHAPES,
    ] {
        shapes.extend(list);
    }
    shapes.push(&meta::LANGUAGE_CONTENT);
    shapes.push(&meta::EXTENSION_DEFINITION);
    shapes
}

/// A value of a kind; references lead to objects of this number.
fn value(kind: Kind, host: &str, number: u128) -> Value {
    match kind {
        Kind::Any => json!("any"),
        Kind::Binary => json!("YWJj"),
        Kind::Boolean => json!(true),
        Kind::Contents => json!({"de": {"name": "Name", "description": "Text"}}),
        Kind::Dictionary(inner) => json!({"key_one": value(*inner, host, number)}),
        Kind::Extensions => Value::Null,
        Kind::Hashes => json!({"MD5": "d41d8cd98f00b204e9800998ecf8427e",
            "SHA-256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}),
        Kind::Hex => json!("abcd"),
        Kind::Integer { least, most } => json!(least.max(1).min(most)),
        Kind::Either(one, _) => value(*one, host, number),
        Kind::List(inner) => json!([value(*inner, host, OPEN), value(*inner, host, number)]),
        Kind::Number { least, most } => json!(least.max(1.0).min(most)),
        Kind::Object(shape) => Value::Object(part(shape, host, number)),
        Kind::Observables => json!({
            "0": {"type": "ipv4-addr", "value": "192.0.2.1"},
            "1": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "0", "dst_ref": "2"},
            "2": {"type": "ipv4-addr", "value": "192.0.2.2"},
            "3": {"type": "file", "name": "a", "size": 1, "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}},
        }),
        Kind::Reference(targets) => json!(id_of(target(targets), number)),
        Kind::String => json!("text"),
        Kind::Text(format) => json!(text(format)),
        Kind::Term(vocabulary) => json!(vocabulary.terms[0]),
        Kind::Timestamp => json!("2026-02-01T00:00:00Z"),
    }
}

fn target(targets: Targets) -> &'static str {
    match targets {
        Targets::Any | Targets::Domain | Targets::DomainOrObservable => "campaign",
        Targets::Observable | Targets::ObservableOrRelationship => "file",
        Targets::Types(kinds) => kinds[0],
    }
}

fn text(format: Format) -> &'static str {
    match format {
        Format::CharacterSet => "utf-8",
        Format::Country => "jp",
        Format::Cpe => "cpe:2.3:a:vendor:product:1.0:*:*:*:*:*:*:*",
        Format::DomainName => "a.example",
        Format::EmailAddress => "a@a.example",
        Format::Ipv4 => "192.0.2.1",
        Format::Ipv6 => "2001:db8::1",
        Format::Language => "en",
        Format::LowerCase | Format::Product | Format::RelationshipType => "related-to",
        Format::Mac => "00:00:5e:00:53:01",
        Format::MediaType => "text/plain",
        Format::PriorityClass => "NORMAL_PRIORITY_CLASS",
        Format::RegistryKey => "HKEY_LOCAL_MACHINE\\System",
        Format::Url | Format::UrlSuggested => "https://a.example/",
    }
}

/// All properties of a shape that may stand together.
fn part(shape: &'static Shape, host: &str, number: u128) -> Map<String, Value> {
    let mut all = Map::new();
    let named = |property: &&Property| !matches!(property.kind, Kind::Extensions);
    for property in shape.properties.iter().filter(named) {
        all.insert(property.name.to_owned(), value(property.kind, host, number));
    }
    for rule in shape.rules {
        match rule {
            Rule::After(_, later) | Rule::NotBefore(_, later) => {
                all.insert((*later).to_owned(), json!("2026-03-01T00:00:00Z"));
            }
            Rule::NotTogether(_, other) => {
                all.remove(*other);
            }
            Rule::Where(on, Is::True, other, Presence::Forbidden)
                if all.get(*on) == Some(&json!(true)) =>
            {
                all.remove(*other);
            }
            _ => {}
        }
    }
    all
}

/// An object of a type with everything that it may have, referring to objects of this number.
fn full(shape: &'static Shape, number: u128) -> Value {
    let kind = shape.name;
    let (class, _) = stix::model::shape(kind).unwrap();
    let mut all = part(shape, kind, number);
    let mut extensions = Map::new();
    for (host, shape) in extension::PREDEFINED {
        if *host == kind {
            extensions.insert(shape.name.to_owned(), part(shape, kind, number).into());
        }
    }
    if let Some((key, extension_type)) = incident::extension_of(kind) {
        let mut content = if kind == "incident" {
            part(&incident::INCIDENT_CORE, kind, number)
        } else {
            Map::new()
        };
        content.insert("extension_type".to_owned(), extension_type.into());
        extensions.insert(key.to_owned(), content.into());
    }
    if kind == "impact" {
        // An impact is of one category.
        let of = incident::IMPACT_EXTENSIONS[number as usize % incident::IMPACT_EXTENSIONS.len()];
        extensions.insert(of.name.to_owned(), part(of, kind, number).into());
        let category = of.name.trim_end_matches("-ext");
        all.insert("impact_category".to_owned(), category.into());
    }
    if !extensions.is_empty() {
        all.insert("extensions".to_owned(), extensions.into());
    }
    for (name, common) in [
        ("type", json!(kind)),
        ("spec_version", json!("2.1")),
        ("id", json!(id_of(kind, SUBJECT))),
        ("object_marking_refs", json!([Tlp::Green.id_text()])),
    ] {
        all.insert(name.to_owned(), common);
    }
    if class != Class::Observable {
        for (name, common) in [
            ("created", json!("2026-01-01T00:00:00.000Z")),
            ("modified", json!("2026-01-01T00:00:00.000Z")),
            ("created_by_ref", json!(id_of("identity", OPEN))),
            (
                "external_references",
                json!([{"source_name": "a", "url": "https://a.example/"},
                       {"source_name": "b", "external_id": "1", "description": "c"}]),
            ),
        ] {
            all.insert(name.to_owned(), common);
        }
        if kind != "language-content" && kind != "extension-definition" {
            all.insert("lang".to_owned(), json!("en"));
        }
    }
    if kind == "indicator" {
        all.insert(
            "pattern".to_owned(),
            json!("[url:value = 'https://a.example/']"),
        );
    }
    if kind == "extension-definition" {
        let types = ["toplevel-property-extension", "property-extension"];
        all.insert("extension_types".to_owned(), json!(types));
    }
    if kind == "malware-analysis" {
        all.insert("product".to_owned(), json!("product"));
    }
    Value::Object(all)
}

/// The targets of references, open and withheld.
fn targets() -> Vec<Value> {
    let mut held = Vec::new();
    for number in [OPEN, WITHHELD] {
        let level = if number == OPEN { Tlp::Green } else { Tlp::Red };
        for shape in shapes() {
            // The smallest object of each type: what it requires.
            let mut one = full(shape, number);
            let kind = shape.name;
            let map = one.as_object_mut().unwrap();
            map.retain(|name, _| {
                let required = shape
                    .properties
                    .iter()
                    .any(|property| property.required && property.name == name);
                required
                    || matches!(
                        name.as_str(),
                        "type"
                            | "spec_version"
                            | "created"
                            | "modified"
                            | "src_ref"
                            | "name"
                            | "result"
                            | "objects"
                            | "pid"
                            | "user_id"
                            | "key"
                            | "serial_number"
                            | "hashes"
                            | "product"
                            | "payload_bin"
                            | "country"
                    )
            });
            map.insert("id".to_owned(), json!(id_of(kind, number)));
            map.insert("object_marking_refs".to_owned(), json!([level.id_text()]));
            held.push(one);
        }
    }
    held
}

/// The places of an object at which something may be cut: every property and item but what all objects have.
fn places(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let mut visit = |step: Step, item: &Value| {
        path.push(step);
        found.push(path.clone());
        places(item, path, found);
        path.pop();
    };
    match value {
        Value::Object(map) => {
            for (name, item) in map {
                visit(Step::Property(name.clone()), item);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(Step::Item(index), item);
            }
        }
        _ => {}
    }
}

/// What all these tests hold: reading it takes longer than deciding.
fn base() -> World {
    let mut world = World::new();
    world.hold_all(&targets());
    world.release_all(to_carrier());
    world
}

fn world(base: &World, subject: &Value, provenance: Provenance) -> (World, Id) {
    let mut world = base.clone();
    let of = world.hold_from(subject, provenance);
    (world, of)
}

/// That what the carrier sees of an object is valid, and so is its revocation; whether it sees anything.
fn check(world: &World, of: &Id, what: &str) -> bool {
    let seen = world.see(&carrier(), of);
    let Some(released) = seen.released() else {
        return false;
    };
    let found = validate(released.object(), &Options::ERRORS);
    assert!(found.is_empty(), "{what}: {found:?} in {}", released.text());
    for shape in shapes() {
        let withheld = id_of(shape.name, WITHHELD);
        assert!(
            !released.text().contains(&withheld),
            "{what}: {}",
            released.text()
        );
    }
    if matches!(seen, Decision::Edition(_)) {
        let (policy, audience) = (policy(), carrier());
        let withdrawn = Withdrawn {
            id: of.clone(),
            version: None,
            at: at("2026-05-01T00:00:00Z"),
        };
        let Ok(answers) = Gate::new(&policy, world, &audience, now()).revoked(&[withdrawn]);
        match &answers[0] {
            Some(revoked) => {
                assert_eq!(revoked.id(), released.id());
                let found = validate(revoked.object(), &Options::ERRORS);
                assert!(found.is_empty(), "{what}: {found:?} in {}", revoked.text());
            }
            None => assert!(released.object().modified().is_none(), "{what}"),
        }
    }
    true
}

#[test]
fn the_objects_made_here_are_valid() {
    for shape in shapes() {
        for number in [OPEN, WITHHELD] {
            let found = validate(&object(&full(shape, number)), &Options::ERRORS);
            assert!(found.is_empty(), "{}: {found:?}", shape.name);
        }
    }
    let judged = |target: &Value| target["type"] != "extension-definition";
    for target in targets().into_iter().filter(judged) {
        let found = validate(&object(&target), &Options::ERRORS);
        assert!(found.is_empty(), "{target}: {found:?}");
    }
}

#[test]
fn every_part_of_every_type_may_be_cut() {
    let (base, mut lines) = (base(), String::new());
    for shape in shapes() {
        let subject = full(shape, OPEN);
        let mut found = Vec::new();
        places(&subject, &mut Vec::new(), &mut found);
        let (mut seen, mut withheld) = (0, Vec::new());
        for place in found {
            let Some(Step::Property(first)) = place.first() else {
                continue;
            };
            if matches!(
                first.as_str(),
                "type" | "id" | "spec_version" | "created" | "modified" | "object_marking_refs"
            ) {
                continue;
            }
            let selector = Selector::from_steps(place).to_string();
            let mut cut = subject.clone();
            cut["granular_markings"] =
                json!([{"marking_ref": Tlp::Red.id_text(), "selectors": [selector]}]);
            let (world, of) = world(&base, &cut, provenance());
            if check(&world, &of, &format!("{} without {selector}", shape.name)) {
                seen += 1;
            } else {
                withheld.push(selector);
            }
        }
        let withheld = if withheld.is_empty() {
            "nothing".to_owned()
        } else {
            withheld.join(" | ")
        };
        let kind = shape.name;
        writeln!(
            lines,
            "{kind}: {seen} parts may be cut; withheld as a whole without {withheld}"
        )
        .unwrap();
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/types.txt", &lines);
}

#[test]
fn what_every_type_refers_to_may_be_withheld() {
    let base = base();
    for shape in shapes() {
        let (world, of) = world(&base, &full(shape, WITHHELD), provenance());
        check(&world, &of, shape.name);
    }
}

#[test]
fn every_type_may_be_given_without_a_name() {
    let base = base();
    for shape in shapes() {
        let by = OTHER.identity().as_str().to_owned();
        let mut subject = full(shape, OPEN);
        if subject.get("created_by_ref").is_some() {
            subject["created_by_ref"] = json!(by);
        }
        subject["x_by"] = json!(by);
        let given = Provenance {
            source: OTHER,
            consent: Consent::Anonymous,
            ..provenance()
        };
        let (world, of) = world(&base, &subject, given);
        let sees = check(&world, &of, shape.name);
        assert_eq!(sees, shape.name != "extension-definition", "{}", shape.name);
        if let Some(text) = world.text(&carrier(), &of) {
            assert!(!text.contains(&OTHER.0.to_string()), "{text}");
        }
    }
}
