//! Zeek's `ssl.log`: the server name asked for and the certificates shown.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Ssl,
    path: "ssl",
    telltales: &["cipher"],
    fields: &[
        Field {
            name: "server_name",
            holds: Holds::Domain,
            place: Where::SslServerName,
        },
        Field {
            name: "cert_chain_fps",
            holds: Holds::CertificateSha256,
            place: Where::X509Cert,
        },
    ],
};
