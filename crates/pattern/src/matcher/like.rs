//! The wildcards of LIKE (STIX 2.1 §9.6.1).

use crate::matcher::effort::Effort;

/// A pattern of LIKE: `%` is any text, `_` any one character, line feeds included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wildcards {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    Character(char),
    One,
}

impl Wildcards {
    pub(super) fn new(text: &str) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for character in text.chars() {
            let part = match character {
                '%' => Part::Any,
                '_' => Part::One,
                other => Part::Character(other),
            };
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        Self { parts }
    }

    /// Whether every character is at most U+00FF, so that the pattern can be compared with bytes (§9.6.4).
    pub(super) fn is_binary(&self) -> bool {
        self.parts
            .iter()
            .all(|part| !matches!(part, Part::Character(character) if u32::from(*character) > 0xff))
    }

    /// Whether the whole text is matched; none where that takes more effort than there is.
    pub(super) fn is_match(
        &self,
        text: impl Iterator<Item = char> + Clone,
        effort: &Effort,
    ) -> Option<bool> {
        let mut parts = self.parts.as_slice();
        let mut text = text;
        // Where to go on when what follows the last `%` does not fit: one character later.
        let mut again = None;
        for step in 1_usize.. {
            if step.is_multiple_of(STEPS) && !effort.spend() {
                break;
            }
            let mut ahead = text.clone();
            let character = ahead.next();
            match (parts.split_first(), character) {
                (Some((Part::Any, rest)), _) => {
                    if rest.is_empty() {
                        return Some(true);
                    }
                    again = Some((rest, text.clone()));
                    parts = rest;
                    continue;
                }
                (Some((Part::One, rest)), Some(_)) => {
                    parts = rest;
                    text = ahead;
                    continue;
                }
                (Some((Part::Character(wanted), rest)), Some(found)) if *wanted == found => {
                    parts = rest;
                    text = ahead;
                    continue;
                }
                (None, None) => return Some(true),
                // Nothing is left to give to `%`.
                (Some(_), None) => return Some(false),
                _ => {}
            }
            let Some((after, mut from)) = again.take() else {
                return Some(false);
            };
            if from.next().is_none() {
                return Some(false);
            }
            again = Some((after, from.clone()));
            parts = after;
            text = from;
        }
        None
    }
}

/// So many steps of a comparison count as one along a path.
const STEPS: usize = 16;
