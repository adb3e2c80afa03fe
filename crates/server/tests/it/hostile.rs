//! Peers that mean harm, over real sockets: each is refused or let go, and others are served on.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use app::quota::Allowance;
use server::connection::{ConnectionLimits, Connections};
use tokio::runtime::Runtime;

use crate::{Site, site};

/// Limits that a test need not wait for.
pub(crate) const QUICK: ConnectionLimits = ConnectionLimits {
    head: Duration::from_millis(400),
    handshake: Duration::from_millis(400),
    ..ConnectionLimits::STANDARD
};

pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

pub(crate) fn listen(site: &Site, connections: Connections) -> Listening {
    let runtime = Runtime::new().unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    let serving = server::serve_connections(
        listener,
        site.router.clone(),
        connections,
        std::future::pending(),
    );
    runtime.spawn(serving);
    Listening {
        address,
        _runtime: runtime,
    }
}

fn plain(site: &Site, limits: ConnectionLimits) -> Listening {
    listen(site, Connections { limits, tls: None })
}

impl Listening {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        // No test waits for ever for a server that does not let go.
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        stream
    }

    /// Sends, and reads until the server has closed the connection.
    fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may close it before all has been sent.
        let _ = stream.write_all(bytes);
        rest(&mut stream)
    }

    fn is_alive(&self) -> bool {
        self.exchange(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200")
    }
}

/// What is left until the end; a reset is an end too.
fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut buffer = [0; 8_192];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => read.extend_from_slice(&buffer[..count]),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
                break;
            }
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn get(path: &str, token: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n{more}\r\n").into_bytes()
}

fn post(token: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("POST {INBOX} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/taxii+json;version=2.1\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes()
}

const INBOX: &str = "/taxii2/noroshi/collections/inbox/objects/";

/// An error message of TAXII with this status.
#[track_caller]
fn assert_refused(answer: &str, status: u16) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("content-type: application/taxii+json;version=2.1"),
        "{head}"
    );
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["http_status"], status.to_string());
}

#[test]
fn heads_that_trickle_are_let_go() {
    let site = site();
    let server = plain(&site, QUICK);
    let mut streams: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for (number, stream) in streams.iter_mut().enumerate() {
        // Some say nothing at all.
        let part = &b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "[..(number % 5) * 8];
        stream.write_all(part).unwrap();
    }
    assert!(server.is_alive());
    for mut stream in streams {
        assert!(!rest(&mut stream).contains(" 200 "));
    }
}

#[test]
fn a_body_that_trickles_is_answered_408() {
    let site = site();
    let token = site.partner("slow");
    let server = plain(&site, QUICK);
    let pause = post(&token, "Content-Length: 1000\r\n", "{");
    assert_refused(&server.exchange(&pause), 408);
    // A byte now and then does not help: there is a limit for the whole.
    let mut stream = server.connect();
    stream.write_all(&pause).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let trickle = std::thread::spawn(move || {
        // Ends when the server lets go, at the latest when the body would be complete.
        for _ in 0..999 {
            std::thread::sleep(Duration::from_millis(30));
            if writer.write_all(b" ").is_err() {
                break;
            }
        }
    });
    assert_refused(&rest(&mut stream), 408);
    drop(stream);
    trickle.join().unwrap();
    // Nobody without a name gets as far as a body.
    let nobody = post("wrong", "Content-Length: 1000\r\n", "{");
    assert_refused(&server.exchange(&nobody), 401);
}

#[test]
fn one_address_has_its_share_of_connections() {
    let site = site();
    let limits = ConnectionLimits {
        of_this_machine: 3,
        head: Duration::from_secs(30),
        ..ConnectionLimits::STANDARD
    };
    let server = plain(&site, limits);
    let mut held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    // Until the server has taken all three in, each is asked for something.
    for stream in &mut held {
        stream
            .write_all(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    assert_eq!(server.exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    drop(held);
    while !server.is_alive() {
        std::thread::yield_now();
    }
}

#[test]
fn heads_beyond_the_limits_are_refused() {
    let site = site();
    let token = site.partner("partner");
    let server = plain(&site, QUICK);
    let headers = "X-Many: 1\r\n".repeat(200);
    let long_header = format!("X-Long: {}\r\n", "a".repeat(200_000));
    let long_path = format!("/taxii2/{}/", "a".repeat(60_000));
    let longest_path = format!("/taxii2/{}/", "a".repeat(300_000));
    for (request, statuses) in [
        (get("/taxii2/", &token, &headers), &["431"][..]),
        (get("/taxii2/", &token, &long_header), &["431"]),
        (get(&longest_path, &token, ""), &["414", "431"]),
        (b"NONSENSE\r\n\r\n".to_vec(), &["400"]),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc".to_vec(), &["303", "400"]),
    ] {
        let answer = server.exchange(&request);
        let status = answer.get(9..12).unwrap_or_default();
        assert!(statuses.contains(&status), "{answer}");
    }
    assert_refused(&server.exchange(&get(&long_path, &token, "")), 404);
    assert!(server.is_alive());
}

#[test]
fn hostile_queries_are_refused() {
    let site = site();
    let token = site.partner("partner");
    let server = plain(&site, QUICK);
    let releases = "/taxii2/noroshi/collections/releases/objects/";
    let ids = vec!["indicator--00000000-0000-4000-8000-00000000000a"; 10_000].join(",");
    for (query, status) in [
        (format!("match[id]={}", ids.get(..60_000).unwrap()), 400),
        (format!("match[type]={}", vec!["a"; 10_000].join(",")), 400),
        (vec!["match[type]=a"; 4_000].join("&"), 400),
        ("match[version]=all,all".to_owned(), 400),
    ] {
        let request = get(&format!("{releases}?{query}"), &token, "");
        assert_refused(&server.exchange(&request), status);
    }
    // What the standard does not know is passed over, ten thousand times too.
    let unknown = get(
        &format!("{releases}?{}", vec!["a=1"; 10_000].join("&")),
        &token,
        "",
    );
    assert!(server.exchange(&unknown).starts_with("HTTP/1.1 200"));
    assert!(
        server
            .exchange(&get(
                &format!("{releases}?{}", "a".repeat(65_000)),
                &token,
                ""
            ))
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let site = site();
    let token = site.partner("partner");
    let server = plain(&site, QUICK);
    let mut requests = Vec::new();
    for number in 0..300 {
        let path = if number % 2 == 0 {
            "/taxii2/"
        } else {
            "/taxii2/nowhere/"
        };
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
        requests.extend_from_slice(request.as_bytes());
    }
    requests.extend_from_slice(&get("/taxii2/", &token, ""));
    let answers = server.exchange(&requests);
    let statuses: Vec<&str> = answers
        .match_indices("HTTP/1.1 ")
        .filter_map(|(at, _)| answers.get(at + 9..at + 12))
        .collect();
    assert_eq!(statuses.len(), 301);
    for (number, status) in statuses.iter().enumerate() {
        assert_eq!(*status, if number % 2 == 0 { "200" } else { "404" });
    }
}

#[test]
fn bodies_that_break_off_or_lie_are_refused() {
    let site = site();
    let token = site.partner("partner");
    let server = plain(&site, QUICK);
    assert_refused(
        &server.exchange(&post(&token, "Content-Length: 99999999\r\n", "")),
        413,
    );
    assert_refused(
        &server.exchange(&post(
            &token,
            "Transfer-Encoding: chunked\r\n",
            "zz\r\nabc\r\n",
        )),
        400,
    );
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000)).repeat(32);
    assert_refused(
        &server.exchange(&post(&token, "Transfer-Encoding: chunked\r\n", &chunk)),
        413,
    );
    // Broken off: there is nobody to answer to, and nothing is taken in.
    let mut stream = server.connect();
    stream
        .write_all(&post(&token, "Content-Length: 1000\r\n", "{\"objects\":["))
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = rest(&mut stream);
    assert!(server.is_alive());
}

#[test]
fn who_asks_too_often_is_told_when_to_come_again() {
    let site = site();
    site.node.allow(Allowance {
        requests_per_minute: 20,
        objects_per_hour: 5,
        mebibytes_per_day: 1,
        unknown_per_minute: 3,
    });
    let (one, other) = (site.partner("one"), site.partner("other"));
    let server = plain(&site, QUICK);
    let from = |address: &str| format!("X-Forwarded-For: 203.0.113.9, {address}\r\n");
    for (address, token) in [("192.0.2.1", "wrong"), ("192.0.2.2", "")] {
        let header = from(address);
        for _ in 0..3 {
            assert_refused(&server.exchange(&get("/taxii2/", token, &header)), 401);
        }
        let refused = server.exchange(&get("/taxii2/", token, &header));
        assert_refused(&refused, 429);
        assert!(refused.contains("retry-after: "), "{refused}");
        // Credentials from there still work.
        assert!(
            server
                .exchange(&get("/taxii2/", &one, &header))
                .starts_with("HTTP/1.1 200")
        );
    }
    // What the asker itself puts into the header counts for nothing.
    assert_refused(
        &server.exchange(&get("/taxii2/", "wrong", &from("192.0.2.1"))),
        429,
    );
    assert_refused(
        &server.exchange(&get("/taxii2/", "wrong", &from("192.0.2.3"))),
        401,
    );
    // Guesses of a password are refused before one is hashed.
    let guess = "GET /taxii2/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46Z3Vlc3M=\r\nConnection: close\r\n";
    for _ in 0..3 {
        let answer = server.exchange(format!("{guess}{}\r\n", from("192.0.2.4")).as_bytes());
        assert_refused(&answer, 401);
    }
    let answer = server.exchange(format!("{guess}{}\r\n", from("192.0.2.4")).as_bytes());
    assert_refused(&answer, 429);

    let body = format!("{{\"objects\":[{}1]}}", "1,".repeat(5));
    let sent = |token: &str, body: &str| {
        let length = format!("Content-Length: {}\r\n", body.len());
        server.exchange(&post(token, &length, body))
    };
    assert!(sent(&one, &body).starts_with("HTTP/1.1 202"));
    assert_refused(&sent(&one, &body), 429);
    assert!(sent(&other, "{\"objects\":[1]}").starts_with("HTTP/1.1 202"));
    let answers: Vec<String> = (0..25)
        .map(|_| server.exchange(&get("/taxii2/", &one, "")))
        .collect();
    assert_refused(answers.last().unwrap(), 429);
    assert!(
        server
            .exchange(&get("/taxii2/", &other, ""))
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn who_comes_with_a_cookie_has_an_allowance_too() {
    let site = site();
    site.node.allow(Allowance {
        requests_per_minute: 10,
        unknown_per_minute: 3,
        ..Allowance::STANDARD
    });
    let admin = site.node.sign_in_once(&site.once).unwrap();
    let server = plain(&site, QUICK);
    let asked = |session: &str, address: &str| {
        let request = format!(
            "GET /about HTTP/1.1\r\nHost: x\r\nCookie: noroshi_session={session}\r\nConnection: close\r\nX-Forwarded-For: {address}\r\n\r\n"
        );
        let answer = server.exchange(request.as_bytes());
        answer.get(9..12).unwrap().to_owned()
    };
    let statuses = |session: &str, address: &str, count: usize| -> Vec<String> {
        (0..count).map(|_| asked(session, address)).collect()
    };
    // Guessing sessions takes nothing from those with one.
    let guessed = statuses("guess", "192.0.2.1", 4);
    assert_eq!(guessed, ["303", "303", "303", "429"]);
    assert_eq!(asked("guess", "192.0.2.2"), "303");
    let known = statuses(&admin.token, "192.0.2.1", 12);
    assert_eq!(known.first().unwrap(), "200");
    assert_eq!(known.last().unwrap(), "429");
}

#[test]
fn every_refusal_around_the_routes_is_a_message_of_taxii() {
    let site = site();
    let server = plain(&site, QUICK);
    for path in ["/taxii2/", "/taxii2/x/y/z/", "/noroshi/", "/noroshi/x"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_refused(&server.exchange(request.as_bytes()), 401);
        let request = format!("OPTIONS {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_refused(&server.exchange(request.as_bytes()), 401);
    }
}

#[test]
fn one_organisation_takes_its_turns() {
    let site = site();
    let token = Arc::new(site.partner("partner"));
    let server = plain(&site, ConnectionLimits::STANDARD);
    // More bodies than have a turn, none complete: they wait, and are answered once the first have run out of time.
    let mut slow: Vec<TcpStream> = (0..12).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream
            .write_all(&post(&token, "Content-Length: 10\r\n", "{"))
            .unwrap();
    }
    // A page is read meanwhile.
    assert!(
        server
            .exchange(&get("/taxii2/", &token, ""))
            .starts_with("HTTP/1.1 200")
    );
    for mut stream in slow {
        assert_refused(&rest(&mut stream), 408);
    }
}
