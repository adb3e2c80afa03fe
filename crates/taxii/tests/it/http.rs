//! What the routes do with requests of every kind, and the bytes that they refuse with.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Request, Response, StatusCode};
use base::diagnostic::{Diagnostic, Place};
use serde_json::Value;
use taxii::backend::BackendError;
use taxii::media_type::TAXII;
use taxii::routes;

use crate::exchanges::config;
use crate::memory::{Memory, Who};
use tower::ServiceExt as _;

pub(crate) struct Server {
    pub(crate) memory: Arc<Memory>,
    app: Router,
}

impl Server {
    pub(crate) fn new() -> Self {
        let memory = Arc::new(Memory::small());
        let config = routes::Config {
            page_size: taxii::filter::PageSize { default: 3, max: 5 },
            max_content_length: 100_000,
            ..config()
        };
        let routes = routes::router(Arc::clone(&memory), config);
        let app = Router::new().nest_service("/taxii2", routes);
        Self { memory, app }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Bytes> {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Response::from_parts(head, to_bytes(body, usize::MAX).await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Response<Bytes> {
        self.send(request("GET", path, "partner")).await
    }

    pub(crate) async fn post(&self, path: &str, content_type: &str, body: &str) -> Response<Bytes> {
        let mut request = request("POST", path, "partner");
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        headers.insert(CONTENT_LENGTH, body.len().into());
        *request.body_mut() = Body::from(body.to_owned());
        self.send(request).await
    }

    pub(crate) async fn add(&self, numbers: std::ops::Range<u32>) {
        let objects: Vec<String> = numbers.map(indicator).collect();
        let body = format!("{{\"objects\":[{}]}}", objects.join(","));
        let answer = self.post(MAIN, TAXII, &body).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
    }
}

pub(crate) const MAIN: &str = "/taxii2/api/collections/main/objects/";

pub(crate) fn request(method: &str, path: &str, who: &'static str) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(ACCEPT, TAXII)
        .body(Body::empty())
        .unwrap();
    request.extensions_mut().insert(Who(who));
    request
}

/// An indicator with blanks, escapes and digits that a careless server would rewrite.
pub(crate) fn indicator(number: u32) -> String {
    format!(
        r#"{{"type": "indicator","id":"indicator--00000000-0000-4000-8000-{number:012}" , "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","spec_version":"2.1","name":"\u00e9 é \/","pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","x_n":1.0e2}}"#
    )
}

pub(crate) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

pub(crate) fn header<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn refusals_have_these_bytes() {
    let server = Server::new();
    let status = "/taxii2/api/status/00000000-0000-4000-8000-000000000099/";
    let object = format!("{MAIN}indicator--00000000-0000-4000-8000-000000000001/");
    let mut text = String::new();
    let cases: Vec<(&str, String)> = [
        ("GET", "/taxii2/nowhere/"),
        ("GET", "/taxii2/api/nowhere/"),
        ("GET", "/taxii2/api/collections/nowhere/"),
        ("GET", "/taxii2/api/collections/hidden/"),
        ("GET", "/taxii2/api/collections/drop/objects/"),
        ("GET", status),
        ("GET", &object),
        ("DELETE", &object),
        ("DELETE", &object.replace("main", "drop")),
        ("DELETE", &object.replace("main", "shelf")),
        ("DELETE", MAIN),
        ("PUT", MAIN),
        ("POST", "/taxii2/"),
        ("POST", MAIN),
        ("GET", "/taxii2/api/collections/main/objects/?limit=0"),
        (
            "GET",
            "/taxii2/api/collections/main/objects/?limit=3&limit=3",
        ),
        (
            "GET",
            "/taxii2/api/collections/main/objects/?match[version]=all,last",
        ),
        (
            "GET",
            "/taxii2/api/collections/main/objects/?match[version]=last,last",
        ),
        (
            "GET",
            "/taxii2/api/collections/main/objects/?added_after=yesterday",
        ),
        ("GET", "/taxii2/api/collections/main/objects/?match[type]="),
        ("GET", "/taxii2/api/collections/main/objects/?next=abc"),
        ("GET", "/taxii2/api/collections/main/manifest/?limit=%FF"),
    ]
    .map(|(method, path)| (method, path.to_owned()))
    .into();
    for (method, path) in cases {
        let answer = server.send(request(method, &path, "partner")).await;
        describe(&mut text, &format!("{method} {path}"), &answer);
    }
    let accept_json = {
        let mut request = request("GET", "/taxii2/", "partner");
        request
            .headers_mut()
            .insert(ACCEPT, "application/json".parse().unwrap());
        request
    };
    let nobody = Request::get("/taxii2/api/nowhere/")
        .body(Body::empty())
        .unwrap();
    for (name, request) in [
        ("Accept: application/json", accept_json),
        ("nobody", nobody),
    ] {
        describe(&mut text, name, &server.send(request).await);
    }
    for (name, content_type, body) in [
        ("text/plain", "text/plain", "{}"),
        ("STIX 2.0", "application/stix+json;version=2.0", "{}"),
        ("no JSON", TAXII, "{\"objects\":["),
        ("no envelope", TAXII, "[]"),
        ("no objects", TAXII, "{}"),
        ("objects twice", TAXII, "{\"objects\":[1],\"objects\":[2]}"),
        ("too large", TAXII, &" ".repeat(100_001)),
    ] {
        describe(
            &mut text,
            &format!("POST {name}"),
            &server.post(MAIN, content_type, body).await,
        );
    }
    let finding = |number: u32| {
        Diagnostic::error("TEST-01", Place::Whole, format!("finding {number}")).with_help("mend it")
    };
    for failure in [
        BackendError::Internal,
        BackendError::TooLarge,
        BackendError::TooManyRequests {
            retry_after_secs: 7,
        },
        BackendError::Unavailable {
            retry_after_secs: 9,
        },
        BackendError::Unprocessable(vec![finding(1), finding(2), finding(3)]),
        BackendError::Unprocessable(Vec::new()),
    ] {
        let name = format!("backend: {failure}");
        server.memory.state.lock().unwrap().failures.push(failure);
        describe(&mut text, &name, &server.get("/taxii2/api/").await);
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/refusals.txt", &text);
}

fn describe(text: &mut String, name: &str, answer: &Response<Bytes>) {
    assert_eq!(header(answer, "content-type"), TAXII, "{name}");
    assert_eq!(
        header(answer, "content-length"),
        answer.body().len().to_string(),
        "{name}"
    );
    assert_eq!(
        json(answer)["http_status"],
        answer.status().as_str(),
        "{name}"
    );
    writeln!(text, "# {name}\n{}", answer.status()).unwrap();
    for (name, value) in answer.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
    }
    writeln!(text, "{}\n", std::str::from_utf8(answer.body()).unwrap()).unwrap();
}

#[tokio::test]
async fn hidden_and_unknown_are_the_same_bytes() {
    let server = Server::new();
    for below in ["", "manifest/", "objects/", "objects/?next=x"] {
        let hidden = server
            .get(&format!("/taxii2/api/collections/hidden/{below}"))
            .await;
        let nowhere = server
            .get(&format!("/taxii2/api/collections/nowhere/{below}"))
            .await;
        assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
        assert_eq!(hidden.headers(), nowhere.headers());
        assert_eq!(hidden.body(), nowhere.body());
    }
    let insider = server
        .send(request("GET", "/taxii2/api/collections/hidden/", "insider"))
        .await;
    assert_eq!(insider.status(), StatusCode::OK);
    assert_eq!(
        json(&server.get("/taxii2/api/collections/").await)["collections"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn objects_are_sent_byte_for_byte() {
    let server = Server::new();
    server.add(1..3).await;
    let answer = server.get(MAIN).await;
    let text = std::str::from_utf8(answer.body()).unwrap();
    assert_eq!(
        text,
        format!(
            "{{\"objects\":[{},{}],\"more\":false}}",
            indicator(1),
            indicator(2)
        )
    );
}

#[tokio::test]
async fn pages_walk_everything_once() {
    let server = Server::new();
    server.add(1..12).await;
    for (query, sizes) in [
        ("?", vec![3, 3, 3, 2]),
        ("?limit=100&", vec![5, 5, 1]),
        ("?limit=11&", vec![5, 5, 1]),
    ] {
        for kind in ["objects", "manifest"] {
            let mut next = String::new();
            let mut seen = Vec::new();
            let mut found = Vec::new();
            let mut last = String::new();
            loop {
                let path = format!("/taxii2/api/collections/main/{kind}/{query}{next}");
                let answer = server.get(&path).await;
                let page = json(&answer);
                let objects = page["objects"].as_array().unwrap();
                found.push(objects.len());
                seen.extend(objects.iter().map(|object| object["id"].to_string()));
                let first = header(&answer, "x-taxii-date-added-first").to_owned();
                assert!(last < first, "{last} {first}");
                assert_eq!(first.len(), "2026-01-15T09:00:00.000000Z".len());
                header(&answer, "x-taxii-date-added-last").clone_into(&mut last);
                if page["more"] == false {
                    assert!(page.get("next").is_none());
                    break;
                }
                next = format!("next={}", page["next"].as_str().unwrap());
            }
            assert_eq!(found, sizes);
            let mut once = seen.clone();
            once.dedup();
            assert_eq!((once.len(), seen.len()), (11, 11));
        }
    }
}

#[tokio::test]
async fn a_cursor_is_bound_to_its_request() {
    let server = Server::new();
    server.add(1..9).await;
    let page = json(&server.get(&format!("{MAIN}?match[type]=indicator")).await);
    let next = page["next"].as_str().unwrap();
    let ok = server
        .get(&format!(
            "{MAIN}?limit=1&next={next}&match%5Btype%5D=indicator"
        ))
        .await;
    assert_eq!(json(&ok)["objects"].as_array().unwrap().len(), 1);
    for other in [
        format!("{MAIN}?next={next}"),
        format!("{MAIN}?match[type]=malware&next={next}"),
        format!("/taxii2/api/collections/main/manifest/?match[type]=indicator&next={next}"),
    ] {
        assert_eq!(
            server.get(&other).await.status(),
            StatusCode::BAD_REQUEST,
            "{other}"
        );
    }
}

#[tokio::test]
async fn one_bad_object_costs_no_other() {
    let server = Server::new();
    let body = format!(
        "{{\"x_custom\":{{}},\"objects\":[{},{{\"id\":\"indicator--bad\"}},7,{}]}}",
        indicator(1),
        indicator(2)
    );
    let answer = server.post(MAIN, "application/stix+json", &body).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let status = json(&answer);
    assert_eq!(
        (
            status["success_count"].as_u64(),
            status["failure_count"].as_u64()
        ),
        (Some(2), Some(2))
    );
    assert_eq!(status["failures"][0]["id"], "indicator--bad");
    assert!(
        status["failures"][0]["message"]
            .as_str()
            .unwrap()
            .contains("STIX-")
    );
    let path = format!("/taxii2/api/status/{}/", status["id"].as_str().unwrap());
    assert_eq!(json(&server.get(&path).await), status);
    let other = server.send(request("GET", &path, "other")).await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_bundle_and_a_body_without_length_are_taken() {
    let server = Server::new();
    let bundle = format!(
        "{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{}]}}",
        indicator(1)
    );
    let answer = server.post(MAIN, TAXII, &bundle).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let mut long = request("POST", MAIN, "partner");
    long.headers_mut()
        .insert(CONTENT_TYPE, TAXII.parse().unwrap());
    *long.body_mut() = Body::from(" ".repeat(200_000));
    assert_eq!(
        server.send(long).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn slash_at_the_end_head_and_accept_are_lenient() {
    let server = Server::new();
    server.add(1..2).await;
    for path in [
        "/taxii2",
        "/taxii2/",
        "/taxii2/api",
        "/taxii2/api/",
        "/taxii2/api/collections",
        MAIN.trim_end_matches('/'),
    ] {
        let got = server.get(path).await;
        assert_eq!(got.status(), StatusCode::OK, "{path}");
        let head = server.send(request("HEAD", path, "partner")).await;
        assert_eq!(head.headers(), got.headers(), "{path}");
        assert!(head.body().is_empty(), "{path}");
    }
    for (accept, status) in [
        ("*/*", 200),
        ("application/*", 200),
        ("application/taxii+json", 200),
        ("application/taxii+json; version=2.1", 200),
        ("APPLICATION/TAXII+JSON;version=\"2.1\"", 200),
        ("text/html, application/taxii+json;version=2.1;q=0.5", 200),
        ("application/taxii+json;version=2.0", 406),
        ("application/taxii+json;version=2.1;q=0", 406),
        ("application/stix+json;version=2.1", 406),
        ("application/vnd.oasis.taxii+json; version=2.0", 406),
        ("text/html", 406),
    ] {
        let mut request = request("GET", "/taxii2/", "partner");
        request
            .headers_mut()
            .insert(ACCEPT, accept.parse().unwrap());
        assert_eq!(
            server.send(request).await.status().as_u16(),
            status,
            "{accept}"
        );
    }
    let mut without = request("GET", "/taxii2/", "partner");
    without.headers_mut().remove(ACCEPT);
    assert_eq!(server.send(without).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn empty_answers_are_empty_objects() {
    let server = Server::new();
    for below in ["objects/", "manifest/"] {
        let answer = server
            .get(&format!("/taxii2/api/collections/main/{below}"))
            .await;
        assert_eq!(&answer.body()[..], b"{}");
        assert_eq!(header(&answer, "x-taxii-date-added-last"), "");
    }
    server.add(1..2).await;
    let id = "indicator--00000000-0000-4000-8000-000000000001";
    let late = "?added_after=2030-01-01T00:00:00Z";
    let answer = server.get(&format!("{MAIN}{id}/versions/{late}")).await;
    assert_eq!(&answer.body()[..], b"{}");
    let deleted = server
        .send(request("DELETE", &format!("{MAIN}{id}/"), "partner"))
        .await;
    assert_eq!(
        (deleted.status(), deleted.body().len()),
        (StatusCode::OK, 0)
    );
    assert_eq!(header(&deleted, "content-type"), TAXII);
    assert_eq!(
        server.get(&format!("{MAIN}{id}/")).await.status(),
        StatusCode::NOT_FOUND
    );
    let allow = server.send(request("PATCH", MAIN, "partner")).await;
    assert_eq!(header(&allow, ALLOW.as_str()), "GET, HEAD, OPTIONS, POST");
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_can_read_it() {
    let server = Server::new();
    server.add(1..6).await;
    let plain = server.get(&format!("{MAIN}?limit=5")).await;
    assert_eq!(header(&plain, "vary"), "Accept, Accept-Encoding");
    let mut request = request("GET", &format!("{MAIN}?limit=5"), "partner");
    request
        .headers_mut()
        .insert("accept-encoding", "br, gzip;q=0.8".parse().unwrap());
    let answer = server.send(request).await;
    assert_eq!(header(&answer, CONTENT_ENCODING.as_str()), "gzip");
    assert!(answer.body().len() < plain.body().len());
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&answer.body()[..])
        .read_to_end(&mut body)
        .unwrap();
    assert_eq!(body, plain.body()[..]);
}

#[tokio::test]
async fn versions_default_to_all_where_the_endpoint_is_about_them() {
    let server = Server::new();
    let id = "indicator--00000000-0000-4000-8000-000000000001";
    let older = indicator(1);
    let newer = older.replace("\"modified\":\"2026-01-01T", "\"modified\":\"2026-02-01T");
    let body = format!("{{\"objects\":[{older},{newer},{newer}]}}");
    let answer = server.post(MAIN, TAXII, &body).await;
    // §5.5: an exact duplicate is no error.
    assert_eq!(json(&answer)["success_count"], 3);
    let count = |answer: Response<Bytes>, list: &str| json(&answer)[list].as_array().unwrap().len();
    assert_eq!(
        count(server.get(&format!("{MAIN}{id}/")).await, "objects"),
        1
    );
    assert_eq!(
        count(
            server.get(&format!("{MAIN}{id}/versions/")).await,
            "versions"
        ),
        2
    );
    let deleted = server
        .send(request("DELETE", &format!("{MAIN}{id}/"), "partner"))
        .await;
    assert_eq!(deleted.status(), StatusCode::OK);
    assert_eq!(
        server.get(&format!("{MAIN}{id}/")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_panic_of_the_backend_is_500_and_others_are_served() {
    let server = Server::new();
    let memory = Arc::clone(&server.memory);
    // The next call finds the lock poisoned and panics.
    let _ = std::thread::spawn(move || {
        let _held = memory.state.lock().unwrap();
        panic!("poisoned for the test");
    })
    .join();
    for _ in 0..2 {
        let answer = server.get("/taxii2/").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(header(&answer, "content-type"), TAXII);
    }
}
