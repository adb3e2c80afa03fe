//! The client against the routes, and against servers with quirks, on a loopback port.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use stix::id::Id;
use taxii::backend::BackendError;
use taxii::client::Client;
use taxii::client::batches::BatchSize;
use taxii::client::config::{ClientConfig, Credentials, Secret, Trust};
use taxii::client::error::ClientError;
use taxii::filter::{Filter, PageSize, VersionMatch};
use taxii::limits::OBJECTS_READ_PER_ENVELOPE;
use taxii::message::collection::Collection;
use taxii::message::discovery::ApiRoot;
use taxii::message::status::Progress;
use taxii::routes;

use crate::exchanges::config;
use crate::http::indicator;
use crate::memory::{Memory, Who};

/// A server on a port of its own; it stops with the value.
pub(crate) struct Server {
    pub(crate) origin: String,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub(crate) fn new(app: Router) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            origin,
            _runtime: runtime,
        }
    }

    /// The routes behind an authentication that knows one user.
    fn with_routes(memory: &Arc<Memory>) -> Self {
        let config = routes::Config {
            page_size: PageSize { default: 3, max: 5 },
            max_content_length: 4_000,
            ..config()
        };
        let routes = routes::router(Arc::clone(memory), config);
        let app = Router::new()
            .nest_service("/taxii2", routes)
            .layer(middleware::from_fn(authenticate));
        Self::new(app)
    }

    /// A server that gives these answers one after the other, and the requests that it got.
    fn with_answers(answers: Vec<Response>) -> (Self, Arc<Script>) {
        let script = Arc::new(Script {
            answers: Mutex::new(answers.into_iter().rev().collect()),
            paths: Mutex::default(),
        });
        let app = Router::new().fallback(play).with_state(Arc::clone(&script));
        (Self::new(app), script)
    }

    pub(crate) fn config(&self) -> ClientConfig {
        ClientConfig {
            url: format!("{}/taxii2/", self.origin),
            credentials: Credentials::Basic {
                user: "partner".to_owned(),
                password: Secret::new("pass:word"),
            },
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
            max_body_bytes: 1_000_000,
            page_limit: 0,
            max_pages: 100,
            max_retries: 2,
            max_retry_wait: Duration::from_secs(2),
            user_agent: "noroshi-test/1".to_owned(),
            allow_plain_http: false,
            trusted_origins: Vec::new(),
            trust: Trust::Public,
            identity: None,
        }
    }

    fn client(&self) -> Client {
        Client::new(self.config()).unwrap()
    }

    fn root(&self) -> String {
        format!("{}/taxii2/api/", self.origin)
    }
}

struct Script {
    answers: Mutex<Vec<Response>>,
    paths: Mutex<Vec<String>>,
}

async fn play(State(script): State<Arc<Script>>, request: Request) -> Response {
    script.paths.lock().unwrap().push(request.uri().to_string());
    let answer = script.answers.lock().unwrap().pop();
    answer.unwrap_or_else(|| StatusCode::IM_A_TEAPOT.into_response())
}

async fn authenticate(mut request: Request, next: Next) -> Response {
    let pair = STANDARD.encode("partner:pass:word");
    let given = request
        .headers()
        .get("authorization")
        .map(|value| value.to_str().unwrap());
    if given == Some(&format!("Basic {pair}")) || given == Some("Bearer t0ken") {
        request.extensions_mut().insert(Who("partner"));
    }
    next.run(request).await
}

fn objects(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(indicator).collect()
}

const BATCH: BatchSize = BatchSize {
    objects: 4,
    bytes: 4_000,
};

#[test]
fn everything_sent_comes_back_byte_for_byte() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let client = server.client();
    assert_eq!(client.discovery().unwrap().title, "Test server");
    assert_eq!(client.api_roots().unwrap(), [server.root()]);
    let root = &server.root();
    assert_eq!(client.api_root(root).unwrap().max_content_length, 100_000);
    assert_eq!(client.collections(root).unwrap().len(), 3);
    let main = client.collection(root, "main").unwrap().id;

    let sent = objects(1..12);
    let texts: Vec<&str> = sent.iter().map(String::as_str).collect();
    let batches: Vec<_> = client.add_objects(root, &main, &texts, BATCH).collect();
    let ranges: Vec<_> = batches.iter().map(|batch| batch.range.clone()).collect();
    assert_eq!(ranges, [0..4, 4..8, 8..11]);
    for batch in batches {
        let status = batch.result.unwrap();
        assert_eq!(client.status(root, &status.id).unwrap(), status);
        let status = client.wait(root, status, Duration::from_secs(1)).unwrap();
        assert_eq!(
            (status.status, status.failure_count),
            (Progress::Complete, 0)
        );
    }

    for limit in [0, 1, 4, 100] {
        let filter = Filter::everything(limit);
        let mut pages = client.objects(root, &main, &filter);
        let mut received = Vec::new();
        for page in pages.by_ref() {
            let page = page.unwrap();
            assert!(page.added.first <= page.added.last);
            received.extend(page.objects.iter().map(ToString::to_string));
        }
        assert!(pages.is_complete());
        assert_eq!(received, sent);
        let later = Filter {
            added_after: pages.date_added_last(),
            ..Filter::everything(0)
        };
        assert!(
            client
                .objects(root, &main, &later)
                .all(|page| page.unwrap().objects.is_empty())
        );
    }
    let records: Vec<_> = client
        .manifest(root, &main, &Filter::everything(0))
        .flat_map(|page| page.unwrap().records)
        .collect();
    assert_eq!(records.len(), 11);
    assert!(records.is_sorted_by(|a, b| a.date_added < b.date_added));
}

#[test]
fn one_object_its_versions_and_its_end() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let client = server.client();
    let root = &server.root();
    let sent = objects(1..2);
    let newer = sent[0].replace("\"modified\":\"2026-01-01T", "\"modified\":\"2026-02-01T");
    let texts = [sent[0].as_str(), newer.as_str()];
    assert!(
        client
            .add_objects(root, "main", &texts, BATCH)
            .all(|batch| batch.result.is_ok())
    );
    let id = Id::parse("indicator--00000000-0000-4000-8000-000000000001").unwrap();
    let versions = |filter: &Filter| -> Vec<String> {
        let pages = client.versions(root, "main", &id, filter);
        pages.flat_map(|page| page.unwrap().versions).collect()
    };
    let all = Filter {
        versions: vec![VersionMatch::All],
        ..Filter::everything(1)
    };
    assert_eq!(
        versions(&all),
        ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"]
    );
    let first = Filter {
        versions: vec![VersionMatch::First],
        ..Filter::everything(1)
    };
    let page = client
        .object(root, "main", &id, &first)
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(*page.objects[0], *sent[0]);
    client.delete(root, "main", &id, &first).unwrap();
    assert_eq!(versions(&all).len(), 1);
    client.delete(root, "main", &id, &all).unwrap();
    let gone = client.object(root, "main", &id, &all).next().unwrap();
    assert!(matches!(
        gone,
        Err(ClientError::Refused { status: 404, .. })
    ));
}

#[test]
fn batches_keep_to_sizes_and_a_large_object_costs_no_other() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let client = server.client();
    let mut sent = objects(1..8);
    sent.insert(3, indicator(99).replace("[a:b = 1]", &"x".repeat(5_000)));
    let texts: Vec<&str> = sent.iter().map(String::as_str).collect();
    // The server takes 4,000 bytes: what is larger it refuses, and the client halves it.
    for bytes in [4_000, 6_000] {
        let size = BatchSize { objects: 50, bytes };
        let batches: Vec<_> = client
            .add_objects(&server.root(), "main", &texts, size)
            .collect();
        let failed: Vec<_> = batches
            .iter()
            .filter(|batch| batch.result.is_err())
            .collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0].range, 3..4);
        let ends: Vec<_> = batches
            .iter()
            .map(|batch| (batch.range.start, batch.range.end))
            .collect();
        assert!(
            ends.windows(2).all(|pair| pair[0].1 == pair[1].0),
            "{ends:?}"
        );
        assert_eq!((ends[0].0, ends[ends.len() - 1].1), (0, 8));
    }
}

#[test]
fn who_may_not_is_told_and_no_secret_is_printed() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    for (credentials, status) in [
        (Credentials::Nobody, Some(401)),
        (Credentials::Bearer(Secret::new("s3cret")), Some(401)),
        (Credentials::Bearer(Secret::new("t0ken")), None),
    ] {
        let client = Client::new(ClientConfig {
            credentials,
            ..server.config()
        })
        .unwrap();
        let result = client.discovery();
        let printed = format!("{client:?} {result:?}");
        assert!(
            !printed.contains("s3cret") && !printed.contains("t0ken"),
            "{printed}"
        );
        match status {
            None => assert!(result.is_ok()),
            Some(expected) => {
                let error = result.unwrap_err();
                assert!(error.to_string().contains("say who you are"), "{error}");
                assert!(matches!(error, ClientError::Refused { status, .. } if status == expected));
            }
        }
    }
    let printed = format!("{:?}", server.client());
    assert!(
        !printed.contains("pass:word") && !printed.contains(&STANDARD.encode("partner:pass:word"))
    );
}

#[test]
fn busy_servers_are_asked_again_a_few_times() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let busy = |secs| BackendError::TooManyRequests {
        retry_after_secs: secs,
    };
    let fail = |failures: Vec<BackendError>| memory.state.lock().unwrap().failures = failures;
    fail(vec![
        busy(0),
        BackendError::Unavailable {
            retry_after_secs: 1,
        },
    ]);
    assert!(server.client().discovery().is_ok());
    fail(vec![busy(0), busy(0), busy(0)]);
    let error = server.client().discovery().unwrap_err();
    assert!(matches!(
        error,
        ClientError::Refused {
            status: 429,
            retry_after_secs: Some(0),
            ..
        }
    ));
    fail(vec![busy(3_600)]);
    let error = server.client().discovery().unwrap_err();
    assert!(matches!(
        error,
        ClientError::Refused {
            retry_after_secs: Some(3_600),
            ..
        }
    ));
}

#[test]
fn credentials_go_nowhere_else() {
    let (server, script) = Server::with_answers(vec![
        (StatusCode::OK, r#"{"title":"t","default":"http://localhost:1/b/","api_roots":["/a/","http://localhost:1/b/","//c/","https://x.example/d/"]}"#).into_response(),
        (StatusCode::FOUND, [("location", "http://localhost:1/")], "").into_response(),
    ]);
    let client = server.client();
    let own = format!("{}/a/", server.origin);
    let roots = client.api_roots().unwrap();
    assert_eq!(
        roots,
        [
            "http://localhost:1/b/",
            own.as_str(),
            "https://x.example/d/"
        ]
    );
    for other in ["http://localhost:1/b/", "https://x.example/d/", "nonsense"] {
        assert!(matches!(
            client.collections(other),
            Err(ClientError::OtherOrigin { .. })
        ));
    }
    assert!(matches!(
        client.collections(&own),
        Err(ClientError::OtherOrigin { .. })
    ));
    assert_eq!(
        *script.paths.lock().unwrap(),
        ["/taxii2/", "/a/collections/"]
    );

    let config = |url: &str| ClientConfig {
        url: url.to_owned(),
        ..server.config()
    };
    assert!(matches!(
        Client::new(config("http://taxii.example.org/")),
        Err(ClientError::PlainHttp { .. })
    ));
    for url in [
        "taxii.example.org",
        "https://u:p@taxii.example.org/",
        "https://a/?b=c",
        "ftp://a/",
    ] {
        assert!(
            matches!(Client::new(config(url)), Err(ClientError::Configuration(_))),
            "{url}"
        );
    }
    let insecure = ClientConfig {
        allow_plain_http: true,
        ..config("http://taxii.example.org/")
    };
    assert!(Client::new(insecure).is_ok());
    for pem in ["", "-----BEGIN CERTIFICATE-----\nAA"] {
        let trust = Trust::Pem(pem.into());
        assert!(
            Client::new(ClientConfig {
                trust,
                ..server.config()
            })
            .is_err()
        );
    }
}

fn page(last: &str, body: &str) -> Response {
    let last = [("x-taxii-date-added-last", last.to_owned())];
    (StatusCode::OK, last, body.to_owned()).into_response()
}

#[test]
fn pages_are_followed_as_servers_give_them() {
    let moment = |second: u32| format!("2026-01-01T00:00:{second:02}.000000Z");
    let (server, script) = Server::with_answers(vec![
        // No `next`: by time. A number as `next`. An empty page that announces more, twice.
        page(&moment(1), r#"{"more":true,"objects":[{"a":1.0}]}"#),
        page(&moment(2), r#"{"more":true,"next":7,"objects":[{"b":2}]}"#),
        page(&moment(2), r#"{"more":true,"next":"7"}"#),
        page(&moment(2), r#"{"more":true,"next":"7","objects":[]}"#),
    ]);
    let client = server.client();
    let filter = Filter {
        types: Some(vec!["a".to_owned()]),
        ..Filter::everything(1)
    };
    let mut pages = client.objects(&server.root(), "x y", &filter);
    let objects: Vec<_> = pages
        .by_ref()
        .flat_map(|page| page.unwrap().objects)
        .collect();
    assert_eq!(
        objects.iter().map(|text| &**text).collect::<Vec<_>>(),
        [r#"{"a":1.0}"#, r#"{"b":2}"#]
    );
    assert_eq!(
        pages.date_added_last(),
        Some(moment(2).parse::<Timestamp>().unwrap())
    );
    let path = "/taxii2/api/collections/x%20y/objects/";
    let after = "added_after=2026-01-01T00:00:01.000000Z&";
    assert_eq!(
        *script.paths.lock().unwrap(),
        [
            format!("{path}?limit=1&match%5Btype%5D=a"),
            format!("{path}?{after}limit=1&match%5Btype%5D=a"),
            format!("{path}?{after}limit=1&next=7&match%5Btype%5D=a"),
            format!("{path}?{after}limit=1&next=7&match%5Btype%5D=a"),
        ]
    );
}

#[test]
fn walks_end_and_can_go_on() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let sent = objects(1..8);
    let texts: Vec<&str> = sent.iter().map(String::as_str).collect();
    let client = Client::new(ClientConfig {
        max_pages: 2,
        ..server.config()
    })
    .unwrap();
    let root = &server.root();
    assert!(
        client
            .add_objects(root, "main", &texts, BATCH)
            .all(|batch| batch.result.is_ok())
    );
    let mut filter = Filter::everything(0);
    let mut seen = Vec::new();
    for walk in 0..2 {
        let mut pages = client.objects(root, "main", &filter);
        seen.extend(pages.by_ref().flat_map(|page| page.unwrap().objects));
        assert_eq!(pages.is_complete(), walk == 1);
        filter = pages.resume().clone();
    }
    assert_eq!(seen.iter().map(|text| &**text).collect::<Vec<_>>(), texts);
    assert_eq!(filter.next, None);
}

#[test]
fn odd_answers_are_errors() {
    let stuck = page("2026-01-01T00:00:00Z", r#"{"more":true,"objects":[1]}"#);
    let ok = |body: &str| (StatusCode::OK, body.to_owned()).into_response();
    let (server, _) = Server::with_answers(vec![
        ok("<html>"),
        ok("[]"),
        (StatusCode::OK, vec![b'"', 0xff, b'"']).into_response(),
        ok(&" ".repeat(1_000_001)),
        (StatusCode::BAD_GATEWAY, "<h1>bad\x1b[31m\ngateway</h1>").into_response(),
        stuck,
        ok(r#"{"more":true,"objects":[1]}"#),
    ]);
    let client = server.client();
    let root = server.root();
    let first = || {
        client
            .objects(&root, "main", &Filter::everything(0))
            .next()
            .unwrap()
    };
    for _ in 0..3 {
        assert!(matches!(first(), Err(ClientError::NotTaxii { .. })));
    }
    assert!(matches!(
        first(),
        Err(ClientError::TooLarge {
            max_bytes: 1_000_000,
            ..
        })
    ));
    let error = first().unwrap_err().to_string();
    assert!(error.contains("502") && !error.contains('\x1b'), "{error}");
    assert!(first().is_ok());
    assert!(matches!(first(), Err(ClientError::Stuck { .. })));
    let pending = r#"{"id":"s","status":"pending"}"#;
    let (server, _) = Server::with_answers((0..50).map(|_| ok(pending)).collect());
    let status = serde_json::from_str(pending).unwrap();
    let waited = server
        .client()
        .wait(&server.root(), status, Duration::from_millis(300));
    assert!(matches!(waited, Err(ClientError::StillPending { .. })));
}

#[test]
fn redirects_are_followed_within_the_origin() {
    let to = |status: StatusCode, place: &str| {
        (status, [("location", place.to_owned())], "").into_response()
    };
    let good = || (StatusCode::OK, r#"{"title":"t"}"#).into_response();
    let (server, script) = Server::with_answers(vec![
        to(StatusCode::PERMANENT_REDIRECT, "/moved/"),
        to(StatusCode::FOUND, "there/?a=b"),
        good(),
    ]);
    assert_eq!(server.client().discovery().unwrap().title, "t");
    assert_eq!(
        *script.paths.lock().unwrap(),
        ["/taxii2/", "/moved/", "/moved/there/?a=b"]
    );
    let circle = std::iter::repeat_with(|| to(StatusCode::FOUND, "/taxii2/"));
    *script.answers.lock().unwrap() = circle.take(10).collect();
    assert!(matches!(
        server.client().discovery(),
        Err(ClientError::Refused { status: 302, .. })
    ));
}

#[test]
fn what_a_server_says_is_kept_within_limits_and_without_secrets() {
    let ok = |body: String| (StatusCode::OK, body).into_response();
    let roots = |count: usize| {
        let roots: Vec<String> = (0..count).map(|root| format!(r#""/r{root}/""#)).collect();
        ok(format!(
            r#"{{"title":"t","api_roots":[{}]}}"#,
            roots.join(",")
        ))
    };
    let status = |characters: usize| {
        let id = "x".repeat(characters);
        ok(format!(r#"{{"id":"{id}","status":"complete"}}"#))
    };
    let empties = |count: usize| {
        let objects = "{},".repeat(count);
        ok(format!(
            r#"{{"objects":[{}]}}"#,
            objects.trim_end_matches(',')
        ))
    };
    let pair = STANDARD.encode("partner:pass:word");
    // The end of what is repeated of a refusal lies within the secret.
    let said = |secret: &str| {
        let title = format!("{}{secret} and more", "x".repeat(290));
        (StatusCode::FORBIDDEN, format!(r#"{{"title":"{title}"}}"#)).into_response()
    };
    let (server, _) = Server::with_answers(vec![
        roots(100),
        roots(101),
        status(36),
        status(201),
        status(201),
        empties(OBJECTS_READ_PER_ENVELOPE),
        empties(OBJECTS_READ_PER_ENVELOPE + 1),
        said(&pair),
        said("pass:word"),
    ]);
    let client = Client::new(ClientConfig {
        max_body_bytes: 10_000_000,
        ..server.config()
    })
    .unwrap();
    let root = server.root();
    let filter = Filter::everything(0);
    assert_eq!(client.api_roots().unwrap().len(), 100);
    assert!(matches!(
        client.api_roots(),
        Err(ClientError::NotTaxii { .. })
    ));
    assert_eq!(client.status(&root, "s").unwrap().id.len(), 36);
    assert!(matches!(
        client.status(&root, "s"),
        Err(ClientError::NotTaxii { .. })
    ));
    let size = BatchSize {
        objects: 1,
        bytes: 1_000,
    };
    let sent = client.add_objects(&root, "main", &["{}"], size).next();
    assert!(matches!(
        sent.unwrap().result,
        Err(ClientError::NotTaxii { .. })
    ));
    let page = || client.walk(&root, "main", &filter).next().unwrap();
    assert_eq!(page().unwrap().objects.len(), OBJECTS_READ_PER_ENVELOPE);
    assert!(matches!(page(), Err(ClientError::NotTaxii { .. })));
    for secret in [&pair, "pass:word"] {
        let said = client.discovery().unwrap_err().to_string();
        assert!(said.contains("xx(secret)"), "{said}");
        assert!(!said.contains(secret.split_at(4).0), "{said}");
    }
}

#[test]
fn what_comes_next_is_what_is_sent_and_lengths_have_limits() {
    let memory = Arc::new(Memory::small());
    let server = Server::with_routes(&memory);
    let client = server.client();
    let mut sent = objects(1..8);
    sent.insert(3, indicator(99).replace("[a:b = 1]", &"x".repeat(5_000)));
    let texts: Vec<&str> = sent.iter().map(String::as_str).collect();
    let root = server.root();
    let size = BatchSize {
        objects: 50,
        bytes: 4_000,
    };
    let mut batches = client.add_objects(&root, "main", &texts, size);
    let mut seen = 0;
    loop {
        let coming = batches.coming();
        let Some(batch) = batches.next() else {
            assert!(coming.is_empty());
            break;
        };
        // What is too large is not sent.
        let is_sent = batch.result.is_ok();
        assert_eq!(coming, if is_sent { batch.range.clone() } else { 0..0 });
        seen += batch.range.len();
    }
    assert_eq!(seen, 8);
    for (said, bytes) in [(0, 1 << 20), (1 << 40, 16 << 20), (7, 7)] {
        let root = ApiRoot {
            max_content_length: said,
            ..ApiRoot::default()
        };
        assert_eq!(BatchSize::for_root(&root, 1).bytes, bytes, "{said}");
    }
}

#[test]
fn the_collection_that_is_meant_is_only_one() {
    let discovery = r#"{"title":"t","api_roots":["/a/","/b/"]}"#;
    let a = r#"{"collections":[
        {"id":"1","title":"same","alias":"first","can_read":true,"can_write":false},
        {"id":"2","title":"other","can_read":false,"can_write":true}]}"#;
    let b = r#"{"collections":[{"id":"3","title":"same","can_read":true,"can_write":false}]}"#;
    let find = |names: &[&str], fits: fn(&Collection) -> bool| {
        let answers = [discovery, a, b].map(|body| (StatusCode::OK, body).into_response());
        let (server, _) = Server::with_answers(answers.into());
        let found = server.client().find_collections(names, fits);
        found
            .map(|found| {
                let ids = found.into_iter().map(|(root, one)| {
                    format!("{} {}", root.trim_start_matches(&server.origin), one.id)
                });
                ids.collect::<Vec<_>>()
            })
            .map_err(|error| error.to_string())
    };
    let read = |names: &[&str]| find(names, |one| one.can_read);
    assert_eq!(find(&[], |one| one.can_write).unwrap(), ["/a/ 2"]);
    assert_eq!(
        read(&["3", "first", "other"]).unwrap(),
        ["/b/ 3", "/a/ 1", "/a/ 2"]
    );
    // Two fit, two are called so, none is called so.
    for names in [[].as_slice(), &["same"], &["1", "none"]] {
        let error = read(names).unwrap_err();
        assert!(error.contains("`1` (same), `2` (other)"), "{error}");
    }
}
