//! Invented things of each kind that a page shows.

use super::*;

pub(super) fn page(language: Language) -> Page {
    let all = Visible {
        judge: true,
        add: true,
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

pub(super) fn now() -> jiff::Timestamp {
    "2026-01-12T09:30:00Z".parse().unwrap()
}

pub(super) fn id(kind: &str, number: u128) -> Id {
    Id::new(kind, Uuid::from_u128(number)).unwrap()
}

pub(super) fn summary(kind: &str, number: u128) -> ObjectSummary {
    ObjectSummary {
        id: id(kind, number),
        kind: kind.to_owned(),
        title: "<b>ボルト</b> Typhoon & co".to_owned(),
        version: Some("2026-01-12T09:30:00.000Z".to_owned()),
        marking: "TLP:AMBER+STRICT".to_owned(),
        revoked: true,
    }
}

pub(super) fn sighting() -> SightingView {
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

pub(super) fn release() -> ReleaseSummary {
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

pub(super) fn incident_summary() -> IncidentSummary {
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

pub(super) fn incident_details() -> IncidentDetails {
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

pub(super) fn preview() -> Preview {
    let cut = vec!["description".to_owned()];
    Preview {
        audiences: vec!["Toto".to_owned(), "Partner".to_owned(), "public".to_owned()],
        rows: vec![PreviewRow {
            object: summary("indicator", 2),
            source: "Centre".to_owned(),
            already: vec![true, false, false],
            cells: vec![Outcome::Whole, Outcome::Edition { cut }, Outcome::Nothing],
        }],
        warnings: vec!["`x` reaches nobody".to_owned()],
        second: vec![SecondReason::Above, SecondReason::Foreign],
        digest: "00ff".to_owned(),
    }
}

pub(super) fn quarantined(state: QuarantineState) -> QuarantineEntry {
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
        consent: Some(release::held::Consent::Anonymous),
        state,
        decided: decided.then(now),
        decided_by: decided.then(|| "A. Analyst".to_owned()),
        note: if decided { "everybody's" } else { "" }.to_owned(),
    }
}

pub(super) fn organisations() -> Vec<Organisation> {
    let organisation = |number, own| Organisation {
        id: OrganisationId(Uuid::from_u128(number)),
        name: format!("Organisation {number}"),
        sector: Some(Sector::Government),
        country: None,
        own,
    };
    vec![organisation(8, true), organisation(9, false)]
}

pub(super) fn communities() -> Vec<Community> {
    vec![Community {
        id: CommunityId(Uuid::from_u128(10)),
        name: "telecom".to_owned(),
        members_visible: true,
        members: vec![OrganisationId(Uuid::from_u128(9))],
    }]
}

pub(super) fn memberships() -> Vec<Membership> {
    let one = |community: &str, members| Membership {
        community: community.to_owned(),
        members,
    };
    let names = vec!["Organisation 9".to_owned()];
    vec![one("telecom", Some(names)), one("operators", None)]
}

pub(super) fn four_eyes() -> FourEyes {
    FourEyes {
        always: true,
        above: Some(Tlp::Green),
        public: false,
        foreign: true,
    }
}

pub(super) fn life() -> ReleaseLife {
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

pub(super) fn query() -> SavedQuery {
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

pub(super) fn rule_terms() -> RuleTerms {
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

pub(super) fn rule_summary() -> RuleSummary {
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
pub(super) fn requests() -> Vec<RequestSummary> {
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

pub(super) fn peer_details() -> PeerDetails {
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
            settings: PeerSettings {
                pull: vec!["<x>".to_owned(), "</textarea>".to_owned()],
                user: Some("\"u\"".to_owned()),
                ..PeerSettings::of_url("https://x.example/taxii2/")
            },
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

pub(super) fn details() -> ObjectDetails {
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
        conditions: app::conditions::ConditionsView {
            consent: release::held::Consent::Anonymous,
            embargo_until: Some(now()),
            caveats: vec![app::conditions::CaveatView {
                only_to: vec!["JP".to_owned(), "<b>".to_owned()],
                not_to: vec!["Carrier".to_owned()],
            }],
        },
        edition_of: Some(id("indicator", 3)),
    }
}

pub(super) fn head() -> app::ledger::SignedHead {
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

pub(super) fn leaves() -> app::ledger::Leaves {
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

pub(super) fn check() -> app::ledger::verify::LedgerReport {
    app::ledger::verify::LedgerReport {
        findings: vec![app::ledger::verify::Finding {
            table: "feed",
            key: "public <x>".to_owned(),
            problem: "it is gone".to_owned(),
        }],
        ..Default::default()
    }
}
