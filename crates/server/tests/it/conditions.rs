//! Objects under conditions, over the pages and the JSON API.

use app::access::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::http::{send, text};
use crate::{Site, house};

const MALWARE: &str = r#"{"type":"malware", "spec_version":"2.1","id":"malware--00000000-0000-4000-8000-0000000000ID",
 "created":"2026-01-12T09:30:00.000Z","modified":"2026-01-12T09:30:00.000Z","name":"夜鷺","is_family":false,
 "object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}"#;

fn malware(number: &str) -> (String, String) {
    let id = format!("malware--00000000-0000-4000-8000-00000000{number}");
    (MALWARE.replace("00ID", number), id)
}

async fn ask(
    site: &Site,
    token: &str,
    path: &str,
    kind: &str,
    body: Option<String>,
) -> (StatusCode, String) {
    let request = Request::builder()
        .method(if body.is_some() { "POST" } else { "GET" })
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind);
    let body = body.map_or_else(Body::empty, Body::from);
    let response = send(site, request.body(body).unwrap()).await;
    (response.status(), text(response).await)
}

async fn api(site: &Site, token: &str, path: &str, body: Option<String>) -> (StatusCode, Value) {
    let path = format!("/api/v1/{path}");
    let (status, text) = ask(site, token, &path, "application/json", body).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn what_the_api_enters_is_kept_as_it_is_under_its_conditions() {
    let site = house(false);
    site.fill();
    let [analyst, releaser] = [Role::Analyst, Role::Releaser].map(|role| site.token(role));
    let (object, id) = malware("0042");
    let conditions =
        r#"{"consent":"anonymous","only_to":["東都通信株式会社"],"not_countries":["US"]}"#;
    let body = format!(r#"{{"objects":[{object},{{"type":"x"}}],"conditions":{conditions}}}"#);
    let (status, report) = api(&site, &analyst, "objects", Some(body.clone())).await;
    assert_eq!(status, StatusCode::OK, "{report}");
    assert_eq!(
        (&report["stored"], &report["refused"][0]["index"]),
        (&json!(1), &json!(1))
    );
    let (status, _) = api(&site, &releaser, "objects", Some(body)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let clerk = site.node.caller_by_token(&analyst).unwrap().unwrap();
    let known = stix::id::Id::parse(&id).unwrap();
    let kept = site.node.object_text(&clerk, &known);
    assert_eq!(kept.unwrap().unwrap(), object, "byte for byte");
    let held = json!({
        "consent": "anonymous", "embargo_until": null,
        "caveats": [{ "only_to": ["東都通信株式会社"], "not_to": ["US"] }],
    });
    let path = format!("objects/{id}");
    assert_eq!(
        api(&site, &analyst, &path, None).await.1["conditions"],
        held
    );

    let path = format!("{path}/conditions");
    let wrong = json!({ "conditions": { "only_countries": ["Japan"], "consent": "yes" } });
    let (status, found) = api(&site, &analyst, &path, Some(wrong.to_string())).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(found["diagnostics"].as_array().unwrap().len(), 2);
    let embargo = json!({ "conditions": { "embargo_until": "2099-01-01T00:00:00Z" } });
    let (_, changed) = api(&site, &analyst, &path, Some(embargo.to_string())).await;
    let changed = &changed["conditions"];
    assert_eq!(changed["embargo_until"], "2099-01-01T00:00:00Z");
    assert_eq!(changed["caveats"], held["caveats"], "it is added");
    let none = json!({ "conditions": {}, "replace": true }).to_string();
    let (status, _) = api(&site, &analyst, &path, Some(none.clone())).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, changed) = api(&site, &releaser, &path, Some(none)).await;
    assert_eq!(changed["conditions"]["caveats"], json!([]));
}

#[tokio::test]
async fn the_pages_enter_objects_and_show_under_which_conditions() {
    let site = house(false);
    site.fill();
    let analyst = site.token(Role::Analyst);
    let form = "application/x-www-form-urlencoded";
    let (object, id) = malware("0043");
    let encoded = object.bytes().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        write!(text, "%{byte:02X}").unwrap();
        text
    });
    let body = format!(
        "objects={encoded}&consent=given&embargo_until=2099-01-01T09:00&not_to=Partner+Agency&not_countries=us,+cn"
    );
    let (status, page) = ask(&site, &analyst, "/objects", form, Some(body)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("stored: 1"), "{page}");
    let path = format!("/objects/{id}");
    let (_, page) = ask(&site, &analyst, &path, form, None).await;
    assert!(page.contains("2099-01-01 09:00") && page.contains("CN, US, Partner Agency"));
    let change = format!("{path}/conditions");
    let body = Some("consent=refused".to_owned());
    let (status, _) = ask(&site, &analyst, &change, form, body).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = ask(&site, &analyst, &path, form, None).await;
    assert!(page.contains("not given") && page.contains("CN, US, Partner Agency"));
    let body = Some("only_to=Nobody".to_owned());
    let (status, page) = ask(&site, &analyst, &change, form, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("APP-CONDITIONS-01"));
    let body = Some("objects=%7B&consent=given".to_owned());
    let (status, _) = ask(&site, &analyst, "/objects", form, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}
