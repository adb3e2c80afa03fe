use app::dashboard::Dashboard;
use app::four_eyes::{FourEyes, SecondReason};
use app::life::{Given, ReleaseLife};
use app::membership::Membership;
use app::network::{Network, Owner};
use app::object::{ObjectDetails, ObjectPage, ObjectSummary, Relation, SightingView};
use app::party::{Community, Organisation, PersonView};
use app::peer::{
    PeerCursor, PeerDetails, PeerEvent, PeerSettings, PeerSummary, Refusal, Way, WayState, WayView,
};
use app::proposal::Proposal;
use app::quarantine::{
    QuarantineDetails, QuarantineEntry, QuarantineKind, QuarantinePage, QuarantineState,
};
use app::query::{QueryTerms, SavedQuery};
use app::register::{IncidentDetails, IncidentSummary};
use app::request::{RequestDetails, RequestState, RequestSummary};
use app::rule::{Condition, RuleSummary, RuleTerms};
use app::sharing::{
    Outcome, Preview, PreviewRow, ReleaseRequest, ReleaseSummary, SeenAs, SeenObject,
};
use app::sign_in::OneTimeLogin;
use app::trust::Trust;
use askama::Template;
use incident::attribution::{Attribution, AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, Incident, InvestigationStatus, Moment, Victim};
use incident::sector::Sector;
use release::party::{
    CommunityId, OrganisationId, PersonId, QueryId, ReleaseId, RequestId, RuleId,
};
use release::terms::{Cut, Recipient};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;
use uuid::Uuid;

use crate::error::Failure;
use crate::fields::Fields;
use crate::graph::Graph;
use crate::language::Language;
use crate::page::failure::FailurePage;
use crate::page::{
    May, Page, Visible, Who, about, account, dashboard, incident as register, ledger as log,
    local_path, object, organisation, party, peer, policy, quarantine, query as query_page,
    release as sharing, request, rule, see_as,
};
use crate::text::TABLE;

fn page(language: Language) -> Page {
    let all = Visible {
        judge: true,
        manage: true,
        node: true,
        objects: true,
        register: true,
        release: true,
        request: true,
        see_as: true,
        incidents: true,
        parties: true,
        releases: true,
        ledger: true,
        ledger_house: true,
    };
    let mut page = Page::new(language, "/incidents", None);
    page.who = Some(Who {
        name: "A. Analyst <script>".to_owned(),
        role: "analyst",
        csrf: "token".to_owned(),
        may: May(all),
    });
    page.findings = Failure::field("SERVER-FIELD-01", "title", "`title` is missing").diagnostics;
    page
}

fn now() -> jiff::Timestamp {
    "2026-01-12T09:30:00Z".parse().unwrap()
}

fn id(kind: &str, number: u128) -> Id {
    Id::new(kind, Uuid::from_u128(number)).unwrap()
}

fn summary(kind: &str, number: u128) -> ObjectSummary {
    ObjectSummary {
        id: id(kind, number),
        kind: kind.to_owned(),
        title: "<b>ボルト</b> Typhoon & co".to_owned(),
        version: Some("2026-01-12T09:30:00.000Z".to_owned()),
        marking: "TLP:AMBER+STRICT".to_owned(),
        revoked: true,
    }
}

fn sighting() -> SightingView {
    SightingView {
        id: id("sighting", 1),
        of: summary("indicator", 2),
        by: vec!["Toto Tsushin".to_owned()],
        sectors: vec![Sector::InformationCommunications, Sector::Water],
        count: 1_234_567,
        first_seen: Some("2026-01-12T09:30:00Z".to_owned()),
        last_seen: None,
        source: "Toto Tsushin".to_owned(),
        on_edition: Some(id("indicator", 3)),
    }
}

fn release() -> ReleaseSummary {
    ReleaseSummary {
        id: ReleaseId(Uuid::from_u128(4)),
        recipients: vec!["telecom".to_owned(), "public".to_owned()],
        ceiling: Tlp::Green,
        confirmed: now(),
        confirmed_by: "R. Releaser".to_owned(),
        objects: 12,
        reason: "warn operators".to_owned(),
        withdrawn: Some(now()),
        until: Some(now()),
    }
}

fn incident_summary() -> IncidentSummary {
    IncidentSummary {
        id: id("incident", 5),
        number: "2026-0001".to_owned(),
        title: "Router compromise".to_owned(),
        victim: Some("みなと電力".to_owned()),
        sector: Some(Sector::ElectricPower),
        occurred: Some("2026-01".to_owned()),
        recorded: now(),
        classification: "intrusions:system-compromise".to_owned(),
        determination: Determination::Confirmed,
        status: InvestigationStatus::Open,
        sightings: 2,
    }
}

fn incident_details() -> IncidentDetails {
    let incident = Incident {
        id: id("incident", 5),
        number: "2026-0001".to_owned(),
        title: "Router compromise".to_owned(),
        description: "line\nline".to_owned(),
        victim: Some(Victim {
            identity: id("identity", 6),
            name: "みなと電力".to_owned(),
            sector: Some(Sector::ElectricPower),
            country: Some("JP".to_owned()),
        }),
        occurred: Moment::parse("2026-01"),
        learnt: now(),
        recorded: now(),
        classification: Classification::parse("intrusions").unwrap(),
        determination: Determination::Suspected,
        status: InvestigationStatus::New,
        attributions: vec![Attribution {
            kind: AttributionKind::Assessed,
            actor: id("intrusion-set", 7),
            actor_name: "Volt Typhoon".to_owned(),
            confidence: Confidence::new(50).unwrap(),
            author: "the centre".to_owned(),
            stated: now(),
            marking: Tlp::Red,
        }],
        consent: true,
        marking: Tlp::Amber,
        victim_marking: Tlp::AmberStrict,
    };
    IncidentDetails {
        summary: incident_summary(),
        incident,
        objects: vec![summary("indicator", 2)],
        sightings: vec![sighting()],
        sectors_seen: vec![Sector::Water],
        releases: vec![release()],
    }
}

fn preview() -> Preview {
    let cut = vec!["description".to_owned()];
    Preview {
        audiences: vec!["Toto".to_owned(), "Partner".to_owned(), "public".to_owned()],
        rows: vec![PreviewRow {
            object: summary("indicator", 2),
            cells: vec![Outcome::Whole, Outcome::Edition { cut }, Outcome::Nothing],
        }],
        warnings: vec!["`x` reaches nobody".to_owned()],
        second: vec![SecondReason::Above, SecondReason::Foreign],
        digest: "00ff".to_owned(),
    }
}

fn quarantined(state: QuarantineState) -> QuarantineEntry {
    let decided = state != QuarantineState::Open;
    QuarantineEntry {
        number: 12,
        id: "indicator--<i>".to_owned(),
        version: "2026-01-12T09:30:00.000Z".to_owned(),
        kind: QuarantineKind::Suspect,
        source: "Toto <Tsushin>".to_owned(),
        at: now(),
        reasons: vec!["`8.8.8.8` is on the list public-resolver".to_owned()],
        told: true,
        state,
        decided: decided.then(now),
        decided_by: decided.then(|| "A. Analyst".to_owned()),
        note: if decided { "everybody's" } else { "" }.to_owned(),
    }
}

fn organisations() -> Vec<Organisation> {
    let organisation = |number, own| Organisation {
        id: OrganisationId(Uuid::from_u128(number)),
        name: format!("Organisation {number}"),
        sector: Some(Sector::Government),
        country: None,
        own,
    };
    vec![organisation(8, true), organisation(9, false)]
}

fn communities() -> Vec<Community> {
    vec![Community {
        id: CommunityId(Uuid::from_u128(10)),
        name: "telecom".to_owned(),
        members_visible: true,
        members: vec![OrganisationId(Uuid::from_u128(9))],
    }]
}

fn memberships() -> Vec<Membership> {
    let one = |community: &str, members| Membership {
        community: community.to_owned(),
        members,
    };
    let names = vec!["Organisation 9".to_owned()];
    vec![one("telecom", Some(names)), one("operators", None)]
}

fn four_eyes() -> FourEyes {
    FourEyes {
        always: true,
        above: Some(Tlp::Green),
        public: false,
        foreign: true,
    }
}

fn life() -> ReleaseLife {
    ReleaseLife {
        summary: ReleaseSummary {
            withdrawn: None,
            ..release()
        },
        objects: vec![summary("indicator", 2)],
        requested_by: Some("A. Analyst".to_owned()),
        request: Some(RequestId(Uuid::from_u128(20))),
        rule: Some(RuleId(Uuid::from_u128(21))),
        query: Some("fresh".to_owned()),
        corrects: Some(ReleaseId(Uuid::from_u128(22))),
        corrected_by: vec![ReleaseId(Uuid::from_u128(23))],
        withdrawn_by: Some("R. Releaser".to_owned()),
        withdrawn_for: Some("<i>wrong".to_owned()),
        state: "in-force",
        can_correct: true,
        given: vec![Given {
            audience: "Toto".to_owned(),
            objects: 3,
            first: now(),
            last: now(),
        }],
    }
}

fn query() -> SavedQuery {
    SavedQuery {
        id: QueryId(Uuid::from_u128(24)),
        name: "<b>fresh".to_owned(),
        terms: QueryTerms {
            text: "router".to_owned(),
            kinds: vec!["indicator".to_owned()],
            ..QueryTerms::default()
        },
        changed_by: "A. Analyst".to_owned(),
        changed: now(),
    }
}

fn rule_terms() -> RuleTerms {
    RuleTerms {
        condition: Condition {
            kinds: vec!["indicator".to_owned(), "malware".to_owned()],
            labels: vec!["tide".to_owned()],
            related_to: Some(id("campaign", 25)),
            source: None,
            at_most: Tlp::Green,
        },
        recipients: vec![Recipient::Public],
        ceiling: Tlp::Green,
        with_references: true,
        until: Some(now()),
        reason: "indicators of this campaign".to_owned(),
    }
}

fn rule_summary() -> RuleSummary {
    RuleSummary {
        id: RuleId(Uuid::from_u128(21)),
        terms: rule_terms(),
        recipients: vec!["public".to_owned()],
        source: Some("Toto".to_owned()),
        state: "paused",
        note: "whoever confirmed it may not release any more".to_owned(),
        requested_by: "A. Analyst".to_owned(),
        confirmed_by: "R. Releaser".to_owned(),
        confirmed: now(),
        released: 12,
    }
}

/// One of each kind and state.
fn requests() -> Vec<RequestSummary> {
    let terms = ReleaseRequest {
        objects: vec![id("indicator", 2)],
        with_references: true,
        recipients: vec![Recipient::Public],
        ceiling: Tlp::Amber,
        cuts: vec![Cut {
            object: Some(id("indicator", 2)),
            part: Selector::parse("description").unwrap(),
        }],
        from: None,
        until: Some(now()),
        reason: "warn operators".to_owned(),
    };
    let correction = Proposal::Correction {
        of: ReleaseId(Uuid::from_u128(22)),
        reason: "a wrong name".to_owned(),
    };
    let query = Proposal::Query {
        query: QueryId(Uuid::from_u128(24)),
        terms: terms.clone(),
    };
    let proposals = [
        (correction, RequestState::Drafted),
        (query, RequestState::Confirmed),
        (Proposal::Release(terms), RequestState::Rejected),
        (Proposal::Rule(rule_terms()), RequestState::Drafted),
        (Proposal::Rule(rule_terms()), RequestState::Expired),
    ];
    let summaries = proposals.into_iter().enumerate();
    let summaries = summaries.map(|(at, (proposal, state))| RequestSummary {
        id: RequestId(Uuid::from_u128(30 + at as u128)),
        proposal,
        recipients: vec!["public".to_owned()],
        state,
        requested_by: "A. Analyst".to_owned(),
        is_own: at == 3,
        requested: now(),
        expires: now(),
        decided_by: Some("R. Releaser".to_owned()),
        decided: Some(now()),
        rejected_for: "not now".to_owned(),
        made: Some(Uuid::from_u128(40).to_string()),
    });
    summaries.collect()
}

fn peer_details() -> PeerDetails {
    let way = |way, state| WayView {
        way,
        state,
        last_attempt: Some(now()),
        last_success: None,
        last_failure: Some(now()),
        failure: Some("GET https://x.example/: <no answer>".to_owned()),
        failures: 2,
        next_attempt: now(),
        moved: 1_234_567,
        unchanged: 1,
        refused: 1,
        behind: Some(1_000),
        lag_secs: Some(90_000),
    };
    PeerDetails {
        summary: PeerSummary {
            id: Uuid::from_u128(13),
            name: "abroad".to_owned(),
            organisation: "Organisation 9".to_owned(),
            settings: PeerSettings::of_url("https://x.example/taxii2/"),
            is_paused: false,
            ways: vec![
                way(Way::Pull, WayState::Failing),
                way(Way::Push, WayState::New),
            ],
        },
        cursors: vec![PeerCursor {
            way: Way::Pull,
            collection: "https://x.example/a/#1".to_owned(),
            position: now(),
            overlap_secs: 60,
        }],
        refusals: vec![Refusal {
            way: Way::Push,
            object: "indicator--<x>".to_owned(),
            version: "1".to_owned(),
            reason: "<b>no</b>".to_owned(),
            at: now(),
        }],
        events: vec![PeerEvent {
            at: now(),
            way: Way::Pull,
            text: "it goes through again".to_owned(),
        }],
        pending: 2,
    }
}

fn details() -> ObjectDetails {
    let relation = |number: u128| Relation {
        relationship: id("relationship", number),
        relationship_type: "uses".to_owned(),
        outgoing: number.is_multiple_of(3),
        other: summary("malware", 100 + number),
    };
    ObjectDetails {
        summary: summary("indicator", 2),
        json: "{\n  \"type\": \"indicator\"\n}".to_owned(),
        properties: vec![("name".to_owned(), "<i>".to_owned())],
        versions: vec!["2026-01-12T09:30:00.000Z".to_owned()],
        relations: (0..40).map(relation).collect(),
        referred: vec![summary("identity", 6)],
        sightings: vec![sighting()],
        releases: vec![release()],
        edition_of: Some(id("indicator", 3)),
    }
}

fn head() -> app::ledger::SignedHead {
    let key = ledger::key::SigningKey::from_seed(&[1; 32]).unwrap();
    let head = ledger::checkpoint::Checkpoint {
        origin: ledger::checkpoint::Origin::new("noroshi/<centre>/public").unwrap(),
        size: 2,
        root: ledger::hash::Hash::empty_root(),
    };
    app::ledger::SignedHead {
        note: head.sign(&key),
        key: key.verifying_key(),
        head,
    }
}

fn leaves() -> app::ledger::Leaves {
    let withdrawn = ledger::leaf::Leaf::Withdrawn {
        id: "<i>".to_owned(),
        version: String::new(),
        at: now(),
    };
    app::ledger::Leaves {
        first: 0,
        leaves: vec![
            "<b>no leaf".to_owned(),
            String::from_utf8(withdrawn.to_bytes()).unwrap(),
        ],
        size: 2,
    }
}

fn check() -> app::ledger::verify::LedgerReport {
    app::ledger::verify::LedgerReport {
        findings: vec![app::ledger::verify::Finding {
            table: "feed",
            key: "public <x>".to_owned(),
            problem: "it is gone".to_owned(),
        }],
        ..Default::default()
    }
}

/// All pages with sample contexts.
fn samples(language: Language) -> Vec<(&'static str, String)> {
    let page = || page(language);
    let details = details();
    let person = PersonView {
        id: PersonId(Uuid::from_u128(11)),
        login: "analyst".to_owned(),
        name: "A. Analyst".to_owned(),
        organisation: "Organisation 8".to_owned(),
        role: app::access::Role::Analyst,
        disabled: true,
    };
    let once = OneTimeLogin {
        token: "once".to_owned(),
        expires: now(),
    };
    let seen = SeenAs {
        audience: "public".to_owned(),
        objects: vec![SeenObject {
            summary: summary("report", 12),
            edition: true,
            cut: vec!["description".to_owned()],
            json: "{}".to_owned(),
            added: now(),
        }],
    };
    let dashboard = Dashboard {
        objects: 24_771,
        kinds: vec![("indicator".to_owned(), 12_000)],
        incidents: vec![incident_summary()],
        releases: vec![release()],
        sightings: vec![sighting()],
    };
    let failure = Failure::of_status(axum::http::StatusCode::NOT_FOUND);
    let form = || {
        Fields::of(&[
            ("title", "\"<x>\""),
            ("recipients", "public"),
            ("csrf", "secret"),
        ])
    };
    let texts = [
        (
            "about",
            about::AboutPage {
                page: page(),
                organisation: "Centre".to_owned(),
                version: "0",
            }
            .render(),
        ),
        (
            "sign_in",
            account::SignInPage {
                page: Page::new(language, "/sign-in", None),
                to: "/".to_owned(),
                login: String::new(),
                problem: Some("no"),
            }
            .render(),
        ),
        (
            "once",
            account::OncePage {
                page: Page::new(language, "/sign-in", None),
                token: "once".to_owned(),
                problem: None,
            }
            .render(),
        ),
        (
            "password",
            account::PasswordPage {
                page: page(),
                login: "a".to_owned(),
                first: true,
                saved: true,
            }
            .render(),
        ),
        (
            "dashboard",
            dashboard::DashboardPage {
                page: page(),
                organisation: "Centre".to_owned(),
                memberships: Vec::new(),
                dashboard: Some(dashboard),
            }
            .render(),
        ),
        (
            "dashboard of a member",
            dashboard::DashboardPage {
                page: page(),
                organisation: "Centre".to_owned(),
                memberships: memberships(),
                dashboard: None,
            }
            .render(),
        ),
        ("failure", FailurePage::new(page(), &failure).render()),
        (
            "incidents",
            register::IncidentsPage {
                page: page(),
                incidents: vec![incident_summary()],
                next: Some("2026-0001".to_owned()),
            }
            .render(),
        ),
        (
            "incident",
            register::IncidentPage {
                page: page(),
                details: incident_details(),
            }
            .render(),
        ),
        (
            "incident_new",
            register::NewIncidentPage {
                page: page(),
                form: form(),
            }
            .render(),
        ),
        (
            "objects",
            object::ObjectsPage {
                page: page(),
                form: form(),
                kinds: vec![("indicator".to_owned(), 1)],
                found: ObjectPage {
                    objects: vec![summary("indicator", 2)],
                    next: Some(7),
                },
            }
            .render(),
        ),
        (
            "object",
            object::ObjectDetailsPage {
                page: page(),
                graph: Graph::of(&details.summary, &details.relations),
                details,
            }
            .render(),
        ),
        (
            "parties",
            party::PartiesPage {
                page: page(),
                organisations: organisations(),
                communities: communities(),
                persons: vec![person],
                trusts: [(OrganisationId(Uuid::from_u128(9)), Trust::Probation)].into(),
            }
            .render(),
        ),
        (
            "peers",
            peer::PeersPage {
                page: page(),
                peers: vec![peer_details().summary],
                organisations: organisations(),
            }
            .render(),
        ),
        (
            "peer",
            peer::PeerPage {
                page: page(),
                details: peer_details(),
            }
            .render(),
        ),
        (
            "person_added",
            party::PersonAddedPage {
                page: page(),
                login: "a".to_owned(),
                once,
            }
            .render(),
        ),
        (
            "quarantine",
            quarantine::QuarantineListPage {
                page: page(),
                form: Fields::of(&[("kind", "suspect")]),
                organisations: organisations(),
                found: QuarantinePage {
                    entries: vec![
                        quarantined(QuarantineState::Open),
                        quarantined(QuarantineState::Rejected),
                    ],
                    next: Some(7),
                },
            }
            .render(),
        ),
        (
            "quarantined",
            quarantine::QuarantinedPage {
                page: page(),
                details: QuarantineDetails {
                    entry: quarantined(QuarantineState::Open),
                    json: Some("{\n  \"type\": \"indicator\"\n}".to_owned()),
                    obstacle: None,
                },
            }
            .render(),
        ),
        (
            "quarantined_unseen",
            quarantine::QuarantinedPage {
                page: page(),
                details: QuarantineDetails {
                    entry: quarantined(QuarantineState::Open),
                    json: None,
                    obstacle: Some("you may not see it".to_owned()),
                },
            }
            .render(),
        ),
        (
            "releases",
            sharing::ReleasesPage {
                page: page(),
                releases: vec![release()],
            }
            .render(),
        ),
        (
            "release",
            sharing::ReleasePage {
                page: page(),
                life: life(),
                preview: Some(preview()),
            }
            .render(),
        ),
        (
            "release without a preview",
            sharing::ReleasePage {
                page: page(),
                life: life(),
                preview: None,
            }
            .render(),
        ),
        (
            "release_new",
            sharing::NewReleasePage {
                page: page(),
                form: form(),
                organisations: organisations(),
                communities: communities(),
                queries: vec![query()],
            }
            .render(),
        ),
        (
            "release_preview",
            sharing::PreviewPage {
                page: page(),
                form: form(),
                preview: preview(),
            }
            .render(),
        ),
        (
            "ledger",
            log::ledger_page(page(), false, head(), &leaves(), log::Check::NotAsked).render(),
        ),
        (
            "ledger of the house",
            log::ledger_page(page(), true, head(), &leaves(), log::Check::Made(check())).render(),
        ),
        (
            "ledger of the house, too large",
            log::ledger_page(page(), true, head(), &leaves(), log::Check::TooLarge).render(),
        ),
        (
            "requests",
            request::RequestsPage {
                page: page(),
                requests: requests(),
                policy: four_eyes(),
            }
            .render(),
        ),
        (
            "rules",
            rule::RulesPage {
                page: page(),
                rules: vec![rule_summary()],
            }
            .render(),
        ),
        (
            "rule",
            rule::RulePage {
                page: page(),
                rule: rule_summary(),
                releases: vec![release()],
            }
            .render(),
        ),
        (
            "rule_new",
            rule::NewRulePage {
                page: page(),
                form: form(),
                organisations: organisations(),
                communities: communities(),
            }
            .render(),
        ),
        (
            "queries",
            query_page::QueriesPage {
                page: page(),
                queries: vec![query()],
                form: form(),
            }
            .render(),
        ),
        (
            "query",
            query_page::QueryPage {
                page: page(),
                query: query(),
                form: form(),
                objects: vec![summary("indicator", 2)],
                found: 1_000,
            }
            .render(),
        ),
        (
            "policy",
            policy::PolicyPage {
                page: page(),
                policy: four_eyes(),
                small_house: false,
            }
            .render(),
        ),
        (
            "organisation",
            organisation::OrganisationPage {
                page: page(),
                organisation: organisations().remove(1),
                networks: vec!["AS64500".to_owned(), "192.0.2.0/24".to_owned()],
                communities: communities(),
                form: form(),
            }
            .render(),
        ),
        (
            "owner",
            organisation::OwnerPage {
                page: page(),
                value: "192.0.2.7".to_owned(),
                owners: Some(vec![Owner {
                    organisation: OrganisationId(Uuid::from_u128(9)),
                    name: "Organisation 9".to_owned(),
                    by: Network::parse("192.0.2.0/24").unwrap(),
                }]),
            }
            .render(),
        ),
        (
            "see_as",
            see_as::SeeAsPage {
                page: page(),
                form: form(),
                organisations: organisations(),
                seen: Some(seen),
            }
            .render(),
        ),
    ];
    let of_requests = requests().into_iter().map(|summary| {
        let page = request::RequestPage {
            page: page(),
            details: RequestDetails {
                summary,
                preview: Some(preview()),
                problem: Some("it is not held".to_owned()),
            },
        };
        ("request", page.render())
    });
    texts
        .into_iter()
        .chain(of_requests)
        .map(|(name, text)| (name, text.unwrap()))
        .collect()
}

#[test]
fn every_page_renders_in_both_languages_without_anything_inline() {
    for language in Language::ALL {
        for (name, text) in samples(language) {
            assert!(
                text.contains(&format!("<html lang=\"{}\"", language.code())),
                "{name}"
            );
            assert_eq!(text.matches("<h1").count(), 1, "{name}");
            assert!(text.contains("<main id=\"content\""), "{name}");
            for inline in [
                "<script",
                "<style",
                " style=",
                " onclick=",
                "javascript:",
                "<b>",
                "<i>",
            ] {
                assert!(!text.contains(inline), "{name} has `{inline}`");
            }
            for table in text.split("<table").skip(1) {
                assert!(
                    table.contains("<caption"),
                    "{name} has a table without caption"
                );
            }
            for form in text.split("<form method=\"post\"").skip(1) {
                let has_token = form.contains("name=\"csrf\"");
                assert!(has_token || form.contains("action=\"/sign-in"), "{name}");
            }
        }
    }
}

#[test]
fn a_preview_sends_the_form_again_with_one_token() {
    let (_, text) = samples(Language::English)
        .into_iter()
        .find(|(name, _)| *name == "release_preview")
        .unwrap();
    assert!(text.contains("name=\"recipients\" value=\"public\""));
    assert!(!text.contains("value=\"secret\""));
}

#[test]
fn every_text_has_both_languages() {
    let same = ["json", "utc_hint"];
    for (key, english, japanese) in TABLE {
        assert!(!english.is_empty() && !japanese.is_empty(), "{key}");
        assert!(english.is_ascii() || english.contains('…'), "{key}");
        assert!(!japanese.is_ascii() || same.contains(key), "{key}");
    }
}

#[test]
fn only_paths_of_ours_are_come_back_to() {
    for (text, expected) in [
        ("/objects?kind=a", "/objects?kind=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ] {
        assert_eq!(local_path(text), expected);
    }
}
