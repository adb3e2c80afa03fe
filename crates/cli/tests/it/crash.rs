//! Writers, readers and a releaser at work while the node is killed and started again: what was acknowledged is seen by
//! every reader, once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use taxii::client::Client;
use taxii::client::batches::BatchSize;
use taxii::client::config::{ClientConfig, Credentials, Secret, Trust};
use taxii::filter::{Filter, VersionMatch};

use crate::peer::{Node, indicator};
use crate::tool::Serving;

const WRITERS: usize = 8;
const READERS: usize = 4;
/// Objects of one request.
const BATCH: usize = 10;
/// How often the node is killed.
const KILL_EVERY: Duration = Duration::from_secs(2);
/// Objects by which the writers may be ahead of the slowest reader, so that the end does not take longer than the rest.
const MOST_AHEAD: u64 = 2_000;
/// How long it goes on in an ordinary run of the tests.
const SHORT_SECS: u64 = 10;

/// What all threads share.
#[derive(Default)]
struct World {
    origin: String,
    /// Writers stop.
    is_over: AtomicBool,
    /// Writers have stopped: nothing more is acknowledged.
    is_written: AtomicBool,
    /// All that was acknowledged has been released.
    is_released: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    failed_requests: AtomicU64,
    next: AtomicU64,
    /// How many objects each reader has seen.
    seen: [AtomicU64; READERS],
}

impl World {
    /// Whether the slowest reader is so far behind that the writers wait.
    fn is_ahead(&self) -> bool {
        let seen = self.seen.iter().map(|seen| seen.load(Ordering::Relaxed));
        self.next.load(Ordering::Relaxed) > seen.min().unwrap_or_default() + MOST_AHEAD
    }
}

/// What a reader saw.
#[derive(Default)]
struct Seen {
    times: BTreeMap<String, u32>,
    requests: u64,
    is_ascending: bool,
}

fn client(world: &World, token: &str) -> Client {
    Client::new(ClientConfig {
        url: format!("{}/taxii2/", world.origin),
        credentials: Credentials::Bearer(Secret::new(token)),
        connect_timeout: Duration::from_secs(5),
        request_timeout: Duration::from_mins(1),
        max_body_bytes: 64 * 1024 * 1024,
        page_limit: 200,
        max_pages: 1,
        max_retries: 5,
        max_retry_wait: Duration::from_mins(1),
        user_agent: "noroshi-test/1".to_owned(),
        allow_plain_http: false,
        trusted_origins: Vec::new(),
        trust: Trust::Public,
        identity: None,
    })
    .unwrap()
}

/// Sends new objects until the end; a request without an answer is sent again with the same objects.
fn write(world: &World, token: &str) {
    let client = client(world, token);
    let root = format!("{}/taxii2/noroshi/", world.origin);
    let size = BatchSize {
        objects: BATCH,
        bytes: 1024 * 1024,
    };
    while !world.is_over.load(Ordering::Relaxed) {
        if world.is_ahead() {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let step = u64::try_from(BATCH).unwrap();
        let first = usize::try_from(world.next.fetch_add(step, Ordering::Relaxed)).unwrap();
        let objects: Vec<Value> = (first..first + BATCH)
            .map(|number| indicator(number, "2026-01-01T00:00:00.000Z"))
            .collect();
        let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        loop {
            let batch = client.add_objects(&root, "inbox", &texts, size).next();
            if let Ok(status) = batch.unwrap().result {
                assert_eq!(status.failure_count, 0, "{status:?}");
                let ids = status.successes.into_iter().map(|one| one.id);
                world.acknowledged.lock().unwrap().extend(ids);
                break;
            }
            world.failed_requests.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Follows the feed by `added_after` as the standard has it, without any overlap.
fn read(world: &World, number: usize, token: &str) -> Seen {
    let client = client(world, token);
    let root = format!("{}/taxii2/noroshi/", world.origin);
    let mut seen = Seen {
        is_ascending: true,
        ..Seen::default()
    };
    let mut position: Option<Timestamp> = None;
    loop {
        // What was released before this request must come with it or after it.
        let is_last = world.is_released.load(Ordering::SeqCst);
        let filter = Filter {
            added_after: position,
            versions: vec![VersionMatch::All],
            ..Filter::everything(0)
        };
        seen.requests += 1;
        let page = client.objects(&root, "releases", &filter).next();
        let Ok(page) = page.unwrap() else {
            world.failed_requests.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        for text in &page.objects {
            let object: Value = serde_json::from_str(text).unwrap();
            let id = object["id"].as_str().unwrap().to_owned();
            *seen.times.entry(id).or_default() += 1;
        }
        let count = u64::try_from(seen.times.len()).unwrap();
        world.seen[number].store(count, Ordering::Relaxed);
        if let Some(last) = page.added.last {
            seen.is_ascending &= page.added.first > position && page.added.first <= page.added.last;
            position = Some(last);
        }
        if page.objects.is_empty() {
            if is_last {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Releases what was acknowledged, until the writers are at their end and nothing is left.
fn release(world: &World, token: &str) -> u64 {
    let mut done = 0;
    let mut releases = 0;
    loop {
        let is_written = world.is_written.load(Ordering::SeqCst);
        let waiting: Vec<String> = {
            let acknowledged = world.acknowledged.lock().unwrap();
            acknowledged.iter().skip(done).take(500).cloned().collect()
        };
        if waiting.is_empty() {
            if is_written {
                return releases;
            }
            std::thread::sleep(Duration::from_millis(50));
            continue;
        }
        let body = json!({
            "objects": waiting,
            "recipients": ["Readers"],
            "ceiling": "TLP:GREEN",
            "reason": "as they arrive",
        });
        if post(&world.origin, "/api/v1/releases", token, &body.to_string()) == Some(200) {
            done += waiting.len();
            releases += 1;
        } else {
            // Without an answer nobody knows whether it was confirmed; once more does no harm.
            world.failed_requests.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The status of the answer; none where there is none.
fn post(origin: &str, path: &str, token: &str, body: &str) -> Option<u16> {
    post_as(origin, path, token, body, "application/json")
}

fn post_as(origin: &str, path: &str, token: &str, body: &str, kind: &str) -> Option<u16> {
    let address = origin.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

#[test]
fn a_crash_gives_nobody_a_new_hour() {
    let node = Node::new();
    let settings = "[quota]\nobjects_per_hour = 4\n";
    std::fs::write(node.dir().join("noroshi.toml"), settings).unwrap();
    let (one, other) = (node.add_member("One"), node.add_member("Other"));
    let mut serving = Serving::start(node.dir());
    let send = |serving: &Serving, token: &str, count: usize| {
        let body = format!("{{\"objects\":[{}]}}", vec!["{}"; count].join(","));
        let inbox = "/taxii2/noroshi/collections/inbox/objects/";
        post_as(
            &serving.url,
            inbox,
            token,
            &body,
            "application/taxii+json;version=2.1",
        )
    };
    assert_eq!(send(&serving, &one, 4), Some(202));
    for _ in 0..3 {
        assert_eq!(send(&serving, &one, 2), Some(429));
        serving.kill();
        serving = Serving::start(node.dir());
    }
    assert_eq!(send(&serving, &one, 2), Some(429));
    assert_eq!(send(&serving, &other, 4), Some(202));
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn acknowledged_objects_are_seen_once_whatever_is_killed() {
    let secs = testkit::setting::read("NOROSHI_CRASH_SECS");
    let secs = secs.map_or(SHORT_SECS, |text| text.parse().unwrap());
    let node = Node::new();
    let writer_tokens: Vec<String> = (0..WRITERS)
        .map(|number| node.add_member(&format!("Writer{number}")))
        .collect();
    node.add_member("Readers");
    let reader_tokens: Vec<String> = (0..READERS)
        .map(|number| node.add_account(&format!("reader{number}"), "Readers", "service"))
        .collect();
    let confirmer = node.add_account("releaser", "My organisation", "releaser");

    let mut serving = Serving::start(node.dir());
    let origin = serving.url.clone();
    let address = origin.strip_prefix("http://").unwrap().to_owned();
    let world = Arc::new(World {
        origin,
        ..World::default()
    });
    let spawn = |token: &String, work: fn(&World, &str)| {
        let (world, token) = (Arc::clone(&world), token.clone());
        std::thread::spawn(move || work(&world, &token))
    };
    let writers: Vec<_> = writer_tokens
        .iter()
        .map(|token| spawn(token, write))
        .collect();
    let readers: Vec<_> = reader_tokens
        .iter()
        .enumerate()
        .map(|(number, token)| {
            let (world, token) = (Arc::clone(&world), token.clone());
            std::thread::spawn(move || read(&world, number, &token))
        })
        .collect();
    let releasing = {
        let world = Arc::clone(&world);
        std::thread::spawn(move || release(&world, &confirmer))
    };

    let begun = Instant::now();
    let mut kills = 0;
    while begun.elapsed() < Duration::from_secs(secs) {
        std::thread::sleep(KILL_EVERY);
        serving.kill();
        kills += 1;
        serving = Serving::start_at(node.dir(), &address);
    }
    world.is_over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    world.is_written.store(true, Ordering::SeqCst);
    let releases = releasing.join().unwrap();
    world.is_released.store(true, Ordering::SeqCst);

    let acknowledged: BTreeSet<String> = world.acknowledged.lock().unwrap().drain(..).collect();
    let mut requests = 0;
    for reader in readers {
        let seen = reader.join().unwrap();
        requests += seen.requests;
        let missed: Vec<&String> = acknowledged
            .iter()
            .filter(|id| !seen.times.contains_key(*id))
            .collect();
        let doubled: Vec<_> = seen.times.iter().filter(|(_, times)| **times > 1).collect();
        assert!(missed.is_empty(), "{} missed: {missed:?}", missed.len());
        assert!(doubled.is_empty(), "{} doubled: {doubled:?}", doubled.len());
        assert!(seen.is_ascending, "positions go backwards");
    }
    assert!(!acknowledged.is_empty() && kills > 1);
    assert_eq!(serving.terminate(), Some(0));
    node.ask(&["doctor"]).ended(0);
    let failed = world.failed_requests.load(Ordering::Relaxed);
    println!(
        "{} objects acknowledged, {releases} releases, {kills} kills, {failed} requests without an answer, {requests} reads",
        acknowledged.len()
    );
}
