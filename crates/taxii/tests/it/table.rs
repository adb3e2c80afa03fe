//! Every filter of every endpoint in every combination: what comes back, as a table to read.
//!
//! `tests/data/filters.txt` has a line for each request: status, moments of the headers, whether there is more, and
//! each entry as a letter for the object and a digit for the version. Beside it, each request is walked in pages of
//! one, two and three entries, which together must give the same.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use stix::id::Id;
use taxii::filter::PageSize;
use taxii::routes::{self, Config};
use tower::ServiceExt as _;

use crate::exchanges::config;
use crate::memory::{Memory, Row, Who};

const A: &str = "indicator--00000000-0000-4000-8000-00000000000a";
const B: &str = "malware--00000000-0000-4000-8000-00000000000b";
const C: &str = "ipv4-addr--00000000-0000-4000-8000-00000000000c";
const D: &str = "malware--00000000-0000-4000-8000-00000000000d";

/// In the order in which they were added, a minute apart: newer versions may come before older ones.
const ROWS: [(&str, u8, &str); 8] = [
    (A, 1, "2.1"),
    (B, 1, "2.0"),
    (A, 3, "2.1"),
    (C, 1, "2.1"),
    (A, 2, "2.1"),
    (D, 1, "2.0"),
    (D, 2, "2.1"),
    (B, 2, "2.0"),
];

fn version(number: u8) -> String {
    format!("2026-02-0{number}T00:00:00.000Z")
}

fn added(position: usize) -> String {
    format!("2026-03-01T00:0{position}:00.000000Z")
}

fn server() -> Router {
    let memory = Arc::new(Memory::small());
    {
        let mut state = memory.state.lock().unwrap();
        let collections = &mut state.roots.get_mut("api").unwrap().collections;
        for (position, (id, number, spec_version)) in ROWS.into_iter().enumerate() {
            let text = format!("{{\"id\":\"{id}\",\"modified\":\"{}\"}}", version(number));
            collections[0].rows.push(Row {
                text: text.into(),
                id: Id::parse(id).unwrap(),
                version: version(number),
                date_added: added(position).parse().unwrap(),
                spec_version: spec_version.to_owned(),
            });
        }
    }
    let config = Config {
        page_size: PageSize {
            default: 100,
            max: 1_000,
        },
        ..config()
    };
    Router::new().nest_service("/taxii2", routes::router(memory, config))
}

struct Answer {
    status: StatusCode,
    added: Vec<String>,
    body: Value,
}

async fn ask(app: &Router, path: &str) -> Answer {
    let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Who("partner"));
    let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let added = ["x-taxii-date-added-first", "x-taxii-date-added-last"]
        .iter()
        .filter_map(|name| head.headers.get(*name))
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    Answer {
        status: head.status,
        added,
        body: serde_json::from_slice(&bytes).unwrap(),
    }
}

/// The entries of a page: `a1`, or the version alone where only versions are listed.
fn entries(body: &Value) -> Vec<String> {
    let number = |version: &Value| version.as_str().unwrap().get(9..10).unwrap().to_owned();
    if let Some(versions) = body["versions"].as_array() {
        return versions.iter().map(number).collect();
    }
    let Some(objects) = body["objects"].as_array() else {
        return Vec::new();
    };
    objects
        .iter()
        .map(|object| {
            let version = object.get("version").or(object.get("modified")).unwrap();
            let id = object["id"].as_str().unwrap();
            format!("{}{}", id.get(id.len() - 1..).unwrap(), number(version))
        })
        .collect()
}

/// The minutes of the moments in the headers.
fn minutes(answer: &Answer) -> String {
    let minutes: Vec<&str> = answer
        .added
        .iter()
        .map(|text| text.get(14..16).unwrap())
        .collect();
    minutes.join("-")
}

#[tokio::test]
async fn every_filter_in_every_combination() {
    let app = server();
    let object = |id: &str| format!("objects/{id}/");
    let endpoints = [
        "objects/".to_owned(),
        "manifest/".to_owned(),
        object(A),
        object(B),
        object(D),
        object(A) + "versions/",
        object(D) + "versions/",
    ];
    let ids = [String::new(), format!("match[id]={A},{D}")];
    let types = ["", "match[type]=malware,ipv4-addr"];
    let exact = format!("match[version]={}", version(2));
    let mixed = format!("match[version]=first,{},last", version(2));
    let versions = [
        "",
        "match[version]=last",
        "match[version]=first",
        "match[version]=first,last",
        "match[version]=all",
        exact.as_str(),
        mixed.as_str(),
    ];
    let specs = [
        "",
        "match[spec_version]=2.0",
        "match[spec_version]=2.0,2.1",
        "match[spec_version]=3.0",
    ];
    let after = [String::new(), format!("added_after={}", added(2))];
    let mut table = String::new();
    for endpoint in &endpoints {
        for id in &ids {
            for kind in types {
                for version in versions {
                    for spec in specs {
                        for after in &after {
                            let parts = [id, kind, version, spec, after];
                            let parts: Vec<&str> =
                                parts.into_iter().filter(|part| !part.is_empty()).collect();
                            let query = parts.join("&");
                            let path = format!("/taxii2/api/collections/main/{endpoint}?{query}");
                            let answer = ask(&app, &path).await;
                            let found = entries(&answer.body);
                            writeln!(
                                table,
                                "{endpoint}?{query}\n  {} {} {}",
                                answer.status.as_u16(),
                                minutes(&answer),
                                found.join(" ")
                            )
                            .unwrap();
                            assert_ne!(answer.body["more"], true, "{path}");
                            for limit in 1..=3 {
                                walk(&app, &format!("{path}&limit={limit}"), limit, &found).await;
                            }
                        }
                    }
                }
            }
        }
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/filters.txt", &table);
}

/// Pages of `limit` entries give what one page gives, in the same order, and say rightly whether there is more.
async fn walk(app: &Router, path: &str, limit: usize, expected: &[String]) {
    let mut found = Vec::new();
    let mut next = String::new();
    let mut before = String::new();
    loop {
        let answer = ask(app, &format!("{path}{next}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let page = entries(&answer.body);
        assert!(page.len() <= limit, "{path}");
        assert_eq!(answer.added.is_empty(), page.is_empty(), "{path}");
        if let [first, last] = answer.added.as_slice() {
            assert!(before < *first && first <= last, "{path}");
            before.clone_from(last);
        }
        found.extend(page);
        if answer.body["more"] != true {
            // §3.7: `next` only where there is more.
            assert_eq!(answer.body.get("next"), None, "{path}");
            break;
        }
        next = format!("&next={}", answer.body["next"].as_str().unwrap());
    }
    assert_eq!(found, expected, "{path}");
}

#[tokio::test]
async fn parameters_of_every_spelling() {
    let app = server();
    let mut table = String::new();
    for endpoint in [
        "objects/",
        &format!("objects/{A}/"),
        &format!("objects/{A}/versions/"),
    ] {
        for query in [
            "",
            "?",
            "?&&",
            "?x=1&x=2",
            "?match[x]=1&match%5Bx%5D=2",
            "?MATCH[type]=malware",
            "?limit=1",
            "?%6Cimit=1",
            "?limit=%31",
            "?limit=1&limit=1",
            "?limit=1&%6cimit=2",
            "?limit=0",
            "?limit=-1",
            "?limit=1.0",
            "?limit=",
            "?limit",
            "?limit=99999999999999999999999999",
            "?next=",
            "?next=x",
            "?added_after=",
            "?added_after=2026-03-01",
            "?added_after=2026-03-01T00:02:00Z",
            "?added_after=2026-03-01T00:02:00.000000000Z",
            "?added_after=2026-03-01T00%3A02%3A00Z",
            "?added_after=2026-03-01T00:02:00%2B00:00",
            "?added_after=2026-02-30T00:00:00Z",
            "?added_after=1900-01-01T00:00:00Z",
            "?added_after=2026-03-01T00:02:00Z,2026-03-01T00:02:00Z",
            "?match[type]=malware&match[type]=indicator",
            "?match[type]=",
            "?match[type]=malware,",
            "?match[type]=malware%2Cindicator",
            "?match%5Btype%5D=malware",
            "?match[type]=Malware",
            "?match[id]=indicator--bad",
            "?match[version]=",
            "?match[version]=newest",
            "?match[version]=all,all",
            "?match[version]=all,last",
            "?match[version]=last,first",
            "?match[version]=2026-02-02T00:00:00.000Z,2026-02-03T00:00:00Z",
            "?match[version]=2026-02-02T00:00:00Z,2026-02-02T00:00:00.000Z",
            "?match[spec_version]=2.1,2.1",
            "?match[spec_version]=",
            "?match[type]=%00",
            "?match[type]=%ff",
            "?match[type]=%zz",
            "?match[type]=a+b",
        ] {
            let answer = ask(
                &app,
                &format!("/taxii2/api/collections/main/{endpoint}{query}"),
            )
            .await;
            let more = if answer.body["more"] == true {
                " more"
            } else {
                ""
            };
            let what = match answer.status {
                StatusCode::OK => entries(&answer.body).join(" "),
                _ => format!(
                    "{} {}",
                    answer.body["error_code"].as_str().unwrap(),
                    answer.body["description"].as_str().unwrap()
                ),
            };
            writeln!(
                table,
                "{endpoint}{query}\n  {} {what}{more}",
                answer.status.as_u16()
            )
            .unwrap();
        }
    }
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/data/spellings.txt",
        &table,
    );
}
