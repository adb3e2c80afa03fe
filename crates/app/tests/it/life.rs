//! The life of a release: four eyes, rules, corrections, withdrawals, queries.

use std::sync::Arc;

use app::access::{Caller, Role};
use app::error::AppError;
use app::four_eyes::{FourEyes, SecondReason};
use app::node::Node;
use app::party::NewPerson;
use app::proposal::{Made, Proposal};
use app::query::QueryTerms;
use app::register::NewIncident;
use app::request::RequestState;
use app::rule::{Condition, RuleTerms};
use app::system::SystemRandom;
use base::clock::Clock as _;
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus};
use jiff::SignedDuration;
use release::party::ReleaseId;
use release::terms::Recipient;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::{Centre, centre, release};

impl Centre {
    /// A person of the house.
    pub(crate) fn person(&self, login: &str, role: Role) -> Caller {
        let new = NewPerson {
            login: login.into(),
            name: login.into(),
            organisation: self.admin.organisation(),
            role,
        };
        self.node.add_person(&self.admin, &new).unwrap();
        let token = self
            .node
            .create_token(&self.admin, login, "test", None)
            .unwrap();
        self.node.caller_by_token(&token).unwrap().unwrap()
    }

    pub(crate) fn always(&self) {
        let policy = FourEyes {
            always: true,
            ..FourEyes::default()
        };
        self.node.set_four_eyes(&self.admin, policy).unwrap();
    }

    pub(crate) fn kinds(&self, caller: &Caller, kind: &str) -> Vec<Object> {
        let mut found = self.pull(caller);
        found.retain(|object| object.kind() == kind);
        found
    }

    fn add(&self, objects: &[Object]) {
        self.clock.advance(SignedDuration::from_secs(1));
        let report = self.node.add(&self.admin, objects).unwrap();
        assert!(report.refused.is_empty());
    }

    /// A newer version of an object, with another name.
    fn renamed(&self, object: &Object, name: &str) -> Object {
        let mut properties = object.properties().clone();
        properties.insert("name".into(), name.into());
        let now = self.clock.now().to_string();
        properties.insert("modified".into(), now.into());
        Object::from_properties(properties).unwrap()
    }
}

fn proposal(objects: &[&Id], recipient: Recipient, ceiling: Tlp) -> Proposal {
    Proposal::Release(release(objects, recipient, ceiling))
}

fn made(made: Made) -> ReleaseId {
    match made {
        Made::Release(release) => release,
        Made::Rule(rule) => panic!("{rule} is a rule"),
    }
}

#[test]
fn nobody_confirms_what_they_asked_for() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.1", "secret");
    centre.add(std::slice::from_ref(&indicator));
    let (first, second) = (
        centre.person("first", Role::Releaser),
        centre.person("second", Role::Releaser),
    );
    let analyst = centre.person("analyst", Role::Analyst);
    let proposal = proposal(&[indicator.id()], centre.telecom, Tlp::Green);
    let preview = node.preview_proposal(&first, &proposal).unwrap();
    assert!(preview.second.is_empty(), "by default one is enough");
    centre.always();
    let preview = node.preview_proposal(&first, &proposal).unwrap();
    assert_eq!(preview.second, [SecondReason::Always]);
    for alone in [&first, &centre.admin] {
        assert!(matches!(
            node.confirm_proposal(alone, &proposal, Some(&preview.digest)),
            Err(AppError::Invalid(_))
        ));
    }
    for asker in [&first, &centre.admin, &analyst] {
        let request = node.ask(asker, &proposal).unwrap();
        let shown = node.request(asker, request).unwrap().unwrap();
        let digest = shown.preview.unwrap().digest;
        assert!(shown.summary.is_own);
        assert!(
            node.confirm_request(asker, request, &digest).is_err(),
            "{} confirmed alone",
            asker.login()
        );
        assert!(node.confirm_request(&analyst, request, &digest).is_err());
        assert!(centre.pull(&centre.carrier_caller).is_empty());
        node.reject_request(&second, request, "not now").unwrap();
        assert!(
            node.confirm_request(&second, request, &digest).is_err(),
            "what was rejected is not confirmed"
        );
    }
    let request = node.ask(&analyst, &proposal).unwrap();
    assert!(
        node.reject_request(&centre.carrier_caller, request, "x")
            .is_err()
    );
    let digest = node
        .request(&second, request)
        .unwrap()
        .unwrap()
        .preview
        .unwrap()
        .digest;
    assert!(matches!(
        node.confirm_request(&second, request, "00"),
        Err(AppError::Changed(_))
    ));
    let id = made(node.confirm_request(&second, request, &digest).unwrap());
    assert_eq!(centre.kinds(&centre.carrier_caller, "indicator").len(), 1);
    assert!(
        node.confirm_request(&first, request, &digest).is_err(),
        "once"
    );
    let life = node.release_life(&first, id).unwrap().unwrap();
    assert_eq!(life.requested_by.as_deref(), Some("analyst"));
    assert_eq!(life.summary.confirmed_by, "second");
    let listed = node.requests(&first, 10).unwrap();
    assert_eq!(listed.len(), 4);
    let found = listed.iter().find(|one| one.id == request).unwrap();
    assert_eq!(found.state, RequestState::Confirmed);
    assert_eq!(found.made, Some(id.to_string()));
}

#[test]
fn what_was_shown_is_what_goes_out() {
    let centre = centre();
    let node = &centre.node;
    let second = centre.person("second", Role::Releaser);
    let indicator = centre.indicator("192.0.2.1", "secret");
    let shown = |request| node.request(&second, request).unwrap().unwrap();
    let refused = |request, digest: &str| match node.confirm_request(&second, request, digest) {
        Err(AppError::Changed(found)) => found
            .iter()
            .map(|one| one.message.clone())
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    centre.add(std::slice::from_ref(&indicator));
    let ask = proposal(&[indicator.id()], centre.telecom, Tlp::Amber);
    let request = node.ask(&centre.admin, &ask).unwrap();
    let digest = shown(request).preview.unwrap().digest;
    // What others are given changes nothing.
    centre.confirm(&[indicator.id()], centre.partners, Tlp::Green);
    assert_eq!(shown(request).preview.unwrap().digest, digest);
    // A newer version does.
    centre.add(&[centre.renamed(&indicator, "other name")]);
    let changes = refused(request, &digest);
    assert!(changes[1].contains("with other content"), "{changes:?}");
    let digest = shown(request).preview.unwrap().digest;
    // So does who joins: above GREEN a community names its members.
    let Recipient::Community(telecom) = centre.telecom else {
        panic!()
    };
    node.add_member(&centre.admin, telecom, centre.partner_caller.organisation())
        .unwrap();
    let changes = refused(request, &digest);
    assert!(
        changes
            .iter()
            .any(|one| one.contains("organisations named")),
        "{changes:?}"
    );
    let shown_last = shown(request).preview.unwrap().digest;
    assert_ne!(shown_last, digest);
    node.confirm_request(&second, request, &shown_last).unwrap();
}

#[test]
fn a_request_expires() {
    let centre = centre();
    let node = &centre.node;
    let second = centre.person("second", Role::Releaser);
    let indicator = centre.indicator("192.0.2.1", "secret");
    centre.add(std::slice::from_ref(&indicator));
    let ask = proposal(&[indicator.id()], centre.telecom, Tlp::Green);
    let request = node.ask(&centre.admin, &ask).unwrap();
    let digest = node.request(&second, request).unwrap().unwrap();
    let digest = digest.preview.unwrap().digest;
    centre.clock.advance(SignedDuration::from_hours(7 * 24));
    assert!(node.confirm_request(&second, request, &digest).is_err());
    let found = node.request(&second, request).unwrap().unwrap();
    assert_eq!(found.summary.state, RequestState::Expired);
    assert!(found.preview.is_none());
}

#[test]
fn the_policy_asks_for_a_second_person_where_it_says_so() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.1", "secret");
    centre.add(std::slice::from_ref(&indicator));
    let second = |recipient, ceiling| {
        let proposal = proposal(&[indicator.id()], recipient, ceiling);
        let preview = node.preview_proposal(&centre.admin, &proposal).unwrap();
        preview
            .second
            .iter()
            .map(|one| one.name())
            .collect::<Vec<_>>()
    };
    let policy = FourEyes {
        always: false,
        above: Some(Tlp::Green),
        public: true,
        foreign: true,
    };
    node.set_four_eyes(&centre.admin, policy).unwrap();
    assert_eq!(node.four_eyes(&centre.admin).unwrap(), policy);
    // Countries are not known here, which counts as abroad.
    assert_eq!(second(centre.telecom, Tlp::Green), ["foreign"]);
    assert_eq!(second(centre.telecom, Tlp::Amber), ["above", "foreign"]);
    assert_eq!(second(Recipient::Public, Tlp::Clear), ["foreign", "public"]);
    let releaser = centre.person("releaser", Role::Releaser);
    assert!(node.set_four_eyes(&releaser, FourEyes::default()).is_err());
}

fn rule(centre: &Centre, related_to: Option<&Id>) -> RuleTerms {
    RuleTerms {
        condition: Condition {
            kinds: vec!["indicator".into()],
            labels: Vec::new(),
            related_to: related_to.cloned(),
            source: None,
            at_most: Tlp::Green,
        },
        recipients: vec![centre.telecom],
        ceiling: Tlp::Green,
        with_references: false,
        until: None,
        reason: "indicators of this campaign".into(),
    }
}

fn indicates(centre: &Centre, from: &Id, to: &Id) -> Object {
    centre
        .draft("relationship")
        .set("relationship_type", "indicates")
        .set("source_ref", from.as_str())
        .set("target_ref", to.as_str())
        .marked(Tlp::Green)
        .finish()
        .unwrap()
}

#[test]
fn a_rule_releases_what_arrives_once() {
    let centre = centre();
    let node = &centre.node;
    let campaign = centre.draft("campaign").set("name", "Tide");
    let campaign = campaign.marked(Tlp::Green).finish().unwrap();
    let before = centre.indicator("192.0.2.1", "before");
    let link = indicates(&centre, before.id(), campaign.id());
    centre.add(&[campaign.clone(), before.clone(), link]);
    centre.confirm(&[campaign.id()], centre.telecom, Tlp::Green);
    let terms = rule(&centre, Some(campaign.id()));
    let dry = node.dry_run(&centre.admin, &terms, 30).unwrap();
    assert_eq!((dry.met, dry.complete), (1, true));
    assert_eq!(dry.preview.rows.len(), 2, "with the relationship");
    assert_eq!(node.dry_run(&centre.admin, &terms, 0).unwrap().met, 0);
    centre.always();
    let releaser = centre.person("releaser", Role::Releaser);
    let proposal = Proposal::Rule(terms.clone());
    assert!(
        node.confirm_proposal(&releaser, &proposal, None).is_err(),
        "a rule is made under the same four eyes"
    );
    let request = node.ask(&centre.admin, &proposal).unwrap();
    let shown = node.request(&releaser, request).unwrap().unwrap();
    let digest = shown.preview.unwrap().digest;
    let Made::Rule(id) = node.confirm_request(&releaser, request, &digest).unwrap() else {
        panic!("a release");
    };
    let given = || centre.kinds(&centre.carrier_caller, "indicator");
    assert!(given().is_empty(), "what was there before is not released");

    // The object comes first, the relationship later.
    let one = centre.indicator("192.0.2.2", "one");
    let other = centre.indicator("192.0.2.3", "of another campaign");
    centre.add(&[one.clone(), other]);
    assert!(given().is_empty());
    let link = indicates(&centre, one.id(), campaign.id());
    centre.add(std::slice::from_ref(&link));
    assert_eq!(given().len(), 1);
    assert_eq!(
        centre.kinds(&centre.carrier_caller, "relationship").len(),
        1
    );
    // The same again makes no release more, a newer version does.
    centre.add(&[link, one.clone()]);
    let made_by_it = |expected: usize| {
        let (summary, found) = node.rule(&releaser, id).unwrap().unwrap();
        assert_eq!(found.len(), expected, "{summary:?}");
        found
    };
    let first = made_by_it(1);
    assert_eq!(first[0].objects, 2);
    assert_eq!(first[0].confirmed_by, "releaser");
    let life = node.release_life(&releaser, first[0].id).unwrap().unwrap();
    assert_eq!(life.rule, Some(id));
    centre.add(&[centre.renamed(&one, "newer")]);
    made_by_it(2);

    // What is above the condition's level, or comes while the rule rests, is not released.
    let red = centre.draft("indicator").set("name", "red");
    let red = red
        .set("pattern", "[ipv4-addr:value = '192.0.2.9']")
        .set("pattern_type", "stix")
        .set("valid_from", "2026-01-01T00:00:00Z")
        .marked(Tlp::Amber)
        .finish()
        .unwrap();
    centre.add(&[red.clone(), indicates(&centre, red.id(), campaign.id())]);
    made_by_it(2);
    node.pause_rule(&releaser, id).unwrap();
    let rested = centre.indicator("192.0.2.4", "rested");
    centre.add(&[
        rested.clone(),
        indicates(&centre, rested.id(), campaign.id()),
    ]);
    node.resume_rule(&releaser, id).unwrap();
    made_by_it(2);
    node.end_rule(&releaser, id).unwrap();
    assert!(node.resume_rule(&releaser, id).is_err(), "an end is an end");
    let late = centre.indicator("192.0.2.5", "late");
    centre.add(&[late.clone(), indicates(&centre, late.id(), campaign.id())]);
    made_by_it(2);
}

#[test]
fn a_rule_ends_with_its_time_and_rests_without_its_person() {
    let centre = centre();
    let node = &centre.node;
    let releaser = centre.person("releaser", Role::Releaser);
    let until = centre.clock.now() + SignedDuration::from_hours(1);
    let timed = RuleTerms {
        until: Some(until),
        ..rule(&centre, None)
    };
    let confirm = |terms: &RuleTerms| {
        let proposal = Proposal::Rule(terms.clone());
        match node.confirm_proposal(&releaser, &proposal, None).unwrap() {
            Made::Rule(id) => id,
            Made::Release(_) => panic!("a release"),
        }
    };
    let state = |id| node.rule(&centre.admin, id).unwrap().unwrap().0.state;
    let rules = [confirm(&timed), confirm(&rule(&centre, None))];
    centre.add(&[centre.indicator("192.0.2.1", "in time")]);
    assert_eq!(rules.map(state), ["active", "active"]);
    centre.clock.advance(SignedDuration::from_hours(2));
    centre.add(&[centre.indicator("192.0.2.2", "late")]);
    assert_eq!(rules.map(state), ["ended", "active"]);
    node.set_disabled(&centre.admin, "releaser", true).unwrap();
    let report = node.add(&centre.admin, &[centre.indicator("192.0.2.3", "alone")]);
    assert_eq!(report.unwrap().stored, 1, "what arrives is taken in");
    assert_eq!(rules.map(state), ["ended", "paused"]);
    assert_eq!(
        centre.kinds(&centre.carrier_caller, "indicator").len(),
        2,
        "no more is released"
    );
}

#[test]
fn a_rule_goes_on_after_a_restart_and_releases_nothing_again() {
    let centre = centre();
    let node = &centre.node;
    let proposal = Proposal::Rule(rule(&centre, None));
    let made = node.confirm_proposal(&centre.admin, &proposal, None);
    let Made::Rule(id) = made.unwrap() else {
        panic!("a release");
    };
    let one = centre.indicator("192.0.2.1", "one");
    centre.add(std::slice::from_ref(&one));
    let again = Node::open(
        centre.dir.path(),
        centre.clock.clone(),
        Arc::new(SystemRandom),
    )
    .unwrap();
    let caller = again.local_caller().unwrap();
    again.add(&caller, std::slice::from_ref(&one)).unwrap();
    let released = || {
        let (summary, releases) = again.rule(&caller, id).unwrap().unwrap();
        (summary.released, releases.len())
    };
    assert_eq!(released(), (1, 1));
    again
        .add(&caller, &[centre.indicator("192.0.2.2", "two")])
        .unwrap();
    assert_eq!(released(), (2, 2));
}

#[test]
fn what_joins_an_incident_in_the_register_meets_a_rule_about_it() {
    let centre = centre();
    let node = &centre.node;
    let new = NewIncident {
        title: "Intrusion at a carrier".into(),
        description: String::new(),
        victim: None,
        occurred: None,
        learnt: None,
        classification: Classification::parse("intrusions").unwrap(),
        determination: Determination::Confirmed,
        status: InvestigationStatus::Open,
        attributions: Vec::new(),
        consent: true,
        marking: Tlp::Green,
        victim_marking: Tlp::AmberStrict,
        objects: Vec::new(),
    };
    let incident = node.register(&centre.admin, &new).unwrap().id;
    let proposal = Proposal::Rule(rule(&centre, Some(&incident)));
    node.confirm_proposal(&centre.admin, &proposal, None)
        .unwrap();
    let indicator = centre.indicator("192.0.2.1", "one");
    centre.add(std::slice::from_ref(&indicator));
    let given = || centre.kinds(&centre.carrier_caller, "indicator").len();
    assert_eq!(given(), 0);
    node.link(
        &centre.admin,
        &incident,
        std::slice::from_ref(indicator.id()),
    )
    .unwrap();
    assert_eq!(given(), 1);
}

#[test]
fn a_rule_knows_labels_and_sources() {
    let centre = centre();
    let node = &centre.node;
    let labelled = centre
        .draft("indicator")
        .set("name", "labelled")
        .set("pattern", "[ipv4-addr:value = '192.0.2.1']")
        .set("pattern_type", "stix")
        .set("valid_from", "2026-01-01T00:00:00Z")
        .set_list("labels", ["tide"])
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    centre.add(&[labelled, centre.indicator("192.0.2.2", "plain")]);
    let met = |change: &dyn Fn(&mut Condition)| {
        let mut terms = rule(&centre, None);
        change(&mut terms.condition);
        node.dry_run(&centre.admin, &terms, 30).unwrap().met
    };
    assert_eq!(met(&|_| ()), 2);
    assert_eq!(met(&|condition| condition.labels = vec!["tide".into()]), 1);
    assert_eq!(met(&|condition| condition.at_most = Tlp::Clear), 0);
    let own = centre.admin.organisation();
    assert_eq!(met(&|condition| condition.source = Some(own)), 2);
    let carrier = centre.carrier.id;
    assert_eq!(met(&|condition| condition.source = Some(carrier)), 0);
    assert_eq!(
        met(&|condition| condition.kinds = vec!["malware".into()]),
        0
    );
}

#[test]
fn a_correction_gives_the_newest_versions_on_the_same_terms() {
    let centre = centre();
    let node = &centre.node;
    // GREEN would reach who joins later.
    let amber = |address: &str| {
        let green = centre.indicator(address, "secret");
        let amber = green
            .text()
            .replace(Tlp::Green.id_text(), Tlp::Amber.id_text());
        Object::parse(&amber).unwrap()
    };
    let (one, two) = (amber("192.0.2.1"), amber("192.0.2.2"));
    centre.add(&[one.clone(), two.clone()]);
    let first = centre.confirm(&[one.id(), two.id()], centre.telecom, Tlp::Amber);
    let correction = Proposal::Correction {
        of: first,
        reason: "a wrong name".into(),
    };
    let confirm = || {
        centre.clock.advance(SignedDuration::from_secs(1));
        node.confirm_proposal(&centre.admin, &correction, None)
    };
    assert!(confirm().is_err(), "nothing is newer");
    // Who joins afterwards is not among those that AMBER was given to.
    let Recipient::Community(telecom) = centre.telecom else {
        panic!()
    };
    node.add_member(&centre.admin, telecom, centre.partner_caller.organisation())
        .unwrap();
    centre.add(&[centre.renamed(&one, "right name")]);
    let preview = node.preview_proposal(&centre.admin, &correction).unwrap();
    assert_eq!(preview.rows.len(), 1);
    let second = made(confirm().unwrap());
    let names = |caller| {
        let mut names: Vec<String> = centre
            .kinds(caller, "indicator")
            .iter()
            .map(|object| object.title().to_owned())
            .collect();
        names.sort();
        names
    };
    assert!(names(&centre.carrier_caller).contains(&"right name".to_owned()));
    assert!(!names(&centre.partner_caller).contains(&"right name".to_owned()));
    let life = |id| node.release_life(&centre.admin, id).unwrap().unwrap();
    assert_eq!(life(second).corrects, Some(first));
    assert_eq!(life(first).corrected_by, [second]);
    assert_eq!(life(first).given[0].audience, "Carrier (service-Carrier)");
    assert!(node.withdraw(&centre.admin, first, " ").is_err());
    assert!(node.withdraw(&centre.admin, first, "wrong").unwrap());
    assert!(!node.withdraw(&centre.admin, first, "again").unwrap());
    let withdrawn = life(first);
    assert_eq!(withdrawn.withdrawn_for.as_deref(), Some("wrong"));
    assert_eq!(withdrawn.withdrawn_by.as_deref(), Some("Admin"));
    assert!(confirm().is_err(), "what is withdrawn is not corrected");
}

#[test]
fn a_query_is_evaluated_when_it_is_confirmed() {
    let centre = centre();
    let node = &centre.node;
    let analyst = centre.person("analyst", Role::Analyst);
    let terms = QueryTerms {
        kinds: vec!["indicator".into()],
        markings: vec![Tlp::Green],
        last_days: Some(7),
        ..QueryTerms::default()
    };
    assert!(
        node.save_query(&analyst, None, "all", &QueryTerms::default())
            .is_err()
    );
    let query = node.save_query(&analyst, None, "fresh", &terms).unwrap();
    assert!(node.save_query(&analyst, None, "fresh", &terms).is_err());
    let release = Proposal::Query {
        query,
        terms: release(&[], centre.telecom, Tlp::Green),
    };
    assert!(
        node.preview_proposal(&analyst, &release).is_err(),
        "nothing is found"
    );
    let old = centre.indicator("192.0.2.1", "old");
    centre.add(std::slice::from_ref(&old));
    centre.clock.advance(SignedDuration::from_hours(8 * 24));
    centre.add(&[centre.indicator("192.0.2.2", "new")]);
    let request = node.ask(&analyst, &release).unwrap();
    let shown = || node.request(&centre.admin, request).unwrap().unwrap();
    let digest = shown().preview.unwrap().digest;
    centre.add(&[centre.indicator("192.0.2.3", "newest")]);
    assert!(
        matches!(
            node.confirm_request(&centre.admin, request, &digest),
            Err(AppError::Changed(_))
        ),
        "what a query finds is shown before it goes out"
    );
    let digest = shown().preview.unwrap().digest;
    let confirmed = node.confirm_request(&centre.admin, request, &digest);
    let life = node.release_life(&centre.admin, made(confirmed.unwrap()));
    assert_eq!(life.unwrap().unwrap().query.as_deref(), Some("fresh"));
    assert_eq!(centre.kinds(&centre.carrier_caller, "indicator").len(), 2);
    let found = |change: &dyn Fn(&mut QueryTerms)| {
        let mut terms = QueryTerms {
            kinds: vec!["indicator".into()],
            ..QueryTerms::default()
        };
        change(&mut terms);
        node.run_query(&analyst, &terms).unwrap().len()
    };
    assert_eq!(found(&|_| ()), 3);
    assert_eq!(found(&|terms| terms.text = "newest".into()), 1);
    assert_eq!(found(&|terms| terms.values = vec!["192.0.2.2".into()]), 1);
    assert_eq!(found(&|terms| terms.markings = vec![Tlp::Red]), 0);
    assert_eq!(
        found(&|terms| {
            terms.text = "newest".into();
            terms.values = vec!["192.0.2.2".into()];
        }),
        0
    );
    let until = centre.clock.now() - SignedDuration::from_hours(24);
    assert_eq!(found(&|terms| terms.received_until = Some(until)), 1);
    node.remove_query(&analyst, query).unwrap();
    assert!(node.queries(&analyst).unwrap().is_empty());
}

#[test]
fn a_saved_query_finds_nothing_that_its_reader_may_not_see() {
    let centre = centre();
    let analyst = centre.person("analyst", Role::Analyst);
    let red = centre.draft("campaign").set("name", "secret");
    centre.add(&[red.marked(Tlp::Red).finish().unwrap()]);
    let terms = QueryTerms {
        kinds: vec!["campaign".into()],
        ..QueryTerms::default()
    };
    let found = |caller| centre.node.run_query(caller, &terms).unwrap().len();
    assert_eq!((found(&centre.admin), found(&analyst)), (1, 0));
}
