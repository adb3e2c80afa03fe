//! Objects that the house enters.

use release::conditions::Conditions;
use stix::object::Object;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::object::{INDEXED_AT_ONCE, ImportReport, Refused, id_of};

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
        let mut objects = Vec::new();
        for (index, text) in (first_index..).zip(texts) {
            match Object::parse(text) {
                Ok(object) => objects.push(object),
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
        report += self.add_under(caller, &objects, conditions)?;
        Ok(report)
    }

    /// Takes in objects.
    ///
    /// # Errors
    /// If the caller may not, or the database fails.
    pub fn add(&self, caller: &Caller, objects: &[Object]) -> Result<ImportReport, AppError> {
        self.add_under(caller, objects, &Conditions::NONE)
    }

    fn add_under(
        &self,
        caller: &Caller,
        objects: &[Object],
        conditions: &Conditions,
    ) -> Result<ImportReport, AppError> {
        caller.require(Action::AddObjects)?;
        // What a person of the house enters is the house's; RED stays with that person until it is released.
        self.store.write(|writer| {
            let (source, person) = (caller.organisation, caller.person);
            let puts = self.put(writer, source, Some(person), conditions, objects)?;
            writer.index_words(INDEXED_AT_ONCE)?;
            let mut report = ImportReport::default();
            for put in puts {
                report.count(put);
            }
            self.record(writer, caller, "add-objects", &report.stored.to_string())?;
            Ok(report)
        })
    }
}
