//! The language a report is written in.

use std::fmt;

/// A language that there are rules for; texts in others are read with the rules for English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English, or a language without rules of its own.
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// The language of a text by its letters: Japanese where at least one in twenty is kana.
    ///
    /// A Japanese report full of addresses still has a tenth in kana, an English one that quotes a Japanese name has
    /// none to speak of.
    pub fn of(text: &str) -> Self {
        let (mut kana, mut letters) = (0_usize, 0_usize);
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            letters += 1;
            kana += usize::from(matches!(c, '\u{3041}'..='\u{30fa}'));
        }
        if kana * 20 > letters {
            Self::Japanese
        } else {
            Self::English
        }
    }

    /// The tag of RFC 5646, as `lang` has it in STIX.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}
