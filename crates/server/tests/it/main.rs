//! The router over a real node in a temporary folder.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod browser;
mod conditions;
mod endpoints;
mod hostile;
mod http;
mod ledger;
mod life;
mod mutual_tls;
mod non_interference;
mod peer;
mod quarantine;

use std::sync::Arc;
use std::time::Duration;

use app::access::Role;
use app::node::Node;
use app::party::{NewOrganisation, NewPerson};
use app::register::{NewIncident, NewVictim};
use app::system::{SystemClock, SystemRandom};
use axum::Router;
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus, Moment};
use incident::sector::Sector;
use release::party::OrganisationId;
use stix::id::Id;
use stix::marking::Tlp;

/// A node with an administrator, and its folder.
pub(crate) struct Site {
    pub(crate) node: Arc<Node>,
    pub(crate) router: Router,
    pub(crate) once: String,
    _folder: tempfile::TempDir,
}

/// A small house, whose administrator may do everything.
pub(crate) fn site() -> Site {
    house(true)
}

pub(crate) fn house(small: bool) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::open(folder.path(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
    let node = Arc::new(node);
    let once = node.set_up_house(
        &organisation("国家サイバーセンター", None),
        "admin",
        "Akiko Admin",
        small,
    );
    let once = once.unwrap().token;
    let config = server::ServerConfig {
        public_url: "https://node.example".to_owned(),
        secure_cookies: false,
        session_cookie: "noroshi_session".to_owned(),
        max_body_bytes: 1024 * 1024,
        behind_proxy: true,
        request_timeout: Duration::from_secs(30),
        body_timeout: Duration::from_secs(3),
        body_idle_timeout: Duration::from_millis(300),
        page_size: taxii::filter::PageSize {
            default: 100,
            max: 1_000,
        },
    };
    let router = server::router(Arc::clone(&node), config);
    Site {
        node,
        router,
        once,
        _folder: folder,
    }
}

pub(crate) fn organisation(name: &str, sector: Option<Sector>) -> NewOrganisation {
    NewOrganisation {
        name: name.to_owned(),
        sector,
        country: Some("JP".to_owned()),
        id: None,
    }
}

impl Site {
    /// A bearer token of a new person of the house with `role`.
    pub(crate) fn token(&self, role: Role) -> String {
        let own = self.node.own_organisation().unwrap().id;
        self.token_of(role.name(), role, own)
    }

    pub(crate) fn token_of(&self, login: &str, role: Role, organisation: OrganisationId) -> String {
        let admin = self.node.local_caller().unwrap();
        let new = NewPerson {
            login: login.to_owned(),
            name: login.to_owned(),
            organisation,
            role,
        };
        self.node.add_person(&admin, &new).unwrap();
        self.node.create_token(&admin, login, "test", None).unwrap()
    }

    /// A bearer token of a new service of a new organisation, and its password, which is a token too.
    pub(crate) fn partner(&self, login: &str) -> String {
        let admin = self.node.local_caller().unwrap();
        let partner = organisation(&format!("Partner {login}"), None);
        let new = NewPerson {
            login: login.to_owned(),
            name: login.to_owned(),
            organisation: self.node.add_organisation(&admin, &partner).unwrap().id,
            role: Role::Service,
        };
        self.node.add_person(&admin, &new).unwrap();
        self.node.create_token(&admin, login, "test", None).unwrap()
    }

    /// Fills the node with a small case; returns the number of its incident and an actor.
    pub(crate) fn fill(&self) -> (String, Id) {
        let admin = self.node.local_caller().unwrap();
        let own = self.node.own_organisation().unwrap().id;
        let analyst = self.token_of("clerk", Role::Analyst, own);
        let analyst = self.node.caller_by_token(&analyst).unwrap().unwrap();
        let carrier = organisation("東都通信株式会社", Some(Sector::InformationCommunications));
        let carrier = self.node.add_organisation(&admin, &carrier).unwrap();
        self.node
            .add_organisation(&admin, &organisation("Partner Agency", None))
            .unwrap();
        let telecom = self.node.add_community(&admin, "telecom").unwrap();
        self.node
            .add_member(&admin, telecom.id, carrier.id)
            .unwrap();
        let at = "\"created\":\"2026-01-12T09:30:00.000Z\",\"modified\":\"2026-01-12T09:30:00.000Z\",\"spec_version\":\"2.1\"";
        let marked = format!("\"object_marking_refs\":[\"{}\"]", Tlp::Amber.id_text());
        let actor = "intrusion-set--00000000-0000-4000-8000-000000000001";
        let mut texts = vec![format!(
            "{{\"type\":\"intrusion-set\",\"id\":\"{actor}\",\"name\":\"Volt Typhoon\",{at},{marked}}}"
        )];
        for number in 2..6 {
            let id = format!("indicator--00000000-0000-4000-8000-00000000000{number}");
            texts.push(format!(
                "{{\"type\":\"indicator\",\"id\":\"{id}\",\"name\":\"中継サーバ 192.0.2.{number}\",\"pattern\":\"[ipv4-addr:value = '192.0.2.{number}']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-12T09:30:00Z\",{at},{marked}}}"
            ));
            texts.push(format!(
                "{{\"type\":\"relationship\",\"id\":\"relationship--00000000-0000-4000-8000-00000000000{number}\",\"relationship_type\":\"indicates\",\"source_ref\":\"{id}\",\"target_ref\":\"{actor}\",{at},{marked}}}"
            ));
        }
        let report = self.node.import(&analyst, &texts, 0).unwrap();
        assert!(report.refused.is_empty(), "{:?}", report.refused);
        let indicators = (2..6).map(|number| {
            Id::parse(&format!(
                "indicator--00000000-0000-4000-8000-00000000000{number}"
            ))
            .unwrap()
        });
        let incident = NewIncident {
            title: "境界ルータの侵害".to_owned(),
            description: "A router at the edge was entered with stolen credentials.".to_owned(),
            victim: Some(NewVictim {
                name: "みなと電力".to_owned(),
                sector: Some(Sector::ElectricPower),
                country: Some("JP".to_owned()),
            }),
            occurred: Moment::parse("2026-01"),
            learnt: None,
            classification: Classification::parse("intrusions:system-compromise").unwrap(),
            determination: Determination::Confirmed,
            status: InvestigationStatus::Open,
            attributions: Vec::new(),
            consent: true,
            marking: Tlp::Amber,
            victim_marking: Tlp::AmberStrict,
            objects: indicators.collect(),
        };
        let number = self.node.register(&analyst, &incident).unwrap().number;
        (number, Id::parse(actor).unwrap())
    }
}
