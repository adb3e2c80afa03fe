use std::fmt::Write as _;

use app::access::{Role, allowed};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use server::{Access, RouteEntry};
use tower::ServiceExt as _;

use crate::{Site, site};

pub(crate) async fn send(site: &Site, request: Request<Body>) -> Response {
    site.router.clone().oneshot(request).await.unwrap()
}

pub(crate) async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn path(entry: &RouteEntry) -> String {
    let number = "2026-0001";
    let id = if entry.path.contains("/objects/") {
        "malware--00000000-0000-4000-8000-000000000001"
    } else {
        "00000000-0000-4000-8000-000000000001"
    };
    entry
        .path
        .replace("{number}", number)
        .replace("{id}", id)
        .replace("{code}", "ja")
        .replace("{login}", "nobody")
        .replace("{name}", "nothing")
        .replace("{token}", "nothing")
        .replace("{to}", "pause")
}

pub(crate) fn request(entry: &RouteEntry) -> axum::http::request::Builder {
    let kind = if entry.path.starts_with("/api/") {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    Request::builder()
        .method(entry.method)
        .uri(path(entry))
        .header("content-type", kind)
}

#[test]
fn the_table_of_routes_is_known() {
    let mut lines = String::new();
    for entry in server::route_table() {
        let access = match entry.access {
            Access::Anybody => "anybody".to_owned(),
            Access::SignedIn => "signed in".to_owned(),
            Access::Action(action) => {
                let roles = Role::ALL.into_iter().filter(|role| allowed(*role, action));
                let roles: Vec<&str> = roles.map(Role::name).collect();
                format!("{}: {}", action.name(), roles.join(", "))
            }
        };
        writeln!(lines, "{:4} {:38} {access}", entry.method, entry.path).unwrap();
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/routes.txt", &lines);
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let site = site();
    for entry in server::route_table() {
        if entry.access == Access::Anybody {
            continue;
        }
        let response = send(&site, request(&entry).body(Body::empty()).unwrap()).await;
        let status = response.status();
        let page = entry.method == "GET" && !entry.path.starts_with("/api/");
        let expected = if page {
            StatusCode::SEE_OTHER
        } else {
            StatusCode::UNAUTHORIZED
        };
        assert_eq!(status, expected, "{} {}", entry.method, entry.path);
    }
}

pub(crate) async fn sign_in(site: &Site) -> (String, String) {
    let body = Body::from(format!("token={}", site.once));
    let form = "application/x-www-form-urlencoded";
    let request = Request::post("/sign-in/once").header("content-type", form);
    let response = send(site, request.body(body).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let cookie = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let request = Request::get("/api/v1/whoami").header("cookie", &cookie);
    let who = text(send(site, request.body(Body::empty()).unwrap()).await).await;
    let csrf = who
        .split("\"csrf\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    (cookie, csrf.to_owned())
}

#[tokio::test]
async fn posts_by_cookie_need_the_sessions_token() {
    let site = site();
    let (cookie, csrf) = sign_in(&site).await;
    for entry in server::route_table() {
        if entry.method == "GET" || entry.access == Access::Anybody {
            continue;
        }
        for wrong in ["csrf=", "csrf=wrong", "name=x"] {
            let request = request(&entry).header("cookie", &cookie);
            let response = send(&site, request.body(Body::from(wrong)).unwrap()).await;
            assert_eq!(
                response.status(),
                StatusCode::FORBIDDEN,
                "{} {wrong}",
                entry.path
            );
        }
    }
    let post = |site_header: &'static str| {
        Request::post("/parties/communities")
            .header("cookie", &cookie)
            .header("sec-fetch-site", site_header)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("csrf={csrf}&name=telecom")))
            .unwrap()
    };
    assert_eq!(
        send(&site, post("cross-site")).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        send(&site, post("same-origin")).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        site.node
            .communities(&site.node.local_caller().unwrap())
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_one_time_login_is_used_up_by_its_button_only() {
    let site = site();
    for _ in 0..2 {
        let request = Request::get(format!("/sign-in/once/{}", site.once));
        let response = send(&site, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(text(response).await.contains(&site.once));
    }
    sign_in(&site).await;
    let again = Request::post("/sign-in/once")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("token={}", site.once)))
        .unwrap();
    assert_eq!(send(&site, again).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn all_answers_have_the_headers() {
    let site = site();
    for path in [
        "/sign-in",
        "/",
        "/nothing",
        "/api/v1/health",
        "/api/v1/objects",
        "/taxii2/",
    ] {
        let response = send(&site, Request::get(path).body(Body::empty()).unwrap()).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
    }
}

#[tokio::test]
async fn taxii_knows_tokens_and_no_cookies() {
    let site = site();
    let (cookie, _) = sign_in(&site).await;
    let token = site.token(Role::Analyst);
    for path in ["/taxii2/", "/taxii2/noroshi/"] {
        let get = |name: &'static str, value: String| {
            Request::get(path)
                .header(name, value)
                .body(Body::empty())
                .unwrap()
        };
        let by_cookie = send(&site, get("cookie", cookie.clone())).await;
        assert_eq!(by_cookie.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            by_cookie.headers()["content-type"],
            "application/taxii+json;version=2.1"
        );
        let wrong = send(&site, get("authorization", "Bearer wrong".to_owned())).await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
        let by_token = send(&site, get("authorization", format!("Bearer {token}"))).await;
        assert_eq!(by_token.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let site = site();
    let token = site.token(Role::Analyst);
    let request = Request::post("/incidents")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("x".repeat(2 * 1024 * 1024)))
        .unwrap();
    assert_eq!(
        send(&site, request).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let site = site();
    let (cookie, csrf) = sign_in(&site).await;
    let token = site.token(Role::Service);
    for (origin, fetch, is_ours) in [
        (None, None, true),
        (Some("https://node.example"), None, true),
        (Some("HTTP://10.0.0.1:8600"), Some("same-origin"), true),
        (Some("null"), Some("same-origin"), true),
        (Some("null"), None, false),
        (Some("null"), Some("same-site"), false),
        (Some("https://evil.example"), None, false),
        (Some("https://evil.example"), Some("same-origin"), false),
        (Some("https://node.example.evil"), None, false),
        (Some("http://node.example"), None, false),
        (Some("http://10.0.0.1"), None, false),
        (Some("10.0.0.1:8600"), None, false),
    ] {
        let taxii = "/taxii2/noroshi/collections/nothing/objects/";
        let ways = [
            ("/parties/communities", "cookie", cookie.clone()),
            ("/sign-in", "cookie", String::new()),
            (taxii, "authorization", format!("Bearer {token}")),
        ];
        for (path, header, value) in ways {
            let mut request = Request::post(path)
                .header(header, value)
                .header("host", "10.0.0.1:8600")
                .header("content-type", "application/x-www-form-urlencoded");
            for (name, value) in [("origin", origin), ("sec-fetch-site", fetch)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let body = Body::from(format!("csrf={csrf}&name="));
            let response = send(&site, request.body(body).unwrap()).await;
            let refused = response.status() == StatusCode::FORBIDDEN;
            assert_eq!(!refused, is_ours, "{path} {origin:?} {fetch:?}");
        }
    }
}

#[tokio::test]
async fn forms_are_not_taken_by_a_password_that_browsers_keep() {
    use base64::Engine as _;
    let site = site();
    let token = site.token(Role::Administrator);
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("administrator:{token}"));
    let post = |path: &str, kind: &str, credentials: String, body: &'static str| {
        Request::post(path)
            .header("authorization", credentials)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    let form = |credentials: String| {
        let kind = "application/x-www-form-urlencoded";
        post("/parties/communities", kind, credentials, "csrf=&name=one")
    };
    let by_password = send(&site, form(format!("Basic {basic}"))).await;
    assert_eq!(by_password.status(), StatusCode::FORBIDDEN);
    let by_token = send(&site, form(format!("Bearer {token}"))).await;
    assert_eq!(by_token.status(), StatusCode::SEE_OTHER);
    let json = |kind| {
        let body = "{\"name\":\"two\"}";
        post("/api/v1/communities", kind, format!("Basic {basic}"), body)
    };
    let as_json = send(&site, json("application/json")).await;
    assert_eq!(as_json.status(), StatusCode::OK);
    // What a form of another site can send as a body is no JSON to us.
    let as_text = send(&site, json("text/plain")).await;
    assert_eq!(as_text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
