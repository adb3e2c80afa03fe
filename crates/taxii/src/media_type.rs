//! Media types and their negotiation, TAXII 2.1 §1.6.8 and §3.1.

use crate::coding::weight;

/// What every TAXII 2.1 message is sent as.
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// What a STIX 2.1 object is: `media_types` of a collection and `media_type` of a manifest record.
pub const STIX: &str = "application/stix+json;version=2.1";

/// Whether an answer of the media type [`TAXII`] is acceptable to who sent these `Accept` headers.
///
/// The standard wants a TAXII media range in every request (§3.1); no header at all and ranges with `*` are taken
/// too, because tools send them. A range that asks for another version only is not. Of several ranges that fit, the
/// most specific one decides (RFC 9110 §12.5.1): `*/*, application/taxii+json;q=0` refuses.
pub fn accepts_taxii<'h>(headers: impl Iterator<Item = &'h str>) -> bool {
    let mut any = false;
    // Of the most specific range so far: how specific, and its weight.
    let mut best: Option<(u8, u16)> = None;
    for range in headers.flat_map(|header| header.split(',')) {
        if range.trim().is_empty() {
            continue;
        }
        any = true;
        let range = MediaRange::read(range);
        let specific = match range.version {
            Some("2.1") if range.is(TAXII_NAME) => 3,
            None if range.is(TAXII_NAME) => 2,
            None if range.is("application/*") => 1,
            None if range.is("*/*") => 0,
            _ => continue,
        };
        best = best.max(Some((specific, range.weight)));
    }
    best.map_or(!any, |(_, weight)| weight > 0)
}

/// Whether a request body of this `Content-Type` is taken: TAXII, or STIX as some clients say (§5.5 wants TAXII).
pub fn is_envelope(content_type: &str) -> bool {
    let range = MediaRange::read(content_type);
    (range.is(TAXII_NAME) || range.is("application/stix+json"))
        && range.version.is_none_or(|version| version == "2.1")
}

/// `type/subtype;version=…;q=…`.
struct MediaRange<'t> {
    name: &'t str,
    version: Option<&'t str>,
    weight: u16,
}

impl<'t> MediaRange<'t> {
    fn read(text: &'t str) -> Self {
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        let version = parameters.split(';').find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.trim()
                .eq_ignore_ascii_case("version")
                .then(|| value.trim().trim_matches('"'))
        });
        Self {
            name: name.trim(),
            version,
            weight: weight(parameters),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

const TAXII_NAME: &str = "application/taxii+json";
