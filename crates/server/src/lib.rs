#![doc = include_str!("../README.md")]

pub mod json;

mod api;
mod api_ledger;
mod api_life;
mod api_party;
mod api_peer;
mod asset;
mod authentication;
mod conditions_input;
pub mod connection;
mod error;
mod fields;
mod graph;
mod input;
mod language;
mod layers;
mod page;
mod permission;
mod proposal_input;
mod routes;
mod shared;
mod steady;
mod text;
pub mod tls;
mod turn;
mod view;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::connection::{ConnectionLimits, Connections};

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The URL under which browsers reach the node, without a path: what they send from there is its own pages'.
    pub public_url: String,
    /// Whether cookies are sent over TLS only; true wherever browsers come by TLS.
    pub secure_cookies: bool,
    /// The name of the session's cookie. Browsers tell hosts apart, not ports: two nodes on one host need two names.
    pub session_cookie: String,
    /// Longest body of a TAXII request; pages and the JSON API take at most 1 MiB.
    pub max_body_bytes: usize,
    /// Whether a reverse proxy stands in front: then the last address in `X-Forwarded-For`, which is the one that it
    /// put there, is where a request comes from.
    pub behind_proxy: bool,
    /// How long a request may take, once it is there.
    pub request_timeout: Duration,
    /// How long the body of a TAXII request may take.
    pub body_timeout: Duration,
    /// Longest pause in such a body.
    pub body_idle_timeout: Duration,
    /// Entries of a TAXII page, by default and at most.
    pub page_size: taxii::filter::PageSize,
}

/// One line of the table of routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEntry {
    /// The HTTP method.
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
}

/// Who may ask for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not.
    Anybody,
    /// Whoever may do this.
    Action(app::access::Action),
    /// Whoever is signed in.
    SignedIn,
}

/// Everything that the node answers over HTTP: pages, JSON API, TAXII.
pub fn router(node: Arc<app::node::Node>, config: ServerConfig) -> Router {
    routes::router(node, config)
}

/// The routes of pages and JSON API, each with the access that its handler's signature asks for.
pub fn route_table() -> Vec<RouteEntry> {
    routes::table()
}

/// Answers connections without TLS until `shutdown` is ready, then finishes the answers under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let connections = Connections {
        limits: ConnectionLimits::STANDARD,
        tls: None,
    };
    connection::serve(listener, router, connections, shutdown).await;
}

/// As [`serve`], with TLS or with limits of one's own.
pub async fn serve_connections(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    connection::serve(listener, router, connections, shutdown).await;
}
