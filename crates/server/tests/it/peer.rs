//! Changing a peer by its page and by the API.

use app::access::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::http::{send, sign_in, text};
use crate::{Site, organisation, site};

const SECRET: &str = "s3cret-of-the-peer";

/// A site with a token of its administrator.
struct Asking {
    site: Site,
    token: String,
}

async fn ask(asking: &Asking, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let Asking { site, token } = asking;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let response = send(site, request.body(Body::from(body.to_string())).unwrap()).await;
    let status = response.status();
    let text = text(response).await;
    assert!(!text.contains(SECRET), "{text}");
    (status, serde_json::from_str(&text).unwrap())
}

/// A site with a peer that was never asked.
async fn with_peer() -> Asking {
    let site = site();
    let token = site.token(Role::Administrator);
    let admin = site.node.local_caller().unwrap();
    let abroad = organisation("Abroad", None);
    let abroad = site.node.add_organisation(&admin, &abroad).unwrap().id;
    let new = json!({
        "name": "abroad", "organisation": abroad.to_string(), "url": "https://abroad.example/taxii2/",
        "pull": ["one, of many", "two"], "user": "<us>", "secret": SECRET, "page_objects": 7,
    });
    let asking = Asking { site, token };
    let (status, answer) = ask(&asking, "POST", "/api/v1/peers", new).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    asking
}

async fn settings(asking: &Asking) -> Value {
    let (_, answer) = ask(asking, "GET", "/api/v1/peers/abroad", Value::Null).await;
    answer["summary"].clone()
}

#[tokio::test]
async fn what_the_api_leaves_out_stays_and_null_takes_away() {
    let asking = with_peer().await;
    let peer = "/api/v1/peers/abroad";
    let (status, answer) = ask(&asking, "PATCH", peer, json!({"interval_secs": 5})).await;
    let expected = json!({"changed": ["interval_secs"], "begins_anew": []});
    assert_eq!((status, answer), (StatusCode::OK, expected));
    let patch = json!({"pull": ["two"], "direction": "pull", "user": null, "secret": null});
    let (_, answer) = ask(&asking, "PATCH", peer, patch).await;
    let expected =
        json!({"changed": ["direction", "pull", "user", "secret"], "begins_anew": ["pull"]});
    assert_eq!(answer, expected);
    let now = settings(&asking).await;
    assert_eq!(
        (
            &now["interval_secs"],
            &now["page_objects"],
            &now["user"],
            &now["pull"]
        ),
        (&json!(5), &json!(7), &Value::Null, &json!(["two"]))
    );
    for (patch, expected) in [
        (
            json!({"interval_secs": 0}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"direction": "sideways"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        // What came from it is its organisation's.
        (
            json!({"organisation": "x"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let (status, answer) = ask(&asking, "PATCH", peer, patch).await;
        assert_eq!(status, expected, "{answer}");
    }
    assert_eq!(settings(&asking).await, now);
}

#[tokio::test]
async fn the_page_fills_its_form_in_and_changes_what_was_changed() {
    let asking = with_peer().await;
    let (cookie, csrf) = sign_in(&asking.site).await;
    let page = async || {
        let request = Request::get("/peers/abroad").header("cookie", &cookie);
        let page = text(send(&asking.site, request.body(Body::empty()).unwrap()).await).await;
        assert!(!page.contains(SECRET));
        page
    };
    let shown = page().await;
    for part in [
        "action=\"/peers/abroad/settings\"",
        "value=\"https://abroad.example/taxii2/\"",
        "one, of many\ntwo</textarea>",
        "name=\"page_objects\" type=\"number\" min=\"1\" max=\"10000\" required value=\"7\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("<us>"), "{shown}");
    let post = async |fields: &str| {
        let request = Request::post("/peers/abroad/settings")
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = Body::from(format!("csrf={csrf}&{fields}"));
        send(&asking.site, request.body(body).unwrap())
            .await
            .status()
    };
    // As a browser sends the form: every field, most as they were.
    let same = "url=https%3A%2F%2Fabroad.example%2Ftaxii2%2F&direction=both&pull=one%2C+of+many%0D%0Atwo&push=&types=&user=%3Cus%3E&secret=&page_objects=7&overlap_secs=60&reread_hours=168";
    let before = settings(&asking).await;
    assert_eq!(
        post(&format!("{same}&interval_secs=60")).await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(settings(&asking).await, before);
    assert!(!page().await.contains("its settings were changed"));
    assert_eq!(
        post(&format!("{same}&interval_secs=9")).await,
        StatusCode::SEE_OTHER
    );
    let after = settings(&asking).await;
    assert_eq!(
        (&after["interval_secs"], &after["pull"]),
        (&json!(9), &before["pull"])
    );
    assert!(page().await.contains("it goes on from where it was"));
    // Another server does not get the password that is held.
    let elsewhere = same.replace("abroad.example", "elsewhere.example");
    assert_eq!(post(&elsewhere).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(settings(&asking).await["url"], before["url"]);
    let given = elsewhere.replace("secret=", "secret=another");
    assert_eq!(post(&given).await, StatusCode::SEE_OTHER);
    assert_eq!(
        settings(&asking).await["url"],
        "https://elsewhere.example/taxii2/"
    );
    assert!(page().await.contains("it begins anew"));
    assert_eq!(
        post("interval_secs=soon").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(post("user=&forget=secret").await, StatusCode::SEE_OTHER);
    assert_eq!(settings(&asking).await["user"], Value::Null);
}
