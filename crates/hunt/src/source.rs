//! The logs that are read: one small file for each, its mapping as data.
//!
//! To add a log: write its file with a [`Source`], add it to [`ALL`], [`of`] and [`Log`].

pub mod zeek_conn;
pub mod zeek_dns;
pub mod zeek_files;
pub mod zeek_http;
pub mod zeek_smtp;
pub mod zeek_ssl;

use crate::seen::{Log, Where};

/// How a log becomes values seen.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Which log.
    pub log: Log,
    /// What Zeek writes into `_path`.
    pub path: &'static str,
    /// Fields that together tell the log where `_path` is absent.
    pub telltales: &'static [&'static str],
    /// The fields that are looked at, no others.
    pub fields: &'static [Field],
}

/// A field of a log.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name as Zeek writes it.
    pub name: &'static str,
    /// What it holds: one value, or a list of them.
    pub holds: Holds,
    /// Where the value was seen.
    pub place: Where,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// An address.
    Address,
    /// The SHA-1 fingerprint of a certificate.
    CertificateSha1,
    /// The SHA-256 fingerprint of a certificate.
    CertificateSha256,
    /// A domain name.
    Domain,
    /// A mail address, perhaps with a display name.
    Email,
    /// An MD5 hash.
    FileMd5,
    /// A file name.
    FileName,
    /// A SHA-1 hash.
    FileSha1,
    /// A SHA-256 hash.
    FileSha256,
    /// A host and perhaps a port.
    Host,
    /// An address or a domain name.
    NameOrAddress,
    /// No value of its own: the port that the request target needs to become a URL.
    Port,
    /// The target of an HTTP request; with the host it makes a URL.
    RequestTarget,
    /// An absolute URL.
    Url,
    /// A user agent.
    UserAgent,
}

/// All logs, in the order of [`Log`].
pub const ALL: [Source; 6] = [
    zeek_conn::SOURCE,
    zeek_dns::SOURCE,
    zeek_files::SOURCE,
    zeek_http::SOURCE,
    zeek_smtp::SOURCE,
    zeek_ssl::SOURCE,
];

/// The source of a log.
pub const fn of(log: Log) -> Source {
    match log {
        Log::Conn => zeek_conn::SOURCE,
        Log::Dns => zeek_dns::SOURCE,
        Log::Files => zeek_files::SOURCE,
        Log::Http => zeek_http::SOURCE,
        Log::Smtp => zeek_smtp::SOURCE,
        Log::Ssl => zeek_ssl::SOURCE,
    }
}
