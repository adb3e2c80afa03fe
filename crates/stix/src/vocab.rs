//! Vocabularies: terms that the standard suggests (open) or fixes (an enumeration).
//!
//! [`core`] has those of STIX 2.1 §10, [`incident`] those of the Incident Core Extension.

pub mod core;
pub mod incident;

/// A list of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// Its name, for example `industry-sector-ov`.
    pub name: &'static str,
    /// Where it is defined.
    pub section: &'static str,
    /// Whether other terms may be used too (§2.14); an enumeration is not open (§2.4).
    pub open: bool,
    /// The terms in the order of the standard.
    pub terms: &'static [&'static str],
}

impl Vocabulary {
    /// Whether `term` is one of the terms.
    pub fn contains(&self, term: &str) -> bool {
        self.terms.contains(&term)
    }

    /// The term that differs from `term` only in case, spaces and underscores: what was likely meant.
    pub fn close_to(&self, term: &str) -> Option<&'static str> {
        let plain = |text: &str| text.to_ascii_lowercase().replace([' ', '_'], "-");
        let wanted = plain(term);
        self.terms
            .iter()
            .copied()
            .find(|known| plain(known) == wanted)
    }
}
