//! What holders are told when they are given something no more.

use std::collections::BTreeSet;

use release::decision::{Decision, Released};
use release::gate::{Asked, Gate};
use release::party::{Audience, ReleaseId};
use release::terms::{Recipient, Release};
use release::withdrawal::{LABEL, NOTICE_OBJECTS, Notice, Withdrawn};
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::validate::{Options, validate};
use uuid::Uuid;

use crate::world::{
    CARRIER, OWN, TELECOM, World, at, carrier, closed, id, id_of, letter, now, open, own, policy,
    release, sco, sdo, to_carrier,
};

/// The moment of the withdrawal in these tests, before that at which they decide.
const AT: &str = "2026-05-01T00:00:00Z";

fn hidden(selectors: &[&str]) -> Value {
    json!([{"marking_ref": Tlp::Red.id_text(), "selectors": selectors}])
}

fn ended(recipient: Recipient) -> Release {
    let mut release = release([recipient], Tlp::AmberStrict);
    release.withdrawn = Some(at(AT));
    release
}

fn cut_campaign(more: Value) -> Value {
    let mut value = sdo(
        "campaign",
        1,
        json!({"name": "a", "description": "SECRET", "objective": "told", "labels": ["x"],
               "granular_markings": [
                   {"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]},
                   {"marking_ref": Tlp::Green.id_text(), "selectors": ["objective", "name"]}]}),
    );
    crate::world::merge(&mut value, more);
    value
}

fn revoke(world: &World, audience: &Audience, of: &Id) -> Option<Released> {
    let (policy, withdrawn) = (policy(), withdrawn(of));
    let Ok(mut answers) = Gate::new(&policy, world, audience, now()).revoked(&[withdrawn]);
    answers.pop().unwrap()
}

fn withdrawn(of: &Id) -> Withdrawn {
    Withdrawn {
        id: of.clone(),
        version: None,
        at: at(AT),
    }
}

fn notice(audience: &Audience, notice: &Notice) -> Option<Released> {
    let (policy, world) = (policy(), World::new());
    Gate::new(&policy, &world, audience, now()).notice(notice)
}

/// What the carrier knew just before.
fn given(world: &World, of: &Id) -> Decision {
    let (policy, audience) = (policy(), carrier());
    let before = at("2026-04-30T23:59:59Z");
    let Ok(decision) = Gate::new(&policy, world, &audience, before).decide_one(of);
    decision
}

#[test]
fn an_edition_is_revoked_under_its_own_identifier() {
    let mut world = World::new();
    let of = world.hold(&cut_campaign(json!({})));
    world.release_all(ended(Recipient::Organisation(CARRIER)));
    assert_eq!(letter(&world.see(&carrier(), &of)), '–');
    let Decision::Edition(before) = given(&world, &of) else {
        panic!("an edition was due");
    };
    let revoked = revoke(&world, &carrier(), &of).unwrap();
    assert_eq!(revoked.id(), before.released.id());
    let read: Value = serde_json::from_str(revoked.text()).unwrap();
    assert_eq!(
        read,
        json!({"type": "campaign", "spec_version": "2.1", "id": before.released.id().as_str(),
               "created_by_ref": OWN.identity().as_str(), "created": "2026-02-01T00:00:00.000Z",
               "modified": "2026-05-01T00:00:00.000Z", "name": "a", "revoked": true,
               "object_marking_refs": [Tlp::Green.id_text()],
               "granular_markings": [{"marking_ref": Tlp::Green.id_text(), "selectors": ["name"]}]})
    );
}

#[test]
fn what_somebody_else_made_or_has_no_versions_is_not_revoked() {
    let mut world = World::new();
    let whole = world.hold(&open("campaign", 2));
    let observable = world.hold(&sco(
        "file",
        3,
        Tlp::Green,
        json!({"name": "a", "size": 1, "granular_markings": hidden(&["size"])}),
    ));
    let revoked_before = world.hold(&cut_campaign(json!({"revoked": true})));
    let never_given = world.hold(&closed("campaign", 4));
    world.release_all(ended(Recipient::Organisation(CARRIER)));
    assert_eq!(letter(&given(&world, &whole)), 'W');
    assert_eq!(letter(&given(&world, &observable)), 'E');
    assert_eq!(letter(&given(&world, &revoked_before)), 'E');
    for of in [&whole, &observable, &revoked_before, &never_given] {
        assert!(revoke(&world, &carrier(), of).is_none(), "{of}");
    }
    assert!(revoke(&world, &Audience::Public, &revoked_before).is_none());
}

#[test]
fn it_is_decided_for_the_moment_before() {
    // One microsecond before, the release was in force; what was released since plays no part.
    let mut world = World::new();
    let of = world.hold(&cut_campaign(json!({})));
    let mut later = to_carrier();
    later.from = at(AT);
    world.release_all(later.clone());
    assert!(revoke(&world, &carrier(), &of).is_none());
    later.from = at("2026-04-30T23:59:59.999999Z");
    world.release_all(later);
    assert!(revoke(&world, &carrier(), &of).is_some());
}

#[test]
fn a_revocation_comes_after_a_version_of_the_future() {
    let mut world = World::new();
    let of = world.hold(&cut_campaign(
        json!({"modified": "2027-01-01T00:00:00.000Z"}),
    ));
    world.release_all(ended(Recipient::Organisation(CARRIER)));
    let revoked = revoke(&world, &carrier(), &of).unwrap();
    assert_eq!(
        revoked.version().unwrap().as_str(),
        "2027-01-01T00:00:00.001Z"
    );
}

#[test]
fn many_are_answered_in_the_order_asked() {
    let mut world = World::new();
    let cut = |number| {
        let mut value = cut_campaign(json!({}));
        value["id"] = json!(id_of("campaign", number));
        value
    };
    let first = world.hold(&cut(11));
    let second = world.hold(&cut(12));
    let whole = world.hold(&open("campaign", 13));
    let mut release = ended(Recipient::Organisation(CARRIER));
    release.withdrawn = None;
    world.release_all(release);
    let one = |of: &Id, at_text| Withdrawn {
        id: of.clone(),
        version: None,
        at: at(at_text),
    };
    let (policy, audience) = (policy(), carrier());
    let asked = [
        one(&second, "2026-05-02T00:00:00Z"),
        one(&whole, "2026-05-01T00:00:00Z"),
        one(&first, "2026-05-01T00:00:00Z"),
        one(&second, "2026-05-03T00:00:00Z"),
    ];
    let Ok(answers) = Gate::new(&policy, &world, &audience, now()).revoked(&asked);
    let name = |of| given(&world, of).released().unwrap().id().clone();
    let seen: Vec<Option<(Id, String)>> = answers
        .iter()
        .map(|one| {
            one.as_ref()
                .map(|one| (one.id().clone(), one.version().unwrap().to_string()))
        })
        .collect();
    assert_eq!(
        seen,
        [
            Some((name(&second), "2026-05-02T00:00:00.000Z".to_owned())),
            None,
            Some((name(&first), "2026-05-01T00:00:00.000Z".to_owned())),
            Some((name(&second), "2026-05-03T00:00:00.000Z".to_owned())),
        ]
    );
}

#[test]
fn revocations_of_all_types_are_valid_and_say_the_least() {
    let mark = |part: &str| hidden(&[part]);
    let event = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e";
    let values = [
        sdo(
            "location",
            1,
            json!({"latitude": 1.0, "longitude": 2.0, "precision": 3.0, "name": "TOLD", "description": "x", "granular_markings": mark("description")}),
        ),
        sdo(
            "location",
            2,
            json!({"region": "eastern-asia", "country": "jp", "description": "x", "granular_markings": mark("description")}),
        ),
        sdo(
            "malware",
            3,
            json!({"is_family": true, "name": "family", "description": "x", "granular_markings": mark("description")}),
        ),
        sdo(
            "indicator",
            4,
            json!({"pattern": "[url:value = 'https://a.example/']", "pattern_type": "stix", "valid_from": "2026-02-01T00:00:00Z", "name": "TOLD", "description": "x", "granular_markings": mark("description")}),
        ),
        sdo(
            "malware-analysis",
            5,
            json!({"product": "p", "result": "malicious", "version": "TOLD", "configuration_version": "x", "granular_markings": mark("configuration_version")}),
        ),
        sdo(
            "note",
            6,
            json!({"content": "n", "object_refs": [id_of("location", 1)], "abstract": "TOLD"}),
        ),
        sdo(
            "event",
            7,
            json!({"status": "occurred", "name": "TOLD", "description": "x", "extensions": {event: {"extension_type": "new-sdo"}}, "granular_markings": mark("description")}),
        ),
        sdo(
            "x-made-up",
            8,
            json!({"x_said": "TOLD", "x_more": "x", "extensions": {"extension-definition--00000000-0000-4000-8000-000000000001": {"extension_type": "new-sdo", "told": "TOLD"}}, "granular_markings": mark("x_more")}),
        ),
        sdo(
            "report",
            9,
            json!({"name": "r", "published": "2026-02-01T00:00:00Z", "object_refs": [id_of("location", 1)], "description": "TOLD"}),
        ),
    ];
    let mut world = World::new();
    world.hold_all(&values);
    world.release_all(ended(Recipient::Organisation(CARRIER)));
    for value in &values {
        let of = id(value["id"].as_str().unwrap());
        let revoked = revoke(&world, &carrier(), &of).unwrap_or_else(|| panic!("{of}"));
        let found = validate(revoked.object(), &Options::ERRORS);
        assert!(found.is_empty(), "{found:?} in {}", revoked.text());
        assert!(!revoked.text().contains("TOLD"), "{}", revoked.text());
        assert!(revoked.object().is_revoked());
    }
}

#[test]
fn a_notice_is_a_note_of_the_house() {
    let objects = vec![id(&id_of("file", 2)), id(&id_of("campaign", 1))];
    let of = Notice {
        release: ReleaseId(Uuid::from_u128(1)),
        at: at(AT),
        objects,
    };
    let note = notice(&carrier(), &of).unwrap();
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/notice.json",
        &format!(
            "{}\n",
            serde_json::to_string_pretty(&serde_json::from_str::<Value>(note.text()).unwrap())
                .unwrap()
        ),
    );
    assert!(validate(note.object(), &Options::ERRORS).is_empty());
    assert_eq!(note.object().strings("labels").collect::<Vec<_>>(), [LABEL]);
}

#[test]
fn a_notice_is_the_same_for_the_same_and_another_for_others() {
    let of = |release, numbers: &[u128]| Notice {
        release: ReleaseId(Uuid::from_u128(release)),
        at: at(AT),
        objects: numbers
            .iter()
            .map(|number| id(&id_of("campaign", *number)))
            .collect(),
    };
    let text = |of: &Notice| notice(&carrier(), of).unwrap().text().to_owned();
    assert_eq!(text(&of(1, &[1, 2])), text(&of(1, &[2, 1, 2])));
    let ids: BTreeSet<Id> = [of(1, &[1]), of(1, &[1, 2]), of(2, &[1]), of(2, &[2])]
        .iter()
        .map(|of| notice(&carrier(), of).unwrap().id().clone())
        .collect();
    assert_eq!(ids.len(), 4);
    let mut policy = policy();
    policy.edition_key.0[0] ^= 1;
    let (world, audience) = (World::new(), carrier());
    let other = Gate::new(&policy, &world, &audience, now()).notice(&of(1, &[1]));
    assert!(!ids.contains(other.unwrap().id()));
}

#[test]
fn a_notice_goes_to_those_outside_and_is_bounded() {
    let of = |count: usize| Notice {
        release: ReleaseId(Uuid::from_u128(1)),
        at: at(AT),
        objects: (0..count)
            .map(|number| id(&id_of("campaign", number as u128)))
            .collect(),
    };
    assert!(notice(&carrier(), &of(0)).is_none());
    assert!(notice(&own(), &of(1)).is_none());
    assert!(notice(&carrier(), &of(NOTICE_OBJECTS)).is_some());
    assert!(notice(&carrier(), &of(NOTICE_OBJECTS + 1)).is_none());
    let public = notice(&Audience::Public, &of(1)).unwrap();
    assert_eq!(
        public.object().markings().object,
        [id(Tlp::Clear.id_text())]
    );
    let many: BTreeSet<Id> = of(2 * NOTICE_OBJECTS + 1).objects.into_iter().collect();
    let notices = Notice::of_all(ReleaseId(Uuid::from_u128(1)), at(AT), many.clone());
    let told: BTreeSet<Id> = notices.iter().flat_map(|one| one.objects.clone()).collect();
    assert_eq!((notices.len(), told), (3, many));
}

#[test]
fn whoever_left_a_community_asks_as_the_member_it_was() {
    let mut world = World::new();
    let of = world.hold(&cut_campaign(json!({})));
    world.release_all(release([Recipient::Community(TELECOM)], Tlp::Green));
    let mut member = crate::world::member(CARRIER);
    assert!(revoke(&world, &Audience::Member(member.clone()), &of).is_none());
    member.communities.insert(TELECOM);
    assert!(revoke(&world, &Audience::Member(member), &of).is_some());
}

#[test]
fn the_version_asked_is_revoked() {
    let mut world = World::new();
    let of = world.hold(&cut_campaign(json!({"name": "first"})));
    world.hold(&cut_campaign(
        json!({"name": "second", "modified": "2026-03-01T00:00:00.000Z"}),
    ));
    world.release_all(ended(Recipient::Organisation(CARRIER)));
    let (policy, audience) = (policy(), carrier());
    let gate = Gate::new(&policy, &world, &audience, now());
    let asked = Asked {
        id: of.clone(),
        version: Some(stix::timestamp::Timestamp::parse("2026-02-01T00:00:00.000Z").unwrap()),
    };
    let Ok(answers) = gate.revoked(&[
        withdrawn(&of),
        Withdrawn {
            version: asked.version,
            ..withdrawn(&of)
        },
    ]);
    for (answer, name) in answers.iter().zip(["second", "first"]) {
        assert!(answer.as_ref().unwrap().text().contains(name));
    }
}
