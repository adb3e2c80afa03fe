//! What was seen where: the words of Zeek's intelligence framework.

use std::fmt;
use std::net::IpAddr;

/// A log that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Connections.
    Conn,
    /// DNS requests with their answers.
    Dns,
    /// Files seen in transfer.
    Files,
    /// HTTP requests with their responses.
    Http,
    /// Mail transfer.
    Smtp,
    /// TLS handshakes.
    Ssl,
}

impl Log {
    /// The name as Zeek writes it into `_path`.
    pub fn name(self) -> &'static str {
        crate::source::of(self).path
    }

    /// The log of a `_path`.
    pub fn from_name(name: &str) -> Option<Self> {
        crate::source::ALL
            .iter()
            .find(|source| source.path == name)
            .map(|source| source.log)
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a value was seen, named as Zeek's `Intel::Where`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    /// The originator of a connection.
    ConnOrig,
    /// The responder of a connection.
    ConnResp,
    /// The name asked for.
    DnsRequest,
    /// An address or name in the answer.
    DnsResponse,
    /// The hash of a file in transfer.
    FilesHash,
    /// The name of a file in transfer.
    FilesName,
    /// The `Host` header.
    HttpHostHeader,
    /// The `Referer` header.
    HttpReferrerHeader,
    /// The URL requested.
    HttpUrl,
    /// The `User-Agent` header.
    HttpUserAgentHeader,
    /// The `From` header of a mail.
    SmtpFrom,
    /// The sender on the envelope.
    SmtpMailFrom,
    /// A recipient on the envelope.
    SmtpRcptTo,
    /// The `Reply-To` header of a mail.
    SmtpReplyTo,
    /// A recipient in the `To` header of a mail.
    SmtpTo,
    /// The server name that the client asks for.
    SslServerName,
    /// A certificate of the server's chain.
    X509Cert,
}

impl Where {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::ConnOrig,
        Self::ConnResp,
        Self::DnsRequest,
        Self::DnsResponse,
        Self::FilesHash,
        Self::FilesName,
        Self::HttpHostHeader,
        Self::HttpReferrerHeader,
        Self::HttpUrl,
        Self::HttpUserAgentHeader,
        Self::SmtpFrom,
        Self::SmtpMailFrom,
        Self::SmtpRcptTo,
        Self::SmtpReplyTo,
        Self::SmtpTo,
        Self::SslServerName,
        Self::X509Cert,
    ];

    /// Zeek's name: `DNS::IN_REQUEST`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnOrig => "Conn::IN_ORIG",
            Self::ConnResp => "Conn::IN_RESP",
            Self::DnsRequest => "DNS::IN_REQUEST",
            Self::DnsResponse => "DNS::IN_RESPONSE",
            Self::FilesHash => "Files::IN_HASH",
            Self::FilesName => "Files::IN_NAME",
            Self::HttpHostHeader => "HTTP::IN_HOST_HEADER",
            Self::HttpReferrerHeader => "HTTP::IN_REFERRER_HEADER",
            Self::HttpUrl => "HTTP::IN_URL",
            Self::HttpUserAgentHeader => "HTTP::IN_USER_AGENT_HEADER",
            Self::SmtpFrom => "SMTP::IN_FROM",
            Self::SmtpMailFrom => "SMTP::IN_MAIL_FROM",
            Self::SmtpRcptTo => "SMTP::IN_RCPT_TO",
            Self::SmtpReplyTo => "SMTP::IN_REPLY_TO",
            Self::SmtpTo => "SMTP::IN_TO",
            Self::SslServerName => "SSL::IN_SERVER_NAME",
            Self::X509Cert => "X509::IN_CERT",
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value of an event with the place where it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// What kind of value it is.
    pub value: Value<'a>,
    /// The value as it stands in the log; a URL as it was put together of its parts.
    pub text: &'a str,
    /// Where.
    pub place: Where,
}

/// A value seen, read as far as looking it up needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// An IPv4 or IPv6 address; an IPv4 address mapped into IPv6 is the IPv4 address.
    Address(IpAddr),
    /// A SHA-256 fingerprint of a certificate.
    CertificateSha256(&'a str),
    /// A SHA-1 fingerprint of a certificate.
    CertificateSha1(&'a str),
    /// A domain name, in any case, perhaps with the root's dot.
    Domain(&'a str),
    /// A mail address without display name.
    Email(&'a str),
    /// The MD5 hash of a file.
    FileMd5(&'a str),
    /// The name of a file.
    FileName(&'a str),
    /// The SHA-1 hash of a file.
    FileSha1(&'a str),
    /// The SHA-256 hash of a file.
    FileSha256(&'a str),
    /// An absolute URL, not yet normalised.
    Url(&'a str),
    /// A user agent, compared exactly.
    UserAgent(&'a str),
}
