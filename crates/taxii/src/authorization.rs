//! The `Authorization` header, §1.6.9: HTTP Basic, which every TAXII client has, and bearer tokens.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::limits;

/// What somebody says to prove who they are.
#[derive(Clone, PartialEq, Eq)]
pub enum Authorization {
    /// RFC 7617.
    Basic {
        /// The user.
        login: String,
        /// The password.
        password: String,
    },
    /// RFC 6750.
    Bearer(String),
}

impl Authorization {
    /// Reads the value of the header; none where it is of another scheme or malformed.
    pub fn parse(value: &str) -> Option<Self> {
        if value.len() > limits::AUTHORIZATION_BYTES {
            return None;
        }
        let (scheme, rest) = value.split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return (!rest.is_empty()).then(|| Self::Bearer(rest.to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        // RFC 7617 §2: the login has no colon, the password may.
        let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (login, password) = decoded.split_once(':')?;
        Some(Self::Basic {
            login: login.to_owned(),
            password: password.to_owned(),
        })
    }
}

// Without the secrets.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
        })
    }
}
