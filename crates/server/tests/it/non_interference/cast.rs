//! The objects of a case, and the history that a number stands for.

use super::*;

/// The objects of a case and what is known of them.
pub(super) struct Cast {
    pub(super) dice: Dice,
    /// Whom the house may show.
    pub(super) shown: Vec<Id>,
    /// What the carrier never gets to see.
    pub(super) hidden: Vec<Id>,
    pub(super) steps: Vec<Pair>,
}

impl Cast {
    pub(super) fn of(seed: u64) -> Self {
        let mut cast = Self {
            dice: Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1),
            shown: Vec::new(),
            hidden: Vec::new(),
            steps: Vec::new(),
        };
        let length = 18 + cast.dice.below(18);
        let mut releases = Vec::new();
        let mut hidden_releases = Vec::new();
        for number in 0..length {
            match cast.dice.below(23) {
                0..=4 => cast.add_shown(),
                5..=7 => cast.add_hidden(),
                8 => cast.add_version(),
                9..=11 if !cast.shown.is_empty() => {
                    cast.confirm_shown(number);
                    releases.push(number);
                }
                12 | 13 if !cast.hidden.is_empty() => {
                    cast.confirm_hidden(number);
                    hidden_releases.push(number);
                }
                14 if !releases.is_empty() => {
                    let which = releases[cast.dice.below(releases.len())];
                    cast.steps.push(Pair::both(Step::Withdraw(which)));
                }
                15 if !hidden_releases.is_empty() => {
                    let which = hidden_releases[cast.dice.below(hidden_releases.len())];
                    cast.steps.push(Pair::hidden(Step::Withdraw(which)));
                }
                16 => {
                    let number = u8::try_from(number).unwrap();
                    cast.steps.push(Pair::hidden(Step::Community(number)));
                }
                17 => {
                    let number = u8::try_from(number).unwrap();
                    cast.steps.push(Pair::hidden(Step::Organisation(number)));
                }
                18 => cast.steps.push(Pair::hidden(Step::PartnerPolls)),
                19 => {
                    let accept = cast.dice.chance(60);
                    let of = "Carrier";
                    cast.steps.push(Pair::both(Step::Judge { of, accept }));
                }
                20 => {
                    let accept = cast.dice.chance(60);
                    let of = "Partner";
                    cast.steps.push(Pair::hidden(Step::Judge { of, accept }));
                }
                _ => cast.send_hidden(),
            }
        }
        cast
    }

    pub(super) fn id(&mut self, kind: &str) -> Id {
        Id::new(kind, self.dice.uuid()).unwrap()
    }

    pub(super) fn pick(&mut self, from_hidden: bool) -> Option<Id> {
        let list = if from_hidden {
            &self.hidden
        } else {
            &self.shown
        };
        let length = list.len();
        let at = self.dice.below(length);
        let list = if from_hidden {
            &self.hidden
        } else {
            &self.shown
        };
        list.get(at).cloned()
    }

    /// An object that the carrier may see at least a part of; its parts that are RED differ between the nodes.
    pub(super) fn add_shown(&mut self) {
        let kind = [
            "indicator",
            "malware",
            "report",
            "relationship",
            "sighting",
            "note",
            "ipv4-addr",
        ][self.dice.below(7)];
        let id = self.id(kind);
        let level = [Tlp::Clear, Tlp::Green, Tlp::Amber][self.dice.below(3)];
        let with_secret = self.dice.chance(50);
        let targets: Vec<Id> = (0..2)
            .filter_map(|_| {
                let hidden = self.dice.chance(35);
                self.pick(hidden)
            })
            .collect();
        let extra = self.dice.below(3);
        let Some(first) = object(&id, level, with_secret, &targets, "one", 1) else {
            return;
        };
        let Some(second) = object(
            &id,
            level,
            with_secret,
            &targets,
            "another secret",
            1 + extra,
        ) else {
            return;
        };
        self.shown.push(id);
        self.steps.push(Pair {
            first: Some(Step::Add(first)),
            second: Some(Step::Add(second)),
        });
    }

    /// An object that the carrier is never given.
    pub(super) fn add_hidden(&mut self) {
        let kind = [
            "indicator",
            "malware",
            "relationship",
            "sighting",
            "note",
            "language-content",
        ][self.dice.below(6)];
        let id = self.id(kind);
        let targets: Vec<Id> = (0..2)
            .filter_map(|_| {
                let hidden = self.dice.chance(40);
                self.pick(hidden)
            })
            .collect();
        let level = [Tlp::Green, Tlp::AmberStrict, Tlp::Red][self.dice.below(3)];
        if let Some(text) = object(&id, level, false, &targets, "hidden", 1) {
            self.hidden.push(id);
            self.steps.push(Pair::hidden(Step::Add(text)));
        }
    }

    /// A later version of something shown, which nobody releases.
    pub(super) fn add_version(&mut self) {
        let Some(id) = self
            .pick(false)
            .filter(|id| id.kind() == "indicator" || id.kind() == "malware")
        else {
            return;
        };
        if let Some(text) = object(&id, Tlp::Green, false, &[], "later", 1) {
            let later = text.replacen(
                "\"modified\":\"2026-02-01T00:00:00.000Z\"",
                "\"modified\":\"2026-02-02T00:00:00.000Z\"",
                1,
            );
            self.steps.push(Pair::hidden(Step::Add(later)));
            // A release would name this version from now on.
            self.shown.retain(|shown| *shown != id);
            self.hidden.push(id);
        }
    }

    pub(super) fn confirm_shown(&mut self, number: usize) {
        let mut objects: Vec<Id> = (0..=self.dice.below(4))
            .filter_map(|_| self.pick(false))
            .collect();
        objects.sort();
        objects.dedup();
        let to = [To::Carrier, To::Telecom, To::Public][self.dice.below(3)];
        let ceiling = [Tlp::Clear, Tlp::Green, Tlp::Amber][self.dice.below(3)];
        let until = self.dice.chance(20);
        let step = Step::Confirm {
            number,
            objects,
            to,
            ceiling,
            with_references: false,
            until,
        };
        self.steps.push(Pair::both(step));
    }

    pub(super) fn confirm_hidden(&mut self, number: usize) {
        let mut objects: Vec<Id> = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let hidden = self.dice.chance(60);
            objects.extend(self.pick(hidden));
        }
        objects.sort();
        objects.dedup();
        let to = [To::Partner, To::Partners][self.dice.below(2)];
        let step = Step::Confirm {
            number,
            objects,
            to,
            ceiling: Tlp::AmberStrict,
            with_references: self.dice.chance(30),
            until: self.dice.chance(30),
        };
        self.steps.push(Pair::hidden(step));
    }

    /// The partner sends a sighting of something, or an object of its own.
    pub(super) fn send_hidden(&mut self) {
        let target = self.pick(false);
        let kind = if target.is_some() {
            "sighting"
        } else {
            "indicator"
        };
        let id = self.id(kind);
        let targets: Vec<Id> = target.into_iter().collect();
        if let Some(text) = object(&id, Tlp::Green, false, &targets, "sent", 1) {
            self.hidden.push(id);
            let suspect = self.dice.chance(30);
            let text = if suspect {
                about(&text, "8.8.8.8")
            } else {
                text
            };
            self.steps.push(Pair::hidden(Step::Send(text)));
        }
    }
}

/// The same indicator for another address.
pub(super) fn about(indicator: &str, address: &str) -> String {
    indicator.replace("192.0.2.1'", &format!("{address}'"))
}

/// An object; with a secret its description, and `secrets` labels, are RED.
pub(super) fn object(
    id: &Id,
    level: Tlp,
    with_secret: bool,
    targets: &[Id],
    secret: &str,
    secrets: usize,
) -> Option<String> {
    let at = "2026-02-01T00:00:00.000Z";
    let versions = format!("\"spec_version\":\"2.1\",\"created\":\"{at}\",\"modified\":\"{at}\"");
    let marked = format!("\"object_marking_refs\":[\"{}\"]", level.id_text());
    let labels: Vec<String> = (0..secrets)
        .map(|number| format!("\"{secret} {number}\""))
        .chain(["\"seen\"".to_owned()])
        .collect();
    let mut selectors = vec!["\"description\"".to_owned()];
    selectors.extend((0..secrets).map(|number| format!("\"labels.[{number}]\"")));
    let secret_part = if with_secret {
        format!(
            ",\"description\":\"{secret}\",\"labels\":[{}],\"granular_markings\":[{{\"marking_ref\":\"{}\",\"selectors\":[{}]}}]",
            labels.join(","),
            Tlp::Red.id_text(),
            selectors.join(",")
        )
    } else {
        String::new()
    };
    let quoted: Vec<String> = targets.iter().map(|id| format!("\"{id}\"")).collect();
    let first = targets.first();
    let own = match id.kind() {
        "indicator" => format!(
            "{versions},\"name\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '192.0.2.1']\",\"pattern_type\":\"stix\",\"valid_from\":\"{at}\""
        ),
        "malware" => format!("{versions},\"name\":\"malware\",\"is_family\":false"),
        "report" if !targets.is_empty() => format!(
            "{versions},\"name\":\"report\",\"published\":\"{at}\",\"object_refs\":[{}]",
            quoted.join(",")
        ),
        "note" if !targets.is_empty() => {
            format!(
                "{versions},\"content\":\"note\",\"object_refs\":[{}]",
                quoted.join(",")
            )
        }
        "relationship" if targets.len() == 2 => format!(
            "{versions},\"relationship_type\":\"related-to\",\"source_ref\":{},\"target_ref\":{}",
            quoted[0], quoted[1]
        ),
        "sighting" => format!("{versions},\"sighting_of_ref\":\"{}\",\"count\":3", first?),
        "language-content" => format!(
            "{versions},\"object_ref\":\"{}\",\"contents\":{{\"ja\":{{\"name\":\"名\"}}}}",
            first.filter(|id| id.kind() == "malware" || id.kind() == "indicator")?
        ),
        "ipv4-addr" => {
            return Some(format!(
                "{{\"type\":\"ipv4-addr\",\"id\":\"{id}\",\"value\":\"198.51.100.7\",{marked}}}"
            ));
        }
        _ => return None,
    };
    Some(format!(
        "{{\"type\":\"{}\",\"id\":\"{id}\",{own},{marked}{secret_part}}}",
        id.kind()
    ))
}
