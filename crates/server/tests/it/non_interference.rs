//! What is withheld leaves no trace: two nodes that differ only in what one organisation may not see answer it with
//! the same bytes, everywhere.
//!
//! A case is made of a number: a history of steps, each of which both nodes take, or the second alone, or each in its
//! own form. After each third of it the organisation asks everything that it can ask of both.
//! `NOROSHI_CASES` says how many histories are tried.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::access::{Caller, Role};
use app::guard::Guards;
use app::node::Node;
use app::party::{NewOrganisation, NewPerson};
use app::quarantine::{Judgement, QuarantineQuery, QuarantineState};
use app::sharing::ReleaseRequest;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base::clock::FixedClock;
use base::id_source::IdSource;
use hunt::benign::{List, Lists};
use jiff::{SignedDuration, Timestamp};
use release::party::{OrganisationId, ReleaseId};
use release::terms::Recipient;
use server::Access;
use stix::id::Id;
use stix::marking::Tlp;
use tower::ServiceExt as _;
use uuid::Uuid;

/// Random bytes that can be set back, so that both nodes draw the same where the organisation can see what was drawn.
#[derive(Debug)]
struct Seeded(Mutex<u64>);

impl Seeded {
    fn reset(&self, seed: u64) {
        *self.0.lock().unwrap() = seed;
    }
}

impl IdSource for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *byte = next(&mut state).to_le_bytes()[3];
        }
    }
}

/// The generator `SplitMix64`.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A source of decisions.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(next(&mut self.0) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn uuid(&mut self) -> Uuid {
        let high = u128::from(next(&mut self.0));
        let bytes = (high << 64 | u128::from(next(&mut self.0))).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// Something that happens to a node.
#[derive(Debug, Clone)]
enum Step {
    /// The house takes in an object.
    Add(String),
    /// The partner sends an object.
    Send(String),
    /// A release is confirmed; the number names it later.
    Confirm {
        number: usize,
        objects: Vec<Id>,
        to: To,
        ceiling: Tlp,
        with_references: bool,
        until: bool,
    },
    /// A release is withdrawn.
    Withdraw(usize),
    /// An organisation joins the community of another number.
    Community(u8),
    /// An organisation is added, with a person.
    Organisation(u8),
    /// The partner asks for what it was given.
    PartnerPolls,
    /// A person of the house decides on what one of them sent and knows to wait.
    Judge { of: &'static str, accept: bool },
}

/// To whom something is released.
#[derive(Debug, Clone, Copy)]
enum To {
    Carrier,
    Partner,
    Partners,
    Public,
    Telecom,
}

/// A step as each of the two nodes takes it.
#[derive(Debug, Clone)]
struct Pair {
    first: Option<Step>,
    second: Option<Step>,
}

impl Pair {
    fn both(step: Step) -> Self {
        Self {
            first: Some(step.clone()),
            second: Some(step),
        }
    }

    fn hidden(step: Step) -> Self {
        Self {
            first: None,
            second: Some(step),
        }
    }
}

struct World {
    node: Arc<Node>,
    router: Router,
    clock: Arc<FixedClock>,
    ids: Arc<Seeded>,
    admin: Caller,
    carrier: OrganisationId,
    partner: OrganisationId,
    partner_token: String,
    telecom: Recipient,
    partners: Recipient,
    tokens: Vec<String>,
    releases: Vec<Option<ReleaseId>>,
    _folder: tempfile::TempDir,
}

fn start() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

fn world(guards: Guards) -> World {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(start()));
    let ids = Arc::new(Seeded(Mutex::new(1)));
    let node = Node::open(folder.path(), clock.clone(), ids.clone()).unwrap();
    let node = Arc::new(node.with_guards(guards));
    let named = |name: &str, id: u128| NewOrganisation {
        id: Some(OrganisationId(Uuid::from_u128(id))),
        ..crate::organisation(name, None)
    };
    node.set_up(&named("Centre", 1), "admin", "Admin").unwrap();
    let admin = node.local_caller().unwrap();
    let member = |name: &str, id: u128, community: &str, role: &[Role]| {
        let organisation = node.add_organisation(&admin, &named(name, id)).unwrap().id;
        let community = node.add_community(&admin, community).unwrap().id;
        node.add_member(&admin, community, organisation).unwrap();
        let tokens = role.iter().map(|role| {
            let login = format!("{name}-{}", role.name());
            let person = NewPerson {
                login: login.clone(),
                name: login.clone(),
                organisation,
                role: *role,
            };
            node.add_person(&admin, &person).unwrap();
            node.create_token(&admin, &login, "test", None).unwrap()
        });
        let tokens: Vec<String> = tokens.collect();
        (organisation, Recipient::Community(community), tokens)
    };
    let (carrier, telecom, tokens) =
        member("Carrier", 2, "telecom", &[Role::Service, Role::Member]);
    let (partner, partners, mut partner_tokens) =
        member("Partner", 3, "partners", &[Role::Service]);
    let config = server::ServerConfig {
        secure_cookies: false,
        session_cookie: "noroshi_session".to_owned(),
        max_body_bytes: 1024 * 1024,
        behind_proxy: false,
        request_timeout: Duration::from_mins(1),
        body_timeout: Duration::from_mins(1),
        body_idle_timeout: Duration::from_mins(1),
        page_size: taxii::filter::PageSize { default: 5, max: 7 },
    };
    World {
        router: server::router(Arc::clone(&node), config),
        node,
        clock,
        ids,
        admin,
        carrier,
        partner,
        partner_token: partner_tokens.remove(0),
        telecom,
        partners,
        tokens,
        releases: Vec::new(),
        _folder: folder,
    }
}

impl World {
    async fn take(&mut self, step: &Step) {
        match step {
            Step::Add(text) => {
                let report = self
                    .node
                    .import(&self.admin, std::slice::from_ref(text), 0)
                    .unwrap();
                assert!(report.refused.is_empty(), "{:?}", report.refused);
            }
            Step::Send(text) => {
                let body = format!("{{\"objects\":[{text}]}}");
                let token = self.partner_token.clone();
                let path = format!("/noroshi/collections/{}/objects/", app::exchange::INBOX);
                // Each request has its own number.
                let seed = text.bytes().fold(3_u64, |seed, byte| {
                    seed.wrapping_mul(31).wrapping_add(u64::from(byte))
                });
                self.ask("POST", &path, &token, Some(body), seed).await;
            }
            Step::Confirm {
                number,
                objects,
                to,
                ceiling,
                with_references,
                until,
            } => {
                let recipient = match to {
                    To::Carrier => Recipient::Organisation(self.carrier),
                    To::Partner => Recipient::Organisation(self.partner),
                    To::Partners => self.partners,
                    To::Public => Recipient::Public,
                    To::Telecom => self.telecom,
                };
                let now = base::clock::Clock::now(&*self.clock);
                let request = ReleaseRequest {
                    objects: objects.clone(),
                    with_references: *with_references,
                    recipients: vec![recipient],
                    ceiling: *ceiling,
                    cuts: Vec::new(),
                    from: None,
                    until: until.then(|| now + SignedDuration::from_secs(700)),
                    reason: "to be acted on".to_owned(),
                };
                let confirmed = self.node.confirm(&self.admin, &request).ok();
                if self.releases.len() <= *number {
                    self.releases.resize(*number + 1, None);
                }
                self.releases[*number] = confirmed;
            }
            Step::Withdraw(number) => {
                if let Some(Some(release)) = self.releases.get(*number) {
                    self.node.withdraw(&self.admin, *release, "wrong").unwrap();
                }
            }
            Step::Community(number) => {
                let community = self
                    .node
                    .add_community(&self.admin, &format!("community {number}"));
                if let Ok(community) = community {
                    self.node
                        .add_member(&self.admin, community.id, self.partner)
                        .unwrap();
                }
            }
            Step::Organisation(number) => {
                let new = crate::organisation(&format!("Organisation {number}"), None);
                let added = self.node.add_organisation(&self.admin, &new).unwrap();
                let person = NewPerson {
                    login: format!("person-{number}"),
                    name: "Person".to_owned(),
                    organisation: added.id,
                    role: Role::Member,
                };
                let _ = self.node.add_person(&self.admin, &person);
            }
            Step::PartnerPolls => {
                let path = format!("/noroshi/collections/{}/objects/", app::exchange::RELEASES);
                let token = self.partner_token.clone();
                self.ask("GET", &path, &token, None, 4).await;
            }
            Step::Judge { of, accept } => {
                let open = QuarantineQuery {
                    state: Some(QuarantineState::Open),
                    limit: 500,
                    ..QuarantineQuery::default()
                };
                let page = self.node.quarantine(&self.admin, &open).unwrap();
                let mut numbers: Vec<i64> = page
                    .entries
                    .iter()
                    .filter(|entry| entry.told && entry.source == *of)
                    .map(|entry| entry.number)
                    .collect();
                numbers.reverse();
                let judgement = if *accept {
                    Judgement::Accept
                } else {
                    Judgement::Reject
                };
                self.node
                    .judge(&self.admin, &numbers, judgement, "looked at")
                    .unwrap();
            }
        }
    }

    /// The answer to a request, whole: status, headers, body.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<String>,
        seed: u64,
    ) -> String {
        self.ids.reset(seed);
        let kind = if path.starts_with("/api/") {
            "application/json"
        } else if body.is_some() {
            "application/taxii+json;version=2.1"
        } else {
            "text/plain"
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(
                header::ACCEPT,
                "application/taxii+json;version=2.1, text/html, application/json",
            )
            .header(header::CONTENT_TYPE, kind)
            .body(body.map_or_else(Body::empty, Body::from))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let mut text = format!("{}\n", response.status());
        for (name, value) in response.headers() {
            writeln!(text, "{name}: {}", value.to_str().unwrap_or("?")).unwrap();
        }
        let bytes = to_bytes(response.into_body(), 50_000_000).await.unwrap();
        text.push_str(&String::from_utf8_lossy(&bytes));
        text
    }
}

/// The objects of a case and what is known of them.
struct Cast {
    dice: Dice,
    /// Whom the house may show.
    shown: Vec<Id>,
    /// What the carrier never gets to see.
    hidden: Vec<Id>,
    steps: Vec<Pair>,
}

impl Cast {
    fn of(seed: u64) -> Self {
        let mut cast = Self {
            dice: Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1),
            shown: Vec::new(),
            hidden: Vec::new(),
            steps: Vec::new(),
        };
        let length = 18 + cast.dice.below(18);
        let mut releases = Vec::new();
        let mut hidden_releases = Vec::new();
        for number in 0..length {
            match cast.dice.below(23) {
                0..=4 => cast.add_shown(),
                5..=7 => cast.add_hidden(),
                8 => cast.add_version(),
                9..=11 if !cast.shown.is_empty() => {
                    cast.confirm_shown(number);
                    releases.push(number);
                }
                12 | 13 if !cast.hidden.is_empty() => {
                    cast.confirm_hidden(number);
                    hidden_releases.push(number);
                }
                14 if !releases.is_empty() => {
                    let which = releases[cast.dice.below(releases.len())];
                    cast.steps.push(Pair::both(Step::Withdraw(which)));
                }
                15 if !hidden_releases.is_empty() => {
                    let which = hidden_releases[cast.dice.below(hidden_releases.len())];
                    cast.steps.push(Pair::hidden(Step::Withdraw(which)));
                }
                16 => {
                    let number = u8::try_from(number).unwrap();
                    cast.steps.push(Pair::hidden(Step::Community(number)));
                }
                17 => {
                    let number = u8::try_from(number).unwrap();
                    cast.steps.push(Pair::hidden(Step::Organisation(number)));
                }
                18 => cast.steps.push(Pair::hidden(Step::PartnerPolls)),
                19 => {
                    let accept = cast.dice.chance(60);
                    let of = "Carrier";
                    cast.steps.push(Pair::both(Step::Judge { of, accept }));
                }
                20 => {
                    let accept = cast.dice.chance(60);
                    let of = "Partner";
                    cast.steps.push(Pair::hidden(Step::Judge { of, accept }));
                }
                _ => cast.send_hidden(),
            }
        }
        cast
    }

    fn id(&mut self, kind: &str) -> Id {
        Id::new(kind, self.dice.uuid()).unwrap()
    }

    fn pick(&mut self, from_hidden: bool) -> Option<Id> {
        let list = if from_hidden {
            &self.hidden
        } else {
            &self.shown
        };
        let length = list.len();
        let at = self.dice.below(length);
        let list = if from_hidden {
            &self.hidden
        } else {
            &self.shown
        };
        list.get(at).cloned()
    }

    /// An object that the carrier may see at least a part of; its parts that are RED differ between the nodes.
    fn add_shown(&mut self) {
        let kind = [
            "indicator",
            "malware",
            "report",
            "relationship",
            "sighting",
            "note",
            "ipv4-addr",
        ][self.dice.below(7)];
        let id = self.id(kind);
        let level = [Tlp::Clear, Tlp::Green, Tlp::Amber][self.dice.below(3)];
        let with_secret = self.dice.chance(50);
        let targets: Vec<Id> = (0..2)
            .filter_map(|_| {
                let hidden = self.dice.chance(35);
                self.pick(hidden)
            })
            .collect();
        let extra = self.dice.below(3);
        let Some(first) = object(&id, level, with_secret, &targets, "one", 1) else {
            return;
        };
        let Some(second) = object(
            &id,
            level,
            with_secret,
            &targets,
            "another secret",
            1 + extra,
        ) else {
            return;
        };
        self.shown.push(id);
        self.steps.push(Pair {
            first: Some(Step::Add(first)),
            second: Some(Step::Add(second)),
        });
    }

    /// An object that the carrier is never given.
    fn add_hidden(&mut self) {
        let kind = [
            "indicator",
            "malware",
            "relationship",
            "sighting",
            "note",
            "language-content",
        ][self.dice.below(6)];
        let id = self.id(kind);
        let targets: Vec<Id> = (0..2)
            .filter_map(|_| {
                let hidden = self.dice.chance(40);
                self.pick(hidden)
            })
            .collect();
        let level = [Tlp::Green, Tlp::AmberStrict, Tlp::Red][self.dice.below(3)];
        if let Some(text) = object(&id, level, false, &targets, "hidden", 1) {
            self.hidden.push(id);
            self.steps.push(Pair::hidden(Step::Add(text)));
        }
    }

    /// A later version of something shown, which nobody releases.
    fn add_version(&mut self) {
        let Some(id) = self
            .pick(false)
            .filter(|id| id.kind() == "indicator" || id.kind() == "malware")
        else {
            return;
        };
        if let Some(text) = object(&id, Tlp::Green, false, &[], "later", 1) {
            let later = text.replacen(
                "\"modified\":\"2026-02-01T00:00:00.000Z\"",
                "\"modified\":\"2026-02-02T00:00:00.000Z\"",
                1,
            );
            self.steps.push(Pair::hidden(Step::Add(later)));
            // A release would name this version from now on.
            self.shown.retain(|shown| *shown != id);
            self.hidden.push(id);
        }
    }

    fn confirm_shown(&mut self, number: usize) {
        let mut objects: Vec<Id> = (0..=self.dice.below(4))
            .filter_map(|_| self.pick(false))
            .collect();
        objects.sort();
        objects.dedup();
        let to = [To::Carrier, To::Telecom, To::Public][self.dice.below(3)];
        let ceiling = [Tlp::Clear, Tlp::Green, Tlp::Amber][self.dice.below(3)];
        let until = self.dice.chance(20);
        let step = Step::Confirm {
            number,
            objects,
            to,
            ceiling,
            with_references: false,
            until,
        };
        self.steps.push(Pair::both(step));
    }

    fn confirm_hidden(&mut self, number: usize) {
        let mut objects: Vec<Id> = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let hidden = self.dice.chance(60);
            objects.extend(self.pick(hidden));
        }
        objects.sort();
        objects.dedup();
        let to = [To::Partner, To::Partners][self.dice.below(2)];
        let step = Step::Confirm {
            number,
            objects,
            to,
            ceiling: Tlp::AmberStrict,
            with_references: self.dice.chance(30),
            until: self.dice.chance(30),
        };
        self.steps.push(Pair::hidden(step));
    }

    /// The partner sends a sighting of something, or an object of its own.
    fn send_hidden(&mut self) {
        let target = self.pick(false);
        let kind = if target.is_some() {
            "sighting"
        } else {
            "indicator"
        };
        let id = self.id(kind);
        let targets: Vec<Id> = target.into_iter().collect();
        if let Some(text) = object(&id, Tlp::Green, false, &targets, "sent", 1) {
            self.hidden.push(id);
            let suspect = self.dice.chance(30);
            let text = if suspect {
                about(&text, "8.8.8.8")
            } else {
                text
            };
            self.steps.push(Pair::hidden(Step::Send(text)));
        }
    }
}

/// The same indicator for another address.
fn about(indicator: &str, address: &str) -> String {
    indicator.replace("192.0.2.1'", &format!("{address}'"))
}

/// An object; with a secret its description, and `secrets` labels, are RED.
fn object(
    id: &Id,
    level: Tlp,
    with_secret: bool,
    targets: &[Id],
    secret: &str,
    secrets: usize,
) -> Option<String> {
    let at = "2026-02-01T00:00:00.000Z";
    let versions = format!("\"spec_version\":\"2.1\",\"created\":\"{at}\",\"modified\":\"{at}\"");
    let marked = format!("\"object_marking_refs\":[\"{}\"]", level.id_text());
    let labels: Vec<String> = (0..secrets)
        .map(|number| format!("\"{secret} {number}\""))
        .chain(["\"seen\"".to_owned()])
        .collect();
    let mut selectors = vec!["\"description\"".to_owned()];
    selectors.extend((0..secrets).map(|number| format!("\"labels.[{number}]\"")));
    let secret_part = if with_secret {
        format!(
            ",\"description\":\"{secret}\",\"labels\":[{}],\"granular_markings\":[{{\"marking_ref\":\"{}\",\"selectors\":[{}]}}]",
            labels.join(","),
            Tlp::Red.id_text(),
            selectors.join(",")
        )
    } else {
        String::new()
    };
    let quoted: Vec<String> = targets.iter().map(|id| format!("\"{id}\"")).collect();
    let first = targets.first();
    let own = match id.kind() {
        "indicator" => format!(
            "{versions},\"name\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '192.0.2.1']\",\"pattern_type\":\"stix\",\"valid_from\":\"{at}\""
        ),
        "malware" => format!("{versions},\"name\":\"malware\",\"is_family\":false"),
        "report" if !targets.is_empty() => format!(
            "{versions},\"name\":\"report\",\"published\":\"{at}\",\"object_refs\":[{}]",
            quoted.join(",")
        ),
        "note" if !targets.is_empty() => {
            format!(
                "{versions},\"content\":\"note\",\"object_refs\":[{}]",
                quoted.join(",")
            )
        }
        "relationship" if targets.len() == 2 => format!(
            "{versions},\"relationship_type\":\"related-to\",\"source_ref\":{},\"target_ref\":{}",
            quoted[0], quoted[1]
        ),
        "sighting" => format!("{versions},\"sighting_of_ref\":\"{}\",\"count\":3", first?),
        "language-content" => format!(
            "{versions},\"object_ref\":\"{}\",\"contents\":{{\"ja\":{{\"name\":\"名\"}}}}",
            first.filter(|id| id.kind() == "malware" || id.kind() == "indicator")?
        ),
        "ipv4-addr" => {
            return Some(format!(
                "{{\"type\":\"ipv4-addr\",\"id\":\"{id}\",\"value\":\"198.51.100.7\",{marked}}}"
            ));
        }
        _ => return None,
    };
    Some(format!(
        "{{\"type\":\"{}\",\"id\":\"{id}\",{own},{marked}{secret_part}}}",
        id.kind()
    ))
}

/// Everything that somebody of the carrier can ask: method, path, body.
fn questions(cast: &Cast, round: usize) -> Vec<(&'static str, String, Option<String>)> {
    let mut found = vec![
        ("GET", "/taxii2/".to_owned(), None),
        ("GET", "/noroshi/".to_owned(), None),
        ("GET", "/noroshi/collections/".to_owned(), None),
        (
            "GET",
            format!("/noroshi/status/{}/", Uuid::from_u128(77)),
            None,
        ),
    ];
    let collections = [
        app::exchange::RELEASES,
        app::exchange::INBOX,
        Uuid::from_u128(5),
    ];
    for collection in collections {
        let base = format!("/noroshi/collections/{collection}");
        found.push(("GET", format!("{base}/"), None));
        for (part, queries) in [("objects", QUERIES), ("manifest", QUERIES)] {
            for query in queries {
                found.push(("GET", format!("{base}/{part}/?{query}"), None));
            }
        }
    }
    let base = format!("/noroshi/collections/{}", app::exchange::RELEASES);
    let unknown = Id::new("indicator", Uuid::from_u128(99)).unwrap();
    let some: Vec<&Id> = cast
        .shown
        .iter()
        .chain(&cast.hidden)
        .chain([&unknown])
        .collect();
    for id in some.iter().rev().take(12) {
        found.push(("GET", format!("{base}/objects/{id}/"), None));
        found.push(("GET", format!("{base}/objects/{id}/versions/"), None));
        found.push(("DELETE", format!("{base}/objects/{id}/"), None));
        found.push(("GET", format!("/objects/{id}"), None));
        found.push(("GET", format!("/api/v1/objects/{id}"), None));
        found.push((
            "GET",
            format!("{base}/objects/?match[id]={id}&match[version]=all"),
            None,
        ));
    }
    // What the carrier sends: objects of its own, sightings of what it may or may not know, and guesses.
    let mut sent = Vec::new();
    for (number, id) in some.iter().enumerate().take(8) {
        let own = Uuid::from_u128(u128::try_from(1_000 * (round + 1) + number).unwrap());
        let sighting = Id::new("sighting", own).unwrap();
        sent.extend(object(
            &sighting,
            Tlp::Green,
            false,
            &[(*id).clone()],
            "sent",
            1,
        ));
        sent.extend(object(id, Tlp::Green, false, &[], "guess", 1));
        // Some of them benign for everybody to see, some only for the house of the second node.
        for (at, address) in ["8.8.8.8", "203.0.113.9", "203.0.113.10"]
            .iter()
            .enumerate()
        {
            let own = Uuid::from_u128(u128::try_from(10_000 * (at + 1) + number).unwrap());
            let own = Id::new("indicator", own).unwrap();
            let of = if number % 2 == 0 { &own } else { *id };
            let text = object(of, Tlp::Green, false, &[], "guess", 1);
            sent.extend(text.map(|text| about(&text, address)));
        }
    }
    let body = format!("{{\"objects\":[{}]}}", sent.join(","));
    let inbox = format!("/noroshi/collections/{}/objects/", app::exchange::INBOX);
    found.push(("POST", inbox, Some(body)));
    for id in some.iter().rev().take(6) {
        found.push(("GET", format!("/api/v1/ledger/inclusion?id={id}"), None));
    }
    for number in [0, 1, 5, 20] {
        for question in [
            "inclusion?leaf=",
            "consistency?old=",
            "leaves?limit=3&first=",
        ] {
            let path = format!("/api/v1/ledger/{question}{number}");
            found.push(("GET", path, None));
        }
    }
    for entry in server::route_table() {
        let open = entry.access == Access::Anybody;
        if entry.method != "GET" || (open && entry.path.contains("once")) {
            continue;
        }
        let path = entry
            .path
            .replace("{number}", "2026-0001")
            .replace("{code}", "ja")
            .replace("{name}", "style.css")
            .replace("{id}", some[0].as_str());
        found.push(("GET", path, None));
    }
    found
}

const QUERIES: &[&str] = &[
    "",
    "limit=1",
    "limit=3",
    "limit=100",
    "match[type]=indicator",
    "match[type]=report,note,relationship&limit=2",
    "match[version]=all",
    "match[version]=first",
    "match[spec_version]=2.0",
    "added_after=2026-03-01T00:03:00Z",
    "added_after=2026-03-01T00:03:00Z&limit=2&match[version]=all",
];

/// Follows the pages of the releases; every answer.
async fn walk(world: &World, token: &str) -> Vec<String> {
    let base = format!(
        "/noroshi/collections/{}/objects/?limit=2",
        app::exchange::RELEASES
    );
    let mut answers = Vec::new();
    let mut path = base.clone();
    for _ in 0..100 {
        let answer = world.ask("GET", &path, token, None, 9).await;
        let next = answer
            .split_once("\"next\":\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(next, _)| format!("{base}&next={next}"));
        answers.push(answer);
        match next {
            Some(next) => path = next,
            None => break,
        }
    }
    answers
}

async fn compare(seed: u64) -> usize {
    let cast = Cast::of(seed);
    // The second house lists networks of others.
    let mut lists = Lists::default();
    lists.add(List::Network, "203.0.113.0/24").unwrap();
    let guards = Guards {
        lists,
        ..Guards::default()
    };
    let (mut one, mut two) = (world(Guards::default()), world(guards));
    let mut statuses = Vec::new();
    let mut compared = 0;
    let thirds = [
        cast.steps.len() / 3,
        cast.steps.len() * 2 / 3,
        cast.steps.len(),
    ];
    for (number, pair) in cast.steps.iter().enumerate() {
        for (world, step) in [(&mut one, &pair.first), (&mut two, &pair.second)] {
            world.clock.advance(SignedDuration::from_secs(20));
            world
                .ids
                .reset(1_000_003 * u64::try_from(number + 7).unwrap());
            if let Some(step) = step {
                world.take(step).await;
            }
        }
        let Some(round) = thirds.iter().position(|third| *third == number + 1) else {
            continue;
        };
        for at in 0..one.tokens.len() {
            let asked = questions(&cast, round);
            let earlier = statuses
                .iter()
                .map(|path: &String| ("GET", path.clone(), None));
            for (method, path, body) in asked.into_iter().chain(earlier.collect::<Vec<_>>()) {
                // Each request has its own number, the same on both nodes.
                let draw = 5_000 + u64::try_from(compared).unwrap();
                let first = one
                    .ask(method, &path, &one.tokens[at], body.clone(), draw)
                    .await;
                let second = two.ask(method, &path, &two.tokens[at], body, draw).await;
                assert!(
                    first == second,
                    "case {seed}, after step {number}: {method} {path}\n--- without\n{first}\n--- with\n{second}\n{:#?}",
                    &cast.steps[..=number]
                );
                compared += 1;
                if method == "POST" {
                    assert!(first.starts_with("202"), "{first}");
                    let id = first.split("\"id\":\"").nth(1).unwrap();
                    let id = id.split('"').next().unwrap();
                    statuses.push(format!("/noroshi/status/{id}/"));
                }
            }
            let walks = (
                walk(&one, &one.tokens[at]).await,
                walk(&two, &two.tokens[at]).await,
            );
            assert!(
                walks.0 == walks.1,
                "case {seed}, after step {number}: the pages differ"
            );
            compared += walks.0.len();
        }
    }
    compared
}

#[tokio::test]
async fn what_is_withheld_leaves_no_trace_anywhere() {
    let number = |name: &str| testkit::setting::read(name).and_then(|text| text.parse().ok());
    let cases: u64 = number("NOROSHI_CASES").unwrap_or(CASES);
    let first: u64 = number("NOROSHI_FIRST_CASE").unwrap_or(1);
    let mut compared = 0;
    for seed in first..first + cases {
        compared += compare(seed).await;
    }
    assert!(compared > 0);
}

/// Histories tried where nothing else is said: about five thousand answers compared.
const CASES: u64 = 8;
