//! Media types and their negotiation, TAXII 2.1 §1.6.8 and §3.1.

/// What every TAXII 2.1 message is sent as.
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// What a STIX 2.1 object is: `media_types` of a collection and `media_type` of a manifest record.
pub const STIX: &str = "application/stix+json;version=2.1";

/// Whether an answer of the media type [`TAXII`] is acceptable to who sent these `Accept` headers.
///
/// The standard wants a TAXII media range in every request (§3.1); no header at all and ranges with `*` are taken
/// too, because tools send them. A range that asks for another version only is not.
pub fn accepts_taxii<'h>(headers: impl Iterator<Item = &'h str>) -> bool {
    let mut any = false;
    for range in headers.flat_map(|header| header.split(',')) {
        if range.trim().is_empty() {
            continue;
        }
        any = true;
        let range = MediaRange::read(range);
        let matches = range.is("*/*") || range.is("application/*") || range.is(TAXII_NAME);
        if matches && range.version.is_none_or(|version| version == "2.1") && !range.refused {
            return true;
        }
    }
    !any
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
    refused: bool,
}

impl<'t> MediaRange<'t> {
    fn read(text: &'t str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let mut version = None;
        let mut refused = false;
        for parameter in parts {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            if key.trim().eq_ignore_ascii_case("version") {
                version = Some(value);
            } else if key.trim().eq_ignore_ascii_case("q") {
                // RFC 9110 §12.4.2: a weight of zero means "not acceptable".
                refused = value.parse::<f32>().is_ok_and(|weight| weight <= 0.0);
            }
        }
        Self {
            name,
            version,
            refused,
        }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

const TAXII_NAME: &str = "application/taxii+json";
