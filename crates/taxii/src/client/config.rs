//! What a client is told once.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Everything a client needs to know; there are no defaults to be surprised by.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Absolute URL of a discovery resource or of an API root.
    pub url: String,
    /// Who the client is.
    pub credentials: Credentials,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time for one request with its answer.
    pub request_timeout: Duration,
    /// Longest answer, after decompression.
    pub max_body_bytes: u64,
    /// Entries to ask for in one page where the filter names no limit; 0 leaves it to the server.
    pub page_limit: usize,
    /// Most pages of one walk; it can go on from where it stopped.
    pub max_pages: usize,
    /// How often a request is tried again that was answered with 429 or 503.
    pub max_retries: u32,
    /// Longest wait before trying again; where a server asks for more, the request fails at once and says so.
    pub max_retry_wait: Duration,
    /// Name and version of the software, for example `noroshi/1.0`.
    pub user_agent: String,
    /// Whether `http` is allowed to hosts other than this one (§8.5.1 forbids it).
    pub allow_plain_http: bool,
    /// Origins such as `https://taxii.example.org:8443` that get the credentials too, where API roots live elsewhere
    /// than the discovery resource.
    pub trusted_origins: Vec<String>,
    /// Which certificates are believed.
    pub trust: Trust,
    /// What the client shows of itself in the TLS handshake, where the server asks for it (RFC 8446 §4.4.2).
    pub identity: Option<Identity>,
}

/// A client certificate with its key.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate and those that vouch for it, PEM.
    pub certificates: Vec<u8>,
    /// The private key, PEM.
    pub key: Secret,
}

/// Who a client is.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// HTTP Basic, RFC 7617.
    Basic {
        /// The user, without a colon.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A bearer token, RFC 6750.
    Bearer(Secret),
    /// Nobody in particular.
    Nobody,
}

/// A text that is never printed.
#[derive(Clone)]
pub struct Secret(String);

/// Which certificate authorities are believed.
#[derive(Debug, Clone)]
pub enum Trust {
    /// These alone, PEM.
    Pem(Vec<u8>),
    /// Those that browsers believe, as of the build.
    Public,
}

impl Credentials {
    /// What goes into `Authorization`.
    pub(crate) fn header(&self) -> Option<String> {
        match self {
            Self::Basic { user, password } => Some(format!("Basic {}", pair(user, password))),
            Self::Bearer(token) => Some(format!("Bearer {}", token.expose())),
            Self::Nobody => None,
        }
    }

    /// A text without them, should a server have repeated what it was told.
    pub fn redacted(&self, text: &str) -> String {
        let without = |text: &str, secret: &str| match secret {
            "" => text.to_owned(),
            secret => text.replace(secret, REDACTED),
        };
        match self {
            Self::Basic { user, password } => {
                let pair = pair(user, password);
                // Some leave out the filling at the end.
                let text = without(text, pair.trim_end_matches('='));
                without(&text, password.expose())
            }
            Self::Bearer(token) => without(text, token.expose()),
            Self::Nobody => text.to_owned(),
        }
    }
}

/// User and password as HTTP Basic has them (RFC 7617 §2).
fn pair(user: &str, password: &Secret) -> String {
    STANDARD.encode(format!("{user}:{}", password.expose()))
}

impl Secret {
    /// Keeps `text` to itself.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// What stands where a secret stood.
const REDACTED: &str = "(secret)";
