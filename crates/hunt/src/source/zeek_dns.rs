//! Zeek's `dns.log`: the name asked for and what was answered.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Dns,
    path: "dns",
    telltales: &["query", "qtype"],
    fields: &[
        Field {
            name: "query",
            holds: Holds::Domain,
            place: Where::DnsRequest,
        },
        Field {
            name: "answers",
            holds: Holds::NameOrAddress,
            place: Where::DnsResponse,
        },
    ],
};
