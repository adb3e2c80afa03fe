//! A Rust file as far as the rules look into it: without comments and texts, without tests.

use std::ops::Range;

/// A file's text, and the same with parts blanked out: offsets and lines are the same in all three.
#[derive(Debug)]
pub(crate) struct Source {
    /// As it is.
    text: String,
    /// Comments and the insides of texts and characters are spaces.
    code: String,
    /// As `code`; items under `#[cfg(test)]` are spaces too.
    production: String,
    /// Lines that are outside such items.
    production_lines: usize,
}

impl Source {
    /// Takes a file apart; of a test file nothing is production.
    pub(crate) fn new(text: &str, is_test: bool) -> Self {
        let code = mask(text);
        let whole = 0..code.len();
        let tests = if is_test {
            Vec::from([whole])
        } else {
            test_items(&code)
        };
        let mut production = code.clone();
        for range in &tests {
            if let Some(item) = production.get(range.clone()) {
                let blank = blank(item);
                production.replace_range(range.clone(), &blank);
            }
        }
        let all = text.lines().count();
        let in_tests: usize = tests
            .iter()
            .filter_map(|range| text.get(range.clone()))
            .map(|item| item.lines().count())
            .sum();
        Self {
            text: text.to_owned(),
            code,
            production,
            production_lines: all.saturating_sub(in_tests),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn production(&self) -> &str {
        &self.production
    }

    pub(crate) fn production_lines(&self) -> usize {
        self.production_lines
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1
    }

    /// Names of the modules that `#[cfg(test)] mod name;` declares.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        test_items(&self.code)
            .into_iter()
            .filter_map(|range| self.code.get(range))
            .filter_map(|item| item.trim_end().strip_suffix(';'))
            .filter_map(|item| {
                let mut words = item.split_whitespace().rev();
                let name = words.next()?;
                (words.next()? == "mod").then(|| name.to_owned())
            })
            .collect()
    }
}

/// Where `needle` stands in `code` as a whole path, not as a part of a longer name.
pub(crate) fn occurrences<'a>(code: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(needle)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = code
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            let after = code
                .get(at + needle.len()..)
                .and_then(|after| after.chars().next());
            !before.is_some_and(is_name) && !after.is_some_and(is_name)
        })
}

/// The end of the bracketed part that `code` begins with, past its closing bracket.
pub(crate) fn bracketed(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Paths that the `use` items of `code` name, in full, with the offset of the item.
pub(crate) fn used_paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in occurrences(code, "use") {
        let Some(item) = code.get(at + 3..).and_then(|rest| rest.split(';').next()) else {
            continue;
        };
        let tree: String = item
            .split_whitespace()
            .map(|word| if word == "as" { "\u{0}" } else { word })
            .collect();
        let mut paths = Vec::new();
        expand("", &tree, &mut paths);
        found.extend(paths.into_iter().map(|path| (at, path)));
    }
    found
}

/// Adds the paths of a use tree without spaces; `\0` stands for `as`.
fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split('\u{0}').next().unwrap_or(tree);
        paths.push(
            format!("{prefix}{path}")
                .trim_start_matches("::")
                .trim_end_matches("::self")
                .to_owned(),
        );
        return;
    };
    let prefix = format!("{prefix}{head}");
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&prefix, group.get(start..at).unwrap_or_default(), paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if let Some(last) = group.get(start..).filter(|last| !last.is_empty()) {
        expand(&prefix, last, paths);
    }
}

/// Byte ranges of the items under `#[cfg(test)]`, attributes included.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for (at, _) in code.match_indices("#[cfg(") {
        if items.last().is_some_and(|item| item.contains(&at)) {
            continue;
        }
        let Some(rest) = code.get(at + 1..) else {
            continue;
        };
        let Some(attribute) = bracketed(rest).and_then(|end| rest.get(..end)) else {
            continue;
        };
        let dense: String = attribute.split_whitespace().collect();
        if occurrences(&dense, "test").next().is_none() || dense.contains("not(test)") {
            continue;
        }
        let start = at + 1 + attribute.len();
        let length = code.get(start..).map_or(0, item_length);
        items.push(at..start + length);
    }
    items
}

/// The length of the item that `code` begins with: up to a `;`, or past its block.
fn item_length(code: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = code.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        match c {
            ';' => return at + 1,
            '{' => return bracketed(rest).map_or(code.len(), |length| at + length),
            // A `;` in brackets, as in `[u8; 3]`, ends nothing.
            '(' | '[' => at += bracketed(rest).unwrap_or(1),
            _ => at += c.len_utf8(),
        }
    }
    code.len()
}

/// Blanks comments and the insides of texts and character literals.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_name = false;
    while let Some(c) = rest.chars().next() {
        let (length, hidden) = match c {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), true),
            '/' if rest.starts_with("/*") => (block_comment(rest), true),
            '"' => (quoted(rest, '"'), true),
            'r' if !after_name || out.ends_with(['b', 'c']) => match raw_text(rest) {
                Some(length) => (length, true),
                None => (1, false),
            },
            '\'' => match character(rest) {
                Some(length) => (length, true),
                None => (1, false),
            },
            _ => (c.len_utf8(), false),
        };
        let Some((token, after)) = rest.split_at_checked(length) else {
            break;
        };
        if hidden {
            out.push_str(&blank(token));
        } else {
            out.push_str(token);
        }
        after_name = c.is_alphanumeric() || c == '_';
        rest = after;
    }
    out
}

fn blank(text: &str) -> String {
    // As many bytes as before, so that offsets stay.
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += c.len_utf8();
        }
    }
    text.len()
}

/// The length of the quoted part that `text` begins with.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#` and so on.
fn raw_text(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opening = 1 + hashes + 1;
    Some(
        inside
            .find(&end)
            .map_or(text.len(), |at| opening + at + end.len()),
    )
}

/// The length of a character literal; none where the quote begins a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.chars().skip(1);
    let first = chars.next()?;
    if first == '\\' {
        return Some(quoted(text, '\''));
    }
    (chars.next()? == '\'').then(|| 2 + first.len_utf8())
}
