//! Objects made to get something past the gate.

use release::decision::Decision;
use release::gate::Asked;
use release::held::Provenance;
use serde_json::{Value, json};
use stix::marking::Tlp;

use crate::world::{
    CARRIER, OTHER, OWN, World, carrier, closed, id, id_of, letter, open, own, provenance, sco,
    sdo, to_carrier,
};

fn world(values: &[Value]) -> World {
    let mut world = World::new();
    world.hold_all(values);
    world.release_all(to_carrier());
    world
}

fn seen(values: &[Value], of: &str) -> Decision {
    world(values).see(&carrier(), &id(of))
}

fn text(values: &[Value], of: &str) -> String {
    let decision = seen(values, of);
    decision.released().unwrap().text().to_owned()
}

#[test]
fn cycles_of_required_references_stand_or_fall_together() {
    let note = |number, to: &[u128]| {
        let refs: Vec<String> = to.iter().map(|to| id_of("note", *to)).collect();
        sdo("note", number, json!({"content": "n", "object_refs": refs}))
    };
    let circle = [note(1, &[2]), note(2, &[3]), note(3, &[1])];
    assert_eq!(letter(&seen(&circle, &id_of("note", 1))), 'W');
    let relationship = |number, from: &str, to: &str| {
        sdo(
            "relationship",
            number,
            json!({"relationship_type": "related-to", "source_ref": from, "target_ref": to}),
        )
    };
    let circle = [
        relationship(1, &id_of("relationship", 2), &id_of("relationship", 3)),
        relationship(2, &id_of("relationship", 3), &id_of("relationship", 1)),
        relationship(3, &id_of("relationship", 1), &id_of("campaign", 9)),
        closed("campaign", 9),
    ];
    for number in 1..=3 {
        assert_eq!(letter(&seen(&circle, &id_of("relationship", number))), '–');
    }
}

#[test]
fn observables_in_a_circle_become_editions_together() {
    let values = [
        sco(
            "directory",
            1,
            Tlp::Green,
            json!({"path": "/a", "contains_refs": [id_of("file", 2), id_of("directory", 1)]}),
        ),
        sco(
            "file",
            2,
            Tlp::Green,
            json!({"name": "f", "parent_directory_ref": id_of("directory", 1),
            "contains_refs": [id_of("ipv4-addr", 3), id_of("file", 2)]}),
        ),
        sco("ipv4-addr", 3, Tlp::Red, json!({"value": "198.51.100.3"})),
    ];
    let directory = text(&values, &id_of("directory", 1));
    let file = text(&values, &id_of("file", 2));
    for text in [&directory, &file] {
        for number in 1..=3 {
            assert!(!text.contains(&id_of("x", number)[3..]), "{text}");
        }
    }
    let world = world(&values);
    let edition = world.see(&carrier(), &id(&id_of("file", 2)));
    assert!(directory.contains(edition.released().unwrap().id().as_str()));
}

#[test]
fn a_marking_definition_does_not_grant_itself_a_level() {
    let marking = "marking-definition--00000000-0000-4000-8000-00000000cccc";
    for definition in [
        json!({"name": "TLP:CLEAR"}),
        json!({"definition_type": "tlp", "definition": {"tlp": "clear"}}),
        json!({"definition_type": "tlp", "definition": {"statement": "fine"}}),
        json!({"definition_type": "statement", "definition": {"statement": 1}}),
        json!({"definition_type": "statement", "definition": {"statement": "fine"}, "extensions": {"extension-definition--00000000-0000-4000-8000-000000000001": {"extension_type": "property-extension"}}}),
        json!({"extensions": {stix::marking::TLP_2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}}}),
    ] {
        let mut held = json!({"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": "2026-01-01T00:00:00.000Z"});
        crate::world::merge(&mut held, definition);
        let subject = sdo(
            "campaign",
            1,
            json!({"name": "a", "object_marking_refs": [marking, Tlp::Clear.id_text()]}),
        );
        assert_eq!(
            letter(&seen(&[held.clone(), subject], &id_of("campaign", 1))),
            '–',
            "{held}"
        );
    }
}

#[test]
fn nobody_explains_away_the_marking_on_anothers_object() {
    let marking = "marking-definition--00000000-0000-4000-8000-00000000cccc";
    let statement = json!({"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement", "definition": {"statement": "fine"}});
    let subject = sdo(
        "campaign",
        1,
        json!({"name": "a", "object_marking_refs": [marking, Tlp::Green.id_text()]}),
    );
    let from = |source| Provenance {
        source,
        ..provenance()
    };
    for (defined_by, expected) in [(OTHER, '–'), (CARRIER, 'W'), (OWN, 'W')] {
        let mut world = World::new();
        world.hold_from(&statement, from(defined_by));
        let of = world.hold_from(&subject, from(CARRIER));
        world.release_all(to_carrier());
        assert_eq!(letter(&world.see(&carrier(), &of)), expected);
        assert_eq!(letter(&world.see(&own(), &of)), 'W');
    }
}

#[test]
fn a_definition_with_two_readings_is_not_understood() {
    let marking = "marking-definition--00000000-0000-4000-8000-00000000cccc";
    let definition = |kind: &str, created: &str| {
        json!({"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": created,
            "definition_type": kind, "definition": {"statement": "fine"}})
    };
    let values = [
        definition("statement", "2026-01-02T00:00:00.000Z"),
        definition("iep", "2026-01-01T00:00:00.000Z"),
        sdo(
            "campaign",
            1,
            json!({"name": "a", "object_marking_refs": [marking, Tlp::Green.id_text()]}),
        ),
    ];
    assert_eq!(letter(&seen(&values, &id_of("campaign", 1))), '–');
}

#[test]
fn an_empty_list_of_markings_is_no_marking() {
    let value = sdo(
        "campaign",
        1,
        json!({"name": "a", "object_marking_refs": []}),
    );
    let mut world = World::new();
    let of = world.hold(&value);
    world.release_all(crate::world::release(
        [release::terms::Recipient::Public],
        Tlp::Red,
    ));
    assert_eq!(
        letter(&world.see(&release::party::Audience::Public, &of)),
        '–'
    );
}

#[test]
fn identifiers_are_found_wherever_they_hide() {
    let secret = id_of("campaign", 20);
    let places = [
        json!({"x_any": secret}),
        json!({"x_any": [[[secret]], "rest"], "x_more": 1}),
        json!({"x_any": {secret.clone(): "as a key", "rest": 1}}),
        json!({"x_any": format!("\t{secret} ")}),
        json!({"x_any": secret.to_uppercase().replace("CAMPAIGN", "Campaign")}),
        json!({"lang": secret}),
        json!({"spec_version": secret}),
        json!({"confidence": [secret]}),
        json!({"extensions": {"x": {"extension_type": secret, "y": 1}}}),
        json!({"extensions": {secret.clone(): {"y": 1}}}),
        json!({"external_references": [{"source_name": secret}, {"source_name": "open"}]}),
        json!({"granular_markings": [{"marking_ref": Tlp::Clear.id_text(), "selectors": ["name"], "x_any": secret}]}),
        json!({"granular_markings": [{"lang": secret, "selectors": ["name"]}]}),
        json!({"revoked": secret}),
    ];
    for place in places {
        let value = sdo("campaign", 1, {
            let mut more = json!({"name": "a"});
            crate::world::merge(&mut more, place.clone());
            more
        });
        for held in [
            vec![value.clone()],
            vec![value.clone(), closed("campaign", 20)],
        ] {
            let decision = seen(&held, &id_of("campaign", 1));
            assert_ne!(letter(&decision), 'W', "{place}");
            let text = decision
                .released()
                .map(|released| released.text().to_lowercase());
            assert!(!text.is_some_and(|text| text.contains(&secret)), "{place}");
        }
    }
}

#[test]
fn a_part_that_goes_takes_its_references_and_marks_along() {
    // The item goes for want of its source name; what it refers to is an edition, and must not show in the identifier.
    let item = |about: &str| {
        json!({"name": "a", "external_references": [
            {"source_name": "SECRET", "x_about_ref": about, "url": "https://a.example/"},
            {"source_name": "open", "url": "https://b.example/"}],
          "granular_markings": [
            {"marking_ref": Tlp::Red.id_text(), "selectors": ["external_references.[0].source_name"]},
            {"marking_ref": Tlp::Green.id_text(), "selectors": ["external_references.[0].url"]}]})
    };
    let cut = sdo(
        "identity",
        10,
        json!({"name": "i", "description": "SECRET",
        "granular_markings": [{"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]}]}),
    );
    // Asked for together with what it refers to, so that this is at hand.
    let asked = [("identity", 10), ("campaign", 1)].map(|(kind, number)| Asked {
        id: id(&id_of(kind, number)),
        version: None,
    });
    let campaign = |about: &str| {
        let world = world(&[sdo("campaign", 1, item(about)), cut.clone()]);
        let seen = world.decide(&carrier(), &asked).pop().unwrap();
        seen.released().unwrap().text().to_owned()
    };
    let one = campaign(&id_of("identity", 10));
    let two = campaign("nothing in particular");
    assert_eq!(one, two);
    assert!(!one.contains("granular_markings"), "{one}");
}

#[test]
fn the_house_is_known_by_its_own_identifier() {
    // Parts of the house's identity may be withheld; every edition names the house all the same.
    let mut house = sdo(
        "identity",
        1,
        json!({"name": "Centre", "contact_information": "SECRET", "id": OWN.identity().as_str(),
        "granular_markings": [{"marking_ref": Tlp::Red.id_text(), "selectors": ["contact_information"]}]}),
    );
    house["id"] = json!(OWN.identity().as_str());
    let by_house = sdo(
        "campaign",
        2,
        json!({"name": "a", "created_by_ref": OWN.identity().as_str()}),
    );
    let world = world(&[house, by_house]);
    assert_eq!(
        letter(&world.see(&carrier(), &id(&id_of("campaign", 2)))),
        'W'
    );
    assert_eq!(letter(&world.see(&carrier(), &OWN.identity())), 'E');
}

#[test]
fn a_marking_definition_is_never_an_edition() {
    let marking = "marking-definition--00000000-0000-4000-8000-00000000cccc";
    let cut = sdo(
        "identity",
        10,
        json!({"name": "i", "description": "SECRET",
        "granular_markings": [{"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]}]}),
    );
    let definition = json!({"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": "2026-01-01T00:00:00.000Z",
        "created_by_ref": id_of("identity", 10), "object_marking_refs": [Tlp::Green.id_text()],
        "definition_type": "statement", "definition": {"statement": "fine"}});
    let subject = sdo(
        "campaign",
        1,
        json!({"name": "a", "object_marking_refs": [marking, Tlp::Green.id_text()]}),
    );
    let values = [cut, definition, subject];
    assert_eq!(letter(&seen(&values, marking)), '–');
    assert_eq!(letter(&seen(&values, &id_of("campaign", 1))), 'W');
}

#[test]
fn overlapping_and_repeated_marks_add_up() {
    let value = sdo(
        "campaign",
        1,
        json!({"name": "a", "x_deep": {"a": {"b": "SECRET", "c": "SECRET"}, "d": "open"},
        "granular_markings": [
            {"marking_ref": Tlp::Clear.id_text(), "selectors": ["x_deep", "x_deep.a.b"]},
            {"marking_ref": Tlp::Red.id_text(), "selectors": ["x_deep.a", "x_deep.a"]},
            {"marking_ref": Tlp::Red.id_text(), "selectors": ["x_deep.a.c"]},
            {"marking_ref": Tlp::Clear.id_text(), "selectors": ["x_deep.a.c"]}]}),
    );
    let text = text(&[value], &id_of("campaign", 1));
    assert!(!text.contains("SECRET") && text.contains("open"), "{text}");
}

#[test]
fn an_edition_is_an_object_that_can_be_read_again() {
    let value = sdo(
        "campaign",
        1,
        json!({"name": "a", "labels": ["SECRET", "b"], "x_empty": [], "x_null": {"a": {}},
        "granular_markings": [
            {"marking_ref": Tlp::Red.id_text(), "selectors": ["labels.[0]"]},
            {"marking_ref": Tlp::Green.id_text(), "selectors": ["labels.[1]", "object_marking_refs", "granular_markings.[0].selectors"]}]}),
    );
    let text = text(&[value], &id_of("campaign", 1));
    let read = stix::object::Object::parse(&text).unwrap();
    assert_eq!(read.markings().granular.len(), 1);
    assert!(
        text.contains("granular_markings\"") && text.contains("labels.[0]"),
        "{text}"
    );
    assert!(text.contains("x_empty"), "{text}");
}

#[test]
fn nothing_outside_is_seen_without_a_release() {
    let mut world = World::new();
    let of = world.hold(&sdo(
        "campaign",
        1,
        json!({"name": "a", "object_marking_refs": [Tlp::Clear.id_text()]}),
    ));
    assert_eq!(letter(&world.see(&carrier(), &of)), '–');
    assert_eq!(
        letter(&world.see(&release::party::Audience::Public, &of)),
        '–'
    );
    assert_eq!(letter(&world.see(&own(), &of)), 'W');
    assert_eq!(letter(&world.see(&own(), &id(&id_of("campaign", 2)))), '–');
}

#[test]
fn in_the_house_only_what_is_held_back_is_cut() {
    // A reference to what nobody holds says nothing; one to a colleague's RED object does.
    let about = |number| json!({"content": "n", "object_refs": [id_of("campaign", number), id_of("campaign", 1)]});
    let world = world(&[
        sdo("note", 1, about(30)),
        sdo("note", 2, about(20)),
        open("campaign", 1),
        closed("campaign", 20),
    ]);
    assert_eq!(letter(&world.see(&own(), &id(&id_of("note", 1)))), 'W');
    assert_eq!(letter(&world.see(&own(), &id(&id_of("note", 2)))), 'E');
}
