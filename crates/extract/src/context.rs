//! In which part of a report a place lies: lists of indicators, footers.

use crate::rule::rules;
use crate::text::Folded;

/// The parts of a text that change how what stands there is read.
#[derive(Debug)]
pub(crate) struct Context {
    indicators: Vec<(usize, usize)>,
    has_defanged: bool,
    footer: usize,
}

rules! {
    HEADING = r"(?x)^\s*(?:
        \#{1,6}\s+\S.*
      | (?:\d{1,2}|[A-Z]|[IVX]{1,4})(?:[.．]\d{1,2})*[.)．、]\s*\S.*
      | (?:Appendix|Annex|Section|Table)\s.*
      | (?:第?\d{1,2}(?:章|節)|付録|別紙|別添|表\d*).*
      | [■●◆◇□▼【].*
      | \*\*[^*]+\*\*:?
      | [A-Z][A-Z\ /&()-]{3,60}
    )\s*$";
    INDICATOR_HEADING = r"(?xi)
        indicators?\s+of\s+(?:compromise|attack) | \bIOCs?\b | \bIoCs?\b
      | ^\W*(?:\d+[.)]\s*)?(?:technical\s+|network\s+|host\s+|file\s+)?indicators\b
      | 侵害(?:の)?(?:痕跡|指標|兆候) | 痕跡情報 | インジケータ | インディケータ
      | 不正(?:な)?通信先 | 攻撃(?:に|で)使用された | 攻撃指標";
    PART = r"(?i)^[\W\d]*(?:IP|IPv4|IPv6|domains?|URLs?|hash(?:es)?|SHA|MD5|files?|network|hosts?|e-?mails?|C2|C&C|command|addresses|malware|通信先|ファイル|メール|ハッシュ|ドメイン)";
    FOOTER = r"(?m)^\s*(?:READ MORE|Read more|Read also|Related (?:articles|stories|posts)|Subscribe to|Follow us|Sign up for|Get more insights|関連記事|あわせて読みたい)\b";
    ADDRESS = r"\d{1,3}\.\d{1,3}\.\d{1,3}|://|[0-9a-fA-F]{32}|\\|@|[a-z0-9-]\.(?:com|net|org|example)";
}

impl Context {
    pub(crate) fn read(text: &Folded<'_>) -> Self {
        let mut indicators = Vec::new();
        let mut open = None;
        let mut at = 0;
        for line in text.text().split_inclusive('\n') {
            let trimmed = line.trim();
            if !trimmed.is_empty()
                && trimmed.chars().count() <= MAX_HEADING_CHARS
                && HEADING.is_match(trimmed)
                && !holds_an_address(trimmed)
                && !(open.is_some() && PART.is_match(trimmed))
            {
                if let Some(start) = open.take() {
                    indicators.push((start, at));
                }
                if INDICATOR_HEADING.is_match(trimmed) {
                    open = Some(at);
                }
            } else if open.is_none()
                && INDICATOR_HEADING.is_match(trimmed)
                && (trimmed.ends_with([':', '：']) || trimmed.chars().count() <= BARE_HEADING_CHARS)
            {
                open = Some(at);
            }
            at += line.len();
        }
        if let Some(start) = open {
            indicators.push((start, at));
        }
        Self {
            indicators,
            has_defanged: text.is_defanged(0, text.text().len()),
            footer: footer(text.text()),
        }
    }

    /// Whether the folded byte `at` lies in what a publisher puts below an article.
    pub(crate) fn is_footer(&self, at: usize) -> bool {
        at >= self.footer
    }

    /// Whether the folded byte `at` lies in a list of indicators.
    pub(crate) fn is_indicator_list(&self, at: usize) -> bool {
        let after = self.indicators.partition_point(|(start, _)| *start <= at);
        after
            .checked_sub(1)
            .and_then(|before| self.indicators.get(before))
            .is_some_and(|(_, end)| at < *end)
    }

    /// Whether anything in the text is defanged, so that what is not was left so on purpose.
    pub(crate) fn has_defanged(&self) -> bool {
        self.has_defanged
    }
}

/// Longest line that is a heading by its words alone.
const BARE_HEADING_CHARS: usize = 40;

/// Longest heading in characters.
const MAX_HEADING_CHARS: usize = 90;

/// Where the footer begins: a line that leads elsewhere, with little after it.
fn footer(text: &str) -> usize {
    let mut from = text.len().saturating_sub(FOOTER_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let tail = text.get(from..).unwrap_or_default();
    FOOTER
        .find(tail)
        .map_or(text.len(), |found| from + found.start())
}

/// Longest footer, in bytes: a line or two that promote something.
const FOOTER_BYTES: usize = 600;

fn holds_an_address(line: &str) -> bool {
    ADDRESS.is_match(line)
}
