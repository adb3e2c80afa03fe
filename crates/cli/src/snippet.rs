//! A finding as compilers show it: what, where, the line with the place underlined, the rule and what to do.

use std::fmt::Write as _;

use base::diagnostic::{Diagnostic, Severity};

use crate::format;
use crate::out::Paint;
use crate::window::{Line, Located};
use crate::words::Language;

/// How findings are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Colours.
    pub(crate) paint: Paint,
    /// The language of the words around the findings.
    pub(crate) language: Language,
}

impl Style {
    /// A finding, with its last line break. `file` is what people call the text.
    pub(crate) fn finding(
        self,
        diagnostic: &Diagnostic,
        file: &str,
        located: Option<&Located>,
        pointer: Option<&str>,
    ) -> String {
        let severity = format!(
            "{}[{}]",
            self.severity(diagnostic.severity),
            diagnostic.code
        );
        let message = format::plain(&diagnostic.message);
        // Findings are made in English: another language heads them with the rule.
        let rule = self.language.rule(diagnostic.code);
        let mut text = format!(
            "{}{}\n",
            self.colour(diagnostic.severity, &severity),
            self.paint
                .bold(&format!(": {}", rule.unwrap_or(message.as_str()))),
        );
        if rule.is_some() {
            let _ = writeln!(text, "  {message}");
        }
        let number = located.map_or_else(String::new, |located| located.start.line.to_string());
        let gutter = " ".repeat(number.len().max(1));
        let place = match located {
            Some(located) => format!("{file}:{}:{}", located.start.line, located.start.column),
            None => file.to_owned(),
        };
        let pointer = pointer
            .filter(|pointer| !pointer.is_empty())
            .map_or_else(String::new, |pointer| {
                self.paint.dim(&format!(" {}", format::plain(pointer)))
            });
        let arrow = self.paint.edge("-->");
        let _ = writeln!(text, "{gutter}{arrow} {}{pointer}", format::plain(&place));
        let bar = self.paint.edge("|");
        if let Some(line) = located.and_then(|located| located.line.as_ref()) {
            let excerpt = Excerpt::of(line);
            let marks = "^".repeat(format::width(&excerpt.marked).max(1));
            let line = format!("{}{}{}", excerpt.before, excerpt.marked, excerpt.after);
            let _ = writeln!(
                text,
                "{gutter} {bar}\n{} {bar} {}\n{gutter} {bar} {}{}",
                self.paint.edge(&number),
                line.trim_end(),
                " ".repeat(format::width(&excerpt.before)),
                self.colour(diagnostic.severity, &marks),
            );
        }
        let equals = self.paint.edge("=");
        let mut tell = |word: &str, said: &str| {
            let word = self.paint.bold(&format!("{word}:"));
            let _ = writeln!(text, "{gutter} {equals} {word} {}", format::plain(said));
        };
        if let Some(section) = diagnostic.section {
            tell(self.language.pick("rule", "規定"), section);
        }
        if let Some(help) = &diagnostic.help {
            tell(self.language.pick("help", "対処"), help);
        }
        text
    }

    fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.language.pick("error", "エラー"),
            Severity::Note => self.language.pick("note", "注記"),
            Severity::Warning => self.language.pick("warning", "警告"),
        }
    }

    fn colour(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Error => self.paint.bold(&self.paint.bad(text)),
            Severity::Note => self.paint.edge(text),
            Severity::Warning => self.paint.bold(&self.paint.partial(text)),
        }
    }
}

/// As much of a line as fits, in three parts.
#[derive(Debug, PartialEq, Eq)]
struct Excerpt {
    before: String,
    marked: String,
    after: String,
}

impl Excerpt {
    fn of(line: &Line) -> Self {
        let part =
            |range: std::ops::Range<usize>| visible(line.text.get(range).unwrap_or_default());
        let before = part(0..line.marked.start);
        let marked = part(line.marked.clone());
        let after = part(line.marked.end..line.text.len());
        let after = after.trim_end();
        let whole = format::width(&before) + format::width(&marked) + format::width(after);
        if whole <= COLUMNS && !line.cut {
            return Self {
                before,
                marked,
                after: after.to_owned(),
            };
        }
        let short = head(&marked, COLUMNS - LEAST_COLUMNS);
        let room = COLUMNS - format::width(&short);
        let before = tail(&before, room.min(COLUMNS / 3), line.cut);
        let room = room.saturating_sub(format::width(&before)).max(1);
        Self {
            // What is meant has no end here, so nothing stands behind it.
            after: if short == marked {
                head(after, room)
            } else {
                String::new()
            },
            before,
            marked: short,
        }
    }
}

/// The beginning of `text` in at most `columns`, with `…` where it was cut.
fn head(text: &str, columns: usize) -> String {
    if format::width(text) <= columns {
        return text.to_owned();
    }
    format::fit(text, columns).trim_end().to_owned()
}

/// The end of `text` in at most `columns`, with `…` where it was cut, now or `already`.
fn tail(text: &str, columns: usize, already: bool) -> String {
    if format::width(text) <= columns && !already {
        return text.to_owned();
    }
    let mut used = 1;
    let mut kept: Vec<char> = Vec::new();
    for character in text.chars().rev() {
        used += format::width(character.encode_utf8(&mut [0; 4]));
        if used > columns {
            break;
        }
        kept.push(character);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// Somebody else's text for a terminal, one line: tabs as wide as they look, nothing that moves the cursor.
fn visible(text: &str) -> String {
    format::plain(&text.replace('\t', "    ").replace('\r', ""))
}

/// Columns that are left for what stands around a long place.
const LEAST_COLUMNS: usize = 12;

/// Columns of a line that are shown: with the gutter they fit into a terminal of eighty.
const COLUMNS: usize = 70;

#[cfg(test)]
mod tests;
