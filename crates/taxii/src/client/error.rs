//! Why a request to a server failed.

use thiserror::Error;

/// Why a request failed. `attempt` is method and URL, without parameters.
#[derive(Debug, Error)]
pub enum ClientError {
    /// It is not clear which collection is meant.
    #[error("{wanted}, and there are {found}; the server shows {shown}")]
    Collection {
        /// What was looked for.
        wanted: String,
        /// How many there are.
        found: usize,
        /// What the server shows.
        shown: String,
    },
    /// The configuration cannot be used.
    #[error("the configuration cannot be used: {0}")]
    Configuration(&'static str),
    /// The answer is no TAXII.
    #[error("{attempt}: the answer is not what TAXII 2.1 has there: {reason}")]
    NotTaxii {
        /// What was tried.
        attempt: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The URL is not at an origin that gets the credentials.
    #[error("`{url}` is at another origin than configured; name it among the trusted origins")]
    OtherOrigin {
        /// The URL.
        url: String,
    },
    /// The URL is not encrypted.
    #[error(
        "`{url}` is plain http to another machine; credentials and objects could be read on the way"
    )]
    PlainHttp {
        /// The URL.
        url: String,
    },
    /// The server said no.
    #[error("{attempt}: the server answered {status}: {message}")]
    Refused {
        /// What was tried.
        attempt: String,
        /// The HTTP status.
        status: u16,
        /// What the server said of it.
        message: String,
        /// When it wants to be asked again.
        retry_after_secs: Option<u64>,
    },
    /// A request has not been decided in time.
    #[error("the request with status `{id}` is still pending")]
    StillPending {
        /// Id of the status resource.
        id: String,
    },
    /// The server says that there is more, but not where.
    #[error("{attempt}: the server says that there is more but gives no way to go on")]
    Stuck {
        /// What was tried.
        attempt: String,
    },
    /// More than is read or sent at once.
    #[error("{attempt}: more than {max_bytes} bytes")]
    TooLarge {
        /// What was tried.
        attempt: String,
        /// The limit.
        max_bytes: u64,
    },
    /// There was no answer.
    #[error("{attempt}: no answer")]
    Transport {
        /// What was tried.
        attempt: String,
        /// What went wrong.
        #[source]
        source: Box<ureq::Error>,
    },
}
