//! Peers: how exchanging with each goes.

use app::party::Organisation;
use app::peer::{
    Direction, Edit, NewPeer, PeerChange, PeerDetails, PeerSecrets, PeerSettings, PeerSummary,
    SecretsChange, WayState, WayView,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::party::needed;
use crate::page::{Page, go, html};
use crate::permission::{ManageParties, Permitted, ReadParties};
use crate::shared::Shared;
use crate::text::Texts;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "peers.html")]
pub(crate) struct PeersPage {
    pub(crate) page: Page,
    pub(crate) peers: Vec<PeerSummary>,
    pub(crate) organisations: Vec<Organisation>,
}

#[derive(Debug, Template)]
#[template(path = "peer.html")]
pub(crate) struct PeerPage {
    pub(crate) page: Page,
    pub(crate) details: PeerDetails,
}

pub(crate) async fn list(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let (peers, organisations) = who
        .ask(&shared, |node, caller| {
            Ok((node.peers(caller)?, node.organisations(caller)?))
        })
        .await?;
    html(&PeersPage {
        page: Page::of(&who),
        peers,
        organisations,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let details = who
        .ask(&shared, move |node, caller| node.peer(caller, &name))
        .await?
        .ok_or_else(Failure::not_found)?;
    html(&PeerPage {
        page: Page::of(&who),
        details,
    })
}

pub(crate) async fn add(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let organisation = needed(&fields, "organisation")?;
    let list = |name: &str| fields.some(name).map(str::to_owned).into_iter().collect();
    let new = NewPeer {
        name: needed(&fields, "name")?,
        organisation: organisation.parse().map_err(|_| Failure::not_found())?,
        settings: PeerSettings {
            direction: Direction::parse(fields.get("direction")).unwrap_or(Direction::Both),
            pull: list("pull"),
            push: list("push"),
            user: fields.some("user").map(str::to_owned),
            ..PeerSettings::of_url(needed(&fields, "url")?)
        },
        secrets: PeerSecrets {
            secret: Some(fields.untrimmed("secret").to_owned()).filter(|text| !text.is_empty()),
            ..PeerSecrets::default()
        },
    };
    who.ask(&shared, move |node, caller| node.add_peer(caller, &new))
        .await?;
    Ok(go("/peers", None))
}

/// Pauses, resumes, or synchronises at once; which one is the form's `step`.
pub(crate) async fn change(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let step = fields.get("step").to_owned();
    let asked = name.clone();
    who.ask(&shared, move |node, caller| match step.as_str() {
        "pause" => node.pause_peer(caller, &asked),
        "resume" => node.resume_peer(caller, &asked),
        _ => node.hasten_peer(caller, &asked),
    })
    .await?;
    Ok(go(&format!("/peers/{}", view::query_value(&name)), None))
}

/// Changes what is exchanged; fields that the form does not have stay as they are.
pub(crate) async fn set(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let change = change_of(&fields)?;
    let asked = name.clone();
    who.ask(&shared, move |node, caller| {
        node.change_peer(caller, &asked, &change)
    })
    .await?;
    Ok(go(&format!("/peers/{}", view::query_value(&name)), None))
}

fn change_of(fields: &Fields) -> Result<PeerChange, Failure> {
    let list = |name: &str| {
        let text = fields.all(name).next()?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Some(lines.map(str::to_owned).collect())
    };
    let user = match fields.all("user").next() {
        None => Edit::Keep,
        Some("") => Edit::Clear,
        Some(user) => Edit::Set(user.to_owned()),
    };
    let secret = match fields.untrimmed("secret") {
        "" if fields.is("forget", "secret") => Edit::Clear,
        "" => Edit::Keep,
        secret => Edit::Set(secret.to_owned()),
    };
    Ok(PeerChange {
        url: fields.some("url").map(str::to_owned),
        direction: Direction::parse(fields.get("direction")),
        pull: list("pull"),
        push: list("push"),
        user,
        types: list("types"),
        interval_secs: number(fields, "interval_secs")?,
        page_objects: number(fields, "page_objects")?,
        overlap_secs: number(fields, "overlap_secs")?,
        reread_hours: number(fields, "reread_hours")?,
        secrets: SecretsChange {
            secret,
            ..SecretsChange::default()
        },
        ..PeerChange::default()
    })
}

/// A number of a form, where there is one.
fn number(fields: &Fields, name: &str) -> Result<Option<u32>, Failure> {
    let value = fields.some(name).map(str::parse).transpose();
    value.map_err(|_| Failure::field("SERVER-FIELD-02", name, format!("`{name}` is not a number")))
}

/// Why a way fails, where it does.
pub(crate) fn failure(way: &WayView) -> &str {
    match (way.failures, &way.failure) {
        (1.., Some(failure)) => failure,
        _ => "",
    }
}

/// The name of a way.
pub(crate) fn way_name(t: &Texts, way: &WayView) -> &'static str {
    match way.way {
        app::peer::Way::Pull => t.peer_pull,
        app::peer::Way::Push => t.peer_push,
    }
}

/// The name of a direction.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass everything by reference"
)]
pub(crate) fn direction_name(t: &Texts, direction: &Direction) -> &'static str {
    match direction {
        Direction::Both => t.peer_both,
        Direction::Pull => t.peer_pull,
        Direction::Push => t.peer_push,
    }
}

/// How a way is, in words.
pub(crate) fn state(t: &Texts, way: &WayView) -> &'static str {
    match way.state {
        WayState::Failing => t.peer_failing,
        WayState::Good => t.peer_good,
        WayState::New => t.peer_new,
        WayState::Paused => t.peer_paused,
    }
}

/// How far a way is behind, in time and, where known, in objects.
pub(crate) fn lag(t: &Texts, way: &WayView) -> String {
    let time = match way.lag_secs {
        None => t.peer_never.to_owned(),
        Some(secs @ 0..120) => format!("{secs} s"),
        Some(secs @ 120..7_200) => format!("{} min", secs / 60),
        Some(secs) => format!("{} h", view::number(&(secs / 3_600))),
    };
    match way.behind {
        Some(behind) if behind > 0 => format!("{time}, {} {}", view::number(&behind), t.objects),
        _ => time,
    }
}

/// A moment to the second, in UTC.
pub(crate) fn moment(at: &jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// When it is tried next: what was never tried has no moment yet.
pub(crate) fn next(t: &Texts, way: &WayView) -> String {
    if way.next_attempt <= jiff::Timestamp::UNIX_EPOCH {
        t.peer_at_once.to_owned()
    } else {
        moment(&way.next_attempt)
    }
}

/// A moment that may not have come yet.
pub(crate) fn perhaps(at: Option<&jiff::Timestamp>) -> String {
    at.map_or_else(|| "–".to_owned(), moment)
}
