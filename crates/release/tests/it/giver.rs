//! What goes out of what was given without a name.

use release::decision::Decision;
use release::held::{Consent, Provenance};
use release::party::Audience;
use serde_json::{Value, json};
use stix::marking::Tlp;
use stix::validate::{Options, validate};

use crate::policy::iep;
use crate::world::{
    CARRIER, OTHER, OWN, World, carrier, id, id_of, letter, merge, own, provenance, sco, sdo,
    to_carrier,
};

/// What the giver, `OTHER`, says of itself everywhere.
const NAME: &str = "GIVER";

fn from_other(consent: Consent) -> Provenance {
    Provenance {
        source: OTHER,
        consent,
        ..provenance()
    }
}

fn giver() -> String {
    OTHER.identity().as_str().to_owned()
}

fn named(kind: &str, number: u128, more: Value) -> Value {
    let mut value = sdo(
        kind,
        number,
        json!({"name": "a", "created_by_ref": giver()}),
    );
    merge(&mut value, more);
    value
}

/// What the carrier sees of `value`, given without a name, beside `others`, given with one and by the house.
fn seen(value: &Value, others: &[Value]) -> (Decision, World) {
    let mut world = World::new();
    let of = world.hold_from(value, from_other(Consent::Anonymous));
    world.hold_from(
        &sdo("identity", 0, json!({"name": NAME, "id": giver()})),
        from_other(Consent::Given),
    );
    world.hold_all(others);
    world.release_all(to_carrier());
    (world.see(&carrier(), &of), world)
}

fn text(value: &Value) -> Option<Value> {
    let (seen, _) = seen(value, &[]);
    let released = seen.released()?;
    let found = validate(released.object(), &Options::ERRORS);
    assert!(found.is_empty(), "{found:?} in {}", released.text());
    let text = released.text();
    assert!(
        !text.contains(NAME) && !text.contains(&OTHER.0.to_string()),
        "{text}"
    );
    Some(serde_json::from_str(text).unwrap())
}

#[test]
fn it_is_an_edition_even_where_nothing_names_the_giver() {
    // The giver may have shown it to others under its own identifier.
    let plain = sdo("campaign", 1, json!({"name": "a"}));
    for value in [
        plain,
        named("campaign", 1, json!({})),
        sco("ipv4-addr", 1, Tlp::Green, json!({"value": "192.0.2.1"})),
    ] {
        let (seen, world) = seen(&value, &[]);
        assert_eq!(letter(&seen), 'E', "{value}");
        let of = id(value["id"].as_str().unwrap());
        assert_eq!(letter(&world.see(&own(), &of)), 'W');
        let read = text(&value).unwrap();
        assert_ne!(read["id"], value["id"]);
        if read["type"] != "ipv4-addr" {
            assert_eq!(read["created_by_ref"], OWN.identity().as_str());
        }
    }
}

#[test]
fn what_names_the_giver_is_cut() {
    let extension = "extension-definition--00000000-0000-4000-8000-000000000001";
    let value = named(
        "campaign",
        1,
        json!({
            "description": format!("seen by {}", OTHER.0.to_string().to_uppercase()),
            "objective": "kept",
            "aliases": [giver(), "kept too"],
            "x_contact": NAME,
            "extensions": {extension: {"extension_type": "property-extension", "by": NAME}},
            "external_references": [
                {"source_name": NAME, "url": "https://giver.example/", "description": NAME},
                {"source_name": "cve", "external_id": "CVE-2026-12345", "url": "https://giver.example/GIVER"},
                {"source_name": "cve", "external_id": "GIVER"},
                {"source_name": "mitre-attack", "external_id": "T1059.003", "x_by": NAME},
            ],
        }),
    );
    let read = text(&value).unwrap();
    assert_eq!(
        read["external_references"],
        json!([{"source_name": "cve", "external_id": "CVE-2026-12345"},
               {"source_name": "mitre-attack", "external_id": "T1059.003"}])
    );
    assert_eq!(read["aliases"], json!(["kept too"]));
    assert_eq!(read["objective"], "kept");
    for gone in ["x_contact", "extensions", "description"] {
        assert!(read.get(gone).is_none(), "{gone}");
    }
}

#[test]
fn authors_contacts_and_strange_parts_are_cut() {
    let about = id_of("campaign", 2);
    for (value, gone) in [
        (
            named(
                "note",
                1,
                json!({"name": null, "content": "c", "authors": [NAME], "object_refs": [about]}),
            ),
            "authors",
        ),
        (
            named(
                "opinion",
                1,
                json!({"name": null, "opinion": "agree", "authors": [NAME], "object_refs": [about]}),
            ),
            "authors",
        ),
        (
            named(
                "identity",
                1,
                json!({"contact_information": NAME, "sectors": ["telecommunications"]}),
            ),
            "contact_information",
        ),
        (
            named(
                "attack-pattern",
                1,
                json!({"kill_chain_phases": [{"kill_chain_name": "a", "phase_name": "b", "x_by": NAME}], "x_y": NAME}),
            ),
            "x_y",
        ),
    ] {
        let other = sdo("campaign", 2, json!({"name": "b"}));
        let (seen, _) = seen(&value, &[other]);
        let text = seen.released().unwrap().text();
        assert!(!text.contains(NAME) && !text.contains(gone), "{text}");
    }
    let file = sco(
        "file",
        1,
        Tlp::Green,
        json!({"name": "a", "x_by": NAME, "extensions": {
            "ntfs-ext": {"sid": "kept", "x_by": NAME}, "giver-ext": {"by": NAME}}}),
    );
    let read = text(&file).unwrap();
    assert_eq!(read["extensions"], json!({"ntfs-ext": {"sid": "kept"}}));
    let event = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e";
    let read = text(&named("event", 1, json!({"status": "occurred", "extensions": {event: {"extension_type": "new-sdo", "by": NAME}}}))).unwrap();
    assert_eq!(
        read["extensions"],
        json!({event: {"extension_type": "new-sdo"}})
    );
}

#[test]
fn nothing_goes_of_what_cannot_be_judged() {
    let statement = "marking-definition--00000000-0000-4000-8000-00000000aaaa";
    let extension = "extension-definition--00000000-0000-4000-8000-000000000001";
    let new_type = json!({extension: {"extension_type": "new-sdo"}});
    for value in [
        // Another identity under which the giver writes.
        sdo(
            "identity",
            1,
            json!({"name": "a", "created_by_ref": id_of("identity", 1)}),
        ),
        // A type that the standard does not have.
        sdo("x-made-up", 1, json!({"name": "a", "extensions": new_type})),
        // Entries that may say anything.
        sdo(
            "campaign",
            1,
            json!({"name": "a", "granular_markings": [
            {"marking_ref": Tlp::Clear.id_text(), "selectors": ["name"], "x_by": NAME}]}),
        ),
        // Its name is the giver's.
        sdo("campaign", 1, json!({"name": giver()})),
        json!({"type": "marking-definition", "spec_version": "2.1", "id": statement, "created": "2026-01-01T00:00:00.000Z",
               "created_by_ref": giver(), "object_marking_refs": [Tlp::Green.id_text()],
               "definition_type": "statement", "definition": {"statement": "fine"}}),
        sdo(
            "extension-definition",
            1,
            json!({"name": "a", "schema": "https://giver.example/", "version": "1.0.0",
               "extension_types": ["property-extension"]}),
        ),
    ] {
        let (seen, _) = seen(&value, &[]);
        assert_eq!(letter(&seen), '–', "{value}");
    }
    // The giver itself.
    let mut world = World::new();
    let of = world.hold_from(
        &sdo("identity", 0, json!({"name": "a", "id": giver()})),
        from_other(Consent::Anonymous),
    );
    world.release_all(to_carrier());
    assert_eq!(letter(&world.see(&carrier(), &of)), '–');
}

#[test]
fn markings_that_the_giver_defined_would_name_it() {
    let statement = "marking-definition--00000000-0000-4000-8000-00000000aaaa";
    let definition = json!({"type": "marking-definition", "spec_version": "2.1", "id": statement,
        "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "definition": {"statement": "fine"}});
    for (source, expected) in [(OTHER, '–'), (OWN, 'E')] {
        let mut world = World::new();
        world.hold_from(
            &definition,
            Provenance {
                source,
                ..provenance()
            },
        );
        let value = named(
            "campaign",
            1,
            json!({"object_marking_refs": [statement, Tlp::Green.id_text()]}),
        );
        let of = world.hold_from(&value, from_other(Consent::Anonymous));
        world.release_all(to_carrier());
        assert_eq!(letter(&world.see(&carrier(), &of)), expected);
    }
}

#[test]
fn a_policy_may_ask_for_it_too() {
    let marking = id_of("marking-definition", 7);
    let policy = |attribution: &str| {
        let mut policy = iep(json!({"provider_attribution": attribution}));
        policy["id"] = json!(marking);
        policy
    };
    let mut signed = policy("must-not");
    signed["created_by_ref"] = json!(giver());
    for (definition, expected, seen_itself) in [
        (policy("may"), 'W', 'W'),
        (policy("must-not"), 'E', 'W'),
        // The policy would tell what it forbids to tell.
        (signed, 'E', '–'),
    ] {
        let mut world = World::new();
        let mut definition = definition;
        definition["object_marking_refs"] = json!([Tlp::Green.id_text()]);
        world.hold_from(&definition, from_other(Consent::Given));
        let value = named("campaign", 1, json!({"object_marking_refs": [marking]}));
        let of = world.hold_from(&value, from_other(Consent::Given));
        world.hold_from(
            &sdo("identity", 0, json!({"name": NAME, "id": giver()})),
            from_other(Consent::Given),
        );
        world.release_all(to_carrier());
        let seen = world.see(&carrier(), &of);
        assert_eq!(letter(&seen), expected, "{definition}");
        assert_eq!(
            letter(&world.see(&carrier(), &id(&marking))),
            seen_itself,
            "{definition}"
        );
        let text = seen.released().unwrap().text();
        assert_eq!(text.contains(&OTHER.0.to_string()), expected == 'W');
    }
    // Whoever must be named and must not, is not told of at all, whoever defined the policy.
    for defined_by in [OTHER, OWN] {
        let mut world = World::new();
        world.hold_from(
            &policy("must"),
            Provenance {
                source: defined_by,
                ..provenance()
            },
        );
        let value = named("campaign", 1, json!({"object_marking_refs": [marking]}));
        let of = world.hold_from(&value, from_other(Consent::Anonymous));
        world.release_all(to_carrier());
        assert_eq!(letter(&world.see(&carrier(), &of)), '–');
        assert_eq!(letter(&world.see(&own(), &of)), 'W');
    }
}

#[test]
fn others_do_not_tie_it_to_the_giver() {
    let campaign = named("campaign", 1, json!({}));
    let tie = sdo(
        "relationship",
        2,
        json!({"relationship_type": "related-to", "source_ref": id_of("campaign", 1), "target_ref": giver()}),
    );
    let report = |refs: &[String]| {
        sdo(
            "report",
            3,
            json!({"name": "r", "published": "2026-02-01T00:00:00Z", "object_refs": refs}),
        )
    };
    let both = report(&[id_of("campaign", 1), giver()]);
    let (_, world) = seen(&campaign, &[tie, both]);
    assert_eq!(
        letter(&world.see(&carrier(), &id(&id_of("relationship", 2)))),
        '–'
    );
    let text = world.text(&carrier(), &id(&id_of("report", 3))).unwrap();
    assert!(
        !text.contains(&giver()) && text.contains("campaign--"),
        "{text}"
    );
    // The giver's name alone may be told.
    let (_, world) = seen(&campaign, &[report(&[giver()])]);
    assert_eq!(
        letter(&world.see(&carrier(), &id(&id_of("report", 3)))),
        'W'
    );
    // And so may both where the object was given with a name.
    let mut world = World::new();
    world.hold_from(&campaign, from_other(Consent::Given));
    world.hold_from(
        &sdo("identity", 0, json!({"name": NAME, "id": giver()})),
        from_other(Consent::Given),
    );
    world.hold(&report(&[id_of("campaign", 1), giver()]));
    world.release_all(to_carrier());
    assert_eq!(
        letter(&world.see(&carrier(), &id(&id_of("report", 3)))),
        'W'
    );
}

#[test]
fn two_who_give_the_same_without_a_name_are_not_told_apart() {
    let seen_from = |source, by: &str| {
        let mut world = World::new();
        let value = sdo(
            "campaign",
            1,
            json!({"name": "a", "created_by_ref": by, "x_by": by,
                   "external_references": [{"source_name": by, "description": by}]}),
        );
        let consent = Consent::Anonymous;
        let of = world.hold_from(
            &value,
            Provenance {
                source,
                consent,
                ..provenance()
            },
        );
        world.release_all(to_carrier());
        world.text(&carrier(), &of).unwrap()
    };
    let one = seen_from(OTHER, OTHER.identity().as_str());
    let two = seen_from(CARRIER, CARRIER.identity().as_str());
    assert_eq!(one, two);
}

#[test]
fn refusal_is_stronger_and_the_public_is_told_no_more() {
    let value = named(
        "campaign",
        1,
        json!({"object_marking_refs": [Tlp::Clear.id_text()]}),
    );
    for (consent, expected) in [
        (Consent::Given, 'W'),
        (Consent::Anonymous, 'E'),
        (Consent::Refused, '–'),
    ] {
        let mut world = World::new();
        let of = world.hold_from(&value, from_other(consent));
        world.hold_from(
            &sdo(
                "identity",
                0,
                json!({"name": NAME, "id": giver(), "object_marking_refs": [Tlp::Clear.id_text()]}),
            ),
            from_other(Consent::Given),
        );
        world.release_all(crate::world::release(
            [release::terms::Recipient::Public],
            Tlp::Clear,
        ));
        assert_eq!(letter(&world.see(&Audience::Public, &of)), expected);
    }
}
