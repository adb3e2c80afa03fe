//! What policies and caveats demand.

use std::collections::BTreeSet;

use release::held::Provenance;
use release::party::{Audience, OrganisationId};
use release::terms::Recipient;
use serde_json::{Value, json};
use stix::marking::Tlp;
use stix::marking::caveat::{CAVEAT_EXTENSION, Caveat};
use stix::marking::iep::IEP_2_EXTENSION;

use crate::world::{
    CARRIER, OTHER, OWN, World, carrier, id, id_of, letter, member, own, person, provenance,
    release, sdo, to_carrier,
};

const MARKING: &str = "marking-definition--00000000-0000-4000-8000-00000000cccc";

/// A marking definition with this extension.
pub(crate) fn definition(extension: &str, content: Value) -> Value {
    let mut content = content;
    content["extension_type"] = json!("property-extension");
    json!({"type": "marking-definition", "spec_version": "2.1", "id": MARKING, "name": "m",
           "created": "2026-01-01T00:00:00.000Z", "extensions": {extension: content}})
}

/// A policy that is in force and permits all.
pub(crate) fn iep(change: Value) -> Value {
    let mut policy = json!({
        "iep_version": 2.0, "iep_id": "7e0a0a0d-29ab-4a1c-a2de-0d5c05b4a7f5", "description": "policy",
        "start_date": "2026-01-01T00:00:00Z", "tlp": "white", "encrypt_in_transit": "may",
        "permitted_actions": "externally-visible-direct-actions", "affected_party_notifications": "may",
        "provider_attribution": "may", "unmodified_resale": "may",
    });
    crate::world::merge(&mut policy, change);
    definition(IEP_2_EXTENSION, policy)
}

pub(crate) fn caveat(content: Value) -> Value {
    definition(CAVEAT_EXTENSION, content)
}

fn under(marking: &Value, audience: &Audience) -> char {
    let mut world = World::new();
    world.hold(marking);
    let of = world.hold(&sdo(
        "campaign",
        1,
        json!({"name": "a", "description": "b", "object_marking_refs": [MARKING]}),
    ));
    let mut release = to_carrier();
    release.recipients.insert(Recipient::Organisation(OTHER));
    release.recipients.insert(Recipient::Public);
    world.release_all(release);
    letter(&world.see(audience, &of))
}

/// Likewise with the marking on a part.
fn part_under(marking: &Value, audience: &Audience) -> char {
    let mut world = World::new();
    world.hold(marking);
    let of = world.hold(&sdo(
        "campaign",
        1,
        json!({"name": "a", "description": "b",
               "granular_markings": [{"marking_ref": MARKING, "selectors": ["description"]}]}),
    ));
    world.release_all(to_carrier());
    letter(&world.see(audience, &of))
}

fn of_country(organisation: OrganisationId, country: &str) -> Audience {
    let mut member = member(organisation);
    member.country = country.parse().ok();
    Audience::Member(member)
}

#[test]
fn a_policy_binds_by_its_level() {
    for (level, expected) in [
        ("white", ('W', 'W')),
        ("clear", ('W', 'W')),
        ("green", ('W', '–')),
        ("amber", ('W', '–')),
        ("amber+strict", ('W', '–')),
        ("red", ('–', '–')),
        ("blue", ('–', '–')),
    ] {
        let policy = iep(json!({"tlp": level}));
        let seen = (
            under(&policy, &carrier()),
            under(&policy, &Audience::Public),
        );
        assert_eq!(seen, expected, "{level}");
    }
    assert_eq!(under(&iep(json!({"tlp": "red"})), &own()), '–');
    assert_eq!(under(&iep(json!({"tlp": "blue"})), &own()), 'W');
}

#[test]
fn a_policy_permits_from_its_start_until_its_end() {
    // The tests decide at noon.
    for (change, expected) in [
        (json!({"start_date": "2026-06-01T12:00:00Z"}), 'W'),
        (json!({"start_date": "2026-06-01T12:00:01Z"}), '–'),
        (json!({"end_date": "2026-06-01T12:00:01Z"}), 'W'),
        (json!({"end_date": "2026-06-01T12:00:00Z"}), '–'),
        (json!({"start_date": "soon"}), '–'),
        (json!({"start_date": null}), '–'),
        (json!({"end_date": "later"}), '–'),
    ] {
        assert_eq!(
            under(&iep(change.clone()), &carrier()),
            expected,
            "{change}"
        );
        assert_eq!(under(&iep(change), &own()), 'W');
    }
    // One that has ended does not open to the house what was for few.
    let ended = iep(json!({"tlp": "red", "end_date": "2026-05-01T00:00:00Z"}));
    assert_eq!(under(&ended, &own()), '–');
}

#[test]
fn what_is_not_understood_of_a_policy_closes_it() {
    for change in [
        json!({"provider_attribution": "maybe"}),
        json!({"provider_attribution": null}),
        json!({"unmodified_resale": "must"}),
        json!({"encrypt_in_transit": "must-not"}),
        json!({"permitted_actions": "any"}),
        json!({"affected_party_notifications": 1}),
        json!({"iep_version": 3.0}),
        json!({"iep_version": null}),
        json!({"iep_id": null}),
        json!({"description": null}),
        json!({"x_more": "only on Sundays"}),
        json!({"extension_type": "toplevel-property-extension"}),
    ] {
        let mut policy = iep(json!({}));
        crate::world::merge(&mut policy["extensions"][IEP_2_EXTENSION], change.clone());
        assert_eq!(under(&policy, &carrier()), '–', "{change}");
        assert_eq!(part_under(&policy, &carrier()), 'E', "{change}");
    }
    for change in [
        json!({"x_more": "only on Sundays"}),
        json!({"definition_type": "statement", "definition": {"statement": "fine"}}),
        json!({"granular_markings": [{"marking_ref": Tlp::Red.id_text(), "selectors": ["name"]}]}),
    ] {
        let mut policy = iep(json!({}));
        crate::world::merge(&mut policy, change.clone());
        assert_eq!(under(&policy, &carrier()), '–', "{change}");
    }
    let mut two = iep(json!({}));
    two["extensions"]["extension-definition--00000000-0000-4000-8000-000000000001"] =
        json!({"extension_type": "property-extension"});
    assert_eq!(under(&two, &carrier()), '–');
}

#[test]
fn what_must_name_its_provider_goes_whole_or_not_at_all() {
    let must = iep(json!({"provider_attribution": "must"}));
    assert_eq!(under(&must, &carrier()), 'W');
    let world = |description: &str, about: &str, campaign: Value| {
        let mut world = World::new();
        world.hold(&must);
        let mut value = sdo(
            "campaign",
            1,
            json!({"name": "a", "object_marking_refs": [MARKING, Tlp::Green.id_text()], "x_about_ref": about}),
        );
        if !description.is_empty() {
            value["description"] = json!(description);
            value["granular_markings"] =
                json!([{"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]}]);
        }
        world.hold(&value);
        world.hold(&campaign);
        world.hold(&sdo(
            "note",
            3,
            json!({"content": "n", "object_refs": [id_of("campaign", 1), id_of("campaign", 2)]}),
        ));
        world.release_all(to_carrier());
        [("campaign", 1), ("note", 3)]
            .map(|(kind, number)| letter(&world.see(&carrier(), &id(&id_of(kind, number)))))
    };
    let whole = sdo("campaign", 2, json!({"name": "b"}));
    let cut = sdo(
        "campaign",
        2,
        json!({"name": "b", "description": "SECRET",
               "granular_markings": [{"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]}]}),
    );
    let about = id_of("campaign", 2);
    assert_eq!(world("", &about, whole.clone()), ['W', 'W']);
    // A part is withheld.
    assert_eq!(world("SECRET", &about, whole.clone()), ['–', 'E']);
    // It would refer to an edition.
    assert_eq!(world("", &about, cut), ['–', 'E']);
    // A reference would be cut.
    assert_eq!(world("", &id_of("campaign", 9), whole), ['–', 'E']);
}

#[test]
fn an_older_version_takes_the_place_of_one_that_must_name_its_provider() {
    let must = iep(json!({"provider_attribution": "must"}));
    let version = |modified: &str, more: Value| {
        let mut value = sdo(
            "campaign",
            1,
            json!({"name": modified, "modified": modified}),
        );
        crate::world::merge(&mut value, more);
        value
    };
    let first = version("2026-02-01T00:00:00.000Z", json!({}));
    let second = version(
        "2026-03-01T00:00:00.000Z",
        json!({"object_marking_refs": [MARKING], "x_about_ref": id_of("campaign", 9)}),
    );
    let note = sdo(
        "note",
        3,
        json!({"content": "n", "object_refs": [id_of("campaign", 1)]}),
    );
    let mut without = World::new();
    without.hold_all(&[must.clone(), first.clone(), note.clone()]);
    without.release_all(to_carrier());
    let mut with = World::new();
    with.hold_all(&[must, first, second, note]);
    with.release_all(to_carrier());
    for (kind, number) in [("campaign", 1), ("note", 3)] {
        let of = id(&id_of(kind, number));
        assert_eq!(
            with.text(&carrier(), &of),
            without.text(&carrier(), &of),
            "{of}"
        );
        assert_eq!(letter(&with.see(&carrier(), &of)), 'W');
    }
}

#[test]
fn a_caveat_admits_countries_and_organisations() {
    let jp_or_other = caveat(json!({
        "releasable_to_countries": ["jp"], "releasable_to_refs": [OTHER.identity().as_str()],
    }));
    let not_us_nor_other = caveat(json!({
        "not_releasable_to_countries": ["US"], "not_releasable_to_refs": [OTHER.identity().as_str()],
    }));
    let jp_but_carrier = caveat(json!({
        "releasable_to_countries": ["JP"], "not_releasable_to_refs": [CARRIER.identity().as_str()],
    }));
    let cases = [
        (&jp_or_other, of_country(CARRIER, "JP"), 'W'),
        (&jp_or_other, of_country(CARRIER, "US"), '–'),
        (&jp_or_other, of_country(CARRIER, ""), '–'),
        (&jp_or_other, of_country(OTHER, "US"), 'W'),
        (&jp_or_other, Audience::Public, '–'),
        (&jp_or_other, own(), 'W'),
        (&not_us_nor_other, of_country(CARRIER, "JP"), 'W'),
        (&not_us_nor_other, of_country(CARRIER, "us"), '–'),
        (&not_us_nor_other, of_country(CARRIER, ""), '–'),
        (&not_us_nor_other, of_country(OTHER, "JP"), '–'),
        (&not_us_nor_other, Audience::Public, '–'),
        (&jp_but_carrier, of_country(CARRIER, "JP"), '–'),
        (&jp_but_carrier, of_country(OTHER, "JP"), 'W'),
    ];
    for (caveat, audience, expected) in cases {
        assert_eq!(under(caveat, &audience), expected, "{caveat} {audience:?}");
    }
    assert_eq!(part_under(&jp_or_other, &of_country(CARRIER, "US")), 'E');
    assert_eq!(part_under(&jp_or_other, &of_country(CARRIER, "JP")), 'W');
}

#[test]
fn what_is_not_understood_of_a_caveat_closes_it() {
    for content in [
        json!({}),
        json!({"releasable_to_countries": []}),
        json!({"releasable_to_countries": ["Japan"]}),
        json!({"releasable_to_countries": ["JP", 1]}),
        json!({"releasable_to_countries": "JP"}),
        json!({"releasable_to_countries": ["JP"], "but_on_sundays": false}),
        json!({"releasable_to_refs": [id_of("campaign", 1)]}),
        json!({"not_releasable_to_refs": "nobody"}),
    ] {
        assert_eq!(
            under(&caveat(content.clone()), &of_country(CARRIER, "JP")),
            '–',
            "{content}"
        );
    }
}

#[test]
fn all_caveats_bind_those_of_the_giver_too() {
    let countries = |codes: &[&str]| Caveat {
        releasable_to_countries: codes.iter().map(|code| code.parse().unwrap()).collect(),
        ..Caveat::default()
    };
    let given = |caveats: &[Caveat]| Provenance {
        caveats: caveats.to_vec(),
        ..provenance()
    };
    let seen = |caveats: &[Caveat], audience: &Audience| {
        let mut world = World::new();
        let of = world.hold_from(&sdo("campaign", 1, json!({"name": "a"})), given(caveats));
        world.release_all(to_carrier());
        letter(&world.see(audience, &of))
    };
    let (both, jp) = (countries(&["JP", "AU"]), countries(&["JP"]));
    assert_eq!(
        seen(std::slice::from_ref(&both), &of_country(CARRIER, "AU")),
        'W'
    );
    let all = [both, jp];
    assert_eq!(seen(&all, &of_country(CARRIER, "AU")), '–');
    assert_eq!(seen(&all, &of_country(CARRIER, "JP")), 'W');
    assert_eq!(seen(&all, &own()), 'W');
}

#[test]
fn policies_and_caveats_count_from_the_giver_and_the_house_only() {
    let from = |source| Provenance {
        source,
        ..provenance()
    };
    for marking in [
        iep(json!({})),
        caveat(json!({"releasable_to_refs": [CARRIER.identity().as_str()]})),
    ] {
        for (defined_by, expected) in [(OTHER, '–'), (CARRIER, 'W'), (OWN, 'W')] {
            let mut world = World::new();
            world.hold_from(&marking, from(defined_by));
            let value = sdo(
                "campaign",
                1,
                json!({"name": "a", "object_marking_refs": [MARKING, Tlp::Green.id_text()]}),
            );
            let of = world.hold_from(&value, from(CARRIER));
            world.release_all(to_carrier());
            assert_eq!(letter(&world.see(&carrier(), &of)), expected, "{marking}");
        }
    }
}

#[test]
fn the_most_restrictive_of_two_readings_counts() {
    // A definition has no versions; where two are held all the same, both bind.
    let mut other = iep(json!({"tlp": "red"}));
    other["created"] = json!("2026-01-02T00:00:00.000Z");
    let mut world = World::new();
    world.hold_all(&[iep(json!({})), other]);
    let of = world.hold(&sdo(
        "campaign",
        1,
        json!({"name": "a", "object_marking_refs": [MARKING]}),
    ));
    let mut release = release([Recipient::Person(person(4))], Tlp::Red);
    release.named = BTreeSet::from([CARRIER]);
    world.release_all(release);
    assert_eq!(letter(&world.see(&carrier(), &of)), '–');
    let mut named = member(CARRIER);
    named.person = Some(person(4));
    assert_eq!(letter(&world.see(&Audience::Member(named), &of)), 'W');
}
