//! Numbers of incidents by year.

use crate::language::Language;
use crate::rule::rules;
use crate::sentence::Sentence;
use crate::span::Span;
use crate::text::Folded;

/// A count that the text gives for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// How many.
    pub count: u64,
    /// Of what, as the text says it: "cases", `件`.
    pub unit: String,
    /// The year.
    pub period: String,
    /// What is counted, where the sentence says it: "cyber incidents".
    pub measure: Option<String>,
    /// Where the number stands.
    pub span: Span,
}

rules! {
    ENGLISH = r"(?x)\b(?P<count>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\s+(?P<which>(?:(?:confirmed|reported|new|known|cyber|security|ransomware|significant|major|recorded)\s+){0,3})
        (?P<unit>cases|incidents|attacks|cyberattacks|intrusions|breaches|reports|victims|infections|consultations|notifications)
        (?:\s+(?:were\s+)?(?:reported|recorded|confirmed|registered|handled))?\s+(?:in|for|during)\s+(?:(?:fiscal|the)\s+)*(?:year\s+|FY\s?)?(?P<year>(?:19|20)[0-9]{2})\b";
    YEAR_FIRST = r"(?x)\b[Ii]n\s+(?:fiscal\s+)?(?:year\s+)?(?P<year>(?:19|20)[0-9]{2}),?\s+(?:[\w']+\s+){0,5}?(?P<count>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\s+(?P<which>(?:(?:confirmed|reported|new|known|cyber|security|ransomware|significant|major|recorded)\s+){0,3})
        (?P<unit>cases|incidents|attacks|cyberattacks|intrusions|breaches|infections)\b";
    MEASURE = r"\bnumber of ((?:[a-z-]+ ){0,3}(?:incidents|attacks|intrusions|breaches|cases|infections|cyberattacks))\b";
    JAPANESE = r"(?:(?P<year>(?:19|20)[0-9]{2})|令和(?P<era>元|[0-9]{1,2}))年度?(?:中)?(?:には|では|に|は|が|で|の[^、。0-9]{0,20}(?:は|が|で)|の)?(?:約|合計|計|、)?(?P<count>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<unit>件)";
    JAPANESE_MEASURE = r"(サイバー攻撃|サイバーインシデント|インシデント|不正アクセス|ランサムウェア被害|被害)(?:の)?(?:発生)?(?:報告)?(?:件数|の数)";
}

pub(crate) fn find(
    text: &Folded<'_>,
    language: Language,
    sentences: &[Sentence],
) -> Vec<Statistic> {
    let mut found = Vec::new();
    for sentence in sentences {
        let flat = text
            .flat()
            .get(sentence.start..sentence.end)
            .unwrap_or_default();
        let measure = match language {
            Language::English => &MEASURE,
            Language::Japanese => &JAPANESE_MEASURE,
        };
        let measure = measure
            .captures(flat)
            .and_then(|found| found.get(1))
            .map(|found| found.as_str().to_owned());
        let rules: &[&regex::Regex] = match language {
            Language::English => &[&ENGLISH, &YEAR_FIRST],
            Language::Japanese => &[&JAPANESE],
        };
        let mut taken: Vec<usize> = Vec::new();
        for rule in rules {
            for captures in rule.captures_iter(flat) {
                let (Some(whole), Some(count), Some(unit)) = (
                    captures.get(0),
                    captures.name("count"),
                    captures.name("unit"),
                ) else {
                    continue;
                };
                let year = match (captures.name("year"), captures.name("era")) {
                    (Some(year), _) => Some(year.as_str().to_owned()),
                    (None, Some(era)) => era_year(era.as_str()),
                    (None, None) => None,
                };
                let number = count.as_str().replace(',', "").parse();
                let (Some(period), Ok(count_value)) = (year, number) else {
                    continue;
                };
                if taken.contains(&count.start()) {
                    continue;
                }
                taken.push(count.start());
                let which = captures
                    .name("which")
                    .map_or("", |which| which.as_str().trim());
                let own = (!which.is_empty()).then(|| format!("{which} {}", unit.as_str()));
                found.push(Statistic {
                    count: count_value,
                    unit: unit.as_str().to_owned(),
                    period,
                    measure: own.or_else(|| measure.clone()),
                    span: text.span(sentence.start + whole.start(), sentence.start + whole.end()),
                });
            }
        }
    }
    found.sort_by_key(|statistic| statistic.span);
    found
}

fn era_year(years: &str) -> Option<String> {
    let years: u16 = if years == "元" {
        1
    } else {
        years.parse().ok()?
    };
    Some((2018 + years).to_string())
}
