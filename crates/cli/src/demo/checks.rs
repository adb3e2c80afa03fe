//! The promises, each checked against what really went over the wires.

use anyhow::Result;
use base::diagnostic::Severity;
use stix::validate::Options;

use crate::command::validate::judge::findings;
use crate::config::Context;
use crate::demo::cast::Cast;
use crate::demo::exchange::{Member, Traffic};
use crate::demo::memory::Memory;
use crate::demo::story::{ACTOR_SPELLINGS, VICTIM_SPELLINGS};
use crate::demo::{http, tap};
use crate::format;

/// A promise and whether it holds.
pub(crate) struct Check {
    pub(crate) text: String,
    /// What speaks against it; empty where it holds.
    pub(crate) against: Vec<String>,
    /// How much was looked at.
    pub(crate) looked_at: String,
}

pub(crate) fn all(
    context: &Context,
    cast: &Cast,
    memory: &Memory,
    traffic: &Traffic,
) -> Result<Vec<Check>> {
    let language = context.language;
    let pick = |english: &str, japanese: &str| language.pick(english, japanese).to_owned();
    let mut checks = Vec::new();
    let victims = victim_names(cast, memory)?;
    let victims: Vec<&str> = victims.iter().map(String::as_str).collect();
    for (member, wire) in [
        (&cast.partner, &traffic.partner),
        (&cast.carrier, &traffic.carrier),
    ] {
        let bytes = wire.tap.received_by_client();
        let size = || format::bytes(tap::size(&bytes));
        checks.push(Check {
            text: format!(
                "{}: {}",
                member.name,
                pick(
                    "the victims' names, in any spelling, and their ids are in no byte received",
                    "受信した全バイトに被害組織の名称(あらゆる表記)と識別子が含まれない"
                )
            ),
            against: occurring(&bytes, wire, &victims),
            looked_at: size(),
        });
        checks.push(Check {
            text: format!(
                "{}: {}",
                member.name,
                pick(
                    "the attribution is in no byte received",
                    "受信した全バイトに帰属評価が含まれない"
                )
            ),
            against: occurring(&bytes, wire, &ACTOR_SPELLINGS),
            looked_at: size(),
        });
        checks.push(Check {
            text: format!(
                "{}: {}",
                member.name,
                pick(
                    "every object received is valid STIX 2.1",
                    "受信した全対象が STIX 2.1 として妥当"
                )
            ),
            against: invalid(&wire.objects),
            looked_at: format!("{} {}", wire.objects.len(), pick("objects", "対象")),
        });
        checks.push(Check {
            text: format!(
                "{}: {}",
                member.name,
                pick("a second pull gives nothing new", "再取得しても新規は0件")
            ),
            against: (wire.second > 0)
                .then(|| wire.second.to_string())
                .into_iter()
                .collect(),
            looked_at: String::new(),
        });
    }
    checks.push(planted(memory, &pick));
    checks.push(inside(cast, memory, traffic, &pick)?);
    checks.push(back(cast, memory, &pick)?);
    Ok(checks)
}

/// The victims' names and identifiers, from the register and in every spelling.
fn victim_names(cast: &Cast, memory: &Memory) -> Result<Vec<String>> {
    let mut names: Vec<String> = VICTIM_SPELLINGS.map(str::to_owned).to_vec();
    for number in &memory.incidents {
        let details = cast.centre.node.incident(&cast.centre.caller, number)?;
        if let Some(victim) = details.and_then(|details| details.incident.victim) {
            names.push(victim.name);
            names.push(victim.identity.uuid().to_string());
        }
    }
    Ok(names)
}

/// Which of `words` occur in the bytes as they are, in their JSON texts with escapes undone, or in the objects put
/// together from pages; letter case does not matter.
fn occurring(connections: &[Vec<u8>], wire: &Member, words: &[&str]) -> Vec<String> {
    let mut texts = vec![wire.objects.join("\n")];
    let mut found = Vec::new();
    for connection in connections {
        texts.push(String::from_utf8_lossy(connection).into_owned());
        match http::read(connection) {
            Ok(text) => texts.push(text),
            Err(error) => found.push(format!("what was received cannot be read: {error:#}")),
        }
    }
    let texts: Vec<String> = texts
        .into_iter()
        .map(|text| text.to_lowercase())
        .flat_map(|text| [unescaped(&text), text])
        .collect();
    let occurs = words.iter().filter(|word| {
        let word = word.to_lowercase();
        texts.iter().any(|text| text.contains(&word))
    });
    found.extend(occurs.map(|word| format!("`{word}`")));
    if tap::size(connections) == 0 || wire.objects.is_empty() {
        found.push("nothing was received".to_owned());
    }
    found
}

/// JSON's `\uXXXX` undone.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut parts = text.split("\\u");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.get(..4);
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let Some(unit) = unit else {
            plain.push_str("\\u");
            plain.push_str(part);
            continue;
        };
        // A character beyond the basic plane takes two escapes, one right after the other.
        units.push(unit);
        let rest = part.get(4..).unwrap_or_default();
        if !rest.is_empty() {
            plain.push_str(&String::from_utf16_lossy(&units));
            units.clear();
            plain.push_str(rest);
        }
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    plain
}

fn invalid(objects: &[String]) -> Vec<String> {
    objects
        .iter()
        .filter_map(|text| {
            let (object, found) = findings(text, Options::ERRORS);
            let error = found
                .into_iter()
                .find(|diagnostic| diagnostic.severity == Severity::Error)?;
            let id = object.map_or_else(|| "?".to_owned(), |object| object.id().to_string());
            Some(format!("{id}: {error}"))
        })
        .collect()
}

fn planted(memory: &Memory, pick: &dyn Fn(&str, &str) -> String) -> Check {
    let missed = memory
        .planted
        .iter()
        .filter(|(id, events)| memory.met.get(*id) != Some(events));
    let beside = memory
        .met
        .iter()
        .filter(|(id, _)| !memory.planted.contains_key(*id));
    let against = missed
        .map(|(id, events)| {
            let met = memory.met.get(id).copied().unwrap_or_default();
            format!("{id}: {met} / {events}")
        })
        .chain(beside.map(|(id, events)| format!("{id}: {events} / 0")))
        .collect();
    let events: u64 = memory.planted.values().sum();
    Check {
        text: pick(
            "every planted hit was found, and nothing else",
            "埋め込んだ痕跡をすべて検知し、余分な検知がない",
        ),
        against: if memory.planted.is_empty() {
            vec!["nothing was planted".to_owned()]
        } else {
            against
        },
        looked_at: format!(
            "{} {}, {} {}",
            memory.planted.len(),
            pick("indicators", "インジケータ"),
            format::number(events),
            pick("events", "事象"),
        ),
    }
}

/// The carrier's own addresses are in nothing that the centre got.
fn inside(
    cast: &Cast,
    memory: &Memory,
    traffic: &Traffic,
    pick: &dyn Fn(&str, &str) -> String,
) -> Result<Check> {
    let mut got = String::new();
    let mut against = Vec::new();
    if traffic.sent {
        for connection in traffic.carrier.tap.received_by_server() {
            got.push_str(&String::from_utf8_lossy(&connection));
            match http::read(&connection) {
                Ok(text) => got.push_str(&text),
                Err(error) => against.push(format!("what was sent cannot be read: {error:#}")),
            }
        }
    }
    for number in &memory.incidents {
        let details = cast.centre.node.incident(&cast.centre.caller, number)?;
        for sighting in details.iter().flat_map(|details| &details.sightings) {
            let text = cast
                .centre
                .node
                .object_text(&cast.centre.caller, &sighting.id)?;
            got.push_str(&text.unwrap_or_default());
        }
    }
    let occurs = memory
        .internal
        .iter()
        .filter(|address| holds_address(&got, address));
    against.extend(occurs.map(|address| format!("`{address}`")));
    if memory.internal.is_empty() {
        against.push("no address is known to look for".to_owned());
    }
    Ok(Check {
        text: format!(
            "{}: {}",
            cast.centre.name,
            pick(
                "no internal address of the carrier is in any byte received",
                "受信した全バイトに通信事業者の内部アドレスが含まれない"
            )
        ),
        against,
        looked_at: format!(
            "{} {}, {}",
            memory.internal.len(),
            pick("addresses", "アドレス"),
            format::bytes(u64::try_from(got.len()).unwrap_or_default())
        ),
    })
}

/// Whether an address stands in a text by itself: `10.0.0.1` is not in `10.0.0.12`.
fn holds_address(text: &str, address: &str) -> bool {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    text.match_indices(address).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + address.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// What the carrier met is at the centre, counted alike, and what came back on an edition is at its source.
fn back(cast: &Cast, memory: &Memory, pick: &dyn Fn(&str, &str) -> String) -> Result<Check> {
    let mut counted = std::collections::BTreeMap::new();
    let mut mapped = 0_u64;
    for number in &memory.incidents {
        let details = cast.centre.node.incident(&cast.centre.caller, number)?;
        for sighting in details.iter().flat_map(|details| &details.sightings) {
            let of = sighting.on_edition.as_ref().unwrap_or(&sighting.of.id);
            mapped += u64::from(sighting.on_edition.is_some());
            counted.insert(of.to_string(), sighting.count);
        }
    }
    let mut against: Vec<String> = memory
        .met
        .iter()
        .filter(|(id, events)| counted.get(*id) != Some(events))
        .map(|(id, _)| format!("{id} is not at the centre"))
        .collect();
    if mapped == 0 {
        against.push("none came back on an edition".to_owned());
    }
    Ok(Check {
        text: format!(
            "{}: {}",
            cast.centre.name,
            pick(
                "every sighting is at its indicator, those on an edition at its source",
                "全目撃情報がインジケータに対応し、編集版への目撃は原本に対応付く"
            )
        ),
        against,
        looked_at: format!(
            "{} {}, {mapped} {}",
            counted.len(),
            pick("sightings", "目撃情報"),
            pick("on editions", "件は編集版")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_hide_nothing() {
        assert_eq!(unescaped("a\\u5317\\u6597\\u901a\\u4fe1b"), "a北斗通信b");
        assert_eq!(unescaped("\\ud83d\\ude00"), "😀");
        assert_eq!(unescaped("\\uzz"), "\\uzz");
    }

    #[test]
    fn an_address_is_no_part_of_another() {
        assert!(holds_address("x 10.0.0.1,", "10.0.0.1"));
        assert!(!holds_address("x 10.0.0.12", "10.0.0.1"));
        assert!(!holds_address("110.0.0.1", "10.0.0.1"));
    }
}
