//! Exchanging with servers that do as they please.

mod change;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ::ledger::leaf::Leaf;
use app::error::AppError;
use app::ledger::Log;
use app::peer::{Direction, NewPeer, PeerDetails, PeerSecrets, PeerSettings, Way};
use app::peer_sync::{SyncReport, Wire};
use app::peer_worker::Worker;
use app::trust::Trust;
use base::clock::Clock;
use jiff::Timestamp;
use release::party::OrganisationId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

/// What a server was asked.
struct Asked {
    path: String,
    query: String,
    /// Numbers of the objects that were sent.
    sent: Vec<u32>,
}

/// An answer: status, body, and when the objects in it were added.
type Answer = (u16, Value, Option<(Timestamp, Timestamp)>);

/// What a server is told after it was started.
type Late<T> = Arc<Mutex<Option<T>>>;

/// What became of requests for collections and roots is the same everywhere.
fn usual(asked: &Asked) -> Option<Answer> {
    let body = match asked.path.as_str() {
        "/taxii2/" => json!({"title": "odd", "versions": ["application/taxii+json;version=2.1"]}),
        "/taxii2/collections/" => {
            json!({"collections": [{"id": "c", "title": "c", "can_read": true, "can_write": true}]})
        }
        _ => return None,
    };
    Some((200, body, None))
}

/// Starts a server that ends with the process; its URL.
fn serve(answer: impl FnMut(&Asked) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
    let answer = Arc::new(Mutex::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                if let Some((mut stream, asked)) = asked(stream.unwrap()) {
                    let (status, body, added) =
                        usual(&asked).unwrap_or_else(|| (answer.lock().unwrap())(&asked));
                    let dates = added.map_or_else(String::new, |(first, last)| {
                        format!("X-TAXII-Date-Added-First: {first:.6}\r\nX-TAXII-Date-Added-Last: {last:.6}\r\n")
                    });
                    let body = body.to_string();
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/taxii+json;version=2.1\r\n{dates}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    // Whoever asked may be gone.
                    let _ = stream.write_all(text.as_bytes());
                }
            });
        }
    });
    url
}

fn asked(stream: TcpStream) -> Option<(TcpStream, Asked)> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_lowercase());
    }
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |text| text.trim().parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let mut words = head[0].split(' ');
    words.next()?;
    let (path, query) = words
        .next()
        .map(|path| path.split_once('?').unwrap_or((path, "")))?;
    let envelope: Value = serde_json::from_slice(&body).unwrap_or_default();
    let sent = envelope["objects"].as_array().into_iter().flatten();
    let sent = sent.map(|one| {
        let id = one["id"].as_str().unwrap();
        id.rsplit('-').next().unwrap().parse().unwrap()
    });
    let asked = Asked {
        path: path.to_owned(),
        query: query.to_owned(),
        sent: sent.collect(),
    };
    Some((reader.into_inner(), asked))
}

/// A node with a peer.
struct Exchange {
    dir: tempfile::TempDir,
    node: Arc<Node>,
    clock: Arc<FixedClock>,
    admin: Caller,
    abroad: OrganisationId,
    peer: Uuid,
}

fn wire() -> Wire {
    Wire {
        connect_timeout: Duration::from_secs(10),
        request_timeout: Duration::from_mins(1),
        max_body_bytes: 10_000_000,
        max_pages: 1_000,
        max_retries: 0,
        max_retry_wait: Duration::ZERO,
    }
}

fn exchange(url: &str, direction: Direction, page_objects: u32) -> Exchange {
    let clock = Arc::new(testkit::time::clock());
    exchange_with(
        url,
        direction,
        page_objects,
        Guards::default(),
        &clock,
        clock.clone(),
    )
}

fn exchange_with(
    url: &str,
    direction: Direction,
    page_objects: u32,
    guards: Guards,
    clock: &Arc<FixedClock>,
    seen: Arc<dyn Clock>,
) -> Exchange {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::open(dir.path(), seen, Arc::new(SystemRandom)).unwrap();
    let node = Arc::new(node.with_guards(guards));
    node.set_up(&organisation("Centre"), "admin", "Admin")
        .unwrap();
    let admin = node.local_caller().unwrap();
    let abroad = node
        .add_organisation(&admin, &organisation("Abroad"))
        .unwrap();
    let new = NewPeer {
        name: "abroad".to_owned(),
        organisation: abroad.id,
        settings: PeerSettings {
            direction,
            page_objects,
            interval_secs: 1,
            ..PeerSettings::of_url(url)
        },
        secrets: PeerSecrets::default(),
    };
    let peer = node.add_peer(&admin, &new).unwrap();
    Exchange {
        dir,
        node,
        clock: clock.clone(),
        admin,
        abroad: abroad.id,
        peer,
    }
}

fn id(number: u32) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012}")
}

fn indicator(number: u32) -> Value {
    json!({
        "type": "indicator", "spec_version": "2.1", "id": id(number),
        "created": "2026-01-10T00:00:00.000Z", "modified": "2026-01-10T00:00:00.000Z",
        "name": format!("number {number}"), "pattern": format!("[ipv4-addr:value = '192.0.2.{number}']"),
        "pattern_type": "stix", "valid_from": "2026-01-10T00:00:00Z",
        "object_marking_refs": [Tlp::Green.id_text()],
    })
}

impl Exchange {
    /// Releases new indicators to the peer's organisation.
    fn release(&self, numbers: std::ops::Range<u32>) {
        let texts: Vec<String> = numbers
            .clone()
            .map(|one| indicator(one).to_string())
            .collect();
        self.node.import(&self.admin, &texts, 0).unwrap();
        let ids: Vec<Id> = numbers.map(|one| Id::parse(&id(one)).unwrap()).collect();
        let ids: Vec<&Id> = ids.iter().collect();
        let to = Recipient::Organisation(self.abroad);
        self.node
            .confirm(&self.admin, &release(&ids, to, Tlp::Green))
            .unwrap();
    }

    fn sync(&self) -> SyncReport {
        let told = |_: &SyncReport| {};
        let mut reports = self
            .node
            .synchronise(&self.admin, "abroad", &Way::ALL, &wire(), &told)
            .unwrap();
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    fn peer(&self) -> PeerDetails {
        self.node.peer(&self.admin, "abroad").unwrap().unwrap()
    }

    fn wait(&self, what: impl Fn(&PeerDetails) -> bool) {
        let begun = Instant::now();
        while !what(&self.peer()) {
            assert!(
                begun.elapsed() < Duration::from_mins(2),
                "{:?}",
                self.peer()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn caller(&self, login: &str, organisation: OrganisationId) -> Caller {
        let person = NewPerson {
            login: login.to_owned(),
            name: login.to_owned(),
            organisation,
            role: Role::Member,
        };
        self.node.add_person(&self.admin, &person).unwrap();
        let token = self
            .node
            .create_token(&self.admin, login, "t", None)
            .unwrap();
        self.node.caller_by_token(&token).unwrap().unwrap()
    }
}

fn complete(sent: &[u32], failures: &[(u32, &str)]) -> Answer {
    let failures: Vec<Value> = failures
        .iter()
        .map(|(number, message)| {
            json!({"id": id(*number), "version": "2026-01-10T00:00:00.000Z", "message": message})
        })
        .collect();
    let status = json!({
        "id": "1", "status": "complete", "total_count": sent.len(), "pending_count": 0,
        "success_count": sent.len() - failures.len(), "failure_count": failures.len(), "failures": failures,
    });
    (202, status, None)
}

fn delivered(node: &Node, caller: &Caller) -> Vec<Leaf> {
    let leaves = node
        .ledger_leaves(caller, Log::Organisation, 0, 1_000)
        .unwrap();
    let leaves = leaves.leaves.into_iter();
    leaves
        .map(|leaf| Leaf::parse(leaf.as_bytes()).unwrap())
        .filter(|leaf| matches!(leaf, Leaf::Delivered { .. }))
        .collect()
}

#[test]
fn what_is_pushed_is_recorded_before_it_is_sent_and_its_organisation_sees_that() {
    let who: Late<(Arc<Node>, Caller)> = Arc::default();
    let seen = Arc::clone(&who);
    let counts = Arc::new(Mutex::new(Vec::new()));
    let counted = Arc::clone(&counts);
    let url = serve(move |asked| {
        let who = seen.lock().unwrap().clone().unwrap();
        counted
            .lock()
            .unwrap()
            .push(delivered(&who.0, &who.1).len());
        complete(&asked.sent, &[])
    });
    let world = exchange(&url, Direction::Push, 2);
    let member = world.caller("abroad-member", world.abroad);
    let elsewhere = world
        .node
        .add_organisation(&world.admin, &organisation("Elsewhere"));
    let other = world.caller("elsewhere", elsewhere.unwrap().id);
    *who.lock().unwrap() = Some((world.node.clone(), member.clone()));
    world.release(1..4);
    let report = world.sync();
    assert_eq!((report.moved, report.failure), (3, None));
    assert_eq!(*counts.lock().unwrap(), [1, 2]);
    let all = delivered(&world.node, &member);
    let to = all.iter().map(|leaf| match leaf {
        Leaf::Delivered { to, .. } => *to,
        _ => Uuid::nil(),
    });
    assert_eq!(to.collect::<Vec<_>>(), [world.peer, world.peer]);
    assert!(
        world
            .node
            .verify_ledger(&world.admin)
            .unwrap()
            .findings
            .is_empty()
    );
    // Another organisation sees its own, which is empty, and the house none.
    assert_eq!(
        world
            .node
            .ledger_head(&other, Log::Organisation)
            .unwrap()
            .head
            .size,
        0
    );
    let house = world.node.ledger_head(&world.admin, Log::Organisation);
    assert!(matches!(house, Err(AppError::Denied(_))));
}

#[test]
fn what_finds_no_room_at_a_node_is_sent_again() {
    const FULL: &str =
        "too many of your objects wait for a decision; send it again when some are decided";
    let posts = Arc::new(Mutex::new(Vec::new()));
    let posted = Arc::clone(&posts);
    let url = serve(move |asked| {
        if asked.path.ends_with("manifest/") {
            return (404, json!({}), None);
        }
        let mut posted = posted.lock().unwrap();
        posted.push(asked.sent.clone());
        match posted.len() {
            1 => complete(&asked.sent, &[(1, "bad"), (3, FULL), (4, FULL)]),
            _ => complete(&asked.sent, &[]),
        }
    });
    let world = exchange(&url, Direction::Push, 10);
    world.release(1..6);
    let report = world.sync();
    assert!(report.failure.unwrap().contains("no room"));
    let refusals = world.peer().refusals;
    assert_eq!(refusals.len(), 1);
    assert_eq!(
        (&*refusals[0].object, &*refusals[0].reason),
        (&*id(1), "bad")
    );
    let report = world.sync();
    assert_eq!((report.moved, report.failure), (3, None));
    assert_eq!(*posts.lock().unwrap(), [vec![1, 2, 3, 4, 5], vec![3, 4, 5]]);
    assert_eq!(world.peer().summary.ways[0].moved, 4);
}

#[test]
fn what_a_server_names_without_end_is_not_kept() {
    let manifests = Arc::new(Mutex::new(0));
    let asked_for = Arc::clone(&manifests);
    let url = serve(move |asked| {
        if asked.path.ends_with("manifest/") {
            let mut count = asked_for.lock().unwrap();
            *count += 1;
            return (
                200,
                json!({"more": true, "next": format!("n{count}"), "objects": []}),
                None,
            );
        }
        let strangers: Vec<(u32, &str)> = (1_000..1_500).map(|one| (one, "no")).collect();
        let mut failures = vec![(1, "bad"), (1, "bad"), (2, "bad"), (1, "more")];
        failures.extend(strangers);
        let (_, mut body, _) = complete(&vec![0; failures.len()], &failures);
        body["total_count"] = json!(2);
        (202, body, None)
    });
    let world = exchange(&url, Direction::Push, 10);
    world.release(1..3);
    let report = world.sync();
    assert_eq!((report.failure, world.peer().refusals.len()), (None, 1));
    assert!(*manifests.lock().unwrap() <= 10);
}

#[test]
fn a_request_that_is_never_decided_holds_up_nothing_and_counts_once() {
    let is_clear = Arc::new(Mutex::new(false));
    let clear = Arc::clone(&is_clear);
    let url = serve(move |asked| {
        if asked.path.contains("/status/") {
            let is_late = asked.path.ends_with("/late/");
            return match (is_late, *clear.lock().unwrap()) {
                (true, true) => complete(&[1, 2], &[]),
                _ => (400, json!({"title": "what?"}), None),
            };
        }
        let name = match asked.sent[0] {
            1 => "late",
            3 => "lost",
            _ => return complete(&asked.sent, &[]),
        };
        let status = json!({"id": name, "status": "pending", "total_count": 2, "success_count": 1, "failure_count": 0, "pending_count": 1});
        (202, status, None)
    });
    let world = exchange(&url, Direction::Push, 2);
    world.release(1..6);
    let report = world.sync();
    assert_eq!((report.moved, report.failure), (1, None));
    world.release(6..7);
    let report = world.sync();
    assert_eq!(
        (report.moved, report.failure),
        (1, None),
        "neither can be decided"
    );
    assert_eq!(world.peer().pending, 2);
    *is_clear.lock().unwrap() = true;
    assert_eq!((world.sync().moved, world.peer().pending), (2, 1));
    world.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!((world.sync().failure, world.peer().pending), (None, 0));
    assert_eq!(world.peer().summary.ways[0].moved, 4);
}

#[test]
fn a_page_for_which_there_is_no_room_is_read_again() {
    let count = Arc::new(Mutex::new(3));
    let given = Arc::clone(&count);
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let url = serve(move |_| {
        let objects: Vec<Value> = (1..=*given.lock().unwrap()).map(indicator).collect();
        (200, json!({ "objects": objects }), Some((at, at)))
    });
    let clock = Arc::new(testkit::time::clock());
    let guards = Guards {
        waiting: 2,
        ..Guards::default()
    };
    let world = exchange_with(&url, Direction::Pull, 10, guards, &clock, clock.clone());
    world
        .node
        .set_trust(&world.admin, world.abroad, Trust::Probation)
        .unwrap();
    let report = world.sync();
    assert!(report.failure.unwrap().contains("no room"));
    let peer = world.peer();
    assert_eq!((peer.cursors.len(), peer.refusals.len()), (0, 0));
    *count.lock().unwrap() = 2;
    let report = world.sync();
    assert_eq!((report.failure, report.refused), (None, 2), "they wait");
    assert_eq!(world.peer().cursors.len(), 1);
}

#[test]
fn what_is_new_comes_although_reading_again_does_not_end() {
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let at = move |number: u32| begin + SignedDuration::from_hours(number.into());
    // Objects, each with the moment that its number says; whether the second page of all is to be had; what was asked.
    let held = Arc::new(Mutex::new(vec![1, 3, 5]));
    let is_broken = Arc::new(Mutex::new(false));
    let queries = Arc::new(Mutex::new(Vec::new()));
    let (objects, broken, seen) = (held.clone(), is_broken.clone(), queries.clone());
    let url = serve(move |asked| {
        let after = asked
            .query
            .split('&')
            .find_map(|one| one.strip_prefix("added_after="));
        let after: Option<Timestamp> =
            after.map(|text| text.replace("%3a", ":").to_uppercase().parse().unwrap());
        seen.lock().unwrap().push(after);
        let place = asked
            .query
            .split('&')
            .find_map(|one| one.strip_prefix("next="));
        let place: usize = place.map_or(0, |text| text.parse().unwrap());
        if after.is_none() && place > 0 && *broken.lock().unwrap() {
            return (500, json!({"title": "tired"}), None);
        }
        let mut found = objects.lock().unwrap().clone();
        found.sort_unstable();
        found.retain(|one| after.is_none_or(|after| at(*one) > after));
        let page: Vec<u32> = found.iter().copied().skip(place).take(2).collect();
        let next = place + page.len();
        let mut body =
            json!({"objects": page.iter().map(|one| indicator(*one)).collect::<Vec<_>>()});
        if next < found.len() {
            body["more"] = json!(true);
            body["next"] = json!(next.to_string());
        }
        let dates = page.first().zip(page.last());
        (
            200,
            body,
            dates.map(|(first, last)| (at(*first), at(*last))),
        )
    });
    let world = exchange(&url, Direction::Pull, 2);
    assert_eq!((world.sync().moved, world.peer().cursors.len()), (3, 1));
    world.clock.advance(SignedDuration::from_hours(8 * 24));
    // Two came late, on pages of their own, and one as it should.
    held.lock().unwrap().extend([2, 4, 40]);
    *is_broken.lock().unwrap() = true;
    let report = world.sync();
    assert!(report.failure.unwrap().contains("tired"));
    assert_eq!(
        report.moved, 2,
        "the new one, and the late one of the first page"
    );
    let peer = world.peer();
    assert_eq!((peer.cursors.len(), peer.cursors[0].position), (1, at(40)));
    assert_eq!(peer.cursors[0].overlap_secs, 600);
    queries.lock().unwrap().clear();
    let report = world.sync();
    assert_eq!((report.failure, report.moved), (None, 1));
    let went_on = at(2) - SignedDuration::from_micros(1);
    assert!(queries.lock().unwrap().contains(&Some(went_on)));
    assert!(!queries.lock().unwrap().contains(&None));
    assert_eq!(
        world.peer().cursors[0].overlap_secs,
        600,
        "once for reading again"
    );
    // It has been read to the end.
    queries.lock().unwrap().clear();
    world.sync();
    assert!(
        queries
            .lock()
            .unwrap()
            .iter()
            .all(|after| *after > Some(at(5)))
    );
}

#[test]
fn objects_that_were_refused_before_are_not_late() {
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let url = serve(move |asked| {
        let (object, at) = if asked.query.contains("next=") {
            (indicator(2), begin + SignedDuration::from_hours(9))
        } else {
            (indicator(1), begin)
        };
        let mut body = json!({"objects": [object]});
        if !asked.query.contains("next=") {
            body["more"] = json!(true);
            body["next"] = json!("2");
        }
        (200, body, Some((at, at)))
    });
    let world = exchange(&url, Direction::Pull, 1);
    let trust = |trust| world.node.set_trust(&world.admin, world.abroad, trust);
    trust(Trust::Probation).unwrap();
    assert_eq!(world.sync().refused, 2);
    trust(Trust::Standard).unwrap();
    world.clock.advance(SignedDuration::from_hours(8 * 24));
    assert_eq!(world.sync().moved, 2);
    // It stood for a week: nothing is read twice.
    assert_eq!(world.peer().cursors[0].overlap_secs, 0);
}

#[test]
fn an_error_of_the_node_is_recorded_and_waits_longer_each_time() {
    let url = serve(|_| panic!("nobody is asked for what is not taken"));
    let world = exchange(&url, Direction::Pull, 2);
    world
        .node
        .set_trust(&world.admin, world.abroad, Trust::Blocked)
        .unwrap();
    let mut pauses = Vec::new();
    for failures in 1..4 {
        let report = world.sync();
        assert!(report.failure.unwrap().contains("blocked"));
        let peer = world.peer();
        assert_eq!(peer.summary.ways[0].failures, failures);
        assert_eq!(peer.events.len(), 1, "the same is told once");
        pauses.push(
            peer.summary.ways[0]
                .next_attempt
                .duration_since(world.clock.now()),
        );
    }
    assert!(pauses.windows(2).all(|two| two[0] < two[1]), "{pauses:?}");
}

#[test]
fn a_peer_changes_no_edition_that_it_was_given() {
    let objects: Late<Vec<Value>> = Arc::default();
    let answered = Arc::clone(&objects);
    let url = serve(move |_| {
        let objects = answered.lock().unwrap().clone().unwrap();
        let at = "2026-01-20T00:00:00Z".parse().unwrap();
        (200, json!({ "objects": objects }), Some((at, at)))
    });
    let world = exchange(&url, Direction::Pull, 10);
    let mut ours = indicator(1);
    ours["description"] = json!("secret");
    ours["granular_markings"] =
        json!([{"marking_ref": Tlp::Red.id_text(), "selectors": ["description"]}]);
    world
        .node
        .import(&world.admin, &[ours.to_string()], 0)
        .unwrap();
    let to = Recipient::Organisation(world.abroad);
    let source = Id::parse(&id(1)).unwrap();
    world
        .node
        .confirm(&world.admin, &release(&[&source], to, Tlp::Green))
        .unwrap();
    let member = world.caller("member", world.abroad);
    let given = || {
        let filter = Filter::everything(10);
        let releases = RELEASES.to_string();
        let service = TaxiiService(world.node.clone());
        let page = service
            .objects(&member, ROOT, &releases, None, &filter)
            .unwrap();
        let texts = page.entries.iter().map(|entry| entry.text.to_string());
        texts.collect::<Vec<_>>()
    };
    let before = given();
    let edition: Value = before
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .find(|one: &Value| one["type"] == "indicator")
        .unwrap();
    assert_ne!(edition["id"], id(1));
    let mut forged = edition.clone();
    forged["modified"] = json!("2026-02-01T00:00:00.000Z");
    forged["revoked"] = json!(true);
    *objects.lock().unwrap() = Some(vec![edition.clone(), forged]);
    assert_eq!(world.sync().moved, 0);
    let edition = Id::parse(edition["id"].as_str().unwrap()).unwrap();
    let held = world.node.object_text(&world.admin, &edition).unwrap();
    assert_eq!(held, None);
    assert_eq!(given(), before);
    let query = app::quarantine::QuarantineQuery {
        limit: 10,
        ..Default::default()
    };
    let waiting = world.node.quarantine(&world.admin, &query).unwrap();
    assert_eq!(
        waiting.entries.len(),
        1,
        "the one that it was given is no news"
    );
}

/// A clock on which whoever pulls cannot look.
#[derive(Debug)]
struct Broken(Arc<FixedClock>);

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        let thread = std::thread::current();
        assert!(
            !thread.name().is_some_and(|name| name.starts_with("pull ")),
            "as it should"
        );
        self.0.now()
    }
}

#[test]
fn a_panic_of_the_worker_is_recorded_as_a_failure() {
    let url = serve(|_| (404, json!({}), None));
    let clock = Arc::new(testkit::time::clock());
    let broken = Arc::new(Broken(clock.clone()));
    let world = exchange_with(&url, Direction::Pull, 2, Guards::default(), &clock, broken);
    let worker = Worker::start(world.node.clone(), wire()).unwrap();
    world.wait(|peer| peer.summary.ways[0].failures > 0);
    worker.stop();
    let way = world.peer().summary.ways.remove(0);
    assert!(way.failure.unwrap().contains("the node itself"));
    assert!(way.next_attempt > clock.now());
}

#[test]
fn a_run_ends_with_its_turn_and_where_its_peer_rests() {
    let who: Late<(Arc<Node>, Arc<FixedClock>, Caller)> = Arc::default();
    let seen = Arc::clone(&who);
    let starts = Arc::new(Mutex::new(Vec::new()));
    let begun = Arc::clone(&starts);
    let early: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut pages = 0;
    let url = serve(move |asked| {
        let (node, clock, admin) = seen.lock().unwrap().clone().unwrap();
        pages += 1;
        if !asked.query.contains("next=") {
            begun.lock().unwrap().push(pages);
        }
        match pages {
            2 => clock.advance(SignedDuration::from_mins(6)),
            5 => node.pause_peer(&admin, "abroad").unwrap(),
            _ => {}
        }
        let at = early + SignedDuration::from_hours(pages.into());
        let body = json!({"objects": [indicator(pages)], "more": true, "next": pages.to_string()});
        (200, body, Some((at, at)))
    });
    let world = exchange(&url, Direction::Pull, 1);
    *who.lock().unwrap() = Some((world.node.clone(), world.clock.clone(), world.admin.clone()));
    let worker = Worker::start(world.node.clone(), wire()).unwrap();
    world.wait(|peer| peer.summary.is_paused);
    // What is under way ends with the page at which the peer was told to rest.
    worker.stop();
    assert_eq!(
        *starts.lock().unwrap(),
        [1, 3],
        "a second run goes on at once"
    );
    let peer = world.peer();
    assert_eq!(
        (peer.summary.ways[0].moved, peer.summary.ways[0].failures),
        (5, 0)
    );
    assert_eq!(peer.events.len(), 0, "{:?}", peer.events);
}
