//! The language of what is said to people.

/// A language that this program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    #[value(name = "en")]
    English,
    /// 日本語
    #[value(name = "ja")]
    Japanese,
}

impl Language {
    /// The language of a `LANG` such as `ja_JP.UTF-8`; English where there is none of ours.
    pub(crate) fn of_locale(locale: &str) -> Self {
        if locale.starts_with("ja") {
            Self::Japanese
        } else {
            Self::English
        }
    }

    /// The text in this language.
    pub(crate) fn pick<'t>(self, english: &'t str, japanese: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}
