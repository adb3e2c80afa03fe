//! What a client asks of a collection: URL parameters, TAXII 2.1 §3.4 and §3.5.

use base::diagnostic::{Diagnostic, Place};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use stix::id::Id;

use crate::limits;

/// A request for part of a collection.
///
/// All conditions hold together; the values of one condition are alternatives. They are applied in this order:
/// `ids` and `types`, then `spec_versions`, then `added_after`, then `versions` ("the latest version for each object
/// matching the remainder of the request"), and last the place where `next` points to and `limit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only what was added after this moment.
    pub added_after: Option<Timestamp>,
    /// Most entries of the page: at least 1, at most what the server allows, its default where the client names none.
    pub limit: usize,
    /// Where to go on: a text that the backend gave as `next` of the page before. May be anything.
    pub next: Option<String>,
    /// Only these objects; an empty list matches nothing (the client named only what cannot be an identifier).
    pub ids: Option<Vec<Id>>,
    /// Only objects of these types; what is no type name matches nothing.
    pub types: Option<Vec<String>>,
    /// Which versions of each object; never empty.
    pub versions: Vec<VersionMatch>,
    /// Only these versions of the STIX specification, for example `2.1`; where absent, only the latest in which the
    /// backend has each object.
    pub spec_versions: Option<Vec<String>>,
}

/// Which versions of an object are meant, §3.4.1 `match[version]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionMatch {
    /// Every version; stands alone.
    All,
    /// The earliest.
    First,
    /// The latest; this is meant where nothing is said.
    Last,
    /// The one of this moment.
    Exact(Timestamp),
}

/// What a filter is asked of: the endpoints differ in the match fields that they have (§5.3 to §5.8) and in the
/// versions that they mean where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The objects or the manifest of a collection (§5.3, §5.4): all fields, the latest version.
    Collection,
    /// One object to be taken out (§5.7): `version` and `spec_version`, all versions.
    Deletion,
    /// One object (§5.6): `version` and `spec_version`, the latest version.
    Object,
    /// The versions of one object (§5.8): `spec_version`, all versions.
    Versions,
}

/// What a server gives and allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// Entries of a page where the client names no limit; at least 1.
    pub default: usize,
    /// Most entries of a page, whatever the client asks for; at least `default`.
    pub max: usize,
}

impl Filter {
    /// Reads the query string of a request, without its `?`.
    ///
    /// Parameters and match fields that the standard does not define, or does not define for what is asked, are passed
    /// over, as §3.4 allows.
    ///
    /// # Errors
    /// What is malformed, to be answered with 400 (§3.4): a parameter that stands twice, a limit that is not a
    /// positive integer, a timestamp that is none, an empty value, versions that contradict each other, too much.
    pub fn parse(query: &str, page_size: PageSize, asked: Asked) -> Result<Self, Diagnostic> {
        if query.len() > limits::QUERY_BYTES {
            let message = format!("the query has more than {} bytes", limits::QUERY_BYTES);
            return Err(malformed("TAXII-QUERY-01", message)
                .with_help("ask for fewer identifiers at a time"));
        }
        let mut read = Parameters::default();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name)?;
            if let Some(place) = read.place(&name, asked) {
                let value = decode(value)?;
                if place.replace(value).is_some() {
                    return Err(malformed(
                        "TAXII-QUERY-03",
                        format!("`{name}` stands twice"),
                    ));
                }
            }
        }
        read.into_filter(page_size, asked)
    }

    /// Writes the conditions as a query string without `?`, percent-encoded; nothing for what is not asked, no
    /// `limit` where it is 0.
    pub fn to_query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(moment) = self.added_after {
            let moment = crate::message::timestamp::Timestamp(moment).to_string();
            parts.push(format!("added_after={}", crate::url::encode(&moment)));
        }
        if self.limit > 0 {
            parts.push(format!("limit={}", self.limit));
        }
        if let Some(next) = &self.next {
            parts.push(format!("next={}", crate::url::encode(next)));
        }
        let mut list = |field: &str, values: Vec<String>| {
            let values: Vec<String> = values.iter().map(|v| crate::url::encode(v)).collect();
            parts.push(format!("match%5B{field}%5D={}", values.join(",")));
        };
        if let Some(ids) = &self.ids {
            list("id", ids.iter().map(ToString::to_string).collect());
        }
        if let Some(types) = &self.types {
            list("type", types.clone());
        }
        if self.versions != [VersionMatch::Last] && !self.versions.is_empty() {
            let versions = self.versions.iter().map(ToString::to_string).collect();
            list("version", versions);
        }
        if let Some(spec_versions) = &self.spec_versions {
            list("spec_version", spec_versions.clone());
        }
        parts.join("&")
    }

    /// The filter that asks for nothing in particular: the latest version of everything, `limit` at a time (0: as
    /// the server likes).
    pub fn everything(limit: usize) -> Self {
        Self {
            added_after: None,
            limit,
            next: None,
            ids: None,
            types: None,
            versions: vec![VersionMatch::Last],
            spec_versions: None,
        }
    }
}

impl std::fmt::Display for VersionMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            // STIX timestamps have three digits or, where the moment needs them, more.
            Self::Exact(moment) if moment.subsec_nanosecond() % 1_000_000 == 0 => {
                write!(f, "{moment:.3}")
            }
            Self::Exact(moment) if moment.subsec_nanosecond() % 1_000 == 0 => {
                write!(f, "{moment:.6}")
            }
            Self::Exact(moment) => write!(f, "{moment:.9}"),
        }
    }
}

/// The parameters as texts, decoded.
#[derive(Debug, Default)]
struct Parameters {
    added_after: Option<String>,
    limit: Option<String>,
    next: Option<String>,
    id: Option<String>,
    kind: Option<String>,
    version: Option<String>,
    spec_version: Option<String>,
}

impl Parameters {
    fn place(&mut self, name: &str, asked: Asked) -> Option<&mut Option<String>> {
        let is_page = asked != Asked::Deletion;
        Some(match name {
            "added_after" if is_page => &mut self.added_after,
            "limit" if is_page => &mut self.limit,
            "next" if is_page => &mut self.next,
            "match[id]" if asked == Asked::Collection => &mut self.id,
            "match[type]" if asked == Asked::Collection => &mut self.kind,
            "match[version]" if asked != Asked::Versions => &mut self.version,
            "match[spec_version]" => &mut self.spec_version,
            _ => return None,
        })
    }

    fn into_filter(self, page_size: PageSize, asked: Asked) -> Result<Filter, Diagnostic> {
        let added_after = self
            .added_after
            .map(|text| timestamp("added_after", &text))
            .transpose()?;
        let limit = match self.limit {
            None => page_size.default,
            Some(text) => read_limit(&text)?.min(page_size.max),
        };
        if let Some(next) = &self.next
            && (next.is_empty() || next.len() > limits::CURSOR_BYTES)
        {
            return Err(malformed(
                "TAXII-QUERY-06",
                "`next` is not a value that this server gave",
            ));
        }
        let mut left = limits::FILTER_VALUES;
        let ids = values("match[id]", self.id, &mut left)?;
        let types = values("match[type]", self.kind, &mut left)?;
        let spec_versions = values("match[spec_version]", self.spec_version, &mut left)?;
        let versions = match values("match[version]", self.version, &mut left)? {
            Some(texts) => read_versions(&texts)?,
            None if matches!(asked, Asked::Deletion | Asked::Versions) => vec![VersionMatch::All],
            None => vec![VersionMatch::Last],
        };
        Ok(Filter {
            added_after,
            limit: limit.max(1),
            next: self.next,
            ids: ids.map(|texts| {
                texts
                    .iter()
                    .filter_map(|text| Id::parse(text).ok())
                    .collect()
            }),
            types,
            versions,
            spec_versions,
        })
    }
}

/// The positive integer in `text`, as large as memory counts where it is larger.
fn read_limit(text: &str) -> Result<usize, Diagnostic> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().unwrap_or(usize::MAX);
    if digits && limit > 0 {
        Ok(limit)
    } else {
        // §3.4: "a positive integer greater than zero".
        Err(malformed(
            "TAXII-QUERY-04",
            format!("`limit` is `{}`", shortened(text)),
        )
        .with_help("give a whole number greater than zero, or leave `limit` out"))
    }
}

fn read_versions(texts: &[String]) -> Result<Vec<VersionMatch>, Diagnostic> {
    let mut versions = Vec::with_capacity(texts.len());
    for text in texts {
        let version = match text.as_str() {
            "all" => VersionMatch::All,
            "first" => VersionMatch::First,
            "last" => VersionMatch::Last,
            moment => VersionMatch::Exact(timestamp("match[version]", moment)?),
        };
        // §3.4.1: no value more than once.
        if versions.contains(&version) {
            let message = format!("`match[version]` has `{}` twice", shortened(text));
            return Err(malformed("TAXII-QUERY-07", message));
        }
        versions.push(version);
    }
    // §3.4.1: `all` must not be used with any other.
    if versions.len() > 1 && versions.contains(&VersionMatch::All) {
        return Err(malformed(
            "TAXII-QUERY-08",
            "`match[version]` has `all` beside other values",
        ));
    }
    Ok(versions)
}

/// The values of one match field, separated by commas; `left` counts how many more there may be.
fn values(
    name: &str,
    text: Option<String>,
    left: &mut usize,
) -> Result<Option<Vec<String>>, Diagnostic> {
    let Some(text) = text else { return Ok(None) };
    let mut list = Vec::new();
    for value in text.split(',') {
        if value.is_empty() {
            return Err(malformed(
                "TAXII-QUERY-05",
                format!("`{name}` has an empty value"),
            ));
        }
        let Some(fewer) = left.checked_sub(1) else {
            let message = format!(
                "the filters have more than {} values",
                limits::FILTER_VALUES
            );
            return Err(malformed("TAXII-QUERY-02", message).with_help("ask in several requests"));
        };
        *left = fewer;
        list.push(value.to_owned());
    }
    Ok(Some(list))
}

fn timestamp(name: &str, text: &str) -> Result<Timestamp, Diagnostic> {
    stix::timestamp::Timestamp::parse(text)
        .map(|timestamp| timestamp.instant())
        .map_err(|error| {
            let message = format!("`{name}` has `{}`: {error}", shortened(text));
            malformed("TAXII-QUERY-09", message)
        })
}

/// Decodes percent signs, and `+` as a space, as browsers and forms write it.
fn decode(text: &str) -> Result<String, Diagnostic> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| malformed("TAXII-QUERY-10", "the query is not UTF-8"))
}

fn malformed(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, Place::Whole, message).with_section("TAXII 2.1 §3.4")
}

/// The first characters of a text from outside, for a message.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
