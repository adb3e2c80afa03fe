//! The JSON API, `/api/v1/`: thin over the use cases; failures are `{code, message, diagnostics}`.

pub(crate) mod entry;
pub(crate) mod quarantine;

use app::object::ObjectQuery;
use axum::Json;
use axum::extract::{Path, Query, State};
use base::diagnostic::{Diagnostic, Place, Severity};
use serde_json::{Value, json};
use stix::id::Id;

use crate::error::Failure;
use crate::fields::Fields;
use crate::json;
use crate::permission::{Permitted, ReadObjects, ReadRegister, ReadReleases, SignedIn};
use crate::shared::Shared;

pub(crate) type Answer = Result<Json<Value>, Failure>;
type Parameters = Query<Vec<(String, String)>>;

/// Whether the node answers and its database too; says nothing else, because everybody may ask.
pub(crate) async fn health(State(shared): State<Shared>) -> Answer {
    let is_set_up = shared.ask(app::node::Node::is_set_up).await?;
    Ok(Json(
        json!({ "status": if is_set_up { "ok" } else { "not-set-up" } }),
    ))
}

pub(crate) async fn who_am_i(who: Permitted<SignedIn>) -> Answer {
    let caller = &who.caller;
    Ok(Json(json!({
        "login": caller.login(),
        "name": caller.name(),
        "organisation": caller.organisation().identity().as_str(),
        "role": caller.role().name(),
        "csrf": who.csrf(),
    })))
}

pub(crate) async fn objects(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let query = object_query(&Fields::from_pairs(parameters))?;
    let page = who
        .ask(&shared, move |node, caller| node.objects(caller, &query))
        .await?;
    let objects: Vec<Value> = page.objects.iter().map(json::object::summary).collect();
    Ok(Json(json!({ "objects": objects, "next": page.next })))
}

/// What the parameters `text`, `kind`, `before`, `limit` ask for.
pub(crate) fn object_query(fields: &Fields) -> Result<ObjectQuery, Failure> {
    let before = match fields.some("before") {
        Some(text) => Some(text.parse().map_err(|_| bad_number("before", text))?),
        None => None,
    };
    Ok(ObjectQuery {
        text: fields.get("text").to_owned(),
        kind: fields.some("kind").map(str::to_owned),
        before,
        limit: limit(fields)?,
    })
}

pub(crate) async fn object(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer {
    let id = Id::parse(&id).map_err(|_| Failure::not_found())?;
    let found = who
        .ask(&shared, move |node, caller| node.object(caller, &id))
        .await?
        .ok_or_else(Failure::not_found)?;
    let object: Value =
        serde_json::from_str(&found.json).map_err(|error| Failure::internal(&error))?;
    Ok(Json(json!({
        "summary": json::object::summary(&found.summary),
        "object": object,
        "versions": found.versions,
        "relations": found.relations.iter().map(json::object::relation).collect::<Vec<_>>(),
        "refers_to": found.referred.iter().map(json::object::summary).collect::<Vec<_>>(),
        "sightings": found.sightings.iter().map(json::object::sighting).collect::<Vec<_>>(),
        "releases": found.releases.iter().map(json::release::summary).collect::<Vec<_>>(),
        "conditions": json::object::conditions(&found.conditions),
        "edition_of": found.edition_of.as_ref().map(Id::as_str),
    })))
}

pub(crate) async fn incidents(
    who: Permitted<ReadRegister>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let fields = Fields::from_pairs(parameters);
    let limit = limit(&fields)?;
    let incidents = who
        .ask(&shared, move |node, caller| {
            node.incidents(caller, limit, fields.some("before"))
        })
        .await?;
    let incidents: Vec<Value> = incidents.iter().map(json::incident::summary).collect();
    Ok(Json(json!({ "incidents": incidents })))
}

pub(crate) async fn incident(
    who: Permitted<ReadRegister>,
    State(shared): State<Shared>,
    Path(number): Path<String>,
) -> Answer {
    let found = who
        .ask(&shared, move |node, caller| node.incident(caller, &number))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::incident::details(&found)))
}

pub(crate) async fn releases(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let limit = limit(&Fields::from_pairs(parameters))?;
    let releases = who
        .ask(&shared, move |node, caller| node.releases(caller, limit))
        .await?;
    let releases: Vec<Value> = releases.iter().map(json::release::summary).collect();
    Ok(Json(json!({ "releases": releases })))
}

pub(crate) fn diagnostic(found: &Diagnostic) -> Value {
    let place = match &found.place {
        Place::Whole => Value::Null,
        Place::Pointer(pointer) => json!({ "pointer": pointer }),
        Place::Bytes { start, end } => json!({ "bytes": [start, end] }),
    };
    let severity = match found.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    json!({
        "code": found.code,
        "severity": severity,
        "place": place,
        "message": found.message,
        "help": found.help,
        "section": found.section,
    })
}

fn limit(fields: &Fields) -> Result<u32, Failure> {
    match fields.some("limit") {
        Some(text) => {
            let limit: u32 = text.parse().map_err(|_| bad_number("limit", text))?;
            Ok(limit.clamp(1, MAX_LIMIT))
        }
        None => Ok(DEFAULT_LIMIT),
    }
}

fn bad_number(name: &str, text: &str) -> Failure {
    Failure::field(
        "SERVER-FIELD-02",
        name,
        format!("`{name}` cannot be `{text}`"),
    )
}

/// Entries of a page.
pub(crate) const DEFAULT_LIMIT: u32 = 50;

/// Most entries of a page: 500 rows are a long page and a short query.
const MAX_LIMIT: u32 = 500;
