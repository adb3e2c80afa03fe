//! The life of a suspect object over TAXII, the JSON API and the pages.

use app::access::Role;
use app::party::NewPerson;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::http::{send, sign_in, text};
use crate::{Site, organisation, site};

const TAXII: &str = "application/taxii+json;version=2.1";

/// A token of a service of a new organisation.
fn member(site: &Site) -> (String, String) {
    let admin = site.node.local_caller().unwrap();
    let carrier = organisation("東都通信", None);
    let organisation = site.node.add_organisation(&admin, &carrier).unwrap().id;
    let person = NewPerson {
        login: "carrier".to_owned(),
        name: "carrier".to_owned(),
        organisation,
        role: Role::Service,
    };
    site.node.add_person(&admin, &person).unwrap();
    let token = site.node.create_token(&admin, "carrier", "test", None);
    (token.unwrap(), organisation.to_string())
}

async fn ask(
    site: &Site,
    method: &str,
    path: &str,
    token: &str,
    body: Option<String>,
) -> (StatusCode, Value) {
    let kind = if path.starts_with("/api/") {
        "application/json"
    } else {
        TAXII
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("accept", kind)
        .header("content-type", kind);
    let body = body.map_or_else(Body::empty, Body::from);
    let response = send(site, request.body(body).unwrap()).await;
    let status = response.status();
    let text = text(response).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn indicators(addresses: &[&str]) -> String {
    let at = "2026-01-10T00:00:00.000Z";
    let objects: Vec<Value> = (1..)
        .zip(addresses)
        .map(|(number, address)| {
            json!({
                "type": "indicator", "spec_version": "2.1", "created": at, "modified": at, "valid_from": at,
                "id": format!("indicator--00000000-0000-4000-8000-00000000000{number}"),
                "pattern": format!("[ipv4-addr:value = '{address}']"), "pattern_type": "stix",
            })
        })
        .collect();
    json!({ "objects": objects }).to_string()
}

#[tokio::test]
async fn a_suspect_waits_in_the_status_and_on_the_page() {
    let site = site();
    let (carrier, organisation) = member(&site);
    let analyst = site.token(Role::Analyst);
    let inbox = format!(
        "/taxii2/noroshi/collections/{}/objects/",
        app::exchange::INBOX
    );
    let body = indicators(&["8.8.8.8", "192.0.2.7", "1.1.1.1", "9.9.9.9"]);
    let (code, sent) = ask(&site, "POST", &inbox, &carrier, Some(body)).await;
    assert_eq!(code, StatusCode::ACCEPTED);
    assert_eq!(sent["status"], "pending");
    assert_eq!(sent["pendings"].as_array().unwrap().len(), 3);
    let status = format!("/taxii2/noroshi/status/{}/", sent["id"].as_str().unwrap());
    assert_eq!(ask(&site, "GET", &status, &carrier, None).await.1, sent);

    let (_, listed) = ask(
        &site,
        "GET",
        "/api/v1/quarantine?state=open",
        &analyst,
        None,
    )
    .await;
    let waiting = listed["quarantine"].as_array().unwrap();
    assert_eq!(waiting.len(), 3);
    let number = waiting[2]["number"].as_i64().unwrap();
    let path = format!("/api/v1/quarantine/{number}");
    let (_, shown) = ask(&site, "GET", &path, &analyst, None).await;
    assert_eq!(shown["object"]["pattern"], "[ipv4-addr:value = '8.8.8.8']");
    let judgement = json!({ "numbers": [number, 99], "judgement": "accept" }).to_string();
    let (code, judged) = ask(
        &site,
        "POST",
        "/api/v1/quarantine/judge",
        &analyst,
        Some(judgement),
    )
    .await;
    assert_eq!(code, StatusCode::OK);
    assert_eq!(judged["judged"][0]["done"], true);
    assert_eq!(judged["judged"][1]["done"], false);
    let (_, now) = ask(&site, "GET", &status, &carrier, None).await;
    assert_eq!(
        (&now["success_count"], &now["pending_count"]),
        (&json!(2), &json!(2))
    );

    // The pages, in a browser's way.
    let (cookie, csrf) = sign_in(&site).await;
    let page = |path: &str| {
        Request::get(path)
            .header("cookie", &cookie)
            .header("accept-language", "ja")
            .body(Body::empty())
            .unwrap()
    };
    let list = text(send(&site, page("/quarantine")).await).await;
    assert!(list.contains("隔離") && list.contains("東都通信"), "{list}");
    assert_eq!(list.matches("type=\"checkbox\"").count(), 2);
    let all = text(send(&site, page("/quarantine?state=all&kind=suspect")).await).await;
    assert_eq!(all.matches("<th scope=\"row\">").count(), 3);
    let one = text(
        send(
            &site,
            page(&format!("/quarantine/{}", waiting[0]["number"])),
        )
        .await,
    )
    .await;
    assert!(one.contains("9.9.9.9") && one.contains("取り込む"), "{one}");
    let post = |path: &str, form: String| {
        Request::post(path)
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap()
    };
    let both = format!(
        "csrf={csrf}&judgement=reject&reason=everybody+asks+it&number={}&number={}",
        waiting[0]["number"], waiting[1]["number"]
    );
    let response = send(&site, post("/quarantine/judge", both.clone())).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let again = send(&site, post("/quarantine/judge", both)).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let (_, done) = ask(&site, "GET", &status, &carrier, None).await;
    assert_eq!(done["status"], "complete");
    let told = done["failures"][0]["message"].as_str().unwrap();
    assert_eq!(told, "not taken in: everybody asks it");

    // Trust is set by page and by API.
    let form = format!("csrf={csrf}&organisation={organisation}&trust=probation");
    let response = send(&site, post("/parties/trust", form)).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let parties = text(send(&site, page("/parties")).await).await;
    assert!(parties.contains("<td>要審査</td>"), "{parties}");
    let path = format!("/api/v1/organisations/{organisation}/trust");
    let level = |level: &str| Some(json!({ "level": level }).to_string());
    let admin = site.token(Role::Administrator);
    let (code, _) = ask(&site, "POST", &path, &admin, level("friend")).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY);
    let (code, _) = ask(&site, "POST", &path, &admin, level("blocked")).await;
    assert_eq!(code, StatusCode::OK);
    let (code, _) = ask(
        &site,
        "POST",
        &inbox,
        &carrier,
        Some(indicators(&["192.0.2.9"])),
    )
    .await;
    assert_eq!(code, StatusCode::FORBIDDEN);
    assert_eq!(ask(&site, "GET", &status, &carrier, None).await.1, done);
}
