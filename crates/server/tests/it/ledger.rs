use app::access::Role;
use app::party::NewPerson;
use app::sharing::ReleaseRequest;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use ledger::checkpoint::{Origin, SignedCheckpoint};
use ledger::hash::Hash;
use ledger::key::VerifyingKey;
use ledger::leaf::Leaf;
use ledger::proof::{verify_consistency, verify_inclusion};
use release::terms::Recipient;
use serde_json::Value;
use stix::marking::Tlp;
use tower::ServiceExt as _;

use crate::{Site, site};

async fn get(site: &Site, path: &str, token: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).unwrap();
    let response = site.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn json(site: &Site, path: &str, token: &str) -> Value {
    let (status, text) = get(site, path, Some(token)).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// A token of a service of the carrier.
fn service(site: &Site, login: &str) -> String {
    let admin = site.node.local_caller().unwrap();
    let organisations = site.node.organisations(&admin).unwrap();
    let carrier = organisations
        .iter()
        .find(|one| one.name.starts_with("東都"))
        .unwrap();
    let new = NewPerson {
        login: login.to_owned(),
        name: login.to_owned(),
        organisation: carrier.id,
        role: Role::Service,
    };
    site.node.add_person(&admin, &new).unwrap();
    site.node.create_token(&admin, login, "test", None).unwrap()
}

fn proof(value: &Value) -> Vec<Hash> {
    let list = value["proof"].as_array().unwrap().iter();
    list.map(|hash| Hash::parse(hash.as_str().unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn a_partner_checks_over_http_what_it_was_given() {
    let site = site();
    let (_, actor) = site.fill();
    let token = service(&site, "carrier");
    let admin = site.node.local_caller().unwrap();
    let request = ReleaseRequest {
        objects: vec![actor],
        with_references: true,
        recipients: vec![Recipient::Community(
            site.node.communities(&admin).unwrap()[0].id,
        )],
        ceiling: Tlp::Amber,
        cuts: Vec::new(),
        from: None,
        until: None,
        reason: "to be acted on".to_owned(),
    };
    let empty = json(&site, "/api/v1/ledger/head", &token).await;
    assert_eq!(empty["size"], 0);
    site.node.confirm(&admin, &request).unwrap();
    let objects = "/taxii2/noroshi/collections/6e6f726f-7368-4000-8000-72656c656173/objects/";
    let envelope = json(&site, objects, &token).await;
    let given = envelope["objects"].as_array().unwrap();
    assert!(!given.is_empty());

    let (status, key) = get(&site, "/api/v1/ledger/key", None).await;
    assert_eq!(status, StatusCode::OK, "the key is for everybody");
    let key: Value = serde_json::from_str(&key).unwrap();
    let key = VerifyingKey::parse(key["key"].as_str().unwrap()).unwrap();
    let head = json(&site, "/api/v1/ledger/head", &token).await;
    let origin = Origin::new(head["origin"].as_str().unwrap()).unwrap();
    let note = SignedCheckpoint::parse(head["note"].as_str().unwrap()).unwrap();
    let head = note.verify(&origin, &key).unwrap();
    for object in given {
        let id = object["id"].as_str().unwrap();
        let path = format!("/api/v1/ledger/inclusion?id={id}&size={}", head.size);
        let found = json(&site, &path, &token).await;
        let text = found["leaf"].as_str().unwrap();
        let Leaf::Given { id: named, .. } = Leaf::parse(text.as_bytes()).unwrap() else {
            panic!("{text}");
        };
        assert_eq!(named, id);
        let index = found["index"].as_u64().unwrap();
        let leaf = Hash::leaf(text.as_bytes());
        verify_inclusion(leaf, index, head.size, head.root, &proof(&found)).unwrap();
    }
    let old = json(&site, "/api/v1/ledger/inclusion?leaf=0&size=1", &token).await;
    let old_root = Hash::parse(old["root"].as_str().unwrap()).unwrap();
    let found = json(&site, "/api/v1/ledger/consistency?old=1", &token).await;
    verify_consistency((1, old_root), (head.size, head.root), &proof(&found)).unwrap();
    let leaves = json(&site, "/api/v1/ledger/leaves?first=1&limit=2", &token).await;
    let rest = u64::try_from(leaves["leaves"].as_array().unwrap().len()).unwrap();
    assert_eq!(rest, (head.size - 1).min(2));
    assert_eq!(leaves["size"], head.size);

    // Of the house's log and of others' nothing is to be had.
    for path in ["head", "leaves", "inclusion?leaf=0", "consistency"] {
        let path = format!("/api/v1/ledger/house/{path}");
        let (status, _) = get(&site, &path, Some(&token)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
    }
    let wrong = ["leaf=99", "leaf=-1", "leaf=x", "", "id=x", "leaf=0&size=99"];
    for query in wrong {
        let path = format!("/api/v1/ledger/inclusion?{query}");
        let (status, text) = get(&site, &path, Some(&token)).await;
        assert!(status.is_client_error(), "{path}: {status} {text}");
    }
    // What is sent to the server of an organisation stands in a log of its own, which all its members may read.
    let own = json(&site, "/api/v1/ledger/head?log=own", &token).await;
    assert_eq!(own["origin"], origin.as_str());
    let whole = "/api/v1/ledger/head?log=organisation";
    let first = json(&site, whole, &token).await;
    let second = json(&site, whole, &service(&site, "carrier-two")).await;
    assert_ne!(first["origin"], origin.as_str());
    assert_eq!(
        (&first["origin"], &first["size"]),
        (&second["origin"], &serde_json::json!(0))
    );
    for log in ["house", "public", "x"] {
        for path in ["head", "leaves", "inclusion", "consistency"] {
            let path = format!("/api/v1/ledger/{path}?leaf=0&log={log}");
            let (status, _) = get(&site, &path, Some(&token)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        }
    }
    let huge = format!("/api/v1/ledger/leaves?first={}", u64::MAX);
    assert_eq!(
        json(&site, &huge, &token).await["leaves"],
        serde_json::json!([])
    );
    let (status, page) = get(&site, "/ledger", Some(&token)).await;
    assert!(
        status.is_success() && page.contains(origin.as_str()),
        "{page}"
    );
}

#[tokio::test]
async fn an_auditor_checks_everything_on_a_page() {
    let site = site();
    site.fill();
    let token = site.token(Role::Auditor);
    let head = json(&site, "/api/v1/ledger/house/head", &token).await;
    assert!(head["size"].as_u64().unwrap() > 0);
    let (status, page) = get(&site, "/ledger/house?check=yes", Some(&token)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("class=\"notice good\""), "{page}");
    assert_eq!(
        get(&site, "/ledger", Some(&token)).await.0,
        StatusCode::FORBIDDEN
    );
}
