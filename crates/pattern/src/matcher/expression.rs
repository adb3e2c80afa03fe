//! The compiled PCRE of MATCHES (STIX 2.1 §9.6.1): searched for, with DOTALL, in bounded time.

use crate::matcher::effort::Effort;
use crate::matcher::pcre;

/// A compiled regular expression.
#[derive(Debug)]
pub(super) struct Expression {
    engine: Engine,
    literal: String,
}

/// What runs it. The engines without backtracking take time linear in the text; the others stop at [`BACKTRACKS`].
#[derive(Debug)]
enum Engine {
    Backtracking(Box<fancy_regex::Regex>),
    Bytes(regex::bytes::Regex),
    Text(regex::Regex),
}

impl Expression {
    /// Compiles `pattern` for texts, or for bytes where the property is binary.
    ///
    /// # Errors
    /// What is wrong, in a sentence for people.
    pub(super) fn new(pattern: &str, binary: bool) -> Result<Self, String> {
        if pattern.len() > PCRE_BYTES {
            return Err(format!("it is longer than {PCRE_BYTES} bytes"));
        }
        let rewritten = pcre::rewrite(pattern, binary).map_err(str::to_owned)?;
        let text = &rewritten.text;
        let engine = if rewritten.backtracks {
            let mode = if binary {
                fancy_regex::BytesMode::Ascii
            } else {
                fancy_regex::BytesMode::Unicode
            };
            let regex = fancy_regex::RegexBuilder::new(text)
                .dot_matches_new_line(true)
                .bytes_mode(mode)
                .backtrack_limit(BACKTRACKS)
                .delegate_size_limit(PART_BYTES)
                .delegate_dfa_size_limit(PART_BYTES)
                .max_prog_size(INSTRUCTIONS)
                // Its rewriting of expressions was wrong more than once; without it they run as written.
                .optimize(false)
                .build()
                .map_err(|error| error.to_string())?;
            Engine::Backtracking(Box::new(regex))
        } else if binary {
            regex::bytes::RegexBuilder::new(text)
                .dot_matches_new_line(true)
                .unicode(false)
                .size_limit(COMPILED_BYTES)
                .dfa_size_limit(PART_BYTES)
                .build()
                .map(Engine::Bytes)
                .map_err(|error| last_line(&error.to_string()))?
        } else {
            regex::RegexBuilder::new(text)
                .dot_matches_new_line(true)
                .size_limit(COMPILED_BYTES)
                .dfa_size_limit(PART_BYTES)
                .build()
                .map(Engine::Text)
                .map_err(|error| last_line(&error.to_string()))?
        };
        Ok(Self {
            engine,
            literal: rewritten.literal,
        })
    }

    /// A text that is part of every match; empty where none is known.
    pub(super) fn literal(&self) -> &str {
        &self.literal
    }

    /// Whether the expression is found in `text`; none where the search was given up.
    pub(super) fn is_match(&self, text: &str, effort: &Effort) -> Option<bool> {
        match &self.engine {
            Engine::Backtracking(_) if text.len() > BACKTRACKED_BYTES => bounded(None, effort),
            Engine::Backtracking(regex) => bounded(regex.is_match(text).ok(), effort),
            Engine::Bytes(regex) => Some(regex.is_match(text.as_bytes())),
            Engine::Text(regex) => Some(regex.is_match(text)),
        }
    }

    /// Whether the expression is found in `bytes`; none where the search was given up.
    pub(super) fn is_match_bytes(&self, bytes: &[u8], effort: &Effort) -> Option<bool> {
        match &self.engine {
            Engine::Backtracking(_) if bytes.len() > BACKTRACKED_BYTES => bounded(None, effort),
            Engine::Backtracking(regex) => bounded(regex.is_match(bytes).ok(), effort),
            Engine::Bytes(regex) => Some(regex.is_match(bytes)),
            Engine::Text(_) => Some(false),
        }
    }
}

/// The answer of a search that may have reached its limit.
fn bounded(found: Option<bool>, effort: &Effort) -> Option<bool> {
    effort.charge(SEARCH);
    if found.is_none() {
        effort.give_up();
    }
    found
}

/// The engine shows the expression with a mark below; its last line says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().last().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Longest value in which an expression with look-around or back-references is searched. The backtracking engine
/// hands parts on to engines that count no steps, from each place of the text anew: a value of 200,000 bytes took
/// half a minute. Paths, command lines and URLs are shorter than this.
const BACKTRACKED_BYTES: usize = 8 * 1024;

/// Longest PCRE that is compiled.
const PCRE_BYTES: usize = 16 * 1024;

/// Largest program of a compiled expression; `\w{100}` in Unicode needs about 4 MiB.
const COMPILED_BYTES: usize = 8 * 1024 * 1024;

/// Largest cache of a lazy automaton, and largest part that is handed on by the backtracking engine.
const PART_BYTES: usize = 1024 * 1024;

/// Most instructions of the backtracking engine.
const INSTRUCTIONS: usize = 100_000;

/// Most steps back of one search: some ten milliseconds.
const BACKTRACKS: usize = 100_000;

/// A search with backtracking counts as so many steps: two thousand of them in one observation are enough.
const SEARCH: usize = 500;
