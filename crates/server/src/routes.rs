//! All routes, and what surrounds them.

use std::sync::Arc;

use app::exchange::{ROOT, TaxiiService};
use app::node::Node;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::error::Failure;
use crate::page::{
    about, account, dashboard, entry, incident, ledger, object, organisation, party, peer, policy,
    quarantine, query, release, request, rule, see_as,
};
use crate::permission::{ReadAudit, ReadFeed, Route};
use crate::shared::Shared;
use crate::turn::Turns;
use crate::{
    RouteEntry, ServerConfig, api, api_ledger, api_life, api_party, api_peer, asset,
    authentication, layers,
};

fn routes() -> Vec<Route> {
    vec![
        Route::get("/", dashboard::show),
        Route::open("GET", "/assets/{name}", get(asset::serve)),
        Route::get("/about", about::show),
        Route::open("GET", "/language/{code}", get(about::set_language)),
        Route::open("GET", "/sign-in", get(account::sign_in_form)),
        Route::open("POST", "/sign-in", post(account::sign_in)),
        Route::open("GET", "/sign-in/once/{token}", get(account::once_form)),
        Route::open("POST", "/sign-in/once", post(account::sign_in_once)),
        Route::post("/sign-out", account::sign_out),
        Route::get("/password", account::password_form),
        Route::post("/password", account::set_password),
        Route::get("/incidents", incident::list),
        Route::post("/incidents", incident::register),
        Route::get("/incidents/new", incident::form),
        Route::get("/incidents/{number}", incident::show),
        Route::post("/incidents/{number}/objects", incident::link),
        Route::get("/objects", object::list),
        Route::post("/objects", entry::enter),
        Route::get("/objects/new", entry::form),
        Route::get("/objects/{id}", object::show),
        Route::post("/objects/{id}/conditions", object::change_conditions),
        Route::get("/releases", release::list),
        Route::post("/releases", release::confirm),
        Route::get("/releases/new", release::form),
        Route::post("/releases/preview", release::preview),
        Route::get("/releases/{id}", release::show),
        Route::post("/releases/{id}/withdraw", release::withdraw),
        Route::get("/requests", request::list),
        Route::post("/requests", release::ask),
        Route::get("/requests/{id}", request::show),
        Route::post("/requests/{id}/confirm", request::confirm),
        Route::post("/requests/{id}/reject", request::reject),
        Route::get("/rules", rule::list),
        Route::get("/rules/new", rule::form),
        Route::get("/rules/{id}", rule::show),
        Route::post("/rules/{id}", rule::set),
        Route::get("/queries", query::list),
        Route::post("/queries", query::save),
        Route::get("/queries/{id}", query::show),
        Route::post("/queries/{id}/remove", query::remove),
        Route::get("/policy", policy::show),
        Route::post("/policy", policy::set),
        Route::get("/quarantine", quarantine::list),
        Route::post("/quarantine/judge", quarantine::judge),
        Route::get("/quarantine/{number}", quarantine::show),
        Route::get("/see-as", see_as::show),
        Route::get("/ledger", ledger::own),
        Route::get("/ledger/house", ledger::house),
        Route::get("/parties", party::list),
        Route::post("/parties/organisations", party::add_organisation),
        Route::get("/parties/organisations/{id}", organisation::show),
        Route::post("/parties/organisations/{id}", organisation::set),
        Route::post("/parties/organisations/{id}/remove", organisation::remove),
        Route::get("/parties/owner", organisation::owner),
        Route::post("/parties/communities", party::add_community),
        Route::post("/parties/communities/{id}", party::set_community),
        Route::post("/parties/members", party::add_member),
        Route::post("/parties/persons", party::add_person),
        Route::post("/parties/persons/{login}", party::set_person),
        Route::post("/parties/trust", party::set_trust),
        Route::get("/peers", peer::list),
        Route::post("/peers", peer::add),
        Route::get("/peers/{name}", peer::show),
        Route::post("/peers/{name}", peer::change),
        Route::post("/peers/{name}/settings", peer::set),
        Route::open("GET", "/api/v1/health", get(api::health)),
        Route::get("/api/v1/whoami", api::who_am_i),
        Route::get("/api/v1/objects", api::objects),
        Route::post("/api/v1/objects", api::entry::enter),
        Route::get("/api/v1/objects/{id}", api::object),
        Route::post(
            "/api/v1/objects/{id}/conditions",
            api::entry::change_conditions,
        ),
        Route::get("/api/v1/incidents", api::incidents),
        Route::get("/api/v1/incidents/{number}", api::incident),
        Route::post(
            "/api/v1/organisations/{id}/trust",
            api::quarantine::set_trust,
        ),
        Route::get("/api/v1/quarantine", api::quarantine::list),
        Route::post("/api/v1/quarantine/judge", api::quarantine::judge),
        Route::get("/api/v1/quarantine/{number}", api::quarantine::show),
        Route::get("/api/v1/peers", api_peer::list),
        Route::post("/api/v1/peers", api_peer::add),
        Route::get("/api/v1/peers/{name}", api_peer::show),
        Route::post("/api/v1/peers/{name}", api_peer::change),
        Route::patch("/api/v1/peers/{name}", api_peer::set),
        Route::get("/api/v1/releases", api::releases),
        Route::post("/api/v1/releases", api_life::confirm),
        Route::post("/api/v1/releases/preview", api_life::preview),
        Route::get("/api/v1/releases/{id}", api_life::release),
        Route::post("/api/v1/releases/{id}/withdraw", api_life::withdraw),
        Route::get("/api/v1/requests", api_life::requests),
        Route::post("/api/v1/requests", api_life::ask),
        Route::get("/api/v1/requests/{id}", api_life::request),
        Route::post("/api/v1/requests/{id}/confirm", api_life::confirm_request),
        Route::post("/api/v1/requests/{id}/reject", api_life::reject_request),
        Route::get("/api/v1/rules", api_life::rules),
        Route::get("/api/v1/rules/{id}", api_life::rule),
        Route::post("/api/v1/rules/{id}/{to}", api_life::set_rule),
        Route::get("/api/v1/queries", api_life::queries),
        Route::post("/api/v1/queries", api_life::save_query),
        Route::get("/api/v1/queries/{id}", api_life::query),
        Route::post("/api/v1/queries/{id}", api_life::change_query),
        Route::post("/api/v1/queries/{id}/remove", api_life::remove_query),
        Route::get("/api/v1/policy", api_life::policy),
        Route::post("/api/v1/policy", api_life::set_policy),
        Route::get("/api/v1/organisations", api_party::organisations),
        Route::post("/api/v1/organisations", api_party::add_organisation),
        Route::post("/api/v1/organisations/{id}", api_party::set_organisation),
        Route::post(
            "/api/v1/organisations/{id}/remove",
            api_party::remove_organisation,
        ),
        Route::get("/api/v1/owner", api_party::owner),
        Route::get("/api/v1/communities", api_party::communities),
        Route::post("/api/v1/communities", api_party::add_community),
        Route::post("/api/v1/communities/{id}", api_party::set_community),
        Route::post("/api/v1/members", api_party::set_member),
        Route::get("/api/v1/memberships", api_party::memberships),
        Route::get("/api/v1/persons", api_party::persons),
        Route::post("/api/v1/persons", api_party::add_person),
        Route::post("/api/v1/persons/{login}", api_party::set_person),
        Route::open("GET", "/api/v1/ledger/key", get(api_ledger::key)),
        Route::get("/api/v1/ledger/head", api_ledger::head::<ReadFeed>),
        Route::get("/api/v1/ledger/leaves", api_ledger::leaves::<ReadFeed>),
        Route::get(
            "/api/v1/ledger/inclusion",
            api_ledger::inclusion::<ReadFeed>,
        ),
        Route::get(
            "/api/v1/ledger/consistency",
            api_ledger::consistency::<ReadFeed>,
        ),
        Route::get("/api/v1/ledger/house/head", api_ledger::head::<ReadAudit>),
        Route::get(
            "/api/v1/ledger/house/leaves",
            api_ledger::leaves::<ReadAudit>,
        ),
        Route::get(
            "/api/v1/ledger/house/inclusion",
            api_ledger::inclusion::<ReadAudit>,
        ),
        Route::get(
            "/api/v1/ledger/house/consistency",
            api_ledger::consistency::<ReadAudit>,
        ),
    ]
}

pub(crate) fn table() -> Vec<RouteEntry> {
    routes().into_iter().map(|route| route.entry).collect()
}

pub(crate) fn router(node: Arc<Node>, config: ServerConfig) -> Router {
    let shared = Shared {
        node,
        config: Arc::new(config),
        turns: Turns::default(),
    };
    let timeout = TimeoutLayer::with_status_code(
        StatusCode::SERVICE_UNAVAILABLE,
        shared.config.request_timeout,
    );
    let mut pages = Router::new();
    for route in routes() {
        pages = pages.route(route.entry.path, route.handler);
    }
    let pages = pages
        .method_not_allowed_fallback(async || Failure::of_status(StatusCode::METHOD_NOT_ALLOWED))
        .fallback(async || Failure::not_found())
        .layer(from_fn_with_state(shared.clone(), authentication::by_any))
        .layer(from_fn_with_state(shared.clone(), layers::same_site))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(PAGE_BODY_BYTES))
        .layer(timeout)
        .layer(from_fn(layers::present));
    let taxii_timeout = TimeoutLayer::with_status_code(
        StatusCode::SERVICE_UNAVAILABLE,
        shared.config.request_timeout + shared.config.body_timeout,
    );
    let taxii = taxii(&shared)
        .layer(from_fn_with_state(shared.clone(), layers::same_site))
        .layer(taxii_timeout)
        .layer(from_fn(layers::present_taxii));
    taxii
        .merge(pages)
        .layer(from_fn_with_state(shared.clone(), layers::headers))
        .layer(from_fn_with_state(shared.clone(), layers::log))
        .with_state(shared)
}

/// TAXII at `/taxii2/`, and the API root also below `/` for discovery resources that say so.
fn taxii(shared: &Shared) -> Router<Shared> {
    let config = taxii::routes::Config {
        page_size: shared.config.page_size,
        max_content_length: shared.config.max_body_bytes,
        realm: "noroshi".to_owned(),
        body_timeout: shared.config.body_timeout,
        body_idle_timeout: shared.config.body_idle_timeout,
    };
    let service = Arc::new(TaxiiService(Arc::clone(&shared.node)));
    let endpoints = taxii::routes::router(service, config).layer(from_fn_with_state(
        shared.clone(),
        authentication::by_header,
    ));
    Router::new()
        .nest_service("/taxii2", endpoints.clone())
        .route_service(&format!("/{ROOT}"), endpoints.clone())
        .route_service(&format!("/{ROOT}/"), endpoints.clone())
        .route_service(&format!("/{ROOT}/{{*rest}}"), endpoints)
}

/// Longest body of a form or of the JSON API: a release that names 10,000 objects has 600 kB.
const PAGE_BODY_BYTES: usize = 1024 * 1024;
