//! What an edition's identifier depends on.

use release::decision::Decision;
use release::gate::Asked;
use release::terms::{Cut, Recipient, Release};
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;

use crate::world::{
    CARRIER, OTHER, World, carrier, closed, id, id_of, merge, open, other, release, sdo, to_carrier,
};

fn hidden(selectors: &[&str]) -> Value {
    json!([{"marking_ref": Tlp::Red.id_text(), "selectors": selectors}])
}

fn cutting(recipient: Recipient, parts: &[&str]) -> Release {
    let mut release = release([recipient], Tlp::AmberStrict);
    release.cuts = parts
        .iter()
        .map(|part| Cut {
            object: None,
            part: Selector::parse(part).unwrap(),
        })
        .collect();
    release
}

/// The identifiers under which carrier and other know `value`, with these parts cut for each.
fn two(value: &Value, for_carrier: &[&str], for_other: &[&str]) -> (Id, Id) {
    let mut world = World::new();
    let id = world.hold(value);
    world.release_all(cutting(Recipient::Organisation(CARRIER), for_carrier));
    world.release_all(cutting(Recipient::Organisation(OTHER), for_other));
    (known_as(&world, &id), {
        let seen = world.see(&other(), &id);
        seen.released().unwrap().id().clone()
    })
}

/// The identifier under which the carrier knows an object.
fn known_as(world: &World, id: &Id) -> Id {
    world.see(&carrier(), id).released().unwrap().id().clone()
}

fn campaign() -> Value {
    sdo(
        "campaign",
        1,
        json!({
            "name": "a", "description": "d", "aliases": ["a", "b", "c"],
            "x_nested": [["a", "b"], ["c", "d"]],
            "external_references": [
                {"source_name": "one", "url": "https://one.example/", "description": "1"},
                {"source_name": "two", "url": "https://two.example/", "description": "2"},
            ],
        }),
    )
}

#[test]
fn those_who_see_the_same_know_it_by_the_same_identifier() {
    let same: [(&[&str], &[&str]); 4] = [
        (&["description"], &["description"]),
        // Cut in one piece or in several.
        (
            &["external_references"],
            &["external_references.[0]", "external_references.[1]"],
        ),
        (
            &["external_references.[0]"],
            &["external_references.[0].source_name"],
        ),
        (&["aliases.[0]", "aliases.[1]", "aliases.[2]"], &["aliases"]),
    ];
    for (a, b) in same {
        let (carrier, other) = two(&campaign(), a, b);
        assert_eq!(carrier, other, "{a:?} {b:?}");
    }
}

#[test]
fn those_who_see_otherwise_know_it_by_another() {
    let cuts: [&[&str]; 12] = [
        &[],
        &["description"],
        &["aliases.[0]"],
        &["aliases.[1]"],
        &["aliases"],
        &["x_nested.[0].[0]", "x_nested.[1].[0]"],
        &["x_nested.[0].[1]", "x_nested.[1].[0]"],
        &["external_references.[0]"],
        &["external_references.[1]"],
        &["external_references.[0].url"],
        &["external_references.[1].url"],
        &["external_references.[0].url", "external_references.[1].url"],
    ];
    for (at, a) in cuts.iter().enumerate() {
        for b in &cuts[at + 1..] {
            let (carrier, other) = two(&campaign(), a, b);
            assert_ne!(carrier, other, "{a:?} {b:?}");
        }
    }
}

#[test]
fn names_chosen_by_an_author_do_not_make_two_editions_one() {
    // With a separator between paths, both pairs would read `x_a | x_b | x_c`.
    let value = sdo(
        "x-case",
        1,
        json!({"x_a\u{1f}x_b": 1, "x_c": 2, "x_a": 3, "x_b\u{1f}x_c": 4, "x_rest": 5}),
    );
    let (carrier, other) = two(&value, &["x_a\u{1f}x_b", "x_c"], &["x_a", "x_b\u{1f}x_c"]);
    assert_ne!(carrier, other);
}

fn report(refs: &[String], more: Value) -> Value {
    let mut value = sdo(
        "report",
        1,
        json!({"name": "r", "published": "2026-02-01T00:00:00Z", "object_refs": refs}),
    );
    merge(&mut value, more);
    value
}

fn seen_with(values: &[Value], of: &str) -> String {
    let mut world = World::new();
    world.hold_all(values);
    world.release_all(to_carrier());
    world.text(&carrier(), &id(of)).unwrap()
}

#[test]
fn what_is_withheld_does_not_show_in_it() {
    let ours = id_of("campaign", 10);
    let refs = |numbers: &[u128]| -> Vec<String> {
        let withheld = numbers.iter().map(|number| id_of("campaign", *number));
        withheld.chain([ours.clone()]).collect()
    };
    let of = id_of("report", 1);
    let one = seen_with(
        &[
            report(&refs(&[20]), json!({})),
            open("campaign", 10),
            closed("campaign", 20),
        ],
        &of,
    );
    let held_not = seen_with(
        &[report(&refs(&[20]), json!({})), open("campaign", 10)],
        &of,
    );
    let three = seen_with(
        &[
            report(&refs(&[20, 21, 22]), json!({})),
            open("campaign", 10),
            closed("campaign", 20),
            closed("campaign", 21),
        ],
        &of,
    );
    let mut changed = closed("campaign", 20);
    changed["name"] = json!("SECRET other");
    changed["modified"] = json!("2026-03-01T00:00:00.000Z");
    let other_content = seen_with(
        &[
            report(&refs(&[20]), json!({})),
            open("campaign", 10),
            closed("campaign", 20),
            changed,
        ],
        &of,
    );
    assert_eq!(one, held_not);
    assert_eq!(one, three);
    assert_eq!(one, other_content);
}

#[test]
fn withheld_items_of_lists_and_withheld_text_do_not_show_in_it() {
    let with = |labels: &[&str], marks: &[&str], description: &str| {
        let mut selectors = marks.to_vec();
        selectors.push("description");
        let value = sdo(
            "campaign",
            1,
            json!({"name": "a", "labels": labels, "description": description,
                   "granular_markings": hidden(&selectors)}),
        );
        seen_with(&[value], &id_of("campaign", 1))
    };
    let one = with(&["SECRET", "open"], &["labels.[0]"], "SECRET");
    assert_eq!(
        one,
        with(&["open", "SECRET"], &["labels.[1]"], "another SECRET")
    );
    assert_eq!(
        one,
        with(
            &["SECRET", "SECRET", "open", "x"],
            &["labels.[0]", "labels.[1]", "labels.[3]"],
            ""
        )
    );
}

#[test]
fn a_withheld_newest_version_does_not_hide_the_one_before() {
    // The second version is not marked RED itself, but all that it refers to is.
    let first = report(&[id_of("campaign", 10)], json!({}));
    let second = report(
        &[id_of("campaign", 20)],
        json!({"name": "SECRET", "modified": "2026-03-01T00:00:00.000Z"}),
    );
    let rest = [open("campaign", 10), closed("campaign", 20)];
    let of = id_of("report", 1);
    let without = seen_with(&[std::slice::from_ref(&first), &rest[..]].concat(), &of);
    let with = seen_with(&[&[first, second], &rest[..]].concat(), &of);
    assert_eq!(without, with);
}

#[test]
fn versions_of_an_edition_share_the_identifier() {
    let version = |month: u8, text: &str| {
        sdo(
            "campaign",
            1,
            json!({"name": text, "description": "SECRET", "modified": format!("2026-0{month}-01T00:00:00.000Z"),
                   "granular_markings": hidden(&["description"])}),
        )
    };
    let mut world = World::new();
    world.hold_all(&[
        version(2, "first"),
        version(3, "second"),
        version(4, "third"),
    ]);
    world.release_all(to_carrier());
    let asked: Vec<Asked> = [
        "2026-02-01T00:00:00.000Z",
        "2026-03-01T00:00:00.000Z",
        "2026-04-01T00:00:00.000Z",
    ]
    .into_iter()
    .map(|version| Asked {
        id: id(&id_of("campaign", 1)),
        version: Some(stix::timestamp::Timestamp::parse(version).unwrap()),
    })
    .collect();
    let seen = world.decide(&carrier(), &asked);
    let ids: Vec<Id> = seen
        .iter()
        .map(|seen| seen.released().unwrap().id().clone())
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[1], ids[2]);
    assert_eq!(ids[2], known_as(&world, &id(&id_of("campaign", 1))));
    let versions: Vec<String> = seen
        .iter()
        .map(|seen| seen.released().unwrap().version().unwrap().to_string())
        .collect();
    assert_eq!(
        versions,
        [
            "2026-02-01T00:00:00.000Z",
            "2026-03-01T00:00:00.000Z",
            "2026-04-01T00:00:00.000Z"
        ]
    );
}

#[test]
fn an_edition_that_shows_another_edition_depends_on_it() {
    // Both see the whole report; what is cut in the campaign differs, and so does the reference to it.
    let build = |hidden_part: &str| {
        let campaign = sdo(
            "campaign",
            10,
            json!({"name": "a", "description": "SECRET", "objective": "o", "granular_markings": hidden(&[hidden_part])}),
        );
        let mut world = World::new();
        world.hold_all(&[report(&[id_of("campaign", 10)], json!({})), campaign]);
        world.release_all(to_carrier());
        known_as(&world, &id(&id_of("report", 1)))
    };
    assert_ne!(build("description"), build("objective"));
}

#[test]
fn it_looks_like_a_random_uuid_and_needs_the_key() {
    let mut world = World::new();
    let value = sdo(
        "campaign",
        1,
        json!({"name": "a", "description": "SECRET", "granular_markings": hidden(&["description"])}),
    );
    let of = world.hold(&value);
    world.release_all(to_carrier());
    let Decision::Edition(edition) = world.see(&carrier(), &of) else {
        panic!("an edition was due");
    };
    assert_eq!(edition.source, of);
    let uuid = edition.released.id().uuid();
    assert_eq!(uuid.get_version_num(), 4);
    assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
    assert_eq!(edition.released.id().kind(), "campaign");
    let mut policy = crate::world::policy();
    policy.edition_key.0[0] ^= 1;
    let audience = carrier();
    let Ok(other) =
        release::gate::Gate::new(&policy, &world, &audience, crate::world::now()).decide_one(&of);
    assert_ne!(other.released().unwrap().id(), edition.released.id());
}

#[test]
fn a_sighting_of_an_edition_refers_to_it() {
    let indicator = sdo(
        "indicator",
        10,
        json!({"pattern": "[url:value = 'https://a.example/']", "pattern_type": "stix",
               "valid_from": "2026-02-01T00:00:00Z", "description": "SECRET",
               "granular_markings": hidden(&["description"])}),
    );
    let sighting = sdo(
        "sighting",
        1,
        json!({"sighting_of_ref": id_of("indicator", 10), "count": 1}),
    );
    let mut world = World::new();
    world.hold_all(&[indicator, sighting]);
    world.release_all(to_carrier());
    let edition = known_as(&world, &id(&id_of("indicator", 10)));
    let text = world.text(&carrier(), &id(&id_of("sighting", 1))).unwrap();
    assert!(text.contains(edition.as_str()), "{text}");
    assert!(!text.contains(&id_of("indicator", 10)), "{text}");
}

#[test]
fn a_batch_and_single_questions_are_answered_alike() {
    let mut world = World::new();
    world.hold_all(&[
        report(&[id_of("campaign", 10), id_of("campaign", 20)], json!({})),
        open("campaign", 10),
        closed("campaign", 20),
        sdo(
            "note",
            2,
            json!({"content": "n", "object_refs": [id_of("report", 1)]}),
        ),
    ]);
    world.release_all(to_carrier());
    let asked: Vec<Asked> = world
        .ids()
        .into_iter()
        .map(|id| Asked { id, version: None })
        .collect();
    let batch = world.decide(&carrier(), &asked);
    for (ask, decision) in asked.iter().zip(batch) {
        assert_eq!(
            decision
                .released()
                .map(|released| released.text().to_owned()),
            world.text(&carrier(), &ask.id)
        );
    }
}

#[test]
fn what_was_revoked_is_given_again_under_another_identifier_and_so_is_what_refers_to_it() {
    let mut world = World::new();
    let campaign = world.hold(&campaign());
    let report = world.hold(&sdo(
        "report",
        1,
        json!({"name": "r", "published": "2026-02-01T00:00:00Z", "object_refs": [campaign.as_str()]}),
    ));
    world.release_all(cutting(Recipient::Organisation(CARRIER), &["description"]));
    let first = (known_as(&world, &campaign), known_as(&world, &report));
    world.spend(first.0.clone());
    let second = (known_as(&world, &campaign), known_as(&world, &report));
    assert_ne!(first.0, second.0);
    // It shows the other identifier, so it may not have the one under which somebody else knows it.
    assert_ne!(first.1, second.1);
    let seen = world.text(&carrier(), &report).unwrap();
    assert!(seen.contains(second.0.as_str()) && !seen.contains(first.0.as_str()));
    // It is the same each time, and can be revoked again.
    assert_eq!(second.0, known_as(&world, &campaign));
    world.spend(second.0.clone());
    let third = known_as(&world, &campaign);
    assert!(third != first.0 && third != second.0);
}
