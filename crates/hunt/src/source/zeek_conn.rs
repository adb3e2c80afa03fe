//! Zeek's `conn.log`: who spoke with whom.
//!
//! The other logs repeat the addresses of their connection; they are taken from here only, so that one connection
//! is one observation.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Conn,
    path: "conn",
    telltales: &["conn_state"],
    fields: &[
        Field {
            name: "id.orig_h",
            holds: Holds::Address,
            place: Where::ConnOrig,
        },
        Field {
            name: "id.resp_h",
            holds: Holds::Address,
            place: Where::ConnResp,
        },
    ],
};
