//! Two nodes that exchange by themselves, and nodes with servers that are not ours.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tool::{Ran, Serving, noroshi, run, run_with};

/// A node in a folder of its own.
pub(crate) struct Node {
    pub(crate) folder: tempfile::TempDir,
}

impl Node {
    /// A node that is set up and does not run.
    pub(crate) fn new() -> Self {
        Self {
            folder: crate::tool::node(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command on the node, with a secret in the environment where one is needed.
    pub(crate) fn ask_as(&self, secret: &str, arguments: &[&str]) -> Ran {
        noroshi(&["--json"])
            .args(arguments)
            .arg("--dir")
            .arg(self.dir())
            .env("NOROSHI_TOKEN", secret)
            .env("NOROSHI_PASSWORD", secret)
            .output()
            .unwrap()
            .into()
    }

    pub(crate) fn ask(&self, arguments: &[&str]) -> Ran {
        self.ask_as("", arguments)
    }

    /// Adds an organisation with a service account; its token.
    pub(crate) fn add_member(&self, name: &str) -> String {
        self.ask(&["organisation", "add", name]).ended(0);
        self.add_account(&format!("service-{}", name.to_lowercase()), name, "service")
    }

    /// Adds an account; its token.
    pub(crate) fn add_account(&self, login: &str, organisation: &str, role: &str) -> String {
        let person = [
            "person",
            "add",
            login,
            "--name",
            login,
            "--organisation",
            organisation,
        ];
        self.ask(&[&person[..], &["--role", role]].concat())
            .ended(0);
        let created = self.ask(&["token", "create", login]).ended(0).json();
        created["token"].as_str().unwrap().to_owned()
    }

    /// Takes in objects as the house's own.
    pub(crate) fn import(&self, objects: &[Value]) {
        let bundle = json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects});
        let dir = self.dir().to_str().unwrap();
        run_with(
            &["--dir", dir, "import", "-"],
            bundle.to_string().as_bytes(),
        )
        .ended(0);
    }

    /// Releases objects to an organisation; the release.
    pub(crate) fn release(&self, to: &str, ids: &[String]) -> String {
        let mut arguments = vec![
            "release",
            "confirm",
            "--to",
            to,
            "--reason",
            "a test",
            "--ceiling",
            "green",
        ];
        for id in ids {
            arguments.extend(["--object", id]);
        }
        let confirmed = self.ask(&arguments).ended(0);
        confirmed.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn peer(&self, name: &str) -> Value {
        self.ask(&["peer", "show", name]).ended(0).json()
    }

    /// Waits until a peer fulfils a condition.
    #[track_caller]
    pub(crate) fn wait(&self, name: &str, what: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let peer = self.peer(name);
            if what(&peer) {
                return peer;
            }
            assert!(begun.elapsed() < PATIENCE, "in vain: {peer:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// An indicator with a number; green.
pub(crate) fn indicator(number: usize, modified: &str) -> Value {
    json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": id(number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": modified,
        "name": format!("n{number} of {modified}"),
        "description": "seen at a victim",
        "indicator_types": ["malicious-activity"],
        "pattern": format!("[domain-name:value = 'n{number}.example']"),
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    })
}

pub(crate) fn id(number: usize) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012x}")
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(|number| indicator(number, FIRST)).collect()
}

fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(id).collect()
}

fn way<'v>(peer: &'v Value, way: &str) -> &'v Value {
    let ways = peer["summary"]["ways"].as_array().unwrap();
    ways.iter().find(|one| one["way"] == way).unwrap()
}

fn moved(peer: &Value, name: &str) -> u64 {
    way(peer, name)["moved"].as_u64().unwrap()
}

fn is_good(peer: &Value) -> bool {
    ["pull", "push"].map(|name| way(peer, name)["state"] == "good") == [true, true]
}

const FIRST: &str = "2026-01-01T00:00:00.000Z";
const SECOND: &str = "2026-02-01T00:00:00.000Z";
/// The machines that run tests are slow at times.
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn two_nodes_exchange_both_ways_over_restarts() {
    let (centre, agency) = (Node::new(), Node::new());
    let token = centre.add_member("Agency");
    agency.ask(&["organisation", "add", "Centre"]).ended(0);
    let serving = Serving::start(centre.dir());
    let url = format!("{}/taxii2/", serving.url);

    // The agency pulls what the centre released to it and pushes what it released to the centre.
    let add = [
        "peer",
        "add",
        "centre",
        "--url",
        &url,
        "--organisation",
        "Centre",
        "--interval",
        "1",
        "--page",
        "7",
    ];
    agency.ask_as(&token, &add).ended(0);
    agency.ask_as(&token, &add).ended(1);
    let dir = agency.dir().to_str().unwrap();
    let shown = run(&["--dir", dir, "peer", "show", "centre"]).ended(0);
    assert!(shown.stdout.contains("at once"), "{}", shown.stdout);
    // The credentials that the node keeps serve to check the peer's log, too.
    let state = agency.dir().join("centre.state");
    let verify = [
        "ledger",
        "verify",
        "--peer",
        "centre",
        "--state",
        state.to_str().unwrap(),
    ];
    assert_eq!(agency.ask(&verify).ended(0).json()["first"], true);
    agency.ask(&["taxii", "discover", "nobody"]).ended(2);
    centre.import(&numbered(0..30));
    // A part that may not leave: an edition goes out under its own identifier.
    let mut victim = indicator(99, FIRST);
    victim["granular_markings"] = json!([{"marking_ref": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "selectors": ["description"]}]);
    centre.import(&[victim, indicator(98, FIRST)]);
    centre.release("Agency", &ids(0..30));
    let withdrawn = centre.release("Agency", &[id(99), id(98)]);
    agency.import(&numbered(100..120));
    agency.release("Centre", &ids(100..120));

    let worker = Serving::start(agency.dir());
    let peer = agency.wait("centre", |peer| {
        moved(peer, "pull") == 32 && moved(peer, "push") == 20 && is_good(peer)
    });
    assert_eq!(peer["refusals"], json!([]), "{peer:#}");
    assert_eq!(way(&peer, "pull")["behind"], 0);
    // Nothing that shows a peer shows its credentials.
    let log = agency.ask(&["peer", "log", "centre"]).ended(0);
    assert!(!format!("{peer}{}", log.stdout).contains(&token));
    let database = std::fs::read(agency.dir().join("noroshi.db")).unwrap();
    let secret = token.as_bytes();
    assert!(
        !database
            .windows(secret.len())
            .any(|window| window == secret)
    );

    // Both are ended in the middle of their work and start again; the centre comes back at another port.
    drop(worker);
    drop(serving);
    centre.import(
        &(0..3)
            .map(|number| indicator(number, SECOND))
            .collect::<Vec<_>>(),
    );
    let mut revoked = indicator(5, SECOND);
    revoked["revoked"] = json!(true);
    centre.import(&[revoked]);
    centre.release("Agency", &[id(0), id(1), id(2), id(5)]);
    let address = url.split("//").nth(1).unwrap().split('/').next().unwrap();
    let worker = Serving::start(agency.dir());
    let peer = agency.wait("centre", |peer| {
        way(peer, "pull")["failures"].as_u64() > Some(0)
    });
    let failure = way(&peer, "pull")["failure"].as_str().unwrap();
    assert!(failure.contains("no answer"), "{failure}");
    assert_eq!(way(&peer, "pull")["state"], "failing");
    let serving = Serving::start_at(centre.dir(), address);
    let peer = agency.wait("centre", |peer| moved(peer, "pull") == 36 && is_good(peer));
    drop(worker);

    // Once more from the beginning: nothing changes.
    let before = (moved(&peer, "pull"), moved(&peer, "push"));
    agency.ask(&["peer", "remove", "centre"]).ended(0);
    agency.ask_as(&token, &add).ended(0);
    let reports = agency.ask(&["peer", "sync", "centre"]).ended(0).json();
    assert_eq!(before, (36, 20));
    assert_eq!(
        (&reports[0]["moved"], &reports[0]["refused"]),
        (&json!(0), &json!(0)),
        "{reports:#}"
    );
    assert_eq!(reports[1]["refused"], 0, "{reports:#}");

    // A withdrawal reaches who has it: the edition is revoked, and a notice tells of what went out whole. Then a peer that rests.
    centre
        .ask(&["release", "withdraw", &withdrawn, "--reason", "a mistake"])
        .ended(0);
    let reports = agency.ask(&["peer", "sync", "centre"]).ended(0).json();
    assert_eq!(reports[0]["moved"], 2, "{reports:#}");
    agency.ask(&["peer", "pause", "centre"]).ended(0);
    assert_eq!(way(&agency.peer("centre"), "pull")["state"], "paused");
    agency.ask(&["peer", "resume", "centre"]).ended(0);
    agency.ask(&["peer", "show", "nobody"]).ended(2);
    assert_eq!(serving.terminate(), Some(0));
}

/// The folder of a virtual environment with medallion, opentaxii and gunicorn.
fn python_peers() -> Option<PathBuf> {
    let folder = testkit::setting::read("NOROSHI_PYTHON_PEERS").map(PathBuf::from);
    match folder {
        Some(folder) if folder.join("bin/python").exists() => Some(folder),
        Some(folder) => {
            testkit::skip::because(&format!("there is no Python in `{}`", folder.display()));
            None
        }
        None => {
            testkit::skip::because(
                "NOROSHI_PYTHON_PEERS names no environment with medallion and opentaxii",
            );
            None
        }
    }
}

/// A server of somebody else; killed when dropped.
struct Theirs {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Theirs {
    fn wait(self) -> Self {
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "it does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        self
    }

    fn medallion(environment: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let collection = json!({
            "id": COLLECTION, "title": "exchange", "can_read": true, "can_write": true,
            "media_types": ["application/stix+json;version=2.1"],
            "objects": [], "manifest": [],
        });
        let data = json!({
            "/discovery": {"title": "medallion", "default": "/api/", "api_roots": ["/api/"]},
            "api": {
                "information": {"title": "root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9_765_625},
                "status": [],
                "collections": [collection],
            },
        });
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("data.json"), data.to_string()).unwrap();
        let config = json!({
            "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": path("data.json")},
            "users": {"user": "secret"},
            "taxii": {"max_page_size": 10},
        });
        std::fs::write(path("config.json"), config.to_string()).unwrap();
        let port = free_port();
        let child = Command::new(environment.join("bin/medallion"))
            .args(["--port", &port.to_string()])
            .arg(path("config.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let theirs = Self {
            child,
            port,
            _folder: folder,
        };
        theirs.wait()
    }

    /// The server, and the path of its API root.
    fn opentaxii(environment: &Path) -> (Self, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let port = free_port();
        let config = format!(
            "---\ndomain: \"localhost:{port}\"\nsupport_basic_auth: yes\nreturn_server_error_details: no\n\
             auth_api:\n  class: opentaxii.auth.sqldb.SQLDatabaseAPI\n  parameters:\n    db_connection: sqlite:///{}\n    create_tables: yes\n    secret: testtesttesttest\n    token_ttl_secs: 3600\n\
             taxii1: null\ntaxii2:\n  persistence_api:\n    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI\n    parameters:\n      db_connection: sqlite:///{}\n      create_tables: yes\n  title: \"test\"\n  public_discovery: true\n  max_content_length: 209715200\n\
             logging:\n  opentaxii: warning\n  root: warning\n",
            path("auth.db"),
            path("data.db"),
        );
        std::fs::write(path("conf.yml"), config).unwrap();
        let tool = |name: &str, arguments: &[&str]| {
            let output = Command::new(environment.join("bin").join(name))
                .args(arguments)
                .env("OPENTAXII_CONFIG", path("conf.yml"))
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        let root = "00000000-0000-4000-8000-0000000000aa".to_owned();
        tool(
            "opentaxii-add-api-root",
            &["-t", "root", "--public", "--default", "-i", &root],
        );
        tool(
            "opentaxii-add-collection",
            &[
                "-r",
                &root,
                "-t",
                "exchange",
                "-a",
                "exchange",
                "--public",
                "--public-write",
            ],
        );
        tool("opentaxii-create-account", &["-u", "user", "-p", "secret"]);
        let child = Command::new(environment.join("bin/gunicorn"))
            .args([
                "opentaxii.http:app",
                "--bind",
                &format!("127.0.0.1:{port}"),
                "--workers",
                "2",
            ])
            .env("OPENTAXII_CONFIG", path("conf.yml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        (
            Self {
                child,
                port,
                _folder: folder,
            }
            .wait(),
            root,
        )
    }

    /// Adds objects as somebody else would, all in one request.
    fn post(&self, environment: &Path, path: &str, objects: &[Value]) {
        let script = "import sys,base64,http.client\n\
            c=http.client.HTTPConnection('127.0.0.1',int(sys.argv[1]))\n\
            h={'Accept':'application/taxii+json;version=2.1','Content-Type':'application/taxii+json;version=2.1','Authorization':'Basic '+base64.b64encode(b'user:secret').decode()}\n\
            c.request('POST',sys.argv[2],sys.stdin.buffer.read(),h)\n\
            r=c.getresponse();d=r.read()\n\
            assert r.status==202,(r.status,d)";
        let mut child = Command::new(environment.join("bin/python"))
            .args(["-c", script, &self.port.to_string(), path])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let envelope = json!({ "objects": objects }).to_string();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(envelope.as_bytes())
            .unwrap();
        assert!(child.wait().unwrap().success());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

const COLLECTION: &str = "365fed99-08fa-fdcd-a1b3-fb247eb41d01";

/// What both servers are put through: pages, equal dates, a bad object among good ones, doubles, new versions.
fn exchange_with(
    theirs: &Theirs,
    environment: &Path,
    url: &str,
    objects_path: &str,
    accepts_bad: bool,
) {
    let node = Node::new();
    node.ask(&["organisation", "add", "Abroad"]).ended(0);
    // 35 objects of one request, which medallion gives one date; ten to a page.
    let mut given = numbered(0..35);
    if accepts_bad {
        let mut bad = indicator(50, FIRST);
        bad["pattern"] = json!("this is no pattern");
        bad["valid_from"] = json!("yesterday");
        given.insert(17, bad);
    }
    theirs.post(environment, objects_path, &given);
    let add = [
        "peer",
        "add",
        "abroad",
        "--url",
        url,
        "--organisation",
        "Abroad",
        "--user",
        "user",
        "--interval",
        "1",
        "--page",
        "10",
    ];
    node.ask_as("secret", &add).ended(0);
    node.import(&numbered(200..225));
    node.release("Abroad", &ids(200..225));

    let worker = Serving::start(node.dir());
    let peer = node.wait("abroad", |peer| {
        moved(peer, "pull") == 35 && moved(peer, "push") == 25
    });
    let refusals = peer["refusals"].as_array().unwrap();
    if accepts_bad {
        assert_eq!(refusals.len(), 1, "{peer:#}");
        assert_eq!(refusals[0]["object"], id(50));
        assert_eq!(refusals[0]["way"], "pull");
        assert!(!refusals[0]["reason"].as_str().unwrap().is_empty());
    } else {
        assert_eq!(refusals.len(), 0, "{peer:#}");
    }

    // New versions and a revocation come, also while the worker is killed and starts again.
    let mut changed: Vec<Value> = (0..4).map(|number| indicator(number, SECOND)).collect();
    changed[3]["revoked"] = json!(true);
    changed.extend(numbered(36..40));
    drop(worker);
    theirs.post(environment, objects_path, &changed);
    let worker = Serving::start(node.dir());
    node.wait("abroad", |peer| moved(peer, "pull") == 43);

    // What the peer gave does not go back to it, and what went out once does not go again under another cursor.
    node.release("Abroad", &ids(0..3));
    node.release("Abroad", &[id(200)]);
    drop(worker);
    let reports = node.ask(&["peer", "sync", "abroad"]).json();
    assert_eq!(reports[1]["moved"], 0, "{reports:#}");
    node.ask(&["peer", "remove", "abroad"]).ended(0);
    node.ask_as("secret", &add).ended(0);
    let reports = node.ask(&["taxii", "sync", "abroad"]).json();
    assert_eq!(reports[0]["moved"], 0, "{reports:#}");
    assert_eq!(
        reports[1]["refused"], 0,
        "a double is no failure: {reports:#}"
    );

    // The server that holds what we gave lets us have it back unchanged: nothing is refused for it.
    let pulled = node
        .ask_as(
            "secret",
            &["taxii", "pull", url, "--user", "user", "--output", "-"],
        )
        .ended(0);
    assert!(pulled.stdout.contains(&id(224)) && pulled.stdout.contains(&id(39)));
}

#[test]
fn a_node_exchanges_with_medallion() {
    let Some(environment) = python_peers() else {
        return;
    };
    let theirs = Theirs::medallion(&environment);
    let url = format!("http://127.0.0.1:{}/taxii2/", theirs.port);
    let path = format!("/api/collections/{COLLECTION}/objects/");
    exchange_with(&theirs, &environment, &url, &path, true);
}

#[test]
fn a_node_exchanges_with_opentaxii() {
    let Some(environment) = python_peers() else {
        return;
    };
    let (theirs, root) = Theirs::opentaxii(&environment);
    let url = format!("http://127.0.0.1:{}/taxii2/", theirs.port);
    let path = format!("/taxii2/{root}/collections/exchange/objects/");
    exchange_with(&theirs, &environment, &url, &path, false);
}

#[test]
fn a_peer_is_changed_without_losing_where_it_is() {
    let (centre, agency) = (Node::new(), Node::new());
    let token = centre.add_member("Agency");
    agency.ask(&["organisation", "add", "Centre"]).ended(0);
    let serving = Serving::start(centre.dir());
    let url = format!("{}/taxii2/", serving.url);
    let add = ["peer", "add", "centre", "--organisation", "Centre"];
    let more = ["--url", &url, "--direction", "pull", "--type", "indicator"];
    agency.ask_as(&token, &[&add[..], &more].concat()).ended(0);
    centre.import(&numbered(0..5));
    centre.release("Agency", &ids(0..5));
    let moved_by_sync = || {
        let reports = agency.ask(&["peer", "sync", "centre"]).ended(0).json();
        reports[0]["moved"].clone()
    };
    let set =
        |more: &[&str]| agency.ask_as("another", &[&["peer", "set", "centre"], more].concat());
    assert_eq!(moved_by_sync(), 5);
    let before = agency.peer("centre")["cursors"].clone();
    // A token in the environment is another server's, maybe.
    let changed = set(&["--interval", "7", "--page", "3"]).ended(0).json();
    let expected = json!({"changed": ["interval_secs", "page_objects"], "begins_anew": []});
    assert_eq!(changed, expected);
    let peer = agency.peer("centre");
    assert_eq!(peer["cursors"], before);
    assert_eq!(
        (&peer["summary"]["interval_secs"], &peer["summary"]["types"]),
        (&json!(7), &json!(["indicator"]))
    );
    moved_by_sync();
    let changed = set(&["--clear", "type"]).ended(0).json();
    assert_eq!(changed["begins_anew"], json!(["pull", "push"]));
    assert_eq!(agency.peer("centre")["cursors"], json!([]));
    assert_eq!(moved_by_sync(), 0);
    assert_eq!(
        agency.peer("centre")["cursors"][0]["position"],
        before[0]["position"]
    );
    // Its token goes to no other server.
    let refused = set(&["--url", "https://elsewhere.example/"]).ended(2);
    assert!(
        refused.stderr.contains("another server"),
        "{}",
        refused.stderr
    );
    for wrong in [
        &["--user", "x", "--clear", "user"][..],
        &["--interval", "0"],
        &["--clear", "url"],
    ] {
        set(wrong).ended(2);
    }
    // A credential is replaced where it is given.
    let file = agency.dir().join("token");
    std::fs::write(&file, "wrong\n").unwrap();
    let secret = ["--secret-file", file.to_str().unwrap()];
    assert_eq!(set(&secret).ended(0).json()["changed"], json!(["secret"]));
    agency.ask(&["peer", "sync", "centre"]).ended(2);
    std::fs::write(&file, &token).unwrap();
    set(&secret).ended(0);
    moved_by_sync();
}
