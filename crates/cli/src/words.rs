//! The language of what is said to people.

use crate::{format, japanese};

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

    /// The rule behind a code or what a check looks at, where this language has words of its own for it.
    pub(crate) fn rule(self, name: &str) -> Option<&'static str> {
        match self {
            Self::English => None,
            Self::Japanese => japanese::rule(name),
        }
    }

    /// How many there are of several things: each a count, the English word for one and for many, and the Japanese.
    pub(crate) fn counts(self, counts: &[(u64, &str, &str, &str)]) -> String {
        let said: Vec<String> = counts
            .iter()
            .map(|&(count, one, many, japanese)| {
                let number = format::number(count);
                match self {
                    Self::English => format!("{number} {}", if count == 1 { one } else { many }),
                    Self::Japanese => format!("{japanese} {number} 件"),
                }
            })
            .collect();
        said.join(self.pick(", ", "、"))
    }

    /// The text in this language.
    pub(crate) fn pick<'t>(self, english: &'t str, japanese: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}
