//! What is told of objects that others send.

use taxii::message::status::Status;

use super::*;

fn submit(centre: &Centre, caller: &Caller, texts: &[&str]) -> Status {
    TaxiiService(centre.node.clone())
        .add_objects(caller, ROOT, &INBOX.to_string(), texts)
        .unwrap()
}

#[test]
fn an_identifier_of_somebody_elses_is_no_way_to_learn_that_it_is_there() {
    let told = |held: bool| {
        let centre = centre();
        let secret = centre.indicator("192.0.2.8", "secret");
        if held {
            centre
                .node
                .add(&centre.admin, std::slice::from_ref(&secret))
                .unwrap();
        }
        let guess = unsigned(&secret).text().replace("192.0.2.8", "192.0.2.9");
        let status = submit(&centre, &centre.carrier_caller, &[&guess]);
        // What was held stays, and the house finds what was sent in quarantine.
        if held {
            let shown = centre
                .node
                .object(&centre.admin, secret.id())
                .unwrap()
                .unwrap();
            assert!(!shown.json.contains("192.0.2.9"));
        }
        (
            status.success_count,
            status.failure_count,
            status.successes[0].message.clone(),
        )
    };
    assert_eq!(told(true), told(false));
    assert_eq!(told(true), (1, 0, None));
}

#[test]
fn who_was_given_an_object_is_told_that_it_is_anothers() {
    let centre = centre();
    let shared = centre
        .draft("malware")
        .set("name", "Night heron")
        .set("is_family", false)
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::Green);
    centre.pull(&centre.carrier_caller);
    let changed = shared.text().replace("Night heron", "Day heron");
    let status = submit(&centre, &centre.carrier_caller, &[&changed]);
    assert_eq!((status.success_count, status.failure_count), (0, 1));
}

#[test]
fn one_bad_object_costs_no_good_one() {
    let centre = centre();
    let good = centre.sent_indicator("192.0.2.8", "seen");
    let no_pattern = good
        .text()
        .replace("\"pattern_type\":\"stix\"", "\"pattern_type\":7");
    let bad = no_pattern.replace(
        good.id().as_str(),
        "indicator--00000000-0000-4000-8000-000000000001",
    );
    let status = submit(
        &centre,
        &centre.carrier_caller,
        &[&bad, good.text(), "{}", "7"],
    );
    assert_eq!((status.success_count, status.failure_count), (1, 3));
    assert_eq!(status.successes[0].id, good.id().as_str());
    for failure in &status.failures {
        assert!(failure.message.is_some());
    }
    assert!(
        centre
            .node
            .object(&centre.admin, good.id())
            .unwrap()
            .is_some()
    );
}

fn released_edition(centre: &Centre, address: &str, to: &[Recipient]) -> Object {
    let ours = centre.indicator(address, "secret");
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&ours))
        .unwrap();
    for recipient in to {
        centre.confirm(&[ours.id()], *recipient, Tlp::Green);
    }
    centre.pull(&centre.partner_caller);
    let given = centre.pull(&centre.carrier_caller).into_iter();
    let edition = given
        .filter(|one| one.text().contains(address))
        .last()
        .unwrap();
    assert_ne!(edition.id(), ours.id());
    edition
}

fn texts(objects: &[Object]) -> Vec<String> {
    objects.iter().map(|one| one.text().to_owned()).collect()
}

/// A later version that says something else and revokes.
fn forged(centre: &Centre, object: &Object) -> Object {
    let at = centre.clock.now() + SignedDuration::from_hours(1);
    let mut properties = stix::version::revoke(object.properties(), at).unwrap();
    properties.insert("description".into(), "planted".into());
    Object::from_properties(properties).unwrap()
}

fn waiting(centre: &Centre) -> Vec<app::quarantine::QuarantineEntry> {
    let query = app::quarantine::QuarantineQuery {
        limit: 100,
        ..Default::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query);
    page.unwrap().entries
}

#[test]
fn nobody_changes_an_edition_that_the_house_gave() {
    let centre = centre();
    let node = &centre.node;
    let terms = version::rule(&centre, "indicator");
    node.confirm_proposal(&centre.admin, &app::proposal::Proposal::Rule(terms), None)
        .unwrap();
    let shared = released_edition(&centre, "192.0.2.8", &[centre.telecom, centre.partners]);
    let secret = released_edition(&centre, "192.0.2.9", &[centre.telecom]);
    let before = texts(&centre.pull(&centre.carrier_caller));
    let known = forged(&centre, &shared);
    let unknown = unsigned(&forged(&centre, &secret));
    let partner = &centre.partner_caller;
    let status = submit(&centre, partner, &[known.text(), unknown.text()]);
    assert_eq!((status.success_count, status.failure_count), (1, 1));
    assert_eq!(status.failures[0].id, shared.id().as_str());
    let why = status.failures[0].message.as_deref().unwrap();
    assert!(why.contains("another organisation's"), "{why}");
    // Neither what is fetched nor what the house enters.
    let taken = node.take_in(&centre.admin, centre.carrier.id, &[known.text()]);
    assert_eq!(taken.unwrap().pending.len(), 1);
    let import = [known.text().to_owned(), shared.text().to_owned()];
    let report = node.import(&centre.admin, &import, 7).unwrap();
    assert_eq!((report.stored, report.refused.len()), (0, 2));
    assert_eq!(report.refused[1].index, 8);
    assert!(report.refused[0].diagnostics[0].message.contains("edition"));
    // Nor by a decision.
    let set_aside = waiting(&centre);
    assert_eq!(set_aside.len(), 3);
    for entry in set_aside {
        assert_eq!(entry.kind, app::quarantine::QuarantineKind::Foreign);
        let accept = app::quarantine::Judgement::Accept;
        let judged = node.judge(&centre.admin, &[entry.number], accept, "");
        assert!(judged.unwrap()[0].obstacle.is_some());
    }
    centre.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(texts(&centre.pull(&centre.carrier_caller)), before);
    for edition in [&shared, &secret] {
        let held = node.object_text(&centre.admin, edition.id());
        assert!(held.unwrap().is_none());
    }
    // What comes back as it was given is no news.
    let status = submit(&centre, partner, &[shared.text()]);
    assert_eq!(status.success_count, 1);
    assert_eq!(waiting(&centre).len(), 3);
}

#[test]
fn what_waits_gets_in_under_no_identifier_of_an_edition() {
    let centre = centre();
    let edition = released_edition(&centre, "192.0.2.8", &[centre.telecom]);
    let resolver = forged(&centre, &edition)
        .text()
        .replace("192.0.2.8", "8.8.8.8")
        .replace("\"revoked\":true", "\"revoked\":false");
    let status = submit(&centre, &centre.partner_caller, &[&resolver]);
    assert_eq!(status.pending_count, 1);
    let number = waiting(&centre)[0].number;
    let accept = app::quarantine::Judgement::Accept;
    let judged = centre.node.judge(&centre.admin, &[number], accept, "");
    assert!(judged.unwrap()[0].obstacle.is_some());
    let held = centre.node.object_text(&centre.admin, edition.id());
    assert!(held.unwrap().is_none());
}

#[test]
fn nobody_changes_a_notice_or_the_house_itself() {
    let centre = centre();
    let ours = centre.draft("malware").set("name", "Night heron");
    let ours = ours.set("is_family", false).marked(Tlp::Green);
    let ours = ours.finish().unwrap();
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&ours))
        .unwrap();
    let release = centre.confirm(&[ours.id()], centre.telecom, Tlp::Green);
    centre.pull(&centre.carrier_caller);
    centre.clock.advance(SignedDuration::from_secs(60));
    centre
        .node
        .withdraw(&centre.admin, release, "wrong")
        .unwrap();
    let given = centre.pull(&centre.carrier_caller);
    let notice = given.iter().find(|one| one.kind() == "note").unwrap();
    let house = centre.admin.organisation().identity();
    let house = centre.node.object_text(&centre.admin, &house).unwrap();
    let house = Object::parse(&house.unwrap()).unwrap();
    for object in [notice, &house] {
        let changed = unsigned(&forged(&centre, object));
        let status = submit(&centre, &centre.partner_caller, &[changed.text()]);
        assert_eq!(status.success_count, 1, "{status:?}");
        let last = waiting(&centre).remove(0);
        assert_eq!(last.id, object.id().as_str());
        assert_eq!(last.kind, app::quarantine::QuarantineKind::Foreign);
    }
}

#[test]
fn what_is_made_in_the_name_of_the_house_waits_whoever_brings_it() {
    for trust in [app::trust::Trust::Standard, app::trust::Trust::Trusted] {
        let centre = centre();
        let (node, carrier) = (&centre.node, &centre.carrier_caller);
        let terms = version::rule(&centre, "indicator");
        node.confirm_proposal(&centre.admin, &app::proposal::Proposal::Rule(terms), None)
            .unwrap();
        node.set_trust(&centre.admin, centre.carrier.id, trust)
            .unwrap();
        let planted = centre.indicator("192.0.2.8", "planted");
        let sighting = centre
            .draft("sighting")
            .set("sighting_of_ref", planted.id().as_str())
            .marked(Tlp::Green)
            .finish()
            .unwrap();
        let status = submit(&centre, carrier, &[planted.text(), sighting.text()]);
        assert_eq!(status.pending_count, 2);
        let why = status.pendings[0].message.as_deref().unwrap();
        assert!(why.contains("names this house as its creator"), "{why}");
        assert_eq!(waiting(&centre).len(), 2);
        assert!(centre.pull(carrier).is_empty());
        // What the house fetches, too.
        let other = centre.indicator("192.0.2.9", "planted");
        let taken = node.take_in(&centre.admin, centre.carrier.id, &[other.text()]);
        assert_eq!(taken.unwrap().pending.len(), 1);
        // A person may take it in, and then it is held.
        let number = waiting(&centre).pop().unwrap().number;
        let accept = app::quarantine::Judgement::Accept;
        let judged = node
            .judge(&centre.admin, &[number], accept, "asked")
            .unwrap();
        assert_eq!(judged[0].obstacle, None);
        let status = submit(&centre, carrier, &[planted.text()]);
        assert_eq!(status.success_count, 1);
        // Their own waits for nobody.
        let theirs = centre.sent_indicator("192.0.2.10", "seen");
        let status = submit(&centre, carrier, &[theirs.text()]);
        assert_eq!(status.success_count, 1);
    }
}

#[test]
fn the_name_of_the_house_does_not_tell_what_the_house_holds() {
    let told = |held: bool, changed: bool| {
        let centre = centre();
        let ours = centre.indicator("192.0.2.8", "seen");
        if held {
            centre
                .node
                .add(&centre.admin, std::slice::from_ref(&ours))
                .unwrap();
        }
        let text = if changed {
            ours.text().replace("seen", "never")
        } else {
            ours.text().to_owned()
        };
        let status = submit(&centre, &centre.carrier_caller, &[&text]);
        let why = status.pendings.first().and_then(|one| one.message.clone());
        (status.success_count, status.failure_count, why)
    };
    for changed in [false, true] {
        assert_eq!(told(true, changed), told(false, changed));
    }
}

#[test]
fn what_the_house_gave_comes_back_as_held() {
    let centre = centre();
    let shared = centre.draft("malware").set("name", "Night heron");
    let shared = shared.set("is_family", false).marked(Tlp::Green);
    let shared = shared.finish().unwrap();
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::Green);
    let edition = released_edition(&centre, "192.0.2.8", &[centre.telecom]);
    let texts = [shared.text(), edition.text()];
    let status = submit(&centre, &centre.carrier_caller, &texts);
    assert_eq!(status.success_count, 2);
    assert!(waiting(&centre).is_empty());
}
