//! A node, and what can happen to it.

use super::*;

/// Something that happens to a node.
#[derive(Debug, Clone)]
pub(super) enum Step {
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
pub(super) enum To {
    Carrier,
    Partner,
    Partners,
    Public,
    Telecom,
}

/// A step as each of the two nodes takes it.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) first: Option<Step>,
    pub(super) second: Option<Step>,
}

impl Pair {
    pub(super) fn both(step: Step) -> Self {
        Self {
            first: Some(step.clone()),
            second: Some(step),
        }
    }

    pub(super) fn hidden(step: Step) -> Self {
        Self {
            first: None,
            second: Some(step),
        }
    }
}

pub(super) struct World {
    pub(super) node: Arc<Node>,
    pub(super) router: Router,
    pub(super) clock: Arc<FixedClock>,
    pub(super) ids: Arc<Seeded>,
    pub(super) admin: Caller,
    pub(super) carrier: OrganisationId,
    pub(super) partner: OrganisationId,
    pub(super) partner_token: String,
    pub(super) telecom: Recipient,
    pub(super) partners: Recipient,
    pub(super) tokens: Vec<String>,
    pub(super) releases: Vec<Option<ReleaseId>>,
    pub(super) _folder: tempfile::TempDir,
}

pub(super) fn start() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

pub(super) fn world(guards: Guards) -> World {
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
        public_url: "https://node.example".to_owned(),
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
    pub(super) async fn take(&mut self, step: &Step) {
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
    pub(super) async fn ask(
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
