//! Every page with invented things on it.

use super::fixture::*;
use super::*;

/// All pages with sample contexts.
pub(super) fn samples(language: Language) -> Vec<(&'static str, String)> {
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
                form: form(),
            }
            .render(),
        ),
        (
            "object_new",
            entry::EntryPage {
                page: page(),
                form: form(),
                report: Some(ImportReport {
                    stored: 2,
                    ..ImportReport::default()
                }),
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
