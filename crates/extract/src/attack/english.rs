//! Sentences about attacks, in English.

use super::actor::{self, Actor};
use super::phrase::{self, Phrase};
use super::{Account, Accounts, incident, statement};
use crate::candidate::{Basis, CandidateKind};
use crate::dictionary::Meaning;
use crate::document::Document;
use crate::incident::{ActorName, Attribution, IncidentKind};
use crate::limits::FINDINGS;
use crate::name::Named;
use crate::rule::rules;
use crate::sentence::Sentence;

rules! {
    PASSIVE = r"(?i)\s(?:was|were|has been|have been|had been|is being|being|got)\s+(?P<adverbs>(?:[a-z]+ly\s+|also\s+|first\s+|then\s+|itself\s+|again\s+)*)(?P<verb>breached|hacked|compromised|infiltrated|penetrated|attacked|targeted|hit|struck|intruded|broken into|infected)\b";
    ACTIVE = r"\b(?P<verb>breached|hacked|compromised|infiltrated|penetrated|attacked|targeted|targeting|hacked into|broke into|intruded into|gained access to|gained a foothold in|hit|struck)\s+";
    NOUN = r"\b(?i:(?P<noun>cyberattacks?|cyber[ -]attacks?|ransomware attacks?|ddos attacks?|denial[- ]of[- ]service attacks?|attacks?|breach|breaches|intrusions?|compromise|hack|cyber incident|incident|security incident))\s+(?P<link>on|at|against|of|into|targeting|affecting|inside|within|involving|that hit)\s+";
    REPORTED = r"\s(?:(?:has|have|had|also|later|first|since|publicly)\s+)*(?P<verb>reported|disclosed|confirmed|suffered|announced|experienced|acknowledged|revealed|said it suffered|said it had suffered|fell victim to|was the victim of|was hit by|has been hit by|detected|discovered)\s+(?:that it had (?:been|suffered)\s+)?(?:an?|the|its|another)?\s*(?P<words>(?:[a-z-]+\s+){0,4}?)(?P<noun>cyberattack|cyber[ -]attack|attack|breach|intrusion|cyber incident|security incident|incident|compromise|ransomware infection)\b(?P<rest>\s+(?:on|at|against|affecting|targeting|into|of)\s+(?P<own>its|their)?)?";
    ENUMERATION = r"(?i)\b(?P<who>companies|organi[sz]ations|firms|agencies|victims|targets|entities|carriers|operators|institutions|businesses|manufacturers|universities|ministries)\b(?:\s+(?P<verb>targeted|attacked|hit|breached|hacked|affected|compromised|struck))?(?:\s+by\s+(?P<by>[^,.;]{1,80}?))?\s+(?:include|included|including|were|are)\s+";
    HEDGE = r"\b(?i:reportedly|allegedly|apparently|suspected|possibly|potentially|purportedly|believed to|may have|might have|appears to)\b";
    NEGATION = r"(?i)\b(?:no evidence|not|never|denied|denies|no indication|no sign|without|prevented|thwarted|foiled|hypothetical|simulated|exercise)\b[^,;]{0,40}$";
    CONFIDENCE = r"(?i)\b(?P<level>low|moderate|medium|high)(?:-to-(?:moderate|high))?[ -]confidence\b|\bconfidence (?:is|of|level:?|as) (?P<after>low|moderate|medium|high)\b";
    ASSESSED = r"(?i)\b(?:assess(?:es|ed|ment)?|judges?|judged|conclude[sd]?|attribute[sd]?|attribution|attributing|believe[sd]?|ascribe[sd]?)\b";
    ACTIVITY = r"(?i)\b(?:the|this|these)\s+(?:[a-z-]+\s+){0,2}(?:intrusions?|incidents?|attacks?|activity|compromise|operation|breach|campaign)\b|\b(?:intrusion|incident|attack|compromise|breach) (?:at|on|of|against)\b";
    NOT_ATTRIBUTED = r"(?i)\b(?:not|cannot|never|no|unable to|premature to)\b[^.;]{0,40}\battribut|\bno attribution\b|\bruled? out\b|\bunrelated to\b";
}

pub(super) fn read(document: &Document<'_>, names: &[Named], accounts: &mut Accounts) {
    let _ = names;
    let mut assessments = Vec::new();
    for sentence in &document.sentences {
        if accounts.incidents.len() >= FINDINGS {
            break;
        }
        let actors = actor::find(document, sentence);
        accounts
            .names
            .extend(actors.iter().filter_map(Actor::named));
        for account in accounts_of(document, sentence, &actors) {
            let victim = &account.victim;
            accounts.names.push(Named {
                start: victim.start,
                end: victim.end,
                kind: CandidateKind::Organization,
                value: victim.value.clone(),
                basis: Basis::Explicit,
                confidence: if victim.is_named { 75 } else { 60 },
                note: Some("as a victim".to_owned()),
            });
            accounts.add(incident(document, sentence, account));
        }
        statement::read(document, sentence, &actors, accounts);
        if let Some(attribution) = assessment(document, sentence, &actors) {
            assessments.push((*sentence, attribution));
        }
    }
    // An assessment may stand before the account that it is about.
    for (sentence, attribution) in assessments {
        accounts.attribute(document, &sentence, &attribution);
    }
}

fn accounts_of(document: &Document<'_>, sentence: &Sentence, actors: &[Actor]) -> Vec<Account> {
    let text = document.sentence(sentence);
    let mut found: Vec<Account> = Vec::new();
    for rule in [enumeration, passive, active, noun, reported] {
        for account in rule(document, sentence, text, actors) {
            let known = found
                .iter()
                .any(|other| super::same_name(&other.victim.value, &account.victim.value));
            if !known {
                found.push(account);
            }
        }
    }
    found
}

fn passive(
    document: &Document<'_>,
    sentence: &Sentence,
    text: &str,
    actors: &[Actor],
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for found in PASSIVE.captures_iter(text) {
        let (Some(whole), Some(verb)) = (found.get(0), found.name("verb")) else {
            continue;
        };
        let Some(victim) =
            phrase::backward(document, sentence.start, sentence.start + whole.start())
        else {
            continue;
        };
        let after = text.get(whole.end()..).unwrap_or_default();
        if NEGATION.is_match(
            text.get(..verb.start())
                .unwrap_or_default()
                .get(whole.start()..)
                .unwrap_or_default(),
        ) {
            continue;
        }
        let by = agent(sentence.start + whole.end(), after, actors);
        let hedges = hedges(
            text.get(..clause_end(text, whole.end()))
                .unwrap_or_default(),
            found.name("adverbs").map_or("", |m| m.as_str()),
        );
        accounts.push(account(
            document,
            text,
            sentence,
            victim,
            verb.as_str(),
            whole.start(),
            by,
            hedges,
        ));
    }
    accounts
}

/// The end of the clause that `from` is in.
fn clause_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.find([',', ';']).unwrap_or(rest.len())
}

/// The actor after `by`, at the place of the text that follows a verb.
fn agent<'a>(at: usize, after: &str, actors: &'a [Actor]) -> Option<&'a Actor> {
    let by = after
        .find(" by ")
        .filter(|by| !after.get(..*by).unwrap_or_default().contains([';', '.']))?;
    let from = at + by + " by ".len();
    actors
        .iter()
        .find(|actor| actor.start >= from && actor.start <= from + AGENT_BYTES)
}

/// Bytes that may stand between `by` and the actor: "a group believed to be".
const AGENT_BYTES: usize = 48;

fn active(
    document: &Document<'_>,
    sentence: &Sentence,
    text: &str,
    actors: &[Actor],
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for found in ACTIVE.captures_iter(text) {
        let (Some(whole), Some(verb)) = (found.get(0), found.name("verb")) else {
            continue;
        };
        let before = text.get(..whole.start()).unwrap_or_default();
        let clause = before.rfind([';', ':']).map_or(0, |at| at + 1);
        let Some(by) = actors.iter().rev().find(|actor| {
            actor.start >= sentence.start + clause && actor.end <= sentence.start + whole.start()
        }) else {
            continue;
        };
        // Between who and what they did stand auxiliaries and adverbs, not another subject.
        let between = text
            .get(by.end - sentence.start..whole.start())
            .unwrap_or_default();
        if between.split_whitespace().count() > 4 || NEGATION.is_match(between) {
            continue;
        }
        let Some(victim) = phrase::forward(document, sentence.start + whole.end(), sentence.end)
        else {
            continue;
        };
        let hedges = hedges(between, "");
        accounts.push(account(
            document,
            text,
            sentence,
            victim,
            verb.as_str(),
            whole.start(),
            Some(by),
            hedges,
        ));
    }
    accounts
}

fn noun(
    document: &Document<'_>,
    sentence: &Sentence,
    text: &str,
    actors: &[Actor],
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for found in NOUN.captures_iter(text) {
        let (Some(whole), Some(noun), Some(link)) =
            (found.get(0), found.name("noun"), found.name("link"))
        else {
            continue;
        };
        let lower = noun.as_str().to_lowercase();
        // `attack of the actor`, but `breach of the victim`.
        if link.as_str() == "of"
            && !matches!(
                lower.as_str(),
                "breach" | "breaches" | "compromise" | "hack"
            )
        {
            continue;
        }
        let before = text.get(..whole.start()).unwrap_or_default();
        if NEGATION.is_match(before) {
            continue;
        }
        let Some(victim) = phrase::forward(document, sentence.start + whole.end(), sentence.end)
        else {
            continue;
        };
        let after = text.get(whole.end()..).unwrap_or_default();
        let by = agent(sentence.start + whole.end(), after, actors);
        let hedges = hedges(before, "");
        accounts.push(account(
            document,
            text,
            sentence,
            victim,
            &lower,
            whole.start(),
            by,
            hedges,
        ));
    }
    accounts
}

fn reported(
    document: &Document<'_>,
    sentence: &Sentence,
    text: &str,
    actors: &[Actor],
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for found in REPORTED.captures_iter(text) {
        let (Some(whole), Some(verb), Some(noun)) =
            (found.get(0), found.name("verb"), found.name("noun"))
        else {
            continue;
        };
        let suffered = ["suffered", "experienced", "victim", "hit by"]
            .iter()
            .any(|word| verb.as_str().contains(word));
        let own = found.name("own").is_some();
        let of_other = found.name("rest").is_some() && !own;
        let seen = matches!(verb.as_str(), "detected" | "discovered");
        let inside = text.get(whole.end()..).is_some_and(|rest| {
            rest.trim_start().starts_with("in its") || rest.trim_start().starts_with("on its")
        });
        if (of_other && !suffered) || (seen && !own && !inside) {
            continue;
        }
        let Some(victim) =
            phrase::backward(document, sentence.start, sentence.start + whole.start())
        else {
            continue;
        };
        if !victim.is_named || (victim.is_reporter && !suffered) {
            continue;
        }
        let words = format!(
            "{} {}",
            found.name("words").map_or("", |words| words.as_str()),
            noun.as_str()
        );
        let after = text.get(whole.end()..).unwrap_or_default();
        let by = agent(sentence.start + whole.end(), after, actors);
        accounts.push(account(
            document,
            text,
            sentence,
            victim,
            &words,
            whole.start(),
            by,
            Vec::new(),
        ));
    }
    accounts
}

fn enumeration(
    document: &Document<'_>,
    sentence: &Sentence,
    text: &str,
    actors: &[Actor],
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for found in ENUMERATION.captures_iter(text) {
        let (Some(whole), Some(who)) = (found.get(0), found.name("who")) else {
            continue;
        };
        let verb = found.name("verb").map_or("", |verb| verb.as_str());
        if verb.is_empty() && !matches!(who.as_str().to_lowercase().as_str(), "victims" | "targets")
        {
            continue;
        }
        let country = document
            .hits_within(sentence.start, sentence.start + who.start())
            .filter(|hit| hit.end + 2 >= sentence.start + who.start())
            .find_map(|hit| match hit.meaning {
                Meaning::Demonym(code) => Some(code),
                _ => None,
            });
        let by = found.name("by").and_then(|by| {
            let (start, end) = (sentence.start + by.start(), sentence.start + by.end());
            actors
                .iter()
                .find(|actor| actor.start >= start && actor.end <= end)
        });
        for mut victim in phrase::list(document, sentence.start + whole.end(), sentence.end) {
            if !victim.is_named {
                continue;
            }
            victim.country = victim.country.or(country);
            let mut account = account(
                document,
                text,
                sentence,
                victim,
                if verb.is_empty() { "targeted" } else { verb },
                whole.start(),
                by,
                Vec::new(),
            );
            // A list tells of many times; the sentence's date is not each one's.
            account.with_date = false;
            account.confidence = 60;
            accounts.push(account);
        }
    }
    accounts
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one sentence, put together in one place by the five rules above"
)]
fn account(
    document: &Document<'_>,
    text: &str,
    sentence: &Sentence,
    victim: Phrase,
    word: &str,
    at: usize,
    by: Option<&Actor>,
    hedges: Vec<String>,
) -> Account {
    Account {
        kind: kind(word, text),
        confidence: match (victim.is_named, hedges.is_empty()) {
            (true, true) => 80,
            (true, false) => 60,
            (false, _) => 50,
        },
        attribution: by.and_then(|actor| actor.attribution(document, &hedges)),
        victim,
        hedges,
        at: sentence.start + at,
        with_date: true,
    }
}

fn kind(word: &str, sentence: &str) -> IncidentKind {
    let lower = word.to_lowercase();
    let near = sentence.to_lowercase();
    if lower.contains("ransomware") || near.contains("ransomware attack") {
        IncidentKind::Ransomware
    } else if lower.contains("ddos") || lower.contains("denial") {
        IncidentKind::DenialOfService
    } else if [
        "breach",
        "hack",
        "compromise",
        "infiltrat",
        "penetrat",
        "intru",
        "broke",
        "access",
        "foothold",
        "infected",
    ]
    .iter()
    .any(|stem| lower.contains(stem))
    {
        IncidentKind::Intrusion
    } else if lower.contains("target") {
        IncidentKind::Targeting
    } else {
        IncidentKind::Attack
    }
}

fn hedges(clause: &str, adverbs: &str) -> Vec<String> {
    let mut found: Vec<String> = HEDGE
        .find_iter(adverbs)
        .chain(HEDGE.find_iter(clause))
        .map(|hedge| hedge.as_str().to_lowercase())
        .collect();
    found.dedup();
    found
}

/// `We assess with moderate confidence that the intrusion was carried out by …`.
fn assessment(
    document: &Document<'_>,
    sentence: &Sentence,
    actors: &[Actor],
) -> Option<Attribution> {
    let text = document.sentence(sentence);
    let actor = actors
        .iter()
        .find(|actor| matches!(actor.name, ActorName::Known(_)))?;
    if !ASSESSED.is_match(text) || !ACTIVITY.is_match(text) || NOT_ATTRIBUTED.is_match(text) {
        return None;
    }
    let stated = CONFIDENCE.captures(text);
    let level = stated
        .as_ref()
        .and_then(|found| found.name("level").or_else(|| found.name("after")))
        .map(|level| level.as_str().to_lowercase());
    // ICD 203 separates confidence from likelihood; these are the middle of what analysts mean by the words.
    let confidence = match level.as_deref() {
        Some("high") => 85,
        Some("moderate" | "medium") => 60,
        Some("low") => 30,
        _ => 50,
    };
    Some(Attribution {
        actor: actor.name.clone(),
        confidence,
        hedge: stated
            .and_then(|found| found.get(0))
            .map(|found| found.as_str().to_owned()),
        span: document.text.span(actor.start, actor.end),
    })
}
