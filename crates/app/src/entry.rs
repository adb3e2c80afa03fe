//! Objects that the house enters.

use std::collections::BTreeSet;

use base::diagnostic::{Diagnostic, Place};
use release::conditions::Conditions;
use release::held::Consent;
use stix::object::Object;
use store::object::Put;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::giver::Givers;
use crate::node::Node;
use crate::object::{INDEXED_AT_ONCE, ImportReport, Refused, Warned, id_of};

impl Node {
    /// Takes in the texts of objects, all that can be held in one transaction; `first_index` is the place of the
    /// first in its document. When this returns, what it reports as stored is on the disk.
    ///
    /// # Errors
    /// If the caller may not, or the database fails. One bad object never costs a good one.
    pub fn import(
        &self,
        caller: &Caller,
        texts: &[String],
        first_index: u64,
    ) -> Result<ImportReport, AppError> {
        self.import_under(caller, texts, first_index, &Conditions::NONE)
    }

    /// As [`Node::import`], under conditions that hold of what is held already too.
    ///
    /// # Errors
    /// As there.
    pub fn import_under(
        &self,
        caller: &Caller,
        texts: &[String],
        first_index: u64,
        conditions: &Conditions,
    ) -> Result<ImportReport, AppError> {
        caller.require(Action::AddObjects)?;
        let mut report = ImportReport::default();
        let (mut objects, mut places) = (Vec::new(), Vec::new());
        for (index, text) in (first_index..).zip(texts) {
            match Object::parse(text) {
                Ok(object) => {
                    objects.push(object);
                    places.push(index);
                }
                Err(diagnostics) => {
                    let id = id_of(text);
                    report.refused.push(Refused {
                        index,
                        id,
                        diagnostics,
                    });
                }
            }
        }
        report += self.add_under(caller, &objects, &places, conditions)?;
        Ok(report)
    }

    /// Takes in objects.
    ///
    /// # Errors
    /// If the caller may not, or the database fails.
    pub fn add(&self, caller: &Caller, objects: &[Object]) -> Result<ImportReport, AppError> {
        let places: Vec<u64> = (0..).take(objects.len()).collect();
        self.add_under(caller, objects, &places, &Conditions::NONE)
    }

    fn add_under(
        &self,
        caller: &Caller,
        objects: &[Object],
        places: &[u64],
        conditions: &Conditions,
    ) -> Result<ImportReport, AppError> {
        caller.require(Action::AddObjects)?;
        // The node does not know from whom the house has it, so whoever it may be is searched for.
        let givers = match conditions.consent {
            Consent::Anonymous => Some(self.store.read(Givers::all)?),
            Consent::Given | Consent::Refused => None,
        };
        // What a person of the house enters is the house's; RED stays with that person until it is released.
        self.store.write(|writer| {
            let (source, person) = (caller.organisation, caller.person);
            let puts = self.put(writer, source, Some(person), conditions, objects)?;
            writer.index_words(INDEXED_AT_ONCE)?;
            let mut report = ImportReport::default();
            for ((object, index), put) in objects.iter().zip(places).zip(puts) {
                report.count(put);
                let is_held = matches!(put, Put::AlreadyHeld | Put::Stored { .. });
                let words = givers.as_ref().filter(|_| is_held);
                let words = words.map(|givers| givers.words(object)).unwrap_or_default();
                if !words.is_empty() {
                    report.warned.push(Warned {
                        index: *index,
                        id: object.id().clone(),
                        diagnostic: names_giver(&words),
                    });
                }
                // The house versions what any source gave, but not what it made for others of what it holds.
                if put == Put::Foreign {
                    report.refused.push(Refused {
                        index: *index,
                        id: Some(object.id().to_string()),
                        diagnostics: vec![made_here()],
                    });
                }
            }
            self.record(writer, caller, "add-objects", &report.stored.to_string())?;
            Ok(report)
        })
    }
}

/// Why an object is not taken in that has the identifier of an edition or a notice of the house.
fn made_here() -> Diagnostic {
    Diagnostic::error("APP-IMPORT-01", Place::Whole, MADE_HERE)
        .with_help("change the object that it was made of, and release that")
}

/// What is said of an object that is to go unnamed, with words in it that name whoever may have given it.
fn names_giver(words: &BTreeSet<String>) -> Diagnostic {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let words = words.join(", ");
    Diagnostic::warning(
        "APP-IMPORT-02",
        Place::Whole,
        format!("{words} in it may name who gave it, and it is to go unnamed"),
    )
    .with_help(
        "no release takes out what a text says: change it, or enter it with the consent `refused`",
    )
}

const MADE_HERE: &str = "one's own edition comes back: this house gave it out under this identifier, and nothing else is held under it";
