//! Sentences about attacks, in Japanese.

use super::actor::{self, Actor};
use super::phrase::Phrase;
use super::{Account, Accounts, incident};
use crate::candidate::CandidateKind;
use crate::dictionary::{self, Meaning};
use crate::document::Document;
use crate::incident::{ActorName, Attribution, IncidentKind};
use crate::limits::FINDINGS;
use crate::name::Named;
use crate::relation::{Relation, RelationKind, Target};
use crate::rule::rules;
use crate::sentence::Sentence;

rules! {
    SUFFERED = r"(?P<what>不正アクセス|サイバー攻撃|ランサムウェア(?:攻撃|被害|感染)?|DDoS攻撃|標的型攻撃|不正侵入|侵害|侵入|情報漏えい|情報流出|攻撃)(?:の被害|による被害|被害)?(?:を|が|に|の)(?:受け|確認|検知|公表|発表|発覚|遭|あ[いった]|発生|され|行われ|判明|痕跡|受領)";
    SUBJECT = r"^(?:[^、。]{0,24}、)?(?:[\p{Han}]{2,8}の)?(?P<name>[A-Z][A-Za-z0-9&-]{2,24}(?: [A-Z][A-Za-z0-9&-]{1,24}){0,3}|[\p{Katakana}ー・]{3,16})(?:は|が)";
    OWN_ACCOUNT = r"(?:攻撃|アクセス|被害|侵入|感染)(?:による)?(?:の被害)?(?:を|に)(?:受け|公表|発表|遭|確認|検知)";
    DONE_TO = r"(?P<what>侵害|侵入|攻撃|改ざん|悪用)(?:され|を許|した)";
    LINK = r"^[)」]?(?:の(?:[\p{Han}\p{Katakana}ー]{1,12}))?(?:では|には|に対する|に対し|への|における|を標的|を狙|は、|は|が、|が|で|に|、)";
    NEGATION = r"(?:確認されていない|確認されなかった|認められ(?:なかった|ていない)|受けていない|なかった。?$|可能性は低い)";
    CONFIDENCE = r"(?P<level>高い|中程度の|中位の|低い)(?:確度|確信度|信頼度)|(?:確度|確信度)は?(?P<after>高|中|低)";
    ASSESSED = r"(?:評価|判断|推定|帰属|分析|結論|みて|見て|みられ|考え)";
    ACTIVITY = r"(?:攻撃|侵入|侵害|不正アクセス|活動|事案|インシデント|キャンペーン)";
    NOT_ATTRIBUTED = r"(?:特定(?:できて|して|に至って)いない|断定(?:できない|していない|は)|関連は(?:ない|確認))";
    HEDGE = r"(?:とみられる|疑い|可能性がある|恐れ|おそれ|とされる|という)";
    TARGETED = r"(?:を|に)(?:主な|主たる)?(?:標的|狙|攻撃対象)";
}

pub(super) fn read(document: &Document<'_>, names: &[Named], accounts: &mut Accounts) {
    let mut assessments = Vec::new();
    for sentence in &document.sentences {
        if accounts.incidents.len() >= FINDINGS {
            break;
        }
        let actors = actor::find(document, sentence);
        accounts
            .names
            .extend(actors.iter().filter_map(Actor::named));
        for account in accounts_of(document, sentence, names, &actors) {
            accounts.add(incident(document, sentence, account));
        }
        targets(document, sentence, &actors, accounts);
        if let Some(attribution) = assessment(document, sentence, &actors) {
            assessments.push((*sentence, attribution));
        }
    }
    for (sentence, attribution) in assessments {
        accounts.attribute(document, &sentence, &attribution);
    }
}

/// The organisations of a sentence: those found by form and those of the dictionary.
fn organizations(document: &Document<'_>, sentence: &Sentence, names: &[Named]) -> Vec<Phrase> {
    let from = names.partition_point(|named| named.start < sentence.start);
    let by_form = names
        .iter()
        .skip(from)
        .take_while(|named| named.end <= sentence.end)
        .filter(|named| named.kind == CandidateKind::Organization)
        .map(|named| Phrase {
            start: named.start,
            end: named.end,
            value: named.value.clone(),
            country: None,
            sectors: sectors_before(document, sentence, named.start),
            is_named: true,
            is_reporter: false,
            whole_end: named.end,
        });
    let known = document
        .hits_within(sentence.start, sentence.end)
        .filter_map(|hit| {
            let Meaning::Organization(at) = hit.meaning else {
                return None;
            };
            let organization = dictionary::organizations().get(at)?;
            Some(Phrase {
                start: hit.start,
                end: hit.end,
                value: organization.name.to_owned(),
                country: organization.country,
                sectors: organization.sectors.clone(),
                is_named: true,
                is_reporter: organization.is_reporter,
                whole_end: hit.end,
            })
        });
    let mut all: Vec<Phrase> = by_form.chain(known).collect();
    if all.iter().all(|phrase| phrase.is_reporter) {
        all.extend(subject(document, sentence));
    }
    all.sort_by_key(|phrase| phrase.start);
    all
}

/// A name in Latin letters or katakana that a sentence about an attack begins with: `KADOKAWAは`.
fn subject(document: &Document<'_>, sentence: &Sentence) -> Option<Phrase> {
    let text = document.sentence(sentence);
    let name = SUBJECT.captures(text)?.name("name")?;
    let (start, end) = (sentence.start + name.start(), sentence.start + name.end());
    let is_other = document.hits_within(start, end).next().is_some()
        || document.dates_within(start, end).next().is_some()
        || COMMON.iter().any(|word| name.as_str().ends_with(word));
    (!is_other && OWN_ACCOUNT.is_match(text)).then(|| Phrase {
        start,
        end,
        value: name.as_str().to_owned(),
        country: None,
        sectors: sectors_before(document, sentence, start),
        is_named: true,
        is_reporter: false,
        whole_end: end,
    })
}

/// Katakana and Latin words that are subjects and no names.
const COMMON: [&str; 24] = [
    "サーバ",
    "サーバー",
    "システム",
    "ネットワーク",
    "ルータ",
    "ルーター",
    "サイト",
    "グループ",
    "メーカー",
    "ユーザ",
    "ユーザー",
    "ランサムウェア",
    "マルウェア",
    "アカウント",
    "データ",
    "サービス",
    "ファイル",
    "メール",
    "VPN",
    "OS",
    "PC",
    "DNS",
    "Windows",
    "ボットネット",
];

/// The sectors named directly before: `通信事業者の北斗通信株式会社`.
fn sectors_before(document: &Document<'_>, sentence: &Sentence, start: usize) -> Vec<&'static str> {
    document
        .hits_within(sentence.start, start)
        .filter(|hit| start - hit.end <= "である".len())
        .filter_map(|hit| match hit.meaning {
            Meaning::Sector(sector) => Some(sector),
            _ => None,
        })
        .collect()
}

fn accounts_of(
    document: &Document<'_>,
    sentence: &Sentence,
    names: &[Named],
    actors: &[Actor],
) -> Vec<Account> {
    let text = document.sentence(sentence);
    let Some(found) = SUFFERED.captures(text).or_else(|| DONE_TO.captures(text)) else {
        return Vec::new();
    };
    let Some(what) = found.name("what").filter(|_| !NEGATION.is_match(text)) else {
        return Vec::new();
    };
    let at = sentence.start + what.start();
    // Who is told of stands nearest: in `総務省は、北斗通信が攻撃を受けたと発表した` the second.
    for victim in organizations(document, sentence, names).into_iter().rev() {
        let after = document
            .text
            .flat()
            .get(victim.end..at.max(victim.end))
            .unwrap_or_default();
        let linked = victim.end <= at
            && LINK.is_match(
                document
                    .text
                    .flat()
                    .get(victim.end..sentence.end)
                    .unwrap_or_default(),
            );
        let done_to = ["に対する", "に対し", "への", "における", "を標的", "を狙"]
            .iter()
            .any(|link| after.starts_with(link));
        if !linked || (victim.is_reporter && !done_to) {
            continue;
        }
        let hedges: Vec<String> = HEDGE
            .find_iter(text)
            .map(|hedge| hedge.as_str().to_owned())
            .collect();
        let by = actors.iter().find(|actor| {
            let rest = document
                .text
                .flat()
                .get(actor.end..sentence.end)
                .unwrap_or_default();
            rest.starts_with("による")
                || rest.starts_with("から")
                || rest.starts_with("に侵")
                || rest.starts_with("に攻撃")
        });
        return vec![Account {
            kind: kind(what.as_str()),
            attribution: by.and_then(|actor| actor.attribution(document, &hedges)),
            confidence: if hedges.is_empty() { 75 } else { 55 },
            victim,
            hedges,
            at,
            with_date: true,
        }];
    }
    Vec::new()
}

fn kind(what: &str) -> IncidentKind {
    if what.contains("ランサム") {
        IncidentKind::Ransomware
    } else if what.contains("DDoS") {
        IncidentKind::DenialOfService
    } else if ["アクセス", "侵", "改ざん", "漏えい", "流出", "悪用"]
        .iter()
        .any(|word| what.contains(word))
    {
        IncidentKind::Intrusion
    } else {
        IncidentKind::Attack
    }
}

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
    let rest = document
        .text
        .flat()
        .get(actor.end..sentence.end)
        .unwrap_or_default();
    let done_by = [
        "によるもの",
        "による",
        "が関与",
        "の関与",
        "が実行",
        "に帰属",
        "の犯行",
    ]
    .iter()
    .any(|word| rest.contains(word));
    if !done_by {
        return None;
    }
    let stated = CONFIDENCE.captures(text);
    let level = stated
        .as_ref()
        .and_then(|found| found.name("level").or_else(|| found.name("after")))
        .and_then(|level| level.as_str().chars().next());
    let confidence = match level {
        Some('高') => 85,
        Some('中') => 60,
        Some('低') => 30,
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

/// `Volt Typhoonは米国の重要インフラを標的と…`.
fn targets(
    document: &Document<'_>,
    sentence: &Sentence,
    actors: &[Actor],
    accounts: &mut Accounts,
) {
    let text = document.sentence(sentence);
    let Some(verb) = TARGETED.find(text) else {
        return;
    };
    let verb = sentence.start + verb.start();
    let flat = document.text.flat();
    let Some(actor) = actors.iter().rev().find(|actor| {
        actor.end <= verb && {
            let rest = flat.get(actor.end..verb).unwrap_or_default();
            (rest.starts_with('は') || rest.starts_with('が')) && !rest.contains(['。'])
        }
    }) else {
        return;
    };
    if matches!(&actor.name, ActorName::Unnamed { country: None, .. }) || NEGATION.is_match(text) {
        return;
    }
    for hit in document.hits_within(actor.end, verb) {
        let target = match hit.meaning {
            Meaning::Sector(sector) => Target::Sector(sector.to_owned()),
            Meaning::Country(code) => Target::Country(code.to_owned()),
            _ => continue,
        };
        let known = accounts.relations.iter().any(|known| {
            known.actor == actor.name
                && known.kind == RelationKind::Targets
                && known.target == target
        });
        if !known && accounts.relations.len() < FINDINGS {
            accounts.relations.push(Relation {
                actor: actor.name.clone(),
                kind: RelationKind::Targets,
                target,
                confidence: 60,
                span: document.text.span(actor.start, verb),
            });
        }
    }
}
