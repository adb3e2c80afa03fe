//! How fast a node takes in and gives out over TAXII 2.1, beside `OpenTAXII` and `medallion` in the same run.
//!
//! The servers are processes of their own on this machine; one client with one connection sends envelopes of 500
//! indicators and reads pages of 500, the same bytes to each. Figures are given by wall clock and by CPU second of the
//! server. `NOROSHI_PYTHON_PEERS` names a virtual environment with `opentaxii`, `medallion` and `gunicorn`;
//! `NOROSHI_BENCH_OBJECTS` (10,000) is how many objects, `NOROSHI_BENCH_PARTNERS` (0) how many partners poll a node at
//! once, `NOROSHI_BENCH_WRITERS` (1) how many clients write to ours.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench tells and fails as it likes"
)]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::access::{Caller, Role};
use app::node::Node;
use app::party::{NewOrganisation, NewPerson};
use app::sharing::ReleaseRequest;
use app::system::{SystemClock, SystemRandom};
use release::party::OrganisationId;
use release::terms::Recipient;
use stix::id::Id;
use stix::marking::Tlp;

const PER_ENVELOPE: u64 = 500;
/// Envelopes made before the clock runs; the rest is made meanwhile.
const READY: u64 = 200;
const TAXII: &str = "application/taxii+json;version=2.1";

fn main() {
    let number = |name: &str, default: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let objects = number("NOROSHI_BENCH_OBJECTS", 10_000);
    let partners = number("NOROSHI_BENCH_PARTNERS", 0);
    let writers = number("NOROSHI_BENCH_WRITERS", 1);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{objects} indicators, {PER_ENVELOPE} in an envelope and a page; load {}",
        load.trim()
    );
    let ours = ours(objects, partners, writers);
    let Some(peers) = std::env::var_os("NOROSHI_PYTHON_PEERS").map(PathBuf::from) else {
        println!("no peers: NOROSHI_PYTHON_PEERS is not set");
        return;
    };
    let few = objects.min(10_000);
    if let Some(theirs) = opentaxii(&peers, few) {
        ours.beside(&theirs, "OpenTAXII");
    }
    if let Some(theirs) = medallion(&peers, few.min(2_000)) {
        ours.beside(&theirs, "medallion (2,000 objects)");
    }
}

/// Objects a second, by wall clock and by CPU second of the server.
#[derive(Debug, Clone, Copy)]
struct Rate {
    wall: f64,
    cpu: f64,
}

#[derive(Debug)]
struct Rates {
    write: Rate,
    read: Rate,
}

impl Rates {
    fn beside(&self, other: &Self, name: &str) {
        for (what, ours, theirs) in [
            ("write", self.write, other.write),
            ("read", self.read, other.read),
        ] {
            println!(
                "{what} × {name}: {:.1} by wall clock, {:.1} by CPU second",
                ours.wall / theirs.wall,
                ours.cpu / theirs.cpu
            );
        }
    }
}

/// A server in a process of its own, ended when it is dropped.
struct Server {
    child: Child,
    base: String,
    authorization: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("pkill")
            .args(["-P", &self.child.id().to_string()])
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// CPU seconds of the process and its children so far.
    fn cpu(&self) -> f64 {
        let own = self.child.id().to_string();
        let output = Command::new("pgrep").args(["-P", &own]).output();
        let children = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let mut ticks = 0;
        for process in children.unwrap_or_default().lines().chain([own.as_str()]) {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let fields: Vec<&str> = stat
                .rsplit(')')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            for at in [11, 12] {
                ticks += fields
                    .get(at)
                    .and_then(|text| text.parse::<u64>().ok())
                    .unwrap_or_default();
            }
        }
        ticks as f64 / 100.0
    }

    /// Peak memory of the process, in MiB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let line = status.unwrap_or_default();
        let line = line
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or_default()
            .to_owned();
        line.split_whitespace()
            .nth(1)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or_default()
            / 1024
    }

    fn wait(&self, path: &str) {
        for _ in 0..300 {
            let asked = agent()
                .get(format!("{}{path}", self.base))
                .header("accept", TAXII)
                .call();
            if asked.is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server at {} does not answer", self.base);
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(10)))
        .build();
    config.into()
}

fn envelope(first: u64) -> String {
    let mut text = String::from("{\"objects\":[");
    for number in first..first + PER_ENVELOPE {
        let address = std::net::Ipv4Addr::from(u32::try_from(0x0b00_0000 + number).unwrap());
        let comma = if number > first { "," } else { "" };
        let id = uuid::Uuid::from_u128(
            0x4000_8000_0000_0000_0000 | (u128::from(spread(number)) << 80) | u128::from(number),
        );
        let id = uuid::Builder::from_bytes(id.into_bytes())
            .with_version(uuid::Version::Random)
            .with_variant(uuid::Variant::RFC4122)
            .into_uuid();
        write!(
            text,
            "{comma}{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--{id}\",\
             \"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\
             \"name\":\"address {number}\",\"description\":\"seen as a command and control server of a botnet of routers\",\
             \"indicator_types\":[\"malicious-activity\"],\"pattern\":\"[ipv4-addr:value = '{address}']\",\
             \"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\
             \"object_marking_refs\":[\"{}\"]}}",
            Tlp::Green.id_text()
        )
        .unwrap();
    }
    text.push_str("]}");
    text
}

/// Identifiers come in no order.
fn spread(number: u64) -> u32 {
    u32::try_from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).unwrap()
}

fn ids(objects: u64) -> impl Iterator<Item = Id> {
    (0..objects / PER_ENVELOPE).flat_map(|number| {
        let text = envelope(number * PER_ENVELOPE);
        let ids: Vec<Id> = text
            .split("\"id\":\"")
            .skip(1)
            .filter_map(|rest| Id::parse(rest.split('"').next()?).ok())
            .collect();
        ids
    })
}

fn write(server: &Server, collection: &str, objects: u64, writers: u64) -> Rate {
    // Making the text is the client's work, not the server's.
    let ready: Vec<String> = (0..(objects / PER_ENVELOPE).min(READY))
        .map(|number| envelope(number * PER_ENVELOPE))
        .collect();
    let (begun, cpu) = (Instant::now(), server.cpu());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                let agent = agent();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number * PER_ENVELOPE >= objects {
                        return;
                    }
                    let made = usize::try_from(number).ok().and_then(|at| ready.get(at));
                    let text: Cow<'_, str> = made.map_or_else(
                        || Cow::Owned(envelope(number * PER_ENVELOPE)),
                        |text| Cow::Borrowed(text.as_str()),
                    );
                    let mut answer = agent
                        .post(format!("{}{collection}objects/", server.base))
                        .header("accept", TAXII)
                        .header("content-type", TAXII)
                        .header("authorization", &server.authorization)
                        .send(&*text)
                        .unwrap();
                    let body = answer.body_mut().read_to_string().unwrap();
                    assert_eq!(answer.status(), 202, "{body}");
                    assert!(
                        body.contains("\"failure_count\":0")
                            || body.contains("\"failure_count\": 0"),
                        "{body}"
                    );
                }
            });
        }
    });
    rate(server, objects, begun, cpu, "write")
}

fn read(server: &Server, collection: &str, objects: u64, what: &str) -> Rate {
    let (begun, cpu) = (Instant::now(), server.cpu());
    let pages = walk(server, collection, objects);
    latencies(pages);
    rate(server, objects, begun, cpu, what)
}

/// How long pages take, of at least 2,000 of them.
fn latency(server: &Server, collection: &str, objects: u64) {
    let mut pages = Vec::new();
    while pages.len() < 2_000 {
        pages.extend(walk(server, collection, objects));
    }
    latencies(pages);
}

fn latencies(mut pages: Vec<Duration>) {
    pages.sort();
    let at = |part: usize| pages[(pages.len() - 1) * part / 100];
    println!(
        "  pages: {} in all, median {:?}, p99 {:?}",
        pages.len(),
        at(50),
        at(99)
    );
}

/// Reads a collection to its end; how long each page took.
fn walk(server: &Server, collection: &str, objects: u64) -> Vec<Duration> {
    let agent = agent();
    let mut next: Option<String> = None;
    let (mut found, mut pages) = (0, Vec::new());
    loop {
        let query = next
            .as_ref()
            .map(|next| format!("&next={next}"))
            .unwrap_or_default();
        let asked = Instant::now();
        let mut answer = agent
            .get(format!(
                "{}{collection}objects/?limit={PER_ENVELOPE}{query}",
                server.base
            ))
            .header("accept", TAXII)
            // OpenTAXII and medallion do not compress.
            .header("accept-encoding", "identity")
            .header("authorization", &server.authorization)
            .call()
            .unwrap();
        let body = answer
            .body_mut()
            .with_config()
            .limit(100_000_000)
            .read_to_string()
            .unwrap();
        pages.push(asked.elapsed());
        assert_eq!(answer.status(), 200, "{body}");
        found += u64::try_from(
            body.matches("\"type\":\"indicator\"").count()
                + body.matches("\"type\": \"indicator\"").count(),
        )
        .unwrap();
        next = ["\"next\":\"", "\"next\": \""]
            .iter()
            .find_map(|mark| Some(body.split_once(mark)?.1.split_once('"')?.0.to_owned()));
        if next.is_none() {
            break;
        }
    }
    assert_eq!(found, objects, "each object is read once");
    pages
}

fn rate(server: &Server, objects: u64, begun: Instant, cpu: f64, what: &str) -> Rate {
    let rate = Rate {
        wall: objects as f64 / begun.elapsed().as_secs_f64(),
        cpu: objects as f64 / (server.cpu() - cpu).max(0.01),
    };
    println!(
        "  {what}: {:.0} objects/s, {:.0} for each CPU second",
        rate.wall, rate.cpu
    );
    rate
}

fn port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Our node with a carrier, and as many partners as asked for.
struct Prepared {
    node: Node,
    admin: Caller,
    carrier: OrganisationId,
    token: String,
    partners: Vec<String>,
}

fn prepare(dir: &Path, partners: u64) -> Prepared {
    let node = Node::open(dir, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
    let named = |name: &str| NewOrganisation {
        name: name.to_owned(),
        sector: None,
        country: None,
        id: None,
    };
    node.set_up(&named("Centre"), "admin", "Admin").unwrap();
    let admin = node.local_caller().unwrap();
    let service = |name: &str| {
        let organisation = node.add_organisation(&admin, &named(name)).unwrap().id;
        let person = NewPerson {
            login: name.to_owned(),
            name: name.to_owned(),
            organisation,
            role: Role::Service,
        };
        node.add_person(&admin, &person).unwrap();
        (
            organisation,
            node.create_token(&admin, name, "bench", None).unwrap(),
        )
    };
    let (carrier, token) = service("carrier");
    let partners = (0..partners)
        .map(|number| service(&format!("partner-{number}")).1)
        .collect();
    Prepared {
        node,
        admin,
        carrier,
        token,
        partners,
    }
}

fn ours(objects: u64, partners: u64, writers: u64) -> Rates {
    println!("noroshi");
    let dir = tempfile::tempdir().unwrap();
    let prepared = prepare(dir.path(), partners);
    let port = port();
    let child = Command::new(env!("CARGO_BIN_EXE_noroshi"))
        .arg("serve")
        .arg("--dir")
        .arg(dir.path())
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server {
        child,
        base: format!("http://127.0.0.1:{port}"),
        authorization: format!("Bearer {}", prepared.token),
    };
    server.wait("/api/v1/health");
    let collection = |id: uuid::Uuid| format!("/{}/collections/{id}/", app::exchange::ROOT);
    let written = write(&server, &collection(app::exchange::INBOX), objects, writers);
    let begun = Instant::now();
    let all: Vec<Id> = ids(objects).collect();
    let mut recipients = vec![Recipient::Organisation(prepared.carrier)];
    if partners > 0 {
        recipients.push(Recipient::Public);
    }
    for part in all.chunks(20_000) {
        let request = ReleaseRequest {
            objects: part.to_vec(),
            with_references: false,
            recipients: recipients.clone(),
            ceiling: Tlp::Green,
            cuts: Vec::new(),
            from: None,
            until: None,
            reason: "bench".to_owned(),
        };
        prepared.node.confirm(&prepared.admin, &request).unwrap();
    }
    println!("  released in {:.1} s", begun.elapsed().as_secs_f64());
    let releases = collection(app::exchange::RELEASES);
    read(
        &server,
        &releases,
        objects,
        "read for the first time, the feed is made",
    );
    let again = read(&server, &releases, objects, "read");
    latency(&server, &releases, objects);
    if partners > 0 {
        poll(&server, &releases, &prepared.partners);
    }
    println!("  peak memory of the node: {} MiB", server.peak());
    Rates {
        write: written,
        read: again,
    }
}

/// All partners poll at once, in a few connections.
fn poll(server: &Server, collection: &str, tokens: &[String]) {
    let (begun, cpu) = (Instant::now(), server.cpu());
    let next = AtomicU64::new(0);
    let rounds: u64 = 5;
    let count = u64::try_from(tokens.len()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let agent = agent();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count * rounds {
                        return;
                    }
                    let token = &tokens[usize::try_from(number % count).unwrap()];
                    let answer = agent
                        .get(format!("{}{collection}objects/?limit=100", server.base))
                        .header("accept", TAXII)
                        .header("authorization", format!("Bearer {token}"))
                        .call()
                        .unwrap();
                    assert_eq!(answer.status(), 200);
                }
            });
        }
    });
    println!(
        "  {count} partners polled {rounds} times each: {:.0} polls/s, {:.0} for each CPU second, no error",
        (count * rounds) as f64 / begun.elapsed().as_secs_f64(),
        (count * rounds) as f64 / (server.cpu() - cpu)
    );
}

fn opentaxii(peers: &Path, objects: u64) -> Option<Rates> {
    println!("OpenTAXII (SQLite, one worker of gunicorn, Basic)");
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().display();
    let port = port();
    let config = format!(
        "---\ndomain: localhost:{port}\nsupport_basic_auth: yes\nreturn_server_error_details: no\n\
         auth_api:\n  class: opentaxii.auth.sqldb.SQLDatabaseAPI\n  parameters:\n    db_connection: sqlite:///{at}/auth.db\n    create_tables: yes\n    secret: bench\n    token_ttl_secs: 3600\n\
         taxii1: null\ntaxii2:\n  persistence_api:\n    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI\n    parameters:\n      db_connection: sqlite:///{at}/data.db\n      create_tables: yes\n  title: bench\n  public_discovery: true\n  max_content_length: 209715200\n\
         logging:\n  opentaxii: error\n  root: error\n"
    );
    std::fs::write(dir.path().join("conf.yml"), config).unwrap();
    let run = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(peers.join("bin").join(name));
        command
            .args(arguments)
            .env("OPENTAXII_CONFIG", dir.path().join("conf.yml"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let root = "00000000-0000-4000-8000-000000000001";
    for (name, arguments) in [
        (
            "opentaxii-add-api-root",
            vec!["-t", "root", "--default", "-i", root],
        ),
        (
            "opentaxii-add-collection",
            vec![
                "-r",
                root,
                "-t",
                "c",
                "-a",
                "c",
                "--public",
                "--public-write",
            ],
        ),
        (
            "opentaxii-create-account",
            vec!["-u", "bench", "-p", "bench", "-a"],
        ),
    ] {
        if !run(name, &arguments)
            .status()
            .is_ok_and(|status| status.success())
        {
            println!("  {name} failed");
            return None;
        }
    }
    let child = run(
        "gunicorn",
        &[
            "-w",
            "1",
            "-b",
            &format!("127.0.0.1:{port}"),
            "opentaxii.http:app",
        ],
    )
    .spawn()
    .unwrap();
    let server = Server {
        child,
        base: format!("http://127.0.0.1:{port}"),
        authorization: "Basic YmVuY2g6YmVuY2g=".to_owned(),
    };
    server.wait("/taxii2/");
    let collection = format!("/taxii2/{root}/collections/c/");
    Some(Rates {
        write: write(&server, &collection, objects, 1),
        read: read(&server, &collection, objects, "read"),
    })
}

fn medallion(peers: &Path, objects: u64) -> Option<Rates> {
    println!("medallion (memory)");
    let dir = tempfile::tempdir().unwrap();
    let port = port();
    let id = "00000000-0000-4000-8000-000000000002";
    let collection = serde_json::json!({
        "id": id, "title": "c", "can_read": true, "can_write": true,
        "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": [],
    });
    let data = serde_json::json!({
        "/discovery": { "title": "bench", "default": "/api/", "api_roots": ["/api/"] },
        "api": {
            "information": { "title": "api", "versions": [TAXII], "max_content_length": 104_857_600 },
            "status": [],
            "collections": [collection],
        },
    });
    std::fs::write(dir.path().join("data.json"), data.to_string()).unwrap();
    let config = serde_json::json!({
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": dir.path().join("data.json"),
        },
        "users": { "bench": "bench" },
        "taxii": { "max_page_size": 500 },
    });
    std::fs::write(dir.path().join("conf.json"), config.to_string()).unwrap();
    let child = Command::new(peers.join("bin/medallion"))
        .args(["--port", &port.to_string(), "--log-level", "CRITICAL"])
        .arg(dir.path().join("conf.json"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let server = Server {
        child,
        base: format!("http://127.0.0.1:{port}"),
        authorization: "Basic YmVuY2g6YmVuY2g=".to_owned(),
    };
    server.wait("/taxii2/");
    let collection = format!("/api/collections/{id}/");
    Some(Rates {
        write: write(&server, &collection, objects, 1),
        read: read(&server, &collection, objects, "read"),
    })
}
