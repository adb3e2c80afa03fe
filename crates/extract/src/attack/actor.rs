//! Actors in a sentence: those of the dictionary, and those without a name.

use crate::candidate::{Basis, CandidateKind};
use crate::dictionary::{self, Meaning};
use crate::document::Document;
use crate::incident::{ActorName, Attribution};
use crate::language::Language;
use crate::name::Named;
use crate::rule::rules;
use crate::sentence::Sentence;

/// An actor at folded bytes.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: ActorName,
    /// "suspected", "alleged" before it.
    pub(super) hedge: Option<String>,
}

rules! {
    UNNAMED = r"(?x)\b
        (?:(?P<hedge>suspected|alleged|likely|possible|purported)\s+)?
        (?P<phrase>
          (?:(?:(?:\p{Lu}[\w.]*|state|government|Russia|nation-state)-(?:backed|linked|nexus|based|aligned|sponsored|affiliated|speaking|directed|state-sponsored)
             |(?:\p{Lu}\p{Ll}+)(?:\s(?:Korean|Arabian|African|Lankan))?
             |unknown|unidentified|unnamed)\s+)?
          (?:(?:government|state|military|intelligence|army|nation-state|state-sponsored|state-backed|cyber|threat|espionage|cyberespionage|ransomware|prolific|advanced|persistent|sophisticated|criminal|foreign|financially-motivated)\s+){0,3}
          (?:hackers|hacker|(?:cyber|threat|cyberespionage|ransomware)\s+actors?|cyberspies|spies|attackers?|intruders?|adversar(?:y|ies)|hacking\s+(?:group|groups|operation|team)|espionage\s+group|threat\s+groups?)
        )\b";
    JAPANESE = r"(?P<phrase>(?:[\p{Han}]{2,6}(?:政府)?(?:系|の支援を受けた|が支援する|政府が支援する|と関係のある|に関連する|が関与する|を拠点とする|の))?(?:国家支援型の?)?(?:ハッカー集団|ハッカーグループ|ハッカー|サイバー攻撃グループ|攻撃グループ|攻撃者グループ|攻撃者|脅威アクター|サイバーアクター))(?P<hedge>とみられる|と疑われる|の疑い)?";
}

/// The actors of a sentence in order.
pub(super) fn find(document: &Document<'_>, sentence: &Sentence) -> Vec<Actor> {
    let mut actors: Vec<Actor> = document
        .hits_within(sentence.start, sentence.end)
        .filter_map(|hit| {
            let Meaning::Actor(at) = hit.meaning else {
                return None;
            };
            Some(Actor {
                start: hit.start,
                end: hit.end,
                name: ActorName::Known(dictionary::actors().get(at)?.name.to_owned()),
                hedge: None,
            })
        })
        .collect();
    let text = document.sentence(sentence);
    let rule = match document.language {
        Language::English => &UNNAMED,
        Language::Japanese => &JAPANESE,
    };
    for found in rule.captures_iter(text) {
        let Some(phrase) = found.name("phrase") else {
            continue;
        };
        let (start, end) = trimmed(
            document,
            sentence.start + phrase.start(),
            sentence.start + phrase.end(),
        );
        // `Salt Typhoon hackers` are named already, `a Chinese operation known as …` will be.
        if actors.iter().any(|actor| {
            matches!(actor.name, ActorName::Known(_))
                && actor.end <= start
                && start <= actor.end + 2
        }) {
            continue;
        }
        let after = document
            .text
            .flat()
            .get(end..sentence.end)
            .unwrap_or_default();
        if NAMED_NEXT.iter().any(|words| after.starts_with(words)) {
            continue;
        }
        let country = document
            .hits_within(start, end)
            .find_map(|hit| match hit.meaning {
                Meaning::Country(code) | Meaning::Demonym(code) => Some(code.to_owned()),
                _ => None,
            });
        actors.push(Actor {
            start,
            end,
            name: ActorName::Unnamed {
                words: document
                    .text
                    .flat()
                    .get(start..end)
                    .unwrap_or_default()
                    .to_owned(),
                country,
            },
            hedge: found.name("hedge").map(|hedge| hedge.as_str().to_owned()),
        });
    }
    actors.sort_by_key(|actor| (actor.start, actor.end));
    actors
}

/// What leads from a description to the name.
const NAMED_NEXT: [&str; 6] = [
    " known as",
    " tracked as",
    " called",
    " dubbed",
    " named",
    ", known as",
];

/// Without a first word that is only the beginning of the sentence: `The attackers`, `When hackers`.
fn trimmed(document: &Document<'_>, start: usize, end: usize) -> (usize, usize) {
    let text = document.text.flat().get(start..end).unwrap_or_default();
    let Some((first, rest)) = text.split_once(' ') else {
        return (start, end);
    };
    let keeps = first.contains('-')
        || matches!(
            first,
            "unknown" | "unidentified" | "unnamed" | "state" | "government"
        )
        || document.hits_within(start, end).any(|hit| {
            hit.start == start && matches!(hit.meaning, Meaning::Country(_) | Meaning::Demonym(_))
        })
        || (document.language == Language::Japanese);
    if keeps {
        (start, end)
    } else {
        trimmed_again(document, end - rest.trim_start().len(), end)
    }
}

fn trimmed_again(document: &Document<'_>, start: usize, end: usize) -> (usize, usize) {
    let text = document.text.flat().get(start..end).unwrap_or_default();
    match text.split_once(' ') {
        // What is left is at most four words, so this ends.
        Some((first, rest))
            if !first.contains('-')
                && !matches!(
                    first,
                    "threat" | "cyber" | "hacking" | "espionage" | "ransomware"
                ) =>
        {
            trimmed_again(document, end - rest.trim_start().len(), end)
        }
        _ => (start, end),
    }
}

impl Actor {
    /// The actor as a candidate, where it has no name: names come from the dictionary.
    pub(super) fn named(&self) -> Option<Named> {
        let ActorName::Unnamed { words, country } = &self.name else {
            return None;
        };
        Some(Named {
            start: self.start,
            end: self.end,
            kind: CandidateKind::ActorUnnamed,
            value: words.clone(),
            basis: Basis::Explicit,
            confidence: if country.is_some() { 60 } else { 40 },
            note: country
                .as_ref()
                .map(|country| format!("connected with {country}")),
        })
    }

    /// What it means that this actor is said to have done it; nothing for "hackers", which says nothing.
    pub(super) fn attribution(
        &self,
        document: &Document<'_>,
        hedges: &[String],
    ) -> Option<Attribution> {
        if matches!(&self.name, ActorName::Unnamed { country: None, .. }) {
            return None;
        }
        let hedge = self.hedge.clone().or_else(|| hedges.first().cloned());
        Some(Attribution {
            actor: self.name.clone(),
            confidence: if hedge.is_some() { 40 } else { 70 },
            hedge,
            span: document.text.span(self.start, self.end),
        })
    }
}
