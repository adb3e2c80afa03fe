//! Zeek's `smtp.log`: sender and recipients of mail.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Smtp,
    path: "smtp",
    telltales: &["helo"],
    fields: &[
        Field {
            name: "mailfrom",
            holds: Holds::Email,
            place: Where::SmtpMailFrom,
        },
        Field {
            name: "rcptto",
            holds: Holds::Email,
            place: Where::SmtpRcptTo,
        },
        Field {
            name: "from",
            holds: Holds::Email,
            place: Where::SmtpFrom,
        },
        Field {
            name: "to",
            holds: Holds::Email,
            place: Where::SmtpTo,
        },
        Field {
            name: "reply_to",
            holds: Holds::Email,
            place: Where::SmtpReplyTo,
        },
    ],
};
