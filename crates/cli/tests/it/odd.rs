//! Pushing to a server that refuses requests as a whole, decides late, and repeats secrets in its errors.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::peer::{Node, id, indicator};

/// What the server was asked, and how it is.
#[derive(Default)]
struct Odd {
    /// Numbers of objects that were taken in.
    taken: Mutex<Vec<usize>>,
    status_asked: AtomicU32,
    /// Whether it is busy.
    is_busy: Mutex<bool>,
    /// Whether it takes nothing, whatever it is.
    is_closed: Mutex<bool>,
    /// Requests with objects.
    posts: AtomicU32,
}

/// A request with these objects in it is refused as a whole.
const POISON: usize = 7;
/// A request with this object in it is decided later, and this object is refused then.
const LATE: usize = 12;
const FIRST: &str = "2026-01-01T00:00:00.000Z";
const SECRET: &str = "s3cret-of-the-peer";

impl Odd {
    fn start() -> (Arc<Self>, String) {
        let odd = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/taxii2/", listener.local_addr().unwrap());
        let server = Arc::clone(&odd);
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let server = Arc::clone(&server);
                std::thread::spawn(move || server.serve(&stream.unwrap()));
            }
        });
        (odd, url)
    }

    /// Answers one request.
    fn serve(&self, mut stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let header = |name: &str| {
            let lines = head.iter().skip(1).filter_map(|line| line.split_once(':'));
            let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
            found.next().map(|(_, value)| value.trim().to_owned())
        };
        let length = header("content-length").map_or(0, |text| text.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut words = head[0].split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let (status, answer) = if *self.is_busy.lock().unwrap() {
            let said = format!("no more for {}", header("authorization").unwrap());
            (429, json!({ "title": said }))
        } else {
            self.answer(method, path, &body)
        };
        let answer = answer.to_string();
        let retry = if status == 429 {
            "retry-after: 3600\r\n"
        } else {
            ""
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/taxii+json;version=2.1\r\n{retry}content-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
    }

    fn answer(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let root = json!({"title": "odd", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 100_000});
        match (method, path.split('?').next().unwrap()) {
            ("GET", "/taxii2/") => (200, root),
            ("GET", "/taxii2/collections/") => (
                200,
                json!({"collections": [{"id": "c", "title": "c", "can_read": false, "can_write": true}]}),
            ),
            ("POST", "/taxii2/collections/c/objects/") => {
                let envelope: Value = serde_json::from_slice(body).unwrap();
                let objects = envelope["objects"].as_array().unwrap();
                let numbers: Vec<usize> = (0..100)
                    .filter(|number| objects.iter().any(|one| one["id"] == id(*number)))
                    .collect();
                self.posts.fetch_add(1, Ordering::Relaxed);
                if numbers.contains(&POISON) || *self.is_closed.lock().unwrap() {
                    return (
                        422,
                        json!({"title": "Unprocessable", "description": "something is wrong"}),
                    );
                }
                let good: Vec<usize> = numbers.iter().copied().filter(|one| *one != LATE).collect();
                let count = numbers.len();
                self.taken.lock().unwrap().extend(&good);
                if good.len() == count {
                    return (
                        202,
                        json!({"id": "1", "status": "complete", "total_count": count, "success_count": count, "failure_count": 0, "pending_count": 0}),
                    );
                }
                (
                    202,
                    json!({"id": "late", "status": "pending", "total_count": count, "success_count": good.len(), "failure_count": 0, "pending_count": 1}),
                )
            }
            ("GET", "/taxii2/status/late/") => {
                // The client waits a while by itself, and comes back in the next run.
                if self.status_asked.fetch_add(1, Ordering::Relaxed) < 10 {
                    return (
                        200,
                        json!({"id": "late", "status": "pending", "pending_count": 1}),
                    );
                }
                let failure = json!({"id": id(LATE), "version": FIRST, "message": "not wanted"});
                (
                    200,
                    json!({"id": "late", "status": "complete", "failure_count": 1, "failures": [failure]}),
                )
            }
            _ => (404, json!({"title": "Not found"})),
        }
    }
}

#[test]
fn one_bad_object_costs_no_good_one_and_late_decisions_are_followed() {
    let (odd, url) = Odd::start();
    let node = Node::new();
    node.ask(&["organisation", "add", "Abroad"]).ended(0);
    let add = [
        "peer",
        "add",
        "abroad",
        "--url",
        &url,
        "--organisation",
        "Abroad",
    ];
    node.ask_as(
        SECRET,
        &[&add[..], &["--direction", "push", "--page", "8"]].concat(),
    )
    .ended(0);
    let objects: Vec<Value> = (0..20).map(|number| indicator(number, FIRST)).collect();
    node.import(&objects);
    let ids: Vec<String> = (0..20).map(id).collect();
    node.release("Abroad", &ids);

    node.ask(&["peer", "sync", "abroad"]).ended(1);
    let peer = node.peer("abroad");
    assert_eq!(peer["pending"], 1, "{peer:#}");
    let refusals = peer["refusals"].as_array().unwrap();
    assert_eq!(refusals.len(), 1, "{peer:#}");
    assert_eq!(refusals[0]["object"], id(POISON));
    assert_eq!(refusals[0]["reason"], "Unprocessable: something is wrong");
    let mut wait = 0;
    while node.peer("abroad")["pending"] != 0 {
        node.ask(&["peer", "sync", "abroad"]);
        wait += 1;
        assert!(wait < 20, "it is never decided");
    }
    let peer = node.peer("abroad");
    let refusals = peer["refusals"].as_array().unwrap();
    assert!(
        refusals.iter().any(|one| one["reason"] == "not wanted"),
        "{peer:#}"
    );
    let mut taken = odd.taken.lock().unwrap().clone();
    taken.sort_unstable();
    // Each good one once, although the request with a bad one was refused as a whole.
    let good: Vec<usize> = (0..20)
        .filter(|one| ![POISON, LATE].contains(one))
        .collect();
    assert_eq!(taken, good);

    // A busy server is left alone for as long as it asks, and what it repeats of us is not kept.
    *odd.is_busy.lock().unwrap() = true;
    node.ask(&["peer", "sync", "abroad"]).ended(2);
    // The node itself is well.
    let doctor = node.ask(&["doctor"]).ended(0).json();
    let warning = doctor["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("`abroad`") && warning.contains("429"),
        "{warning}"
    );
    assert_eq!(doctor["healthy"], true);
    let peer = node.peer("abroad");
    let way = &peer["summary"]["ways"][0];
    assert_eq!(way["state"], "failing");
    let failure = way["failure"].as_str().unwrap();
    assert!(
        failure.contains("429") && failure.contains("(secret)"),
        "{failure}"
    );
    let log = node.ask(&["peer", "log", "abroad"]).ended(0).stdout;
    assert!(!format!("{peer}{log}").contains(SECRET));
    let moment = |name: &str| {
        way[name]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let pause = moment("next_attempt").duration_since(moment("last_failure"));
    assert!(pause.as_secs() >= 3_600, "{pause}");
}

#[test]
fn a_server_that_refuses_everything_costs_nothing() {
    let (odd, url) = Odd::start();
    *odd.is_closed.lock().unwrap() = true;
    let node = Node::new();
    node.ask(&["organisation", "add", "Abroad"]).ended(0);
    let add = ["peer", "add", "abroad", "--organisation", "Abroad"];
    let more = ["--url", &url, "--direction", "push", "--page", "2"];
    node.ask_as(SECRET, &[&add[..], &more].concat()).ended(0);
    // More than are refused one by one before the server is left alone, and then only a few.
    for (first, last) in [(20, 60), (60, 61)] {
        let numbers = first..last;
        let objects: Vec<Value> = numbers
            .clone()
            .map(|number| indicator(number, FIRST))
            .collect();
        node.import(&objects);
        node.release("Abroad", &numbers.map(id).collect::<Vec<_>>());
        odd.posts.store(0, Ordering::Relaxed);
        node.ask(&["peer", "sync", "abroad"]).ended(2);
        let peer = node.peer("abroad");
        let way = &peer["summary"]["ways"][0];
        assert_eq!(
            (&way["state"], &way["refused"]),
            (&json!("failing"), &json!(0))
        );
        let failure = way["failure"].as_str().unwrap();
        assert!(failure.contains("refuses each object"), "{failure}");
        assert_eq!(peer["refusals"], json!([]), "{peer:#}");
        assert!(odd.posts.load(Ordering::Relaxed) <= 30);
        if first == 20 {
            *odd.is_closed.lock().unwrap() = false;
            node.ask(&["peer", "sync", "abroad"]).ended(0);
            assert_eq!(
                odd.taken.lock().unwrap().len(),
                40,
                "nothing was thrown away"
            );
            *odd.is_closed.lock().unwrap() = true;
        }
    }
}

#[test]
fn what_cannot_be_a_peer_is_refused() {
    let node = Node::new();
    node.ask(&["organisation", "add", "Abroad"]).ended(0);
    let add = |name: &str, url: &str, more: &[&str]| {
        let some = [
            "peer",
            "add",
            name,
            "--organisation",
            "Abroad",
            "--url",
            url,
        ];
        node.ask_as(SECRET, &[&some[..], more].concat())
    };
    let good = "https://taxii.example.org/taxii2/";
    for (name, url, more, word) in [
        ("a/b", good, [].as_slice(), "name of a peer"),
        ("a", "http://taxii.example.org/", &[], "plain http"),
        ("a", "https://u:p@taxii.example.org/", &[], "URL"),
        ("a", good, &["--interval", "0"], "interval"),
        (
            "a",
            good,
            &["--organisation", "My organisation"],
            "organisation",
        ),
    ] {
        let ran = add(name, url, more);
        assert_ne!(ran.code, Some(0), "{name} {url} {more:?}");
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        assert!(!ran.stderr.contains(SECRET));
    }
    add("a", good, &[]).ended(0);
    let mode = |path: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = node.dir().join(path);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("peer-secrets"), 0o700);
    let files = || {
        std::fs::read_dir(node.dir().join("peer-secrets"))
            .unwrap()
            .count()
    };
    assert_eq!(files(), 1);
    node.ask(&["peer", "remove", "a"]).ended(0);
    assert_eq!(files(), 0);
}

/// Pushes objects from a file to a server, without a node.
fn push(node: &Node, url: &str, numbers: &[usize], wait: &str) -> crate::tool::Ran {
    let objects: Vec<Value> = numbers.iter().map(|one| indicator(*one, FIRST)).collect();
    let bundle = json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects});
    let file = node.dir().join("pushed.json");
    std::fs::write(&file, bundle.to_string()).unwrap();
    let file = file.to_str().unwrap();
    node.ask_as(SECRET, &["taxii", "push", url, file, "--wait", wait])
}

#[test]
fn what_a_server_has_not_decided_is_pending_and_no_error() {
    let (odd, url) = Odd::start();
    let node = Node::new();
    let pushed = push(&node, &url, &[1, 2, LATE], "0").ended(0).json();
    let pending = json!([{"status": "late", "count": 1, "objects": []}]);
    let expected = json!({"taken": 2, "refused": [], "pending": pending});
    assert_eq!(pushed, expected);
    // Nobody waited for it.
    assert_eq!(odd.status_asked.load(Ordering::Relaxed), 0);
    let ask = || node.ask_as(SECRET, &["taxii", "status", &url, "late"]);
    let waiting = ask().ended(0).json();
    assert_eq!(waiting["pending"][0]["status"], "late", "{waiting}");
    odd.status_asked.store(100, Ordering::Relaxed);
    let decided = ask().ended(1).json();
    assert_eq!(decided["pending"], json!([]));
    assert_eq!(
        decided["refused"],
        json!([{"id": id(LATE), "reason": "not wanted"}])
    );
    // Who waits long enough is told at once.
    let pushed = push(&node, &url, &[LATE], "60").ended(1).json();
    assert_eq!(
        pushed,
        json!({"taken": 0, "refused": decided["refused"], "pending": []})
    );
    let unknown = node.ask_as(SECRET, &["taxii", "status", &url, "other"]);
    assert!(unknown.ended(2).stderr.contains("`other`"));
}

#[test]
fn what_was_sent_before_a_failure_is_told() {
    let (_odd, url) = Odd::start();
    let node = Node::new();
    let numbers = [LATE, POISON];
    let folder = node.dir().join("noroshi.toml");
    std::fs::write(folder, "[limits]\npage_objects = 1\n").unwrap();
    let ran = push(&node, &url, &numbers, "0").ended(2);
    assert_eq!(ran.json()["pending"][0]["status"], "late");
    assert!(ran.stderr.contains("something is wrong"), "{}", ran.stderr);
}
