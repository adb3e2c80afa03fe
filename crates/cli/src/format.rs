//! Numbers, times and tables for people.

use std::time::Duration;

/// A number with thousands apart: `200,000`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest fitting unit: `12.3 MiB`.
pub(crate) fn bytes(value: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    for (shift, unit) in units {
        let whole = value >> shift;
        if whole > 0 {
            let tenths = ((value & ((1 << shift) - 1)) * 10) >> shift;
            return format!("{whole}.{tenths} {unit}");
        }
    }
    format!("{value} B")
}

/// A duration: `1.25 s`, `34 ms`.
pub(crate) fn duration(value: Duration) -> String {
    if value < Duration::from_secs(1) {
        format!("{} ms", value.as_millis())
    } else {
        format!("{:.2} s", value.as_secs_f64())
    }
}

/// How many a second; 0 where no time has passed.
pub(crate) fn rate(count: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// Columns that a terminal shows `text` in: two for the wide letters of East Asia, none for what combines.
pub(crate) fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0,
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{ffe0}'..='\u{ffe6}'
            | '\u{1f300}'..='\u{1faff}'
            | '\u{20000}'..='\u{3fffd}' => 2,
            _ => 1,
        })
        .sum()
}

/// `text` in exactly `columns` columns: filled up, or cut with `…`.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let has = width(text);
    if has <= columns {
        return format!("{text}{}", " ".repeat(columns - has));
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        let next = width(c.encode_utf8(&mut [0; 4]));
        if used + next + 1 > columns {
            break;
        }
        cut.push(c);
        used += next;
    }
    cut.push('…');
    format!("{cut}{}", " ".repeat(columns.saturating_sub(used + 1)))
}

/// A table without lines: columns as wide as they need, at most `widest`; the last one as it is.
pub(crate) fn table(rows: &[Vec<String>], widest: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| width(cell))
                .max()
                .unwrap_or_default()
                .min(widest)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let last = at + 1 == row.len();
            match widths.get(at) {
                Some(columns) if !last => {
                    line.push_str(&fit(cell, *columns));
                    line.push_str("  ");
                }
                _ => line.push_str(cell),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Somebody else's text for a terminal: what moves the cursor or turns the direction of writing becomes a space.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .collect()
}

/// Whether a character turns the direction of writing (UAX #9 §2) or separates lines.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(200_000), "200,000");
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(1_536), "1.5 KiB");
        assert_eq!(rate(1_000, Duration::from_millis(500)), 2_000);
    }

    #[test]
    fn what_moves_the_cursor_is_a_space() {
        assert_eq!(plain("a\u{1b}[2J\r\n\u{202e}b北"), "a [2J   b北");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(width("北斗"), 4);
        assert_eq!(fit("北斗通信", 5), "北斗…");
        assert_eq!(fit("ab", 4), "ab  ");
    }
}
