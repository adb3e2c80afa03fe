//! What reaches those who hold what they may have no more.

use super::*;

/// The objects of one type in a pull.
fn of_kind(objects: &[Object], kind: &str) -> Vec<Object> {
    let found = objects.iter().filter(|object| object.kind() == kind);
    found.cloned().collect()
}

fn strings(object: &Object, name: &str) -> Vec<String> {
    let list = object
        .properties()
        .get(name)
        .and_then(|value| value.as_array());
    let texts = list
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str());
    texts.map(str::to_owned).collect()
}

/// A service of the carrier as it is now, with the communities that its organisation is in now.
fn again(centre: &Centre, login: &str) -> Caller {
    let node = &centre.node;
    let token = node
        .create_token(&centre.admin, login, "again", None)
        .unwrap();
    node.caller_by_token(&token).unwrap().unwrap()
}

#[test]
fn an_edition_is_revoked_and_a_note_tells_of_a_whole_object() {
    let centre = centre();
    let node = &centre.node;
    let edited = centre.indicator("192.0.2.8", "secret");
    let whole = centre
        .draft("malware")
        .set("name", "Night heron")
        .set("is_family", false)
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    node.add(&centre.admin, &[edited.clone(), whole.clone()])
        .unwrap();
    let release = centre.confirm(&[edited.id(), whole.id()], centre.telecom, Tlp::Green);
    let given = centre.pull(&centre.carrier_caller);
    let edition = of_kind(&given, "indicator").remove(0);
    assert_ne!(edition.id(), edited.id());
    assert!(of_kind(&given, "note").is_empty());

    centre.clock.advance(SignedDuration::from_secs(60));
    assert!(node.withdraw(&centre.admin, release, "wrong").unwrap());
    let after = centre.pull(&centre.carrier_caller);
    let revoked = of_kind(&after, "indicator");
    assert_eq!(revoked.len(), 1, "the edition is there once, revoked");
    let revoked = &revoked[0];
    assert_eq!(revoked.id(), edition.id());
    assert!(revoked.is_revoked() && revoked.version() > edition.version());
    assert!(!revoked.text().contains("secret"));
    let notes = of_kind(&after, "note");
    assert_eq!(notes.len(), 1);
    assert_eq!(strings(&notes[0], "object_refs"), [whole.id().as_str()]);
    assert!(of_kind(&after, "malware").is_empty());
    // Who was given nothing is told nothing.
    assert!(centre.pull(&centre.partner_caller).is_empty());
    // It is the same each time, and after a restart.
    assert_eq!(texts(&after), texts(&centre.pull(&centre.carrier_caller)));
}

#[test]
fn who_asks_for_the_first_time_after_a_withdrawal_is_told_nothing() {
    let centre = centre();
    let node = &centre.node;
    let edited = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&edited))
        .unwrap();
    let release = centre.confirm(&[edited.id()], centre.telecom, Tlp::Green);
    centre.clock.advance(SignedDuration::from_secs(60));
    assert!(node.withdraw(&centre.admin, release, "wrong").unwrap());
    assert!(centre.pull(&centre.carrier_caller).is_empty());
}

#[test]
fn a_release_that_is_over_is_as_withdrawn() {
    let centre = centre();
    let node = &centre.node;
    let edited = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&edited))
        .unwrap();
    let until = centre.clock.now() + SignedDuration::from_secs(3600);
    let request = ReleaseRequest {
        until: Some(until),
        ..release(&[edited.id()], centre.telecom, Tlp::Green)
    };
    node.confirm(&centre.admin, &request).unwrap();
    centre.clock.advance(SignedDuration::from_secs(3599));
    let given = of_kind(&centre.pull(&centre.carrier_caller), "indicator");
    assert!(!given[0].is_revoked());
    centre.clock.advance(SignedDuration::from_secs(1));
    let after = of_kind(&centre.pull(&centre.carrier_caller), "indicator");
    assert_eq!(after.len(), 1);
    assert!(after[0].is_revoked() && after[0].id() == given[0].id());
}

#[test]
fn a_revocation_by_the_creator_travels_to_those_who_hold_the_object() {
    let centre = centre();
    let node = &centre.node;
    let original = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&original))
        .unwrap();
    centre.confirm(&[original.id()], centre.telecom, Tlp::Green);
    let given = of_kind(&centre.pull(&centre.carrier_caller), "indicator");
    centre.clock.advance(SignedDuration::from_secs(60));
    let revoked = stix::version::revoke(original.properties(), centre.clock.now()).unwrap();
    let revoked = Object::from_properties(revoked).unwrap();
    node.add(&centre.admin, &[revoked]).unwrap();
    let after = of_kind(&centre.pull(&centre.carrier_caller), "indicator");
    assert!(
        after
            .iter()
            .any(|object| object.is_revoked() && object.id() == given[0].id())
    );
    assert!(centre.pull(&centre.partner_caller).is_empty());
}

#[test]
fn what_refers_to_an_edition_in_two_steps_changes_with_it() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.8", "secret");
    let malware = centre
        .draft("malware")
        .set("name", "Night heron")
        .set("is_family", false)
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    let relationship = centre
        .draft("relationship")
        .set("relationship_type", "indicates")
        .set("source_ref", indicator.id().as_str())
        .set("target_ref", malware.id().as_str())
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    let remark = centre
        .draft("note")
        .set("content", "look at this")
        .set_list("object_refs", [relationship.id().as_str()])
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    let all = [
        indicator.clone(),
        malware.clone(),
        relationship.clone(),
        remark.clone(),
    ];
    node.add(&centre.admin, &all).unwrap();
    centre.confirm(
        &[indicator.id(), malware.id(), relationship.id(), remark.id()],
        centre.telecom,
        Tlp::AmberStrict,
    );
    let first = centre.pull(&centre.carrier_caller);
    assert_eq!(
        of_kind(&first, "note")[0].id(),
        remark.id(),
        "whole: AMBER+STRICT is reached"
    );
    // The same again below AMBER+STRICT, then the first is withdrawn: the indicator becomes an edition, so does the
    // relationship, so does the note.
    let narrow = centre.confirm(
        &[indicator.id(), malware.id(), relationship.id(), remark.id()],
        centre.telecom,
        Tlp::Green,
    );
    let wide = node.releases(&centre.admin, 10).unwrap();
    let wide = wide.iter().find(|one| one.id != narrow).unwrap().id;
    centre.clock.advance(SignedDuration::from_secs(60));
    node.withdraw(&centre.admin, wide, "wrong").unwrap();
    let after = centre.pull(&centre.carrier_caller);
    let notes = of_kind(&after, "note");
    let edition = notes
        .iter()
        .find(|one| {
            strings(one, "object_refs")
                .iter()
                .all(|id| id.starts_with("relationship--"))
        })
        .unwrap();
    assert_ne!(edition.id(), remark.id());
    let notice = notes
        .iter()
        .find(|one| strings(one, "labels") == ["withdrawal"]);
    let withdrawn = notice
        .map(|one| strings(one, "object_refs"))
        .unwrap_or_default();
    for id in [indicator.id(), relationship.id(), remark.id()] {
        assert!(
            withdrawn.contains(&id.to_string()),
            "{id} is named as withdrawn"
        );
    }
    assert!(
        !withdrawn.contains(&malware.id().to_string()),
        "the malware stays"
    );
}

#[test]
fn what_is_read_on_a_pass_is_what_the_gate_decides() {
    let centre = centre();
    let node = &centre.node;
    let objects: Vec<Object> = (1..40)
        .map(|host| centre.indicator(&format!("192.0.2.{host}"), "secret"))
        .collect();
    node.add(&centre.admin, &objects).unwrap();
    let ids: Vec<&Id> = objects.iter().map(Object::id).collect();
    let first = centre.confirm(&ids[..20], centre.telecom, Tlp::Green);
    centre.confirm(&ids[10..], centre.telecom, Tlp::AmberStrict);
    let compare = |caller: &Caller| {
        let read: Vec<(String, serde_json::Value)> = centre
            .pull(caller)
            .iter()
            .map(|one| {
                (
                    one.id().to_string(),
                    serde_json::from_str(one.text()).unwrap(),
                )
            })
            .collect();
        let decided: Vec<(String, serde_json::Value)> = node
            .see_as(caller, Some(caller.organisation()))
            .unwrap()
            .objects
            .iter()
            .map(|one| {
                (
                    one.summary.id.to_string(),
                    serde_json::from_str(&one.json).unwrap(),
                )
            })
            .collect();
        assert_eq!(read, decided);
        read.len()
    };
    let caller = again(&centre, "service-Carrier");
    assert!(compare(&caller) >= 39);
    centre.clock.advance(SignedDuration::from_secs(60));
    node.withdraw(&centre.admin, first, "wrong").unwrap();
    assert!(compare(&caller) >= 29);
}

fn texts(objects: &[Object]) -> Vec<&str> {
    objects.iter().map(Object::text).collect()
}

#[test]
fn who_left_while_asking_gets_no_more_and_who_joins_gets_all() {
    let centre = centre();
    let node = &centre.node;
    let shared = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::Green);
    let Recipient::Community(telecom) = centre.telecom else {
        return;
    };
    // Both were authenticated before the membership changed.
    let (leaving, joining) = (&centre.carrier_caller, &centre.partner_caller);
    centre.clock.advance(SignedDuration::from_secs(1));
    node.remove_member(&centre.admin, telecom, centre.carrier.id)
        .unwrap();
    node.add_member(&centre.admin, telecom, joining.organisation())
        .unwrap();
    assert!(centre.pull(leaving).is_empty());
    assert!(centre.pull(&again(&centre, "service-Carrier")).is_empty());
    assert_eq!(of_kind(&centre.pull(joining), "indicator").len(), 1);
    let later = again(&centre, "service-Partner");
    assert_eq!(of_kind(&centre.pull(&later), "indicator").len(), 1);
}

#[test]
fn what_lacked_a_reference_is_given_when_the_reference_comes() {
    let centre = centre();
    let node = &centre.node;
    let (from, to) = (malware(&centre, "heron"), malware(&centre, "crane"));
    let relationship = centre
        .draft("relationship")
        .set("relationship_type", "related-to")
        .set("source_ref", from.id().as_str())
        .set("target_ref", to.id().as_str())
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    let remark = centre
        .draft("note")
        .set("content", "look at this")
        .set_list("object_refs", [relationship.id().as_str()])
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    let all = [
        from.clone(),
        to.clone(),
        relationship.clone(),
        remark.clone(),
    ];
    node.add(&centre.admin, &all).unwrap();
    let alone = |objects: &[&Id]| {
        centre.clock.advance(SignedDuration::from_secs(1));
        let request = ReleaseRequest {
            with_references: false,
            ..release(objects, centre.telecom, Tlp::Green)
        };
        node.confirm(&centre.admin, &request).unwrap()
    };
    alone(&[from.id(), relationship.id(), remark.id()]);
    let first = centre.pull(&centre.carrier_caller);
    assert!(of_kind(&first, "relationship").is_empty() && of_kind(&first, "note").is_empty());
    alone(&[to.id()]);
    let second = centre.pull(&centre.carrier_caller);
    assert_eq!(of_kind(&second, "relationship")[0].id(), relationship.id());
    assert_eq!(of_kind(&second, "note")[0].id(), remark.id());
}

#[test]
fn an_older_version_loses_what_was_withdrawn_too() {
    let centre = centre();
    let node = &centre.node;
    let (named, other) = (malware(&centre, "heron"), malware(&centre, "crane"));
    let report = centre
        .draft("report")
        .set("name", "report")
        .set("published", "2026-01-01T00:00:00Z")
        .set_list("object_refs", [named.id().as_str(), other.id().as_str()])
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    node.add(
        &centre.admin,
        &[named.clone(), other.clone(), report.clone()],
    )
    .unwrap();
    let alone = |objects: &[&Id]| {
        centre.clock.advance(SignedDuration::from_secs(1));
        let request = ReleaseRequest {
            with_references: false,
            ..release(objects, centre.telecom, Tlp::Green)
        };
        node.confirm(&centre.admin, &request).unwrap()
    };
    alone(&[report.id(), other.id()]);
    let of_named = alone(&[named.id()]);
    let given = of_kind(&centre.pull(&centre.carrier_caller), "report");
    assert!(given[0].text().contains(named.id().as_str()));
    centre.clock.advance(SignedDuration::from_secs(60));
    // A version that nobody released, and that does not refer to it.
    let mut later = report.properties().clone();
    later.insert(
        "object_refs".into(),
        serde_json::json!([other.id().as_str()]),
    );
    later.insert("modified".into(), "2026-01-16T00:00:00.000Z".into());
    node.add(&centre.admin, &[Object::from_properties(later).unwrap()])
        .unwrap();
    node.withdraw(&centre.admin, of_named, "a mistake").unwrap();
    let after = of_kind(&centre.pull(&centre.carrier_caller), "report");
    assert_eq!(after.len(), 1);
    assert!(!after[0].text().contains(named.id().as_str()));
}

#[test]
fn an_edition_that_is_given_again_has_another_identifier() {
    let centre = centre();
    let node = &centre.node;
    let edited = centre.indicator("192.0.2.8", "secret");
    let seen = centre
        .draft("sighting")
        .set("sighting_of_ref", edited.id().as_str())
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    node.add(&centre.admin, &[edited.clone(), seen.clone()])
        .unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let release = centre.confirm(&[edited.id(), seen.id()], centre.telecom, Tlp::Green);
        let caller = again(&centre, "service-Carrier");
        let given = centre.pull(&caller);
        let live: Vec<Object> = of_kind(&given, "indicator")
            .into_iter()
            .filter(|one| !one.is_revoked())
            .collect();
        assert_eq!(live.len(), 1);
        let sighting = of_kind(&given, "sighting")
            .into_iter()
            .find(|one| !one.is_revoked())
            .unwrap();
        assert_eq!(
            sighting.string("sighting_of_ref"),
            Some(live[0].id().as_str())
        );
        // What the gate decides anew is what is read on its passes.
        let decided = node.see_as(&caller, Some(caller.organisation())).unwrap();
        let decided: Vec<&Id> = decided.objects.iter().map(|one| &one.summary.id).collect();
        assert_eq!(decided, given.iter().map(Object::id).collect::<Vec<_>>());
        ids.push((live[0].id().clone(), sighting.id().clone()));
        centre.clock.advance(SignedDuration::from_secs(60));
        node.withdraw(&centre.admin, release, "a mistake").unwrap();
        let after = centre.pull(&caller);
        assert!(of_kind(&after, "indicator").iter().all(Object::is_revoked));
        centre.clock.advance(SignedDuration::from_secs(60));
    }
    let different: std::collections::BTreeSet<&(Id, Id)> = ids.iter().collect();
    assert_eq!(different.len(), 3);
}

fn malware(centre: &Centre, name: &str) -> Object {
    centre
        .draft("malware")
        .set("name", name)
        .set("is_family", false)
        .marked(Tlp::Green)
        .finish()
        .unwrap()
}
