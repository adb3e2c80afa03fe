//! Moments as servers write them, which is not always as the standard wants.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads a moment of a header or message: RFC 3339 as §2 wants it, else without an offset, which is taken for UTC, else
/// as mail and HTTP write dates (RFC 9110 §5.6.7).
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    if let Ok(naive) = text.parse::<DateTime>() {
        return naive
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp());
    }
    jiff::fmt::rfc2822::parse(text)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn moments_are_read_as_servers_write_them() {
        for (text, expected) in [
            (
                "2026-01-02T03:04:05.678901Z",
                Some("2026-01-02T03:04:05.678901Z"),
            ),
            ("2026-01-02T12:04:05+09:00", Some("2026-01-02T03:04:05Z")),
            (
                "2026-01-02T03:04:05.678901",
                Some("2026-01-02T03:04:05.678901Z"),
            ),
            (" 2026-01-02 03:04:05 ", Some("2026-01-02T03:04:05Z")),
            (
                "Fri, 02 Jan 2026 03:04:05 GMT",
                Some("2026-01-02T03:04:05Z"),
            ),
            ("yesterday", None),
            ("", None),
        ] {
            let found = read(text).map(|moment| moment.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
