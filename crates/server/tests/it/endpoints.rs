//! Every endpoint as everybody: what is not in the table fails.

use std::fmt::Write as _;

use app::access::{Role, allowed, allowed_in_small_house};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::Access;

use crate::http::{request, send};
use crate::{Site, house};

/// What TAXII 2.1 §4 and §5 define.
const TAXII: [(&str, &str); 11] = [
    ("GET", "/taxii2/"),
    ("GET", "/taxii2/noroshi/"),
    (
        "GET",
        "/taxii2/noroshi/status/00000000-0000-4000-8000-000000000001/",
    ),
    ("GET", "/taxii2/noroshi/collections/"),
    ("GET", "/taxii2/noroshi/collections/COLLECTION/"),
    ("GET", "/taxii2/noroshi/collections/COLLECTION/manifest/"),
    ("GET", "/taxii2/noroshi/collections/COLLECTION/objects/"),
    ("POST", "/taxii2/noroshi/collections/COLLECTION/objects/"),
    (
        "GET",
        "/taxii2/noroshi/collections/COLLECTION/objects/OBJECT/",
    ),
    (
        "DELETE",
        "/taxii2/noroshi/collections/COLLECTION/objects/OBJECT/",
    ),
    (
        "GET",
        "/taxii2/noroshi/collections/COLLECTION/objects/OBJECT/versions/",
    ),
];

/// Somebody who calls, with a token where there is one.
struct Caller<'s> {
    name: &'static str,
    site: &'s Site,
    token: Option<String>,
    /// Whether the table of roles lets them do an action; nobody may do anything.
    may: Box<dyn Fn(app::access::Action) -> bool>,
}

fn callers<'s>(large: &'s Site, small: &'s Site) -> Vec<Caller<'s>> {
    let admin = large.node.local_caller().unwrap();
    let known = large.node.organisations(&admin).unwrap();
    let carrier = known.iter().find(|one| !one.own).unwrap().id;
    let closed = large.token_of("closed", Role::Releaser, admin.organisation());
    large.node.set_disabled(&admin, "closed", true).unwrap();
    let of_the_house = |action: app::access::Action| !allowed(Role::Member, action);
    let mut callers = vec![
        Caller {
            name: "nobody",
            site: large,
            token: None,
            may: Box::new(|_| false),
        },
        Caller {
            name: "closed account",
            site: large,
            token: Some(closed),
            may: Box::new(|_| false),
        },
    ];
    for (name, role) in [("member", Role::Member), ("service", Role::Service)] {
        callers.push(Caller {
            name,
            site: large,
            token: Some(large.token_of(name, role, carrier)),
            may: Box::new(move |action| allowed(role, action)),
        });
    }
    // A role of the house gives nobody outside it anything of the house.
    callers.push(Caller {
        name: "releaser elsewhere",
        site: large,
        token: Some(large.token_of("elsewhere", Role::Releaser, carrier)),
        may: Box::new(move |action| allowed(Role::Releaser, action) && !of_the_house(action)),
    });
    for role in [
        Role::Analyst,
        Role::Auditor,
        Role::Releaser,
        Role::Administrator,
    ] {
        callers.push(Caller {
            name: role.name(),
            site: large,
            token: Some(large.token(role)),
            may: Box::new(move |action| allowed(role, action)),
        });
    }
    callers.push(Caller {
        name: "administrator of a small house",
        site: small,
        token: Some(small.token(Role::Administrator)),
        may: Box::new(|action| allowed_in_small_house(Role::Administrator, action)),
    });
    callers
}

#[tokio::test]
async fn every_endpoint_answers_everybody_as_the_table_says() {
    let (large, small) = (house(false), house(true));
    large.fill();
    small.fill();
    let callers = callers(&large, &small);
    let mut table = String::new();
    for (at, caller) in (1..).zip(&callers) {
        writeln!(table, "{at:>2} {}", caller.name).unwrap();
    }
    table.push('\n');
    for entry in server::route_table() {
        let mut line = format!("{:4} {:38}", entry.method, entry.path);
        for caller in &callers {
            let mut request = request(&entry);
            if let Some(token) = &caller.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let response = send(caller.site, request.body(Body::empty()).unwrap()).await;
            let status = response.status();
            let place = format!("{} {} as {}", entry.method, entry.path, caller.name);
            assert!(!status.is_server_error(), "{place}");
            let let_in = status != StatusCode::FORBIDDEN
                && status != StatusCode::UNAUTHORIZED
                && !to_sign_in(&response);
            let may = match entry.access {
                Access::Anybody => true,
                Access::SignedIn => caller.name != "nobody" && caller.name != "closed account",
                Access::Action(action) => (caller.may)(action),
            };
            // Signing in redirects or refuses on its own, and a token that is worth nothing is refused even where none
            // is needed.
            let own_way = entry.path.starts_with("/sign-")
                || (entry.access == Access::Anybody && caller.name == "closed account");
            if !own_way {
                assert_eq!(let_in, may, "{place}: {status}");
            }
            write!(line, " {}", status.as_u16()).unwrap();
        }
        writeln!(table, "{line}").unwrap();
    }
    table.push('\n');
    let collections = [
        ("anonymous-inbox", app::exchange::ANONYMOUS_INBOX),
        ("inbox", app::exchange::INBOX),
        ("releases", app::exchange::RELEASES),
        ("submissions", app::exchange::SUBMISSIONS),
    ];
    for (method, path) in TAXII {
        let of_collection = path.contains("COLLECTION");
        for (name, collection) in collections {
            if !of_collection && name != "inbox" {
                continue;
            }
            let shown = path.replace("COLLECTION", name);
            let object = "malware--00000000-0000-4000-8000-000000000001";
            let asked = path
                .replace("COLLECTION", &collection.to_string())
                .replace("OBJECT", object);
            let mut line = format!("{method:6} {shown:66}");
            for caller in &callers {
                let mut request = Request::builder()
                    .method(method)
                    .uri(&asked)
                    .header("content-type", "application/taxii+json;version=2.1");
                if let Some(token) = &caller.token {
                    request = request.header("authorization", format!("Bearer {token}"));
                }
                let body = Body::from("{\"objects\": [{\"type\": \"x\"}]}");
                let response = send(caller.site, request.body(body).unwrap()).await;
                assert!(!response.status().is_server_error(), "{method} {shown}");
                if caller.name == "nobody" || caller.name == "closed account" {
                    assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{shown}");
                }
                write!(line, " {}", response.status().as_u16()).unwrap();
            }
            writeln!(table, "{line}").unwrap();
        }
    }
    let folder = env!("CARGO_MANIFEST_DIR");
    testkit::golden::check(folder, "tests/data/endpoints.txt", &table);
}

fn to_sign_in(response: &axum::response::Response) -> bool {
    let location = response.headers().get("location");
    location.is_some_and(|location| location.as_bytes().starts_with(b"/sign-in"))
}
