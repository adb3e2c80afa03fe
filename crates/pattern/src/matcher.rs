//! Matching patterns against observations, as STIX 2.1 §9 says.
//!
//! [`Matcher::compile`] makes a [`compiled::CompiledPattern`], which gives a [`compiled::Verdict`] over
//! [`observation::Observation`]s; [`set::PatternSet`] does that for many patterns at once, and [`stream::Stream`] for
//! observations that arrive one after another. All of them read values through [`value::Value`].
//!
//! INVARIANT: no pattern and no observation makes the matcher panic, hang or grow without bound; where it gives up at a
//! limit, the verdict says that it is not complete.

pub mod code;
mod comparison;
pub mod compiled;
mod effort;
mod expression;
mod index;
pub mod instant;
mod like;
mod node;
pub mod observation;
mod path;
mod pcre;
mod search;
pub mod set;
pub mod stream;
pub mod value;

use base::diagnostic::Diagnostic;

use crate::matcher::compiled::CompiledPattern;
use crate::tree::Pattern;

/// The maker of compiled patterns.
#[derive(Debug, Clone, Copy)]
pub struct Matcher;

impl Matcher {
    /// Compiles a pattern.
    ///
    /// ```
    /// let pattern = pattern::parse::parse("[file:name MATCHES 'a(b']").unwrap();
    /// let findings = pattern::matcher::Matcher::compile(&pattern).unwrap_err();
    /// assert_eq!(findings[0].code, pattern::matcher::code::REGEX);
    /// ```
    ///
    /// # Errors
    /// The regular expressions that cannot be compiled: such a pattern matches nothing (§9.4).
    pub fn compile(pattern: &Pattern) -> Result<CompiledPattern, Vec<Diagnostic>> {
        CompiledPattern::new(pattern)
    }
}
