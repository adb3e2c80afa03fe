//! Zeek's `http.log`: requests with their host, target and user agent.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Http,
    path: "http",
    // `sip.log` has `method`, `uri` and `user_agent`, `software.log` has `host`: only together do they tell.
    telltales: &["method", "host"],
    fields: &[
        Field {
            name: "id.resp_p",
            holds: Holds::Port,
            place: Where::HttpUrl,
        },
        Field {
            name: "host",
            holds: Holds::Host,
            place: Where::HttpHostHeader,
        },
        Field {
            name: "uri",
            holds: Holds::RequestTarget,
            place: Where::HttpUrl,
        },
        Field {
            name: "referrer",
            holds: Holds::Url,
            place: Where::HttpReferrerHeader,
        },
        Field {
            name: "user_agent",
            holds: Holds::UserAgent,
            place: Where::HttpUserAgentHeader,
        },
    ],
};
