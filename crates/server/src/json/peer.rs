//! Peers, in JSON. No credential is in it.

use app::peer::{PeerChanged, PeerDetails, PeerSummary, WayView};
use serde_json::{Value, json};

/// A peer in a list.
pub fn summary(peer: &PeerSummary) -> Value {
    let settings = &peer.settings;
    json!({
        "name": peer.name,
        "organisation": peer.organisation,
        "url": settings.url,
        "direction": settings.direction.name(),
        "pull": settings.pull,
        "push": settings.push,
        "user": settings.user,
        "types": settings.types,
        "interval_secs": settings.interval_secs,
        "page_objects": settings.page_objects,
        "overlap_secs": settings.overlap_secs,
        "reread_hours": settings.reread_hours,
        "paused": peer.is_paused,
        "ways": peer.ways.iter().map(way).collect::<Vec<_>>(),
    })
}

/// A peer with everything that is known of it.
pub fn details(details: &PeerDetails) -> Value {
    let cursors = details.cursors.iter().map(|one| {
        json!({
            "way": one.way.name(),
            "collection": one.collection,
            "position": one.position.to_string(),
            "overlap_secs": one.overlap_secs,
        })
    });
    let refusals = details.refusals.iter().map(|one| {
        json!({
            "way": one.way.name(),
            "object": one.object,
            "version": one.version,
            "reason": one.reason,
            "at": one.at.to_string(),
        })
    });
    json!({
        "summary": summary(&details.summary),
        "cursors": cursors.collect::<Vec<_>>(),
        "refusals": refusals.collect::<Vec<_>>(),
        "events": events(details),
        "pending": details.pending,
    })
}

/// What a change of a peer came to.
pub fn changed(changed: &PeerChanged) -> Value {
    let ways = changed.begins_anew.iter().map(|way| way.name());
    json!({ "changed": changed.changed, "begins_anew": ways.collect::<Vec<_>>() })
}

/// What happened with a peer, the latest first.
pub fn events(details: &PeerDetails) -> Value {
    let events = details
        .events
        .iter()
        .map(|one| json!({ "at": one.at.to_string(), "way": one.way.name(), "text": one.text }));
    Value::Array(events.collect())
}

fn way(view: &WayView) -> Value {
    let text = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
    json!({
        "way": view.way.name(),
        "state": view.state.name(),
        "last_attempt": text(view.last_attempt),
        "last_success": text(view.last_success),
        "last_failure": text(view.last_failure),
        "failure": view.failure,
        "failures": view.failures,
        "next_attempt": view.next_attempt.to_string(),
        "moved": view.moved,
        "unchanged": view.unchanged,
        "refused": view.refused,
        "behind": view.behind,
        "lag_secs": view.lag_secs,
    })
}
