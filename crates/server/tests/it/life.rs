//! The life of a release over the pages and the JSON API.

use app::access::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::http::{send, text};
use crate::{Site, house};

const INDICATOR: &str = "indicator--00000000-0000-4000-8000-000000000002";

async fn api(site: &Site, token: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(if body.is_some() { "POST" } else { "GET" })
        .uri(format!("/api/v1/{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let response = send(site, request.body(body).unwrap()).await;
    let status = response.status();
    let text = text(response).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn form(site: &Site, token: &str, path: &str, body: &str) -> Response {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/x-www-form-urlencoded");
    send(site, request.body(Body::from(body.to_owned())).unwrap()).await
}

fn location(response: &Response) -> String {
    let location = response.headers()["location"].to_str().unwrap();
    location.to_owned()
}

/// The value of the hidden field `name`.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let rest = page.split(&field).nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_release_is_asked_for_and_confirmed_over_the_api() {
    let site = house(false);
    site.fill();
    let [analyst, releaser, admin] =
        [Role::Analyst, Role::Releaser, Role::Administrator].map(|role| site.token(role));
    let policy = json!({ "always": false, "above": "TLP:GREEN", "public": true, "foreign": false });
    let (status, _) = api(&site, &releaser, "policy", Some(policy.clone())).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, set) = api(&site, &admin, "policy", Some(policy.clone())).await;
    assert_eq!((status, set), (StatusCode::OK, policy));
    let release = json!({
        "objects": [INDICATOR], "recipients": ["telecom"], "ceiling": "TLP:AMBER",
        "reason": "warn the carriers",
    });
    let (_, preview) = api(&site, &releaser, "releases/preview", Some(release.clone())).await;
    assert_eq!(preview["second"], json!(["above"]));
    let audiences = preview["audiences"].as_array().unwrap();
    let carrier = audiences.iter().position(|name| name == "東都通信株式会社");
    assert_eq!(
        preview["rows"][0]["cells"][carrier.unwrap()]["outcome"],
        "whole",
        "also by a clock that goes on"
    );
    assert_eq!(
        preview["rows"][0]["cells"][carrier.unwrap()]["already"],
        false
    );
    assert!(!preview["rows"][0]["source"].as_str().unwrap().is_empty());
    let (status, refused) = api(&site, &releaser, "releases", Some(release.clone())).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["diagnostics"][0]["code"], "APP-RELEASE-08");
    let (_, asked) = api(&site, &releaser, "requests", Some(release.clone())).await;
    let request = format!("requests/{}", asked["id"].as_str().unwrap());
    let (_, shown) = api(&site, &releaser, &request, None).await;
    assert_eq!(shown["preview"]["digest"], preview["digest"]);
    let looked = json!({ "digest": preview["digest"] });
    let confirm = format!("{request}/confirm");
    let (status, refused) = api(&site, &releaser, &confirm, Some(looked.clone())).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let (status, _) = api(&site, &analyst, &confirm, Some(looked.clone())).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let reject = format!("{request}/reject");
    let reason = Some(json!({ "reason": "done otherwise" }));
    let (status, _) = api(&site, &releaser, &reject, reason.clone()).await;
    assert_eq!(status, StatusCode::OK, "one takes one's own request back");

    let (_, asked) = api(&site, &analyst, "requests", Some(release)).await;
    let request = format!("requests/{}", asked["id"].as_str().unwrap());
    let confirm = format!("{request}/confirm");
    let wrong = json!({ "digest": "00" });
    let (status, changed) = api(&site, &releaser, &confirm, Some(wrong)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(changed["code"], "changed");
    let (status, made) = api(&site, &releaser, &confirm, Some(looked)).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let release = format!("releases/{}", made["id"].as_str().unwrap());
    let (_, life) = api(&site, &releaser, &release, None).await;
    assert_eq!(
        (
            &life["state"],
            &life["requested_by"],
            &life["summary"]["confirmed_by"]
        ),
        (&json!("in-force"), &json!("analyst"), &json!("releaser"))
    );
    let withdraw = format!("{release}/withdraw");
    let (status, _) = api(&site, &releaser, &withdraw, Some(json!({ "reason": "" }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = api(&site, &releaser, &withdraw, reason).await;
    assert_eq!(status, StatusCode::OK);
    let (_, life) = api(&site, &releaser, &release, None).await;
    assert_eq!(life["withdrawn_for"], "done otherwise");
}

#[tokio::test]
async fn a_rule_is_made_paused_and_ended_over_the_pages() {
    let site = house(false);
    let (_, actor) = site.fill();
    let [analyst, releaser] = [Role::Analyst, Role::Releaser].map(|role| site.token(role));
    let fields = format!(
        "kinds=indicator&at_most=TLP%3AAMBER&ceiling=TLP%3AAMBER&recipients=telecom\
         &related_to={actor}&reason=indicators+of+this+actor"
    );
    let shown = form(&site, &releaser, "/releases/preview", &fields).await;
    assert_eq!(shown.status(), StatusCode::OK);
    let shown = text(shown).await;
    assert_eq!(
        shown
            .matches("<span class=\"kind\">relationship</span>")
            .count(),
        4,
        "each with its indicator"
    );
    assert_eq!(
        shown.matches("● ").count(),
        4,
        "the indicators go out whole"
    );
    let digest = hidden(&shown, "digest");
    let asked = form(&site, &analyst, "/requests", &fields).await;
    let request = location(&asked);
    assert!(request.starts_with("/requests/"));
    let confirm = format!("{request}/confirm");
    let stale = form(&site, &releaser, &confirm, "digest=00").await;
    assert_eq!(stale.status(), StatusCode::CONFLICT);
    assert_eq!(hidden(&text(stale).await, "digest"), digest);
    let made = form(&site, &releaser, &confirm, &format!("digest={digest}")).await;
    let rule = location(&made);
    assert!(rule.starts_with("/rules/"), "{rule}");
    for (to, state) in [("pause", "paused"), ("resume", "active"), ("end", "ended")] {
        let set = form(&site, &releaser, &rule, &format!("to={to}")).await;
        assert_eq!(location(&set), rule);
        let (_, found) = api(&site, &analyst, rule.trim_start_matches('/'), None).await;
        assert_eq!(found["summary"]["state"], state);
    }
    let again = form(&site, &releaser, &rule, "to=resume").await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_a_query_finds_is_released() {
    let site = house(false);
    site.fill();
    let releaser = site.token(Role::Releaser);
    let saved = form(&site, &releaser, "/queries", "name=relays&kinds=indicator").await;
    let query = location(&saved);
    let empty = form(&site, &releaser, "/queries", "name=all").await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let (_, found) = api(&site, &releaser, query.trim_start_matches('/'), None).await;
    assert_eq!(found["objects"].as_array().unwrap().len(), 4);
    let fields = "query=relays&ceiling=TLP%3AAMBER&recipients=telecom&reason=relays";
    let shown = form(&site, &releaser, "/releases/preview", fields).await;
    let digest = hidden(&text(shown).await, "digest");
    let confirmed = form(
        &site,
        &releaser,
        "/releases",
        &format!("{fields}&digest={digest}"),
    )
    .await;
    let release = location(&confirmed);
    let (_, life) = api(&site, &releaser, release.trim_start_matches('/'), None).await;
    assert_eq!(
        (&life["query"], &life["summary"]["objects"]),
        (&json!("relays"), &json!(4))
    );
    let removed = form(&site, &releaser, &format!("{query}/remove"), "").await;
    assert_eq!(location(&removed), "/queries");
}

#[tokio::test]
async fn parties_are_managed_over_the_api_and_hidden_from_members() {
    let site = house(false);
    site.fill();
    let admin = site.token(Role::Administrator);
    let (_, known) = api(&site, &admin, "organisations", None).await;
    let known = known["organisations"].as_array().unwrap();
    let carrier = known
        .iter()
        .find(|one| one["name"] == "東都通信株式会社")
        .unwrap();
    assert_eq!(carrier["trust"], "standard");
    let path = format!("organisations/{}", carrier["id"].as_str().unwrap());
    let wrong = json!({ "name": "x", "country": "Japan", "networks": ["AS0", "192.0.2.0/24"] });
    let (status, found) = api(&site, &admin, &path, Some(wrong)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        found["diagnostics"].as_array().unwrap().len(),
        2,
        "all at once"
    );
    let right = json!({
        "name": "東都通信株式会社", "sector": carrier["sector"], "country": "jp",
        "networks": ["as64500", "192.0.2.1/24", "例え.example"],
    });
    let (_, set) = api(&site, &admin, &path, Some(right)).await;
    assert_eq!(
        set["networks"],
        json!(["AS64500", "xn--r8jz45g.example", "192.0.2.0/24"])
    );
    let (_, owner) = api(&site, &admin, "owner?value=192.0.2.200", None).await;
    assert_eq!(owner["owners"][0]["name"], "東都通信株式会社");
    let id = carrier["id"].as_str().unwrap().parse().unwrap();
    let member = site.token_of("visitor", Role::Member, id);
    let (_, seen) = api(&site, &member, "memberships", None).await;
    assert_eq!(
        seen["memberships"],
        json!([{ "community": "telecom", "members": null }])
    );
    for hidden in [
        "organisations",
        "communities",
        "owner?value=192.0.2.1",
        "persons",
    ] {
        let (status, _) = api(&site, &member, hidden, None).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{hidden}");
    }
    let closed = json!({ "disabled": true });
    let (status, _) = api(&site, &admin, "persons/visitor", Some(closed)).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = api(&site, &member, "memberships", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
