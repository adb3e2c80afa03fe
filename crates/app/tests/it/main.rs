//! A centre with its members, through the use cases.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod conditions;
mod credentials;
mod intake;
mod ledger;
mod life;
mod parties;
mod peer;
mod quarantine;
mod quota;
mod submitted;
mod version;
mod withdrawal;

use std::fmt::Write as _;
use std::sync::Arc;

use app::access::{Action, Caller, Role, allowed, allowed_in_small_house};
use app::exchange::{INBOX, RELEASES, ROOT, TaxiiService};
use app::guard::Guards;
use app::node::Node;
use app::object::ObjectQuery;
use app::party::{NewOrganisation, NewPerson, Organisation};
use app::register::{NewAttribution, NewIncident, NewVictim};
use app::sharing::{Outcome, ReleaseRequest};
use app::sign_in::SignInError;
use app::system::SystemRandom;
use base::clock::FixedClock;
use incident::attribution::{AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus, Moment};
use incident::sector::Sector;
use jiff::SignedDuration;
use release::terms::Recipient;
use stix::build::Draft;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;
use taxii::backend::{Backend, BackendError};
use taxii::filter::Filter;

const VICTIM: &str = "Hokuto Telecom";

struct Centre {
    dir: tempfile::TempDir,
    node: Arc<Node>,
    clock: Arc<FixedClock>,
    admin: Caller,
    carrier: Organisation,
    carrier_caller: Caller,
    partner_caller: Caller,
    telecom: Recipient,
    partners: Recipient,
}

fn organisation(name: &str) -> NewOrganisation {
    NewOrganisation {
        name: name.into(),
        sector: Some(Sector::InformationCommunications),
        country: None,
        id: None,
    }
}

fn centre() -> Centre {
    centre_with(Guards::default())
}

fn centre_with(guards: Guards) -> Centre {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-01-15T09:00:00Z".parse().unwrap()));
    let node = Node::open(dir.path(), clock.clone(), Arc::new(SystemRandom)).unwrap();
    let node = Arc::new(node.with_guards(guards));
    node.set_up(&organisation("Centre"), "admin", "Admin")
        .unwrap();
    let admin = node.local_caller().unwrap();
    let member = |name: &str, community: &str| {
        let organisation = node.add_organisation(&admin, &organisation(name)).unwrap();
        let community = node.add_community(&admin, community).unwrap().id;
        node.add_member(&admin, community, organisation.id).unwrap();
        let login = format!("service-{name}");
        let person = NewPerson {
            login: login.clone(),
            name: login.clone(),
            organisation: organisation.id,
            role: Role::Service,
        };
        node.add_person(&admin, &person).unwrap();
        let token = node.create_token(&admin, &login, "taxii", None).unwrap();
        (
            organisation,
            node.caller_by_token(&token).unwrap().unwrap(),
            Recipient::Community(community),
        )
    };
    let (carrier, carrier_caller, telecom) = member("Carrier", "telecom");
    let (_, partner_caller, partners) = member("Partner", "partners");
    Centre {
        dir,
        node: node.clone(),
        clock,
        admin,
        carrier,
        carrier_caller,
        partner_caller,
        telecom,
        partners,
    }
}

impl Centre {
    fn draft(&self, kind: &str) -> Draft {
        self.sent(kind)
            .created_by(&self.admin.organisation().identity())
    }

    /// What somebody sends who does not say who created it.
    fn sent(&self, kind: &str) -> Draft {
        Draft::object(kind, self.clock.now(), self.node.ids())
    }

    fn sent_indicator(&self, address: &str, description: &str) -> Object {
        unsigned(&self.indicator(address, description))
    }

    fn indicator(&self, address: &str, description: &str) -> Object {
        self.draft("indicator")
            .set("name", address)
            .set("pattern", format!("[ipv4-addr:value = '{address}']"))
            .set("pattern_type", "stix")
            .set("valid_from", "2026-01-01T00:00:00Z")
            .set("description", description)
            .marked(Tlp::Green)
            .marked_parts(Tlp::AmberStrict, &["description"])
            .finish()
            .unwrap()
    }

    fn confirm(
        &self,
        objects: &[&Id],
        recipient: Recipient,
        ceiling: Tlp,
    ) -> release::party::ReleaseId {
        self.clock.advance(SignedDuration::from_secs(1));
        self.node
            .confirm(&self.admin, &release(objects, recipient, ceiling))
            .unwrap()
    }

    fn pull(&self, caller: &Caller) -> Vec<Object> {
        let service = TaxiiService(self.node.clone());
        let mut filter = Filter::everything(2);
        let mut found = Vec::new();
        let mut last = None;
        loop {
            let page = service
                .objects(caller, ROOT, &RELEASES.to_string(), None, &filter)
                .unwrap();
            for entry in &page.entries {
                assert!(
                    last < Some(entry.date_added),
                    "dates are unique and increase"
                );
                last = Some(entry.date_added);
                found.push(Object::parse(&entry.text).unwrap());
            }
            assert_eq!(page.more, page.next.is_some());
            match page.next {
                Some(next) => filter.next = Some(next),
                None => return found,
            }
        }
    }
}

/// The object without its creator.
fn unsigned(object: &Object) -> Object {
    let mut properties = object.properties().clone();
    properties.remove("created_by_ref");
    Object::from_properties(properties).unwrap()
}

fn release(objects: &[&Id], recipient: Recipient, ceiling: Tlp) -> ReleaseRequest {
    ReleaseRequest {
        objects: objects.iter().map(|id| (*id).clone()).collect(),
        with_references: true,
        recipients: vec![recipient],
        ceiling,
        cuts: Vec::new(),
        from: None,
        until: None,
        reason: "to be acted on".into(),
    }
}

use base::clock::Clock as _;

#[test]
fn roles_and_actions_are_as_the_table_says() {
    let mut table = String::from("action");
    for role in Role::ALL {
        write!(table, " | {}", role.name()).unwrap();
    }
    table.push_str(" | administrator of a small house\n");
    let word = |may| if may { "yes" } else { "-" };
    for action in Action::ALL {
        table.push_str(action.name());
        for role in Role::ALL {
            write!(table, " | {}", word(allowed(role, action))).unwrap();
            if role != Role::Administrator {
                assert_eq!(
                    allowed(role, action),
                    allowed_in_small_house(role, action),
                    "only administrators gain by it"
                );
            }
        }
        let small = allowed_in_small_house(Role::Administrator, action);
        writeln!(table, " | {}", word(small)).unwrap();
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/access.txt", &table);
}

#[test]
fn a_member_does_nothing_of_the_house() {
    let centre = centre();
    for caller in [&centre.carrier_caller, &centre.partner_caller] {
        for action in Action::ALL {
            let open = matches!(
                action,
                Action::ReadFeed | Action::ReadMembership | Action::SubmitObjects
            );
            assert_eq!(caller.may(action), open, "{}", action.name());
        }
        assert!(
            centre
                .node
                .objects(caller, &ObjectQuery::default())
                .is_err()
        );
        assert!(centre.node.incidents(caller, 10, None).is_err());
        assert!(centre.node.communities(caller).is_err());
        assert!(centre.node.see_as(caller, None).is_err());
    }
    assert!(
        centre
            .node
            .see_as(&centre.carrier_caller, Some(centre.carrier.id))
            .is_ok()
    );
    assert!(
        centre
            .node
            .see_as(&centre.partner_caller, Some(centre.carrier.id))
            .is_err()
    );
}

#[test]
fn the_loop_closes_over_an_edition() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.7", "seen at Hokuto Telecom");
    let actor = centre
        .draft("intrusion-set")
        .set("name", "Volt Typhoon")
        .marked(Tlp::AmberStrict)
        .finish()
        .unwrap();
    node.add(&centre.admin, &[indicator.clone(), actor.clone()])
        .unwrap();
    let new = NewIncident {
        title: "Intrusion at a carrier".into(),
        description: format!("{VICTIM} found a changed router"),
        victim: Some(NewVictim {
            name: VICTIM.into(),
            sector: Some(Sector::InformationCommunications),
            country: Some("JP".into()),
        }),
        occurred: Moment::parse("2026-01"),
        learnt: None,
        classification: Classification::parse("intrusions").unwrap(),
        determination: Determination::Confirmed,
        status: InvestigationStatus::Open,
        attributions: vec![NewAttribution {
            kind: AttributionKind::Assessed,
            actor: actor.id().clone(),
            confidence: Confidence::parse("high").unwrap(),
            author: "Centre".into(),
            marking: Tlp::AmberStrict,
        }],
        consent: true,
        marking: Tlp::Green,
        victim_marking: Tlp::AmberStrict,
        objects: vec![indicator.id().clone()],
    };
    let summary = node.register(&centre.admin, &new).unwrap();
    assert_eq!(summary.number, "2026-0001");
    let named = NewIncident {
        title: format!("Intrusion at {VICTIM}"),
        ..new
    };
    assert!(
        node.register(&centre.admin, &named).is_err(),
        "a title does not name the victim"
    );

    let request = release(&[&summary.id, indicator.id()], centre.telecom, Tlp::Amber);
    let preview = node.preview(&centre.admin, &request).unwrap();
    assert_eq!(preview.audiences, ["Carrier", "Partner", "public"]);
    let row = preview
        .rows
        .iter()
        .find(|row| row.object.id == *indicator.id())
        .unwrap();
    assert_eq!(
        row.cells[0],
        Outcome::Edition {
            cut: vec!["description".into()]
        }
    );
    assert_eq!(row.cells[1..], [Outcome::Nothing, Outcome::Nothing]);
    assert!(
        centre.pull(&centre.carrier_caller).is_empty(),
        "a preview releases nothing"
    );

    centre.confirm(&[&summary.id, indicator.id()], centre.telecom, Tlp::Amber);
    let got = centre.pull(&centre.carrier_caller);
    assert!(
        got.iter().all(|object| !object.text().contains(VICTIM)),
        "{got:#?}"
    );
    assert!(got.iter().all(|object| object.kind() != "intrusion-set"));
    assert!(centre.pull(&centre.partner_caller).is_empty());
    let edition = got
        .iter()
        .find(|object| object.kind() == "indicator")
        .unwrap();
    assert_ne!(edition.id(), indicator.id());

    let sighting = Draft::object("sighting", centre.clock.now(), node.ids())
        .set("sighting_of_ref", edition.id().as_str())
        .set(
            "where_sighted_refs",
            vec![centre.carrier.id.identity().to_string()],
        )
        .set("count", 3)
        .marked(Tlp::Amber)
        .finish()
        .unwrap();
    let service = TaxiiService(node.clone());
    let inbox = INBOX.to_string();
    let status = service
        .add_objects(
            &centre.carrier_caller,
            ROOT,
            &inbox,
            &[sighting.text(), "{\"type\":\"x\"}", "{"],
        )
        .unwrap();
    assert_eq!(
        (status.success_count, status.failure_count),
        (1, 2),
        "one bad object costs no good one"
    );
    let id = status.id.parse().unwrap();
    assert!(service.status(&centre.carrier_caller, ROOT, id).is_ok());
    assert!(matches!(
        service.status(&centre.partner_caller, ROOT, id),
        Err(BackendError::NotFound)
    ));

    let details = node.incident(&centre.admin, "2026-0001").unwrap().unwrap();
    assert_eq!(details.sightings.len(), 1);
    assert_eq!(details.sightings[0].by, ["Carrier"]);
    assert_eq!(details.sightings[0].count, 3);
    assert_eq!(details.sightings[0].on_edition.as_ref(), Some(edition.id()));
    assert_eq!(details.sectors_seen, [Sector::InformationCommunications]);
}

#[test]
fn what_is_withdrawn_or_joined_changes_what_is_seen() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&indicator))
        .unwrap();
    let release = centre.confirm(&[indicator.id()], centre.telecom, Tlp::Green);
    let count = |caller| {
        centre
            .pull(caller)
            .iter()
            .filter(|object| object.kind() == "indicator")
            .count()
    };
    assert_eq!(
        (count(&centre.carrier_caller), count(&centre.partner_caller)),
        (1, 0)
    );
    let Recipient::Community(telecom) = centre.telecom else {
        return;
    };
    node.add_member(&centre.admin, telecom, centre.partner_caller.organisation())
        .unwrap();
    let token = node
        .create_token(&centre.admin, "service-Partner", "again", None)
        .unwrap();
    let joined = node.caller_by_token(&token).unwrap().unwrap();
    assert_eq!(count(&joined), 1, "who joins sees what is GREEN");
    assert!(node.withdraw(&centre.admin, release, "wrong").unwrap());
    assert_eq!((count(&centre.carrier_caller), count(&joined)), (0, 0));
}

#[test]
fn a_feed_says_nothing_of_what_goes_to_others() {
    let feed = |others: bool| {
        let centre = centre();
        let shared = centre.indicator("192.0.2.9", "cut");
        centre
            .node
            .add(&centre.admin, std::slice::from_ref(&shared))
            .unwrap();
        if others {
            for host in 10..30 {
                let one = centre.indicator(&format!("192.0.2.{host}"), "cut");
                centre
                    .node
                    .add(&centre.admin, std::slice::from_ref(&one))
                    .unwrap();
                let request = release(&[one.id()], centre.partners, Tlp::Green);
                centre.node.confirm(&centre.admin, &request).unwrap();
            }
        }
        let request = release(&[shared.id()], centre.telecom, Tlp::Green);
        centre.node.confirm(&centre.admin, &request).unwrap();
        let service = TaxiiService(centre.node.clone());
        let filter = Filter::everything(100);
        let page = service
            .manifest(&centre.carrier_caller, ROOT, &RELEASES.to_string(), &filter)
            .unwrap();
        let dates: Vec<String> = page
            .entries
            .iter()
            .map(|head| head.date_added.to_string())
            .collect();
        (dates, page.more, page.next)
    };
    assert_eq!(feed(false), feed(true));
}

#[test]
fn signing_in_is_limited_and_secrets_work_as_meant() {
    let centre = centre();
    let node = &centre.node;
    assert!(node.set_password(&centre.admin, "too short").is_err());
    node.set_password(&centre.admin, "correct horse battery")
        .unwrap();
    let session = node
        .sign_in("admin", "correct horse battery", "127.0.0.1")
        .unwrap();
    let (caller, csrf) = node.session(&session.token).unwrap().unwrap();
    assert_eq!((caller.login(), csrf), ("admin", session.csrf));
    node.sign_out(&session.token).unwrap();
    assert!(node.session(&session.token).unwrap().is_none());
    let once = node.one_time_login(&centre.admin, "admin").unwrap();
    assert!(node.sign_in_once(&once.token).is_ok());
    assert!(matches!(
        node.sign_in_once(&once.token),
        Err(SignInError::Refused)
    ));
    assert!(matches!(
        node.sign_in("nobody", "x", "127.0.0.1"),
        Err(SignInError::Refused)
    ));
    assert!(
        node.caller_by_password("admin", "correct horse battery", "127.0.0.1")
            .is_ok()
    );
    for _ in 0..10 {
        assert!(matches!(
            node.sign_in("admin", "wrong", "127.0.0.2"),
            Err(SignInError::Refused)
        ));
    }
    let late = node.sign_in("admin", "correct horse battery", "127.0.0.1");
    assert!(
        matches!(late, Err(SignInError::TooMany { .. })),
        "guessing is limited, even for who then knows"
    );
    centre.clock.advance(SignedDuration::from_mins(16));
    assert!(
        node.sign_in("admin", "correct horse battery", "127.0.0.1")
            .is_ok()
    );
}

#[test]
fn a_colleagues_red_object_shows_in_no_count() {
    let centre = centre();
    let node = &centre.node;
    let red = centre
        .draft("campaign")
        .set("name", "secret")
        .marked(Tlp::Red)
        .finish()
        .unwrap();
    node.add(&centre.admin, std::slice::from_ref(&red)).unwrap();
    let person = NewPerson {
        login: "analyst".into(),
        name: "Analyst".into(),
        organisation: centre.admin.organisation(),
        role: Role::Analyst,
    };
    node.add_person(&centre.admin, &person).unwrap();
    let token = node
        .create_token(&centre.admin, "analyst", "cli", None)
        .unwrap();
    let analyst = node.caller_by_token(&token).unwrap().unwrap();
    let has = |caller| {
        node.kinds(caller)
            .unwrap()
            .iter()
            .any(|(kind, _)| kind == "campaign")
    };
    assert!(has(&centre.admin) && !has(&analyst));
    assert!(node.object(&centre.admin, red.id()).unwrap().is_some());
    assert!(node.object(&analyst, red.id()).unwrap().is_none());
}
