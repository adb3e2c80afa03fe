//! Whom a proposed release reaches with something new, and why it does not.

use std::collections::BTreeSet;

use jiff::Timestamp;
use release::gate::{Asked, Gate, Holdings, Policy};
use release::party::Audience;
use release::terms::{Recipient, Release};
use release::withheld::Withheld;
use stix::id::Id;
use store::database::Reader;
use store::error::StoreError;

use crate::error::AppError;
use crate::sharing::recipient_names;
use crate::sharing::{Outcome, PreviewRow};

/// What a warning is made of.
pub(crate) struct Reach<'a, 'c> {
    pub(crate) reader: &'a Reader<'c>,
    pub(crate) release: &'a Release,
    pub(crate) now: Timestamp,
    /// The columns of the preview.
    pub(crate) audiences: &'a [(String, Audience)],
}

impl Reach<'_, '_> {
    /// Whether a column is one that the release reaches.
    pub(crate) fn is_reached(&self, audience: &Audience) -> bool {
        self.release.clearance(audience, self.now).is_some()
    }

    /// Why an object reaches nobody, in words.
    pub(crate) fn why<H: Holdings<Error = StoreError>>(
        &self,
        policy: &Policy,
        holdings: &H,
        asked: &Asked,
    ) -> Result<String, AppError> {
        let mut reasons = BTreeSet::new();
        for (_, audience) in self
            .audiences
            .iter()
            .filter(|(_, one)| self.is_reached(one))
        {
            let gate = Gate::new(policy, holdings, audience, self.now);
            reasons.extend(gate.withheld(asked)?);
        }
        if reasons.is_empty() {
            return Ok("the release reaches no organisation".to_owned());
        }
        let words: Vec<String> = reasons.into_iter().map(words).collect();
        Ok(words.join("; "))
    }

    /// The recipients to whom nothing goes of what was asked for, and those who have all of it already; where nothing was
    /// named, of everything.
    pub(crate) fn nothing_new(
        &self,
        rows: &[PreviewRow],
        asked: &[Id],
    ) -> Result<Vec<String>, AppError> {
        let mut found = Vec::new();
        for recipient in &self.release.recipients {
            let columns: Vec<usize> = self
                .audiences
                .iter()
                .enumerate()
                .filter(|(_, (_, audience))| is_of(recipient, audience))
                .map(|(at, _)| at)
                .collect();
            let mut cells: Vec<(bool, bool)> = Vec::new();
            let concerned = |row: &&PreviewRow| asked.is_empty() || asked.contains(&row.object.id);
            for row in rows.iter().filter(concerned) {
                cells.extend(columns.iter().filter_map(|at| {
                    let given = *row.cells.get(*at)? != Outcome::Nothing;
                    Some((given, given && *row.already.get(*at)?))
                }));
            }
            if cells.iter().any(|(given, had)| *given && !had) {
                continue;
            }
            let names = recipient_names(self.reader, std::iter::once(recipient))?;
            let name = names.join(", ");
            found.push(if cells.iter().any(|(given, _)| *given) {
                format!("nothing new goes to `{name}`: what they may have of it they have already")
            } else if columns.is_empty() {
                format!("nothing of it goes to `{name}`: nobody outside the house belongs to it")
            } else {
                format!("nothing of it goes to `{name}`")
            });
        }
        Ok(found)
    }
}

/// Whether a column stands for somebody of a recipient.
fn is_of(recipient: &Recipient, audience: &Audience) -> bool {
    match (recipient, audience) {
        (Recipient::Public, Audience::Public) => true,
        (Recipient::Organisation(id), Audience::Member(member)) => {
            member.organisation == *id && member.person.is_none()
        }
        (Recipient::Community(id), Audience::Member(member)) => member.communities.contains(id),
        (Recipient::Person(id), Audience::Member(member)) => member.person == Some(*id),
        _ => false,
    }
}

/// Why somebody gets nothing of an object, and what can be done.
fn words(reason: Withheld) -> String {
    match reason {
        Withheld::Consent => "its giver did not consent to its being passed on".to_owned(),
        Withheld::Embargo(until) => format!("it is under embargo until {until:.0}"),
        Withheld::Caveat => "a caveat keeps it from them".to_owned(),
        Withheld::Closed => {
            "one of its markings keeps it from them, or is not understood here".to_owned()
        }
        Withheld::NotReleased => "it is not released to them".to_owned(),
        Withheld::Marking(level) => {
            format!("its marking {} is above what the recipients may see", level.label())
        }
        Withheld::Unmarked(level) => format!(
            "it has no TLP marking and is handled as {}, which is above what the recipients may see",
            level.label()
        ),
        Withheld::Parts => {
            "parts that it cannot be without are marked above what the recipients may see".to_owned()
        }
        Withheld::Giver => {
            "its giver has to be named or must not be, and it cannot be given so".to_owned()
        }
        Withheld::References => "what it refers to and cannot be without is not given to them: release it with what it refers to (`--with-references`), as far as their markings allow".to_owned(),
    }
}
