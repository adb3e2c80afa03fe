//! What narrows a release: time, withdrawal, consent, embargo.

use release::held::{Consent, Provenance};
use release::terms::{Cut, Release};
use serde_json::json;
use stix::selector::Selector;

use crate::world::{World, at, carrier, letter, now, open, own, provenance, sdo, to_carrier};

fn under(change: impl FnOnce(&mut Release)) -> char {
    let mut world = World::new();
    let id = world.hold(&open("campaign", 1));
    let mut release = to_carrier();
    change(&mut release);
    world.release_all(release);
    letter(&world.see(&carrier(), &id))
}

fn held_as(change: impl FnOnce(&mut Provenance)) -> (char, char) {
    let mut world = World::new();
    let mut provenance = provenance();
    change(&mut provenance);
    let id = world.hold_from(&open("campaign", 1), provenance);
    world.release_all(to_carrier());
    (
        letter(&world.see(&carrier(), &id)),
        letter(&world.see(&own(), &id)),
    )
}

#[test]
fn a_release_begins_and_ends_at_the_moment() {
    assert_eq!(under(|_| ()), 'W');
    assert_eq!(under(|release| release.from = now()), 'W');
    assert_eq!(
        under(|release| release.from = at("2026-06-01T12:00:01Z")),
        '–'
    );
    assert_eq!(
        under(|release| release.until = Some(at("2026-06-01T12:00:01Z"))),
        'W'
    );
    assert_eq!(under(|release| release.until = Some(now())), '–');
}

#[test]
fn a_withdrawn_release_gives_nothing() {
    assert_eq!(under(|release| release.withdrawn = Some(now())), '–');
    assert_eq!(
        under(|release| release.withdrawn = Some(at("2026-02-01T00:00:00Z"))),
        '–'
    );
    assert_eq!(
        under(|release| release.withdrawn = Some(at("2026-06-02T00:00:00Z"))),
        'W'
    );
}

#[test]
fn consent_binds_everybody_outside() {
    assert_eq!(
        held_as(|provenance| provenance.consent = Consent::Refused),
        ('–', 'W')
    );
}

#[test]
fn an_embargo_binds_everybody_outside_until_its_moment() {
    let later = at("2026-06-01T12:00:01Z");
    assert_eq!(
        held_as(|provenance| provenance.embargo_until = Some(later)),
        ('–', 'W')
    );
    assert_eq!(
        held_as(|provenance| provenance.embargo_until = Some(now())),
        ('W', 'W')
    );
}

#[test]
fn a_part_is_cut_by_hand_for_one_object_or_for_all() {
    for (object, expected) in [(None, 'E'), (Some(1), 'E'), (Some(2), 'W')] {
        let mut world = World::new();
        let id = world.hold(&sdo(
            "campaign",
            1,
            json!({"name": "a", "description": "cut me"}),
        ));
        let mut release = to_carrier();
        release.cuts.push(Cut {
            object: object.map(|number| crate::world::id(&crate::world::id_of("campaign", number))),
            part: Selector::parse("description").unwrap(),
        });
        world.release_all(release);
        let seen = world.see(&carrier(), &id);
        assert_eq!(letter(&seen), expected);
        let text = seen.released().unwrap().text().to_owned();
        assert_eq!(text.contains("cut me"), expected == 'W');
    }
}

#[test]
fn whoever_is_reached_twice_sees_what_either_release_lets_through() {
    let cut = |parts: &[&str]| {
        let mut release = to_carrier();
        release.cuts = parts
            .iter()
            .map(|part| Cut {
                object: None,
                part: Selector::parse(part).unwrap(),
            })
            .collect();
        release
    };
    let mut world = World::new();
    let id = world.hold(&sdo(
        "campaign",
        1,
        json!({"name": "a", "description": "one", "objective": "two",
               "aliases": ["three", "four"]}),
    ));
    world.release_all(cut(&["description", "aliases"]));
    world.release_all(cut(&["objective", "aliases.[1]"]));
    let text = world.text(&carrier(), &id).unwrap();
    for (part, seen) in [
        ("one", true),
        ("two", true),
        ("three", true),
        ("four", false),
    ] {
        assert_eq!(text.contains(part), seen, "{part} in {text}");
    }
}
