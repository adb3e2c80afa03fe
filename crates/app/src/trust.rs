//! How far the house trusts those who send.

use std::collections::BTreeMap;

use release::party::OrganisationId;
use store::database::Reader;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;

/// How far the objects of a source are taken unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Trust {
    /// Nothing is taken; what the organisation was given stays given.
    Blocked,
    /// Everything waits until a person of the house decides.
    Probation,
    /// What is valid is taken, but what is on a benign list waits.
    #[default]
    Standard,
    /// What is on a benign list is taken too, and noted.
    Trusted,
}

impl Trust {
    /// All levels, from the least.
    pub const ALL: [Self; 4] = [
        Self::Blocked,
        Self::Probation,
        Self::Standard,
        Self::Trusted,
    ];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Probation => "probation",
            Self::Standard => "standard",
            Self::Trusted => "trusted",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }
}

impl Node {
    /// How far each organisation is trusted whose level was set; [`Trust::Standard`] is that of the others.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn trusts(&self, caller: &Caller) -> Result<BTreeMap<OrganisationId, Trust>, AppError> {
        caller.require(Action::ReadParties)?;
        self.store.read(|reader| {
            let rows = reader.trusts()?.into_iter();
            Ok(rows.map(|(id, level)| (id, of(&level))).collect())
        })
    }

    /// Sets how far an organisation is trusted; what was taken from it and given to it stays as it is.
    ///
    /// # Errors
    /// If the caller may not, or there is no such organisation.
    pub fn set_trust(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        trust: Trust,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            writer
                .organisation(organisation)?
                .ok_or(AppError::NotFound)?;
            writer.set_trust(organisation, trust.name(), self.clock.now())?;
            let subject = format!("{organisation} {}", trust.name());
            self.record(writer, caller, "set-trust", &subject)
        })
    }
}

pub(crate) fn trust_of(
    reader: &Reader<'_>,
    organisation: OrganisationId,
) -> Result<Trust, AppError> {
    let level = reader.trust_of(organisation)?;
    Ok(level.map_or_else(Trust::default, |level| of(&level)))
}

/// A level that this version does not know is the least that lets anything in.
fn of(level: &str) -> Trust {
    Trust::parse(level).unwrap_or(Trust::Probation)
}
