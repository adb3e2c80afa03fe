//! Compiling the patterns of this crate.

use regex::Regex;

/// The compiled form of a pattern that stands in the source; `regex` matches in time linear in the text.
#[expect(
    clippy::expect_used,
    reason = "the pattern is a literal of this crate and every one is compiled by the tests"
)]
pub(crate) fn rule(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this crate is well-formed")
}

/// Declares the patterns of a module, compiled at first use; a test compiles them all.
macro_rules! rules {
    ($($name:ident = $pattern:expr;)*) => {
        $(static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::rule::rule($pattern));)*

        #[cfg(test)]
        mod rules {
            #[test]
            fn compile() {
                $(assert!(!super::$name.as_str().is_empty());)*
            }
        }
    };
}

pub(crate) use rules;
