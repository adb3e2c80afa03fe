//! The recorded exchanges of the reference server, put to the routes.
//!
//! What differs is listed in `tests/data/departures.txt` with the section of the standard.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use taxii::filter::PageSize;
use taxii::routes::{self, Config};
use testkit::known::Failures;
use tower::ServiceExt as _;

use crate::memory::{Memory, Who};

pub(crate) fn config() -> Config {
    Config {
        page_size: PageSize {
            default: 100,
            max: 1_000,
        },
        max_content_length: 9_765_625,
        body_timeout: Duration::from_secs(30),
        body_idle_timeout: Duration::from_secs(10),
        realm: "TAXII".to_owned(),
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn ask(app: &Router, method: &str, path: &str, case: &Value, who: Option<Who>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in case["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let body = match &case["body"] {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    let mut request = request.body(body).unwrap();
    if let Some(who) = who {
        request.extensions_mut().insert(who);
    }
    let response = app.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: head.status,
        headers: head.headers,
        body: serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap())),
    }
}

/// What changes from run to run is replaced: ids of status resources, cursors, and microseconds of what the test
/// added (we count them up, so that `date_added` is unique; the reference server gives one to a whole envelope).
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_status = members.contains_key("success_count");
            let entries = members.iter().map(|(name, value)| {
                let value = match name.as_str() {
                    "next" => json!("(next)"),
                    "id" if is_status => json!("(id)"),
                    _ => comparable(value),
                };
                (name.clone(), value)
            });
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(comparable).collect()),
        Value::String(text) if text.starts_with("2026-11-23T") => json!(text.get(..23)),
        other => other.clone(),
    }
}

fn compare(expected: &Value, answer: &Answer) -> Result<(), String> {
    let status = expected["status"].as_u64().unwrap();
    if u64::from(answer.status.as_u16()) != status {
        return Err(format!(
            "{} instead of {status}: {}",
            answer.status, answer.body
        ));
    }
    let header = |name: &str| {
        answer
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    let recorded = expected["resp_headers"].as_object().unwrap();
    for (name, value) in recorded {
        let found = header(name);
        let same = match name.as_str() {
            // Ours has no blanks; challenges differ in the realm.
            "Content-Length" | "WWW-Authenticate" => found.is_some(),
            _ => found.map(|v| comparable(&json!(v))) == Some(comparable(value)),
        };
        if !same {
            return Err(format!("header {name}: {found:?} instead of {value}"));
        }
    }
    for name in ["x-taxii-date-added-first", "x-taxii-date-added-last"] {
        let expected = recorded.keys().any(|key| key.eq_ignore_ascii_case(name));
        if header(name).is_some() != expected {
            return Err(format!("header {name}: {:?}", header(name)));
        }
    }
    let ours = comparable(&answer.body);
    let theirs = comparable(&expected["resp_body"]);
    let same = if status >= 400 {
        // §3.6.1: titles, descriptions and codes are each server's own.
        ours["http_status"] == theirs["http_status"] && ours["title"].is_string()
    } else {
        ours == theirs
    };
    if same {
        Ok(())
    } else {
        Err(format!("body {ours} instead of {theirs}"))
    }
}

#[tokio::test]
async fn recorded_exchanges() {
    let Some(cases) = testkit::corpus::json_lines("corpus/taxii-2.1/exchanges.jsonl") else {
        return;
    };
    let Some(data) = testkit::corpus::json("corpus/taxii-2.1/default-data.json") else {
        return;
    };
    let mut known = Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/data/departures.txt");
    let mut memory = Arc::new(Memory::from_data(&data));
    let mut app = Router::new();
    let mut previous = Value::Null;
    let mut next_theirs = String::new();
    let mut next_ours = String::new();
    let mut status_theirs = String::new();
    let mut status_ours = String::new();
    let mut doubled = 0;
    for case in cases {
        let line = case.line;
        let case = case.value;
        if case["test"] != previous["test"] {
            // The reference server's tests each begin with fresh data.
            memory = Arc::new(Memory::from_data(&data));
            let routes = routes::router(Arc::clone(&memory), config());
            app = Router::new()
                .nest_service("/taxii2", routes.clone())
                .fallback_service(routes);
        }
        let same = |key: &str| case[key] == previous[key];
        let is_double = previous["headers"] == json!({})
            && ["test", "method", "path", "status", "resp_body"]
                .into_iter()
                .all(same);
        if is_double {
            // One exchange recorded twice, before and after the test client added its headers.
            doubled += 1;
            previous = case;
            continue;
        }
        let mut path = case["path"].as_str().unwrap().to_owned();
        let who = (case["status"] != 401).then_some(Who("partner"));
        if case["method"] == "POST"
            && let Some(moment) = case["resp_body"]["request_timestamp"].as_str()
        {
            memory.state.lock().unwrap().now = moment.parse().unwrap();
        }
        if let Some((before, next)) = path.clone().split_once("&next=") {
            if next != next_theirs {
                // The page before was not recorded: ask for it.
                let answer = ask(&app, "GET", before, &json!({"headers": {}}), who.clone()).await;
                answer.body["next"]
                    .as_str()
                    .unwrap()
                    .clone_into(&mut next_ours);
            }
            path = format!("{before}&next={next_ours}");
        }
        if !status_theirs.is_empty() {
            path = path.replace(&status_theirs, &status_ours);
        }
        let answer = ask(&app, case["method"].as_str().unwrap(), &path, &case, who).await;
        if case["method"] == "POST" && answer.status == StatusCode::ACCEPTED {
            case["resp_body"]["id"]
                .as_str()
                .unwrap()
                .clone_into(&mut status_theirs);
            answer.body["id"]
                .as_str()
                .unwrap()
                .clone_into(&mut status_ours);
        }
        if let (Some(theirs), Some(ours)) = (
            case["resp_body"]["next"].as_str(),
            answer.body["next"].as_str(),
        ) {
            theirs.clone_into(&mut next_theirs);
            ours.clone_into(&mut next_ours);
        }
        let name = case["test"].as_str().unwrap().split("::").last().unwrap();
        known.case(&format!("line {line} {name}"), compare(&case, &answer));
        previous = case;
    }
    let tally = known.finish();
    assert_eq!((tally.passed + tally.listed, doubled), (EXCHANGES, DOUBLED));
}

/// Exchanges of the corpus, and how many of its lines repeat the one before.
const EXCHANGES: usize = 86;
const DOUBLED: usize = 23;
