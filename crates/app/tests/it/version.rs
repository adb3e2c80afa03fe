//! A release names versions: what others see of an object later, or what somebody else sends of it, is decided on anew.

use app::access::Role;
use app::proposal::Proposal;
use app::rule::{Condition, RuleTerms};
use taxii::filter::VersionMatch;

use super::*;

impl Centre {
    fn malware(&self, name: &str, marking: Tlp) -> Object {
        self.sent("malware")
            .set("name", name)
            .set("is_family", false)
            .marked(marking)
            .finish()
            .unwrap()
    }

    /// A later version of an object with some properties changed.
    fn later(&self, object: &Object, changes: &[(&str, serde_json::Value)]) -> Object {
        self.clock.advance(SignedDuration::from_secs(1));
        let mut properties = object.properties().clone();
        let now = stix::timestamp::Timestamp::from_instant(self.clock.now());
        properties.insert("modified".into(), now.as_str().into());
        for (name, value) in changes {
            properties.insert((*name).into(), value.clone());
        }
        Object::from_properties(properties).unwrap()
    }

    fn hold(&self, caller: &Caller, object: &Object) {
        self.clock.advance(SignedDuration::from_secs(1));
        let report = self.node.add(caller, std::slice::from_ref(object)).unwrap();
        assert_eq!(report.stored, 1);
    }

    fn submit(&self, caller: &Caller, objects: &[&Object]) {
        self.clock.advance(SignedDuration::from_secs(1));
        let texts: Vec<&str> = objects.iter().map(|object| object.text()).collect();
        let status = TaxiiService(self.node.clone())
            .add_objects(caller, ROOT, &INBOX.to_string(), &texts)
            .unwrap();
        assert_eq!(status.success_count, texts.len() as u64, "{status:?}");
    }

    /// What a caller was given of an object in all versions, in the order in which it came.
    fn given(&self, caller: &Caller, id: &Id) -> Vec<Object> {
        let filter = Filter {
            ids: Some(vec![id.clone()]),
            versions: vec![VersionMatch::All],
            ..Filter::everything(100)
        };
        let page = TaxiiService(self.node.clone())
            .objects(caller, ROOT, &RELEASES.to_string(), None, &filter)
            .unwrap();
        let texts = page.entries.iter();
        texts
            .map(|entry| Object::parse(&entry.text).unwrap())
            .collect()
    }

    fn names(&self, caller: &Caller, id: &Id) -> Vec<String> {
        let given = self.given(caller, id);
        given.iter().map(|one| one.title().to_owned()).collect()
    }
}

fn red() -> serde_json::Value {
    serde_json::json!([Tlp::Red.id_text()])
}

#[test]
fn a_release_names_the_version_that_its_releaser_sees() {
    let centre = centre();
    let node = &centre.node;
    let analyst = centre.person("analyst", Role::Analyst);
    let releaser = centre.person("releaser", Role::Releaser);
    let first = centre.malware("Night heron", Tlp::Green);
    centre.hold(&analyst, &first);
    let person = Recipient::Person(centre.carrier_caller.person());
    let given = node
        .confirm(&releaser, &release(&[first.id()], person, Tlp::Red))
        .unwrap();
    let secret = [
        ("name", "Hokuto heron".into()),
        ("object_marking_refs", red()),
    ];
    centre.hold(&analyst, &centre.later(&first, &secret));
    centre.clock.advance(SignedDuration::from_secs(1));
    node.confirm(&releaser, &release(&[first.id()], person, Tlp::Red))
        .unwrap();
    assert_eq!(
        centre.names(&centre.carrier_caller, first.id()),
        ["Night heron"]
    );
    // A correction is told as one of which no newer version is held, and names none.
    let can_correct = |caller| {
        let life = node.release_life(caller, given).unwrap().unwrap();
        life.can_correct
    };
    assert!(!can_correct(&releaser));
    let correction = Proposal::Correction {
        of: given,
        reason: "newer".into(),
    };
    assert!(node.confirm_proposal(&releaser, &correction, None).is_err());
}

#[test]
fn a_preview_is_of_the_versions_that_are_released() {
    let centre = centre();
    let node = &centre.node;
    let first = centre.malware("Night heron", Tlp::Green);
    centre.hold(&centre.admin, &first);
    let amber = serde_json::json!([Tlp::Amber.id_text()]);
    let second = centre.later(&first, &[("object_marking_refs", amber)]);
    centre.hold(&centre.admin, &second);
    let request = release(&[first.id()], centre.telecom, Tlp::Green);
    let preview = node.preview(&centre.admin, &request).unwrap();
    assert_eq!(preview.rows[0].cells, [const { Outcome::Nothing }; 3]);
    assert_eq!(preview.warnings.len(), 1, "{:?}", preview.warnings);
    centre.confirm(&[first.id()], centre.telecom, Tlp::Green);
    assert!(centre.given(&centre.carrier_caller, first.id()).is_empty());
}

#[test]
fn a_revocation_goes_out_by_itself_only_from_its_owner_and_only_if_it_says_nothing_else() {
    let centre = centre();
    let node = &centre.node;
    let analyst = centre.person("analyst", Role::Analyst);
    let first = centre.malware("Night heron", Tlp::Green);
    centre.submit(&centre.carrier_caller, &[&first]);
    centre.confirm(&[first.id()], centre.partners, Tlp::Green);
    let given = || centre.given(&centre.partner_caller, first.id()).len();
    assert_eq!(given(), 1);
    let revoked = |more: &[(&str, serde_json::Value)]| {
        let mut changes = vec![("revoked", true.into())];
        changes.extend_from_slice(more);
        centre.later(&first, &changes)
    };
    centre.hold(&analyst, &revoked(&[]));
    assert_eq!(given(), 1, "who does not own it says nothing of it");
    let carrier = &centre.carrier_caller;
    centre.submit(carrier, &[&revoked(&[("description", "new".into())])]);
    centre.submit(carrier, &[&revoked(&[("name", "Hokuto heron".into())])]);
    let unmarked = {
        let mut properties = revoked(&[]).properties().clone();
        properties.remove("object_marking_refs");
        Object::from_properties(properties).unwrap()
    };
    centre.submit(carrier, &[&unmarked]);
    assert_eq!(given(), 1, "what says something new waits for a release");
    centre.submit(carrier, &[&revoked(&[])]);
    let after = centre.given(&centre.partner_caller, first.id());
    assert_eq!(after.len(), 2);
    assert!(after[1].is_revoked() && after[1].title() == "Night heron");
    let database = rusqlite::Connection::open(centre.dir.path().join("noroshi.db")).unwrap();
    let sql = "SELECT count(*) FROM audit WHERE action = 'revocation-waits' AND subject = ?1";
    let noted: u32 = database
        .query_row(sql, [first.id().as_str()], |row| row.get(0))
        .unwrap();
    assert_eq!(noted, 4, "and somebody can read that it does");
    let report = node.verify_ledger(&centre.admin).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn an_owner_revokes_what_the_house_took_in_from_elsewhere_too() {
    let centre = centre();
    let node = &centre.node;
    let is_revoked = |id: &Id| {
        let shown = node.object(&centre.admin, id).unwrap().unwrap();
        shown.summary.revoked
    };
    let revoked = [("revoked", true.into())];
    let theirs = centre.malware("Night heron", Tlp::Green);
    centre.submit(&centre.carrier_caller, &[&theirs]);
    let imported = centre.later(&theirs, &[("name", "Day heron".into())]);
    centre.hold(&centre.admin, &imported);
    centre.submit(&centre.partner_caller, &[&centre.later(&theirs, &revoked)]);
    assert!(!is_revoked(theirs.id()), "others still may not");
    centre.submit(&centre.carrier_caller, &[&centre.later(&theirs, &revoked)]);
    assert!(is_revoked(theirs.id()));
    // Whoever is first in the house owns it there: an import gives nobody else a right to it.
    let ours = centre.malware("Grey heron", Tlp::Green);
    centre.hold(&centre.admin, &ours);
    centre.submit(&centre.carrier_caller, &[&centre.later(&ours, &revoked)]);
    assert!(!is_revoked(ours.id()));
}

#[test]
fn an_owner_does_not_learn_what_the_house_holds_of_its_object() {
    let told = |is_imported: bool| {
        let centre = centre();
        let first = centre.malware("Night heron", Tlp::Green);
        centre.submit(&centre.carrier_caller, &[&first]);
        let second = centre.later(&first, &[("name", "Day heron".into())]);
        if is_imported {
            let other = second.text().replace("Day heron", "Hokuto heron");
            centre.hold(&centre.admin, &Object::parse(&other).unwrap());
        }
        let texts = [second.text()];
        let status = TaxiiService(centre.node.clone())
            .add_objects(&centre.carrier_caller, ROOT, &INBOX.to_string(), &texts)
            .unwrap();
        let told = |list: &[taxii::message::status::StatusDetails]| {
            list.iter().map(|one| one.message.clone()).collect()
        };
        let (taken, refused): (Vec<_>, Vec<_>) = (told(&status.successes), told(&status.failures));
        assert_eq!(taken, [None]);
        (taken, refused)
    };
    assert_eq!(told(true), told(false));
}

/// A file of one identifier, whose size is no part of the identifier.
fn file(size: u64) -> Object {
    let green = Tlp::Green.id_text();
    let text = format!(
        r#"{{"type":"file","spec_version":"2.1","id":"file--00000000-0000-5000-8000-000000000001","name":"a.exe","size":{size},"object_marking_refs":["{green}"]}}"#
    );
    Object::parse(&text).unwrap()
}

#[test]
fn new_content_of_an_object_without_versions_is_released_anew() {
    let centre = centre();
    let node = &centre.node;
    let analyst = centre.person("analyst", Role::Analyst);
    let id = file(1).id().clone();
    centre.hold(&centre.admin, &file(1));
    centre.confirm(&[&id], centre.telecom, Tlp::Green);
    let sizes = || -> Vec<u64> {
        let given = centre.given(&centre.carrier_caller, &id).into_iter();
        given
            .map(|one| one.properties()["size"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(sizes(), [1]);
    centre.hold(&analyst, &file(2));
    assert_eq!(sizes(), [1], "nobody decided on it");
    let again = centre.confirm(&[&id], centre.telecom, Tlp::Green);
    assert_eq!(sizes(), [1, 2]);
    // What is looked at again for another reason is not given again.
    let Recipient::Community(partners) = centre.partners else {
        panic!()
    };
    node.add_member(&centre.admin, partners, centre.carrier.id)
        .unwrap();
    assert_eq!(sizes(), [1, 2]);
    let shown = node.object(&centre.admin, &id).unwrap().unwrap();
    assert_eq!(shown.versions.len(), 2);
    centre.clock.advance(SignedDuration::from_secs(1));
    node.withdraw(&centre.admin, again, "wrong").unwrap();
    assert_eq!(sizes(), [1], "the other content stays");
    let report = node.verify_ledger(&centre.admin).unwrap();
    assert_eq!(report.findings, []);
}

pub(super) fn rule(centre: &Centre, kind: &str) -> RuleTerms {
    RuleTerms {
        condition: Condition {
            kinds: vec![kind.into()],
            labels: Vec::new(),
            related_to: None,
            source: None,
            at_most: Tlp::Green,
        },
        recipients: vec![centre.telecom],
        ceiling: Tlp::Amber,
        with_references: true,
        until: None,
        reason: "as agreed".into(),
    }
}

#[test]
fn a_rule_draws_in_nothing_of_others_and_nothing_above_its_level() {
    let centre = centre();
    let node = &centre.node;
    let made = node.confirm_proposal(
        &centre.admin,
        &Proposal::Rule(rule(&centre, "report")),
        None,
    );
    made.unwrap();
    let others = centre.malware("of another", Tlp::Green);
    centre.submit(&centre.partner_caller, &[&others]);
    let (own, above) = (
        centre.malware("its own", Tlp::Green),
        centre.malware("above", Tlp::Amber),
    );
    let house = centre.malware("of the house", Tlp::Green);
    centre.hold(&centre.admin, &house);
    let refs = [&others, &own, &above, &house].map(|one| one.id().as_str());
    let report = |name: &str, refs: &[&str]| {
        centre
            .sent("report")
            .set("name", name)
            .set("published", "2026-01-01T00:00:00Z")
            .set_list("object_refs", refs.iter().copied())
            .marked(Tlp::Green)
            .finish()
            .unwrap()
    };
    centre.submit(
        &centre.carrier_caller,
        &[&own, &above, &report("of the carrier", &refs)],
    );
    let drawn = || {
        let found = centre.kinds(&centre.carrier_caller, "malware");
        let mut names: Vec<String> = found.iter().map(|one| one.title().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(drawn(), ["its own", "of the house"]);
    assert_eq!(centre.kinds(&centre.carrier_caller, "report").len(), 1);
}

#[test]
fn nobody_makes_anothers_object_meet_a_condition() {
    let centre = centre();
    let node = &centre.node;
    let campaign = centre.draft("campaign").set("name", "Tide");
    let campaign = campaign.marked(Tlp::Green).finish().unwrap();
    centre.hold(&centre.admin, &campaign);
    let mut terms = rule(&centre, "indicator");
    terms.condition.related_to = Some(campaign.id().clone());
    node.confirm_proposal(&centre.admin, &Proposal::Rule(terms), None)
        .unwrap();
    let indicator = centre.sent_indicator("192.0.2.1", "secret");
    centre.submit(&centre.carrier_caller, &[&indicator]);
    let link = |marking| {
        centre
            .sent("relationship")
            .set("relationship_type", "indicates")
            .set("source_ref", indicator.id().as_str())
            .set("target_ref", campaign.id().as_str())
            .marked(marking)
            .finish()
            .unwrap()
    };
    let given = || centre.kinds(&centre.carrier_caller, "indicator").len();
    centre.submit(&centre.partner_caller, &[&link(Tlp::Green)]);
    assert_eq!(given(), 0, "another says so");
    centre.submit(&centre.carrier_caller, &[&link(Tlp::Amber)]);
    assert_eq!(given(), 0, "above the level");
    centre.submit(&centre.carrier_caller, &[&link(Tlp::Green)]);
    assert_eq!(given(), 1);
}

#[test]
fn a_rule_lets_be_what_its_person_does_not_see_in_the_newest_version() {
    let centre = centre();
    let node = &centre.node;
    let analyst = centre.person("analyst", Role::Analyst);
    let releaser = centre.person("releaser", Role::Releaser);
    let terms = RuleTerms {
        condition: Condition {
            at_most: Tlp::Red,
            ..rule(&centre, "malware").condition
        },
        recipients: vec![Recipient::Person(centre.carrier_caller.person())],
        ceiling: Tlp::Red,
        ..rule(&centre, "malware")
    };
    let first = centre.malware("Night heron", Tlp::Green);
    centre.hold(&analyst, &first);
    node.confirm_proposal(&releaser, &Proposal::Rule(terms), None)
        .unwrap();
    let secret = [
        ("name", "Hokuto heron".into()),
        ("object_marking_refs", red()),
    ];
    centre.hold(&analyst, &centre.later(&first, &secret));
    assert!(centre.pull(&centre.carrier_caller).is_empty());
    let open = centre.later(&first, &[("name", "Day heron".into())]);
    centre.hold(&analyst, &open);
    assert_eq!(
        centre.names(&centre.carrier_caller, first.id()),
        ["Day heron"]
    );
}

#[test]
fn a_rule_of_one_person_rests_where_two_are_asked_for() {
    let centre = centre();
    let node = &centre.node;
    let releaser = centre.person("releaser", Role::Releaser);
    let proposal = Proposal::Rule(RuleTerms {
        with_references: false,
        ..rule(&centre, "malware")
    });
    let confirm = || node.confirm_proposal(&releaser, &proposal, None);
    let app::proposal::Made::Rule(alone) = confirm().unwrap() else {
        panic!("a release");
    };
    centre.hold(&centre.admin, &centre.malware("one", Tlp::Green));
    let state = |id| node.rule(&releaser, id).unwrap().unwrap().0;
    assert_eq!((state(alone).state, state(alone).released), ("active", 1));
    centre.always();
    let request = node.ask(&centre.admin, &proposal).unwrap();
    let shown = node.request(&releaser, request).unwrap().unwrap();
    let digest = shown.preview.unwrap().digest;
    let made = node.confirm_request(&releaser, request, &digest).unwrap();
    let app::proposal::Made::Rule(both) = made else {
        panic!("a release");
    };
    centre.hold(&centre.admin, &centre.malware("two", Tlp::Green));
    assert_eq!((state(alone).state, state(alone).released), ("paused", 1));
    assert!(state(alone).note.contains("second person"));
    assert_eq!((state(both).state, state(both).released), ("active", 1));
}
