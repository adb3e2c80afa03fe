//! What is withheld leaves no trace: two nodes that differ only in what one organisation may not see answer it with
//! the same bytes, everywhere.
//!
//! A case is made of a number: a history of steps, each of which both nodes take, or the second alone, or each in its
//! own form. After each third of it the organisation asks everything that it can ask of both.
//! `NOROSHI_CASES` says how many histories are tried.

mod cast;
mod dice;
mod world;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::access::{Caller, Role};
use app::guard::Guards;
use app::node::Node;
use app::party::{NewOrganisation, NewPerson};
use app::quarantine::{Judgement, QuarantineQuery, QuarantineState};
use app::sharing::ReleaseRequest;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base::clock::FixedClock;
use base::id_source::IdSource;
use hunt::benign::{List, Lists};
use jiff::{SignedDuration, Timestamp};
use release::party::{OrganisationId, ReleaseId};
use release::terms::Recipient;
use server::Access;
use stix::id::Id;
use stix::marking::Tlp;
use tower::ServiceExt as _;
use uuid::Uuid;

/// Random bytes that can be set back, so that both nodes draw the same where the organisation can see what was drawn.
use self::cast::*;
use self::dice::*;
use self::world::*;

/// Everything that somebody of the carrier can ask: method, path, body.
fn questions(cast: &Cast, round: usize) -> Vec<(&'static str, String, Option<String>)> {
    let mut found = vec![
        ("GET", "/taxii2/".to_owned(), None),
        ("GET", "/noroshi/".to_owned(), None),
        ("GET", "/noroshi/collections/".to_owned(), None),
        (
            "GET",
            format!("/noroshi/status/{}/", Uuid::from_u128(77)),
            None,
        ),
    ];
    let collections = [
        app::exchange::RELEASES,
        app::exchange::INBOX,
        app::exchange::ANONYMOUS_INBOX,
        app::exchange::SUBMISSIONS,
        Uuid::from_u128(5),
    ];
    for collection in collections {
        let base = format!("/noroshi/collections/{collection}");
        found.push(("GET", format!("{base}/"), None));
        for (part, queries) in [("objects", QUERIES), ("manifest", QUERIES)] {
            for query in queries {
                found.push(("GET", format!("{base}/{part}/?{query}"), None));
            }
        }
    }
    let base = format!("/noroshi/collections/{}", app::exchange::RELEASES);
    let unknown = Id::new("indicator", Uuid::from_u128(99)).unwrap();
    let some: Vec<&Id> = cast
        .shown
        .iter()
        .chain(&cast.hidden)
        .chain([&unknown])
        .collect();
    for id in some.iter().rev().take(12) {
        found.push(("GET", format!("{base}/objects/{id}/"), None));
        found.push(("GET", format!("{base}/objects/{id}/versions/"), None));
        let back = format!("/noroshi/collections/{}", app::exchange::SUBMISSIONS);
        found.push(("GET", format!("{back}/objects/{id}/"), None));
        found.push(("GET", format!("{back}/objects/{id}/versions/"), None));
        found.push(("DELETE", format!("{base}/objects/{id}/"), None));
        found.push(("GET", format!("/objects/{id}"), None));
        found.push(("GET", format!("/api/v1/objects/{id}"), None));
        found.push((
            "GET",
            format!("{base}/objects/?match[id]={id}&match[version]=all"),
            None,
        ));
    }
    // What the carrier sends: objects of its own, sightings of what it may or may not know, and guesses.
    let mut sent = Vec::new();
    for (number, id) in some.iter().enumerate().take(8) {
        let own = Uuid::from_u128(u128::try_from(1_000 * (round + 1) + number).unwrap());
        let sighting = Id::new("sighting", own).unwrap();
        sent.extend(object(
            &sighting,
            Tlp::Green,
            false,
            &[(*id).clone()],
            "sent",
            1,
        ));
        sent.extend(object(id, Tlp::Green, false, &[], "guess", 1));
        // Some of them benign for everybody to see, some only for the house of the second node.
        for (at, address) in ["8.8.8.8", "203.0.113.9", "203.0.113.10"]
            .iter()
            .enumerate()
        {
            let own = Uuid::from_u128(u128::try_from(10_000 * (at + 1) + number).unwrap());
            let own = Id::new("indicator", own).unwrap();
            let of = if number % 2 == 0 { &own } else { *id };
            let text = object(of, Tlp::Green, false, &[], "guess", 1);
            sent.extend(text.map(|text| about(&text, address)));
        }
    }
    let body = format!("{{\"objects\":[{}]}}", sent.join(","));
    let inboxes = [
        app::exchange::INBOX,
        app::exchange::ANONYMOUS_INBOX,
        app::exchange::SUBMISSIONS,
    ];
    let inbox = inboxes[round % inboxes.len()];
    let inbox = format!("/noroshi/collections/{inbox}/objects/");
    found.push(("POST", inbox, Some(body)));
    for id in some.iter().rev().take(6) {
        found.push(("GET", format!("/api/v1/ledger/inclusion?id={id}"), None));
    }
    for number in [0, 1, 5, 20] {
        for question in [
            "inclusion?leaf=",
            "consistency?old=",
            "leaves?limit=3&first=",
        ] {
            let path = format!("/api/v1/ledger/{question}{number}");
            found.push(("GET", path, None));
        }
    }
    for entry in server::route_table() {
        let open = entry.access == Access::Anybody;
        if entry.method != "GET" || (open && entry.path.contains("once")) {
            continue;
        }
        let path = entry
            .path
            .replace("{number}", "2026-0001")
            .replace("{code}", "ja")
            .replace("{name}", "style.css")
            .replace("{id}", some[0].as_str());
        found.push(("GET", path, None));
    }
    found
}

const QUERIES: &[&str] = &[
    "",
    "limit=1",
    "limit=3",
    "limit=100",
    "match[type]=indicator",
    "match[type]=report,note,relationship&limit=2",
    "match[version]=all",
    "match[version]=first",
    "match[spec_version]=2.0",
    "added_after=2026-03-01T00:03:00Z",
    "added_after=2026-03-01T00:03:00Z&limit=2&match[version]=all",
];

/// Follows the pages of the releases; every answer.
async fn walk(world: &World, token: &str) -> Vec<String> {
    let base = format!(
        "/noroshi/collections/{}/objects/?limit=2",
        app::exchange::RELEASES
    );
    let mut answers = Vec::new();
    let mut path = base.clone();
    for _ in 0..100 {
        let answer = world.ask("GET", &path, token, None, 9).await;
        let next = answer
            .split_once("\"next\":\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(next, _)| format!("{base}&next={next}"));
        answers.push(answer);
        match next {
            Some(next) => path = next,
            None => break,
        }
    }
    answers
}

async fn compare(seed: u64) -> usize {
    let cast = Cast::of(seed);
    // The second house lists networks of others.
    let mut lists = Lists::default();
    lists.add(List::Network, "203.0.113.0/24").unwrap();
    let guards = Guards {
        lists,
        ..Guards::default()
    };
    let (mut one, mut two) = (world(Guards::default()), world(guards));
    let mut statuses = Vec::new();
    let mut compared = 0;
    let thirds = [
        cast.steps.len() / 3,
        cast.steps.len() * 2 / 3,
        cast.steps.len(),
    ];
    for (number, pair) in cast.steps.iter().enumerate() {
        for (world, step) in [(&mut one, &pair.first), (&mut two, &pair.second)] {
            world.clock.advance(SignedDuration::from_secs(20));
            world
                .ids
                .reset(1_000_003 * u64::try_from(number + 7).unwrap());
            if let Some(step) = step {
                world.take(step).await;
            }
        }
        let Some(round) = thirds.iter().position(|third| *third == number + 1) else {
            continue;
        };
        for at in 0..one.tokens.len() {
            let asked = questions(&cast, round);
            let earlier = statuses
                .iter()
                .map(|path: &String| ("GET", path.clone(), None));
            for (method, path, body) in asked.into_iter().chain(earlier.collect::<Vec<_>>()) {
                // Each request has its own number, the same on both nodes.
                let draw = 5_000 + u64::try_from(compared).unwrap();
                let first = one
                    .ask(method, &path, &one.tokens[at], body.clone(), draw)
                    .await;
                let second = two.ask(method, &path, &two.tokens[at], body, draw).await;
                assert!(
                    first == second,
                    "case {seed}, after step {number}: {method} {path}\n--- without\n{first}\n--- with\n{second}\n{:#?}",
                    &cast.steps[..=number]
                );
                compared += 1;
                if method == "POST" {
                    assert!(first.starts_with("202"), "{first}");
                    let id = first.split("\"id\":\"").nth(1).unwrap();
                    let id = id.split('"').next().unwrap();
                    statuses.push(format!("/noroshi/status/{id}/"));
                }
            }
            let walks = (
                walk(&one, &one.tokens[at]).await,
                walk(&two, &two.tokens[at]).await,
            );
            assert!(
                walks.0 == walks.1,
                "case {seed}, after step {number}: the pages differ"
            );
            compared += walks.0.len();
        }
    }
    compared
}

#[tokio::test]
async fn what_is_withheld_leaves_no_trace_anywhere() {
    let number = |name: &str| testkit::setting::read(name).and_then(|text| text.parse().ok());
    let cases: u64 = number("NOROSHI_CASES").unwrap_or(CASES);
    let first: u64 = number("NOROSHI_FIRST_CASE").unwrap_or(1);
    let mut compared = 0;
    for seed in first..first + cases {
        compared += compare(seed).await;
    }
    assert!(compared > 0);
}

/// Histories tried where nothing else is said: about five thousand answers compared.
const CASES: u64 = 8;
