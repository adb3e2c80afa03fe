//! How much of what waits whoever looks may see: what the gate lets through, and of the rest that it is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use release::gate::{Gate, Holdings};
use release::held::{Held, Provenance};
use release::party::OrganisationId;
use release::terms::Release;
use stix::id::Id;
use stix::object::Object;
use store::database::Reader;
use store::error::StoreError;
use store::quarantine::QuarantineRow;

use super::{QuarantineEntry, QuarantineState};
use crate::access::Caller;
use crate::error::AppError;
use crate::node::{Node, policy};

/// How much of an object is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nothing, because that was not found out: it is too long for a list.
    Long,
    /// Nothing.
    None,
    /// Everything that the gate lets through.
    Shown,
}

impl Node {
    /// The JSON of an object in quarantine as far as the caller may see it; none where that is nothing.
    pub(super) fn shown(
        &self,
        reader: &Reader<'_>,
        caller: &Caller,
        row: &QuarantineRow,
    ) -> Result<Option<String>, AppError> {
        let Ok(object) = Object::parse(&row.object.text) else {
            return Ok(None);
        };
        let provenance = Provenance {
            entered_by: row.object.entered_by,
            consent: row.object.consent,
            ..Provenance::given_by(row.object.source)
        };
        let id = object.id().clone();
        let with = With {
            reader,
            held: Arc::new(Held::seal(object, provenance)),
        };
        let policy = policy(reader)?;
        let gate = Gate::new(&policy, &with, caller.audience(), self.clock.now());
        let released = gate.decide_one(&id)?.into_released();
        Ok(released.map(|released| {
            serde_json::to_string_pretty(released.object().properties())
                .unwrap_or_else(|_| released.text().to_owned())
        }))
    }
}

/// What is held, with one object as if it were.
struct With<'a, 'c> {
    reader: &'a Reader<'c>,
    held: Arc<Held>,
}

impl Holdings for With<'_, '_> {
    type Error = StoreError;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, StoreError> {
        if id == self.held.id() {
            return Ok(vec![Arc::clone(&self.held)]);
        }
        self.reader.versions(id)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, StoreError> {
        if held.id() == self.held.id() {
            return Ok(Vec::new());
        }
        self.reader.releases(held)
    }
}

/// What a list says of an object.
pub(super) fn entry(
    reader: &Reader<'_>,
    row: &QuarantineRow,
    sight: Sight,
    names: &mut BTreeMap<OrganisationId, String>,
) -> Result<QuarantineEntry, AppError> {
    let object = &row.object;
    let is_shown = sight == Sight::Shown;
    let source = if !is_shown {
        String::new()
    } else if let Some(known) = names.get(&object.source) {
        known.clone()
    } else {
        let found = reader.organisation(object.source)?;
        let name = found.map_or_else(|| object.source.to_string(), |found| found.name);
        names.insert(object.source, name.clone());
        name
    };
    let decision = row.decision.as_ref();
    let decided_by = match decision.and_then(|decision| decision.by) {
        Some(person) => reader.person(person)?.map(|person| person.name),
        None => None,
    };
    // Reasons quote the object. Of what cannot be shown the codes are left, which quote nothing.
    let reasons = if is_shown {
        object.reasons.clone()
    } else {
        let mut codes: Vec<String> = object.reasons.iter().filter_map(|one| code(one)).collect();
        codes.dedup();
        codes.push(if sight == Sight::Long { LONG } else { HIDDEN }.to_owned());
        codes
    };
    let text = |text: &String| {
        if is_shown {
            text.clone()
        } else {
            String::new()
        }
    };
    Ok(QuarantineEntry {
        number: row.seq,
        id: text(&object.id),
        version: text(&object.version),
        kind: object.kind,
        source,
        at: object.at,
        reasons,
        told: object.told,
        consent: is_shown.then_some(object.consent),
        state: match decision {
            None => QuarantineState::Open,
            Some(decision) if decision.accepted => QuarantineState::Accepted,
            Some(_) => QuarantineState::Rejected,
        },
        decided: decision.map(|decision| decision.at),
        decided_by,
        note: decision.map_or_else(String::new, |decision| decision.note.clone()),
    })
}

/// The code of a diagnostic in words.
fn code(reason: &str) -> Option<String> {
    let words = reason.split(|c: char| c.is_whitespace() || matches!(c, ':' | '[' | ']'));
    let is_code = |word: &&str| {
        word.contains('-')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
    };
    words.take(2).find(is_code).map(str::to_owned)
}

const HIDDEN: &str = "you may not see more of it: what is RED is for the person who sent it, and of what cannot be read nobody knows how it is marked";
const LONG: &str = "it is too long to be looked at in a list: look at it alone";
