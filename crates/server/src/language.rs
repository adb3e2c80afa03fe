//! Which language a page is in: the cookie's, else the browser's, else English.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::authentication::cookie;
use crate::text::{ENGLISH, JAPANESE, Texts};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// BCP 47.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Self> {
        [Self::English, Self::Japanese]
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// The other one, for the switch.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::English => Self::Japanese,
            Self::Japanese => Self::English,
        }
    }

    /// Its name in itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Japanese => "日本語",
        }
    }

    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if let Some(language) = cookie(headers, COOKIE).and_then(Self::parse) {
            return language;
        }
        let accepted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        // RFC 9110 §12.5.4: the highest weight wins, the first among equals.
        let mut best = (0.0, Self::English);
        for range in accepted.unwrap_or_default().split(',').take(MAX_RANGES) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|text| text.parse().ok());
            if let (Some(language), Some(weight)) = (Self::parse(primary), weight)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// The cookie that the switch sets.
pub(crate) const COOKIE: &str = "noroshi_language";

/// Browsers send a handful.
const MAX_RANGES: usize = 20;
