//! Walks through servers with every combination of habits: what the server has is given, or the walk says that it
//! cannot go on.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use taxii::client::Client;
use taxii::client::config::ClientConfig;
use taxii::client::error::ClientError;
use taxii::client::walk::{Quirk, TICK};
use taxii::filter::{Asked, Filter, PageSize};

use crate::client::Server;

/// When the objects were added.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Dates {
    AllEqual,
    Pairs,
    Unique,
}

/// How the server gives `next`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// Every second one is refused.
    Forgotten,
    Given,
    None,
}

/// What the server says of `more`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum More {
    Absent,
    AlwaysFalse,
    Right,
}

/// What the server makes of `limit`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    /// At most three, whatever is asked.
    Capped,
    Honoured,
    Ignored,
}

/// How the server writes the headers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Headers {
    Absent,
    Naive,
    Right,
}

#[derive(Debug, Clone, Copy)]
struct Habits {
    dates: Dates,
    next: Next,
    more: More,
    limit: Limit,
    headers: Headers,
}

struct Odd {
    habits: Habits,
    /// Each with the moment at which it was added, in that order.
    objects: Vec<(Timestamp, String)>,
    asked: Mutex<u32>,
}

const OBJECTS: i64 = 10;

impl Odd {
    fn new(habits: Habits) -> Self {
        let begin = Timestamp::from_second(1_780_000_000).unwrap();
        let objects = (0..OBJECTS).map(|number| {
            let second = match habits.dates {
                Dates::AllEqual => 0,
                Dates::Pairs => number / 2,
                Dates::Unique => number,
            };
            let at = begin + jiff::SignedDuration::from_secs(second);
            (at, format!(r#"{{"id":"x--{number}"}}"#))
        });
        Self {
            habits,
            objects: objects.collect(),
            asked: Mutex::new(0),
        }
    }

    fn answer(&self, query: &str) -> Response {
        let Habits {
            next,
            more,
            limit,
            headers,
            ..
        } = self.habits;
        let size = PageSize {
            default: 100,
            max: 1_000_000,
        };
        let filter = Filter::parse(query, size, Asked::Collection).unwrap();
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        if next == Next::Forgotten && filter.next.is_some() && asked.is_multiple_of(2) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        let matching: Vec<_> = self
            .objects
            .iter()
            .filter(|(at, _)| filter.added_after.is_none_or(|after| *at > after))
            .collect();
        let start: usize = filter.next.map_or(0, |next| next.parse().unwrap());
        let most = match limit {
            Limit::Capped => filter.limit.min(3),
            Limit::Honoured => filter.limit,
            Limit::Ignored => 4,
        };
        let end = matching.len().min(start + most);
        let page = &matching[start.min(end)..end];
        let is_more = end < matching.len();
        let mut body = String::from("{");
        match more {
            More::Absent => {}
            More::AlwaysFalse => body.push_str(r#""more":false,"#),
            More::Right => write!(body, r#""more":{is_more},"#).unwrap(),
        }
        if is_more && next != Next::None {
            write!(body, r#""next":{end},"#).unwrap();
        }
        let texts: Vec<&str> = page.iter().map(|(_, text)| text.as_str()).collect();
        write!(body, r#""objects":[{}]}}"#, texts.join(",")).unwrap();
        let mut map = HeaderMap::new();
        let ends = [("first", page.first()), ("last", page.last())];
        for (name, entry) in ends {
            let Some((at, _)) = entry else { continue };
            let text = match headers {
                Headers::Absent => continue,
                Headers::Naive => format!("{at:.6}").replace('Z', ""),
                Headers::Right => format!("{at:.6}"),
            };
            let name = HeaderName::try_from(format!("x-taxii-date-added-{name}")).unwrap();
            map.insert(name, HeaderValue::try_from(text).unwrap());
        }
        (map, body).into_response()
    }
}

async fn answer(State(odd): State<Arc<Odd>>, request: Request) -> Response {
    odd.answer(request.uri().query().unwrap_or_default())
}

/// What walks give until one gives nothing new, and the server's quirks, each beginning a tick before where the last one ended.
fn walk_all(client: &Client, root: &str) -> Result<(BTreeSet<String>, Vec<Quirk>), ClientError> {
    let mut found = BTreeSet::new();
    let mut quirks = Vec::new();
    let mut position: Option<Timestamp> = None;
    for _ in 0..50 {
        let filter = Filter {
            added_after: position.map(|at| at - TICK),
            ..Filter::everything(2)
        };
        let before = found.len();
        let mut walk = client.walk(root, "c", &filter);
        for page in walk.by_ref() {
            let page = page?;
            found.extend(page.objects.iter().map(ToString::to_string));
            quirks.extend(page.quirks);
            position = position.max(page.position);
        }
        assert!(walk.is_complete(), "more pages than there can be");
        if found.len() == before {
            return Ok((found, quirks));
        }
    }
    panic!("no end");
}

#[test]
fn nothing_is_missed_whatever_the_habits_of_the_server() {
    let mut lines = String::new();
    for dates in [Dates::Unique, Dates::Pairs, Dates::AllEqual] {
        for next in [Next::Given, Next::Forgotten, Next::None] {
            for more in [More::Right, More::Absent, More::AlwaysFalse] {
                for limit in [Limit::Honoured, Limit::Capped, Limit::Ignored] {
                    for headers in [Headers::Right, Headers::Naive, Headers::Absent] {
                        let habits = Habits {
                            dates,
                            next,
                            more,
                            limit,
                            headers,
                        };
                        let odd = Arc::new(Odd::new(habits));
                        let app = Router::new().fallback(answer).with_state(odd);
                        let server = Server::new(app);
                        let client = Client::new(ClientConfig {
                            max_pages: 200,
                            ..server.config()
                        })
                        .unwrap();
                        let root = format!("{}/r/", server.origin);
                        let outcome = match walk_all(&client, &root) {
                            Ok((found, _)) if found.len() == 10 => continue,
                            Ok((found, _)) => format!("{} of 10", found.len()),
                            Err(ClientError::Stuck { .. }) => "stuck".to_owned(),
                            Err(error) => error.to_string(),
                        };
                        writeln!(
                            lines,
                            "dates {dates:?}, next {next:?}, more {more:?}, limit {limit:?}, headers {headers:?}: {}",
                            outcome.replace(&server.origin, "")
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    // Everything that is not listed there gives all ten objects.
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/walk.txt", &lines);
}
