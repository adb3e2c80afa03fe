//! Where a value must be seen for an indicator to match.

use crate::seen::Where;

/// A set of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places(u32);

impl Places {
    /// Anywhere: `domain-name:value` says that the name was observed, not where.
    pub const ANY: Self = Self(u32::MAX);

    /// `network-traffic:dst_ref`: the responder, by address or by the name asked for.
    ///
    /// A DNS request counts: that is where telemetry shows a destination by its name.
    pub const DESTINATION: Self = Self::of(&[
        Where::ConnResp,
        Where::DnsRequest,
        Where::HttpHostHeader,
        Where::SslServerName,
    ]);

    /// `network-traffic:src_ref`.
    pub const SOURCE: Self = Self::of(&[Where::ConnOrig]);

    /// `domain-name:resolves_to_refs`.
    pub const RESOLVED: Self = Self::of(&[Where::DnsResponse]);

    /// The `Host` header of an `http-request-ext`.
    pub const HOST_HEADER: Self = Self::of(&[Where::HttpHostHeader]);

    /// `email-message:from_ref`.
    pub const MAIL_FROM_HEADER: Self = Self::of(&[Where::SmtpFrom]);

    /// `email-message:sender_ref`.
    pub const MAIL_SENDER: Self = Self::of(&[Where::SmtpMailFrom]);

    /// `email-message:to_refs`.
    pub const MAIL_TO: Self = Self::of(&[Where::SmtpRcptTo, Where::SmtpTo]);

    const fn of(places: &[Where]) -> Self {
        let mut bits = 0;
        let mut rest = places;
        while let [place, after @ ..] = rest {
            bits |= 1 << *place as u32;
            rest = after;
        }
        Self(bits)
    }

    /// Whether `place` is one of them.
    #[inline]
    pub fn hold(self, place: Where) -> bool {
        self.0 >> place as u32 & 1 == 1
    }
}
