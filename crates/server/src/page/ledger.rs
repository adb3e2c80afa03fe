//! The logs: for a member what it was given, for an auditor that of the house with a check of everything.

use app::ledger::verify::LedgerReport;
use app::ledger::{Leaves, Log, SignedHead};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use ledger::checkpoint::SignedCheckpoint;
use ledger::leaf::Leaf;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::{Page, html};
use crate::permission::{Permitted, ReadAudit, ReadFeed};
use crate::shared::Shared;
use crate::text::Texts;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "ledger.html")]
pub(crate) struct LedgerPage {
    pub(crate) page: Page,
    pub(crate) house: bool,
    pub(crate) head: SignedHead,
    /// Whether the signature is that of the key over the head.
    pub(crate) signed: bool,
    /// The latest first.
    pub(crate) rows: Vec<Row>,
    pub(crate) check: Check,
}

/// What became of a check.
#[derive(Debug)]
pub(crate) enum Check {
    /// It was made.
    Made(LedgerReport),
    /// It was not asked for.
    NotAsked,
    /// The logs are too long for a page.
    TooLarge,
}

/// A leaf in a list.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) kind: &'static str,
    pub(crate) what: String,
    pub(crate) when: String,
}

pub(crate) async fn own(
    who: Permitted<ReadFeed>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let (head, leaves) = who
        .ask(&shared, |node, caller| latest(node, caller, Log::Own))
        .await?;
    let page = Page::of(&who);
    html(&ledger_page(page, false, head, &leaves, Check::NotAsked))
}

pub(crate) async fn house(
    who: Permitted<ReadAudit>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let check = Fields::from_pairs(query).is("check", "yes");
    let (head, leaves, check) = who
        .ask(&shared, move |node, caller| {
            let (head, leaves) = latest(node, caller, Log::House)?;
            let check = if !check {
                Check::NotAsked
            } else if node.ledger_leaf_count(caller)? > MAX_CHECKED {
                Check::TooLarge
            } else {
                Check::Made(node.verify_ledger(caller)?)
            };
            Ok((head, leaves, check))
        })
        .await?;
    html(&ledger_page(Page::of(&who), true, head, &leaves, check))
}

fn latest(
    node: &app::node::Node,
    caller: &app::access::Caller,
    log: Log,
) -> Result<(SignedHead, Leaves), app::error::AppError> {
    let head = node.ledger_head(caller, log)?;
    let first = head.head.size.saturating_sub(u64::from(MAX_ROWS));
    let leaves = node.ledger_leaves(caller, log, first, MAX_ROWS)?;
    Ok((head, leaves))
}

pub(crate) fn ledger_page(
    page: Page,
    house: bool,
    head: SignedHead,
    leaves: &Leaves,
    check: Check,
) -> LedgerPage {
    let signed = SignedCheckpoint::parse(&head.note)
        .is_ok_and(|note| note.verify(&head.head.origin, &head.key) == Ok(&head.head));
    let mut rows: Vec<Row> = (leaves.first..)
        .zip(&leaves.leaves)
        .map(|(number, text)| row(page.t, number, text))
        .collect();
    rows.reverse();
    LedgerPage {
        page,
        house,
        head,
        signed,
        rows,
        check,
    }
}

fn row(t: &'static Texts, number: u64, text: &str) -> Row {
    let of = |kind, what: String, at: Option<&jiff::Timestamp>| Row {
        number,
        kind,
        what,
        when: at.map(view::moment).unwrap_or_default(),
    };
    match Leaf::parse(text.as_bytes()) {
        Ok(Leaf::Act {
            act, subject, at, ..
        }) => of(t.ledger_act, format!("{act} {subject}"), Some(&at)),
        Ok(Leaf::Began { at, .. }) => of(t.ledger_began, String::new(), Some(&at)),
        Ok(Leaf::Decided { at, .. }) => of(t.ledger_decided, String::new(), Some(&at)),
        Ok(Leaf::Delivered { at, leaves, .. }) => {
            let ranges: Vec<String> = leaves
                .iter()
                .map(|(first, last)| {
                    if first == last {
                        first.to_string()
                    } else {
                        format!("{first}\u{2013}{last}")
                    }
                })
                .collect();
            of(t.ledger_delivered, ranges.join(", "), Some(&at))
        }
        Ok(Leaf::Given { id, added, .. }) => of(t.ledger_given, id, Some(&added)),
        Ok(Leaf::Head { log, size, .. }) => {
            of(t.ledger_anchor, format!("{} ({size})", log.as_str()), None)
        }
        Ok(Leaf::Withdrawn { id, at, .. }) => of(t.ledger_withdrawn, id, Some(&at)),
        Err(_) => of("", text.to_owned(), None),
    }
}

/// Leaves shown.
const MAX_ROWS: u32 = 50;
/// Leaves of all logs that are checked while somebody waits: some seconds.
const MAX_CHECKED: u64 = 200_000;
