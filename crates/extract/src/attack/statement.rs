//! Statements about actors, in English: where they belong, what they run, whom they target.

use regex::Regex;

use super::Accounts;
use super::actor::Actor;
use crate::candidate::{Basis, CandidateKind};
use crate::dictionary::Meaning;
use crate::document::Document;
use crate::incident::ActorName;
use crate::limits::FINDINGS;
use crate::name::Named;
use crate::relation::{Relation, RelationKind, Target};
use crate::rule::rules;
use crate::sentence::Sentence;

rules! {
    TARGETS = r"(?i)\b(?:(?:is|are|was|were|has|have|had|been|be)\s+)*(?:[a-z]+ly\s+)?(?:targeting|targeted|targets|target|attacking|attacked|attacks)\s+";
    CLAUSE_END = r"(?i),? according to |[;.:]|, (?:which|who|said|says|as)\b|\bto (?:steal|collect|gain|obtain|exfiltrate)\b|\bby (?:exploiting|using)\b";
    KNOWN_AS = r"(?x)(?P<origin>(?:\p{Lu}[\p{L}.]+)(?:-(?:backed|linked|sponsored|nexus|based|aligned|affiliated|state-sponsored))?)(?:\s+(?:government|state|state-sponsored|state-backed|military|intelligence))?\s+(?:[a-z-]+\s+){0,4}(?:group|operation|actors?|hackers|campaign|team|adversary)\b,?\s+(?:also\s+)?(?:known\s+as|called|dubbed|tracked\s+as|named)\s+(?:the\s+)?$";
    RUN_BY = r"\b(?P<what>(?:[A-Z][A-Za-z]+ )?botnet)\s+(?:run|operated|controlled|used|built|managed)\s+by\s+";
    OF_ACTOR_BOTNET = r"^(?:'s)?\s+(?P<what>botnet)\b";
    NEGATION = r"(?i)\b(?:no evidence|not|never|denied|denies|no indication|no sign|without|prevented|thwarted|foiled|hypothetical|simulated|exercise)\b[^,;]{0,40}$";
}

pub(super) fn read(
    document: &Document<'_>,
    sentence: &Sentence,
    actors: &[Actor],
    accounts: &mut Accounts,
) {
    origin(document, sentence, actors, accounts);
    infrastructure(document, sentence, actors, accounts);
    targets(document, sentence, actors, accounts);
}

/// `a Chinese government hacking operation known as …`.
fn origin(document: &Document<'_>, sentence: &Sentence, actors: &[Actor], accounts: &mut Accounts) {
    let text = document.sentence(sentence);
    for actor in actors
        .iter()
        .filter(|actor| matches!(actor.name, ActorName::Known(_)))
    {
        let before = text.get(..actor.start - sentence.start).unwrap_or_default();
        let Some(found) = KNOWN_AS.captures(before) else {
            continue;
        };
        let Some(origin) = found.name("origin") else {
            continue;
        };
        let at = sentence.start + origin.start();
        let code = document
            .hits_within(at, sentence.start + origin.end())
            .find_map(|hit| match hit.meaning {
                Meaning::Country(code) | Meaning::Demonym(code) if hit.start == at => Some(code),
                _ => None,
            });
        if let Some(code) = code {
            accounts.relations.push(Relation {
                actor: actor.name.clone(),
                kind: RelationKind::OriginatesFrom,
                target: Target::Country(code.to_owned()),
                confidence: 75,
                span: document.text.span(at, actor.end),
            });
        }
    }
}

fn infrastructure(
    document: &Document<'_>,
    sentence: &Sentence,
    actors: &[Actor],
    accounts: &mut Accounts,
) {
    let text = document.sentence(sentence);
    for actor in actors
        .iter()
        .filter(|actor| matches!(actor.name, ActorName::Known(_)))
    {
        let local = actor.start - sentence.start;
        let before = text.get(..local).unwrap_or_default();
        let after = text.get(actor.end - sentence.start..).unwrap_or_default();
        let what = last_match(&RUN_BY, before)
            .filter(|(_, end)| {
                local - end <= RUN_BY_BYTES
                    && !before.get(*end..).unwrap_or_default().contains([',', ';'])
            })
            .map(|((start, end), _)| (start, end))
            .or_else(|| {
                let found = OF_ACTOR_BOTNET.captures(after)?.name("what")?;
                let shift = actor.end - sentence.start;
                Some((shift + found.start(), shift + found.end()))
            });
        let Some((start, end)) = what else { continue };
        let (start, end) = (sentence.start + start, sentence.start + end);
        let words = document.text.flat().get(start..end).unwrap_or_default();
        accounts.names.push(Named {
            start,
            end,
            kind: CandidateKind::Infrastructure,
            value: words.to_owned(),
            basis: Basis::Explicit,
            confidence: 70,
            note: None,
        });
        accounts.relations.push(Relation {
            actor: actor.name.clone(),
            kind: RelationKind::Controls,
            target: Target::Infrastructure(words.to_owned()),
            confidence: 75,
            span: document
                .text
                .span(start.min(actor.start), end.max(actor.end)),
        });
    }
}

/// Bytes that may stand between `run by` and the actor's name.
const RUN_BY_BYTES: usize = 90;

/// The group `what` of the last match, and where that match ends.
fn last_match(rule: &Regex, text: &str) -> Option<((usize, usize), usize)> {
    let found = rule.captures_iter(text).last()?;
    let what = found.name("what")?;
    Some(((what.start(), what.end()), found.get(0)?.end()))
}

/// `China-backed hackers are increasingly targeting telecom carriers in Japan`.
fn targets(
    document: &Document<'_>,
    sentence: &Sentence,
    actors: &[Actor],
    accounts: &mut Accounts,
) {
    let text = document.sentence(sentence);
    for found in TARGETS.find_iter(text) {
        let (start, end) = (sentence.start + found.start(), sentence.start + found.end());
        let Some(actor) = actors.iter().find(|actor| {
            let close = actor.end <= start && start - actor.end <= 1 + TARGET_BYTES;
            let between = document
                .text
                .flat()
                .get(actor.end..start)
                .unwrap_or_default();
            close && between.split_whitespace().count() <= 2 && !between.contains(['.', ';', ','])
        }) else {
            continue;
        };
        let said = matches!(&actor.name, ActorName::Unnamed { country: None, .. });
        if said
            || NEGATION.is_match(
                text.get(..found.start())
                    .unwrap_or_default()
                    .get(actor.end - sentence.start..)
                    .unwrap_or_default(),
            )
        {
            continue;
        }
        let rest = text.get(found.end()..).unwrap_or_default();
        let length = CLAUSE_END
            .find(rest)
            .map_or(rest.len(), |found| found.start());
        for hit in document.hits_within(end, end + length) {
            let target = match hit.meaning {
                Meaning::Sector(sector) => Target::Sector(sector.to_owned()),
                Meaning::Country(code) | Meaning::Demonym(code) => Target::Country(code.to_owned()),
                _ => continue,
            };
            let relation = Relation {
                actor: actor.name.clone(),
                kind: RelationKind::Targets,
                target,
                confidence: 60,
                span: document.text.span(actor.start, end + length),
            };
            let known = accounts.relations.iter().any(|known| {
                (&known.actor, known.kind, &known.target)
                    == (&relation.actor, relation.kind, &relation.target)
            });
            if !known && accounts.relations.len() < FINDINGS {
                accounts.relations.push(relation);
            }
        }
    }
}

/// Bytes that may stand between an actor and `targets`: an adverb or two.
const TARGET_BYTES: usize = 30;
