//! Under which conditions objects are given: read, shown, and changed for what is held.
//!
//! INVARIANT: what is entered, and whoever enters it, can make the conditions of an object stricter only; they are
//! loosened by a releaser alone, and only while no release names the object, so that nothing goes out that no preview
//! has shown.

use std::collections::BTreeSet;

use jiff::Timestamp;
use release::conditions::Conditions;
use release::held::Consent;
use release::party::OrganisationId;
use stix::id::Id;
use stix::marking::caveat::{Caveat, Country};
use store::database::{Reader, Writer};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::view::one;

/// Conditions as a person of the house says them, with organisations by their name or identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConditions {
    /// Whether the reporter consents to its being passed on.
    pub consent: Consent,
    /// Nobody outside the house before this moment.
    pub embargo_until: Option<Timestamp>,
    /// Organisations of these countries, and those of `only_to`; everybody where both are empty.
    pub only_countries: Vec<Country>,
    /// These organisations, and those of `only_countries`.
    pub only_to: Vec<String>,
    /// No organisation of these countries.
    pub not_countries: Vec<Country>,
    /// Not these organisations.
    pub not_to: Vec<String>,
}

/// Conditions as they are shown to the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionsView {
    /// Whether the reporter consents to its being passed on.
    pub consent: Consent,
    /// Nobody outside the house before this moment.
    pub embargo_until: Option<Timestamp>,
    /// To whom it may be released and to whom not; each of them binds.
    pub caveats: Vec<CaveatView>,
}

/// A caveat with organisations by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaveatView {
    /// Countries and organisations; everybody where it is empty.
    pub only_to: Vec<String>,
    /// Countries and organisations.
    pub not_to: Vec<String>,
}

impl NewConditions {
    /// Nothing beyond the markings.
    pub const NONE: Self = Self {
        consent: Consent::Given,
        embargo_until: None,
        only_countries: Vec::new(),
        only_to: Vec::new(),
        not_countries: Vec::new(),
        not_to: Vec::new(),
    };
}

impl ConditionsView {
    pub(crate) fn of(reader: &Reader<'_>, object: &Id) -> Result<Self, AppError> {
        let conditions = reader.conditions(object)?.unwrap_or_default();
        let mut caveats = Vec::new();
        for caveat in &conditions.caveats {
            caveats.push(CaveatView {
                only_to: names(
                    reader,
                    &caveat.releasable_to_countries,
                    &caveat.releasable_to_refs,
                )?,
                not_to: names(
                    reader,
                    &caveat.not_releasable_to_countries,
                    &caveat.not_releasable_to_refs,
                )?,
            });
        }
        Ok(Self {
            consent: conditions.consent,
            embargo_until: conditions.embargo_until,
            caveats,
        })
    }

    /// Whether nothing is said beyond the markings.
    pub fn is_none(&self) -> bool {
        self.consent == Consent::Given && self.embargo_until.is_none() && self.caveats.is_empty()
    }
}

impl Node {
    /// Reads conditions.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for each name that is not that of exactly one organisation; if the caller may not.
    pub fn conditions(&self, caller: &Caller, new: &NewConditions) -> Result<Conditions, AppError> {
        caller.require(Action::ReadParties)?;
        let (only_to, not_to) = self.store.read(|reader| {
            Ok::<_, AppError>((
                identities(reader, &new.only_to)?,
                identities(reader, &new.not_to)?,
            ))
        })?;
        let caveat = Caveat {
            releasable_to_countries: new.only_countries.iter().copied().collect(),
            releasable_to_refs: only_to,
            not_releasable_to_countries: new.not_countries.iter().copied().collect(),
            not_releasable_to_refs: not_to,
        };
        let caveats = Some(caveat).filter(|caveat| *caveat != Caveat::default());
        Ok(Conditions {
            consent: new.consent,
            embargo_until: new.embargo_until,
            caveats: caveats.into_iter().collect(),
        })
    }

    /// Lets conditions hold of an object beside those that do, in every version that is held. Who holds what it may
    /// have no more is told as with a withdrawal.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if the caller may not see the object, [`AppError::Forbidden`] if the caller may not.
    pub fn add_conditions(
        &self,
        caller: &Caller,
        object: &Id,
        conditions: &Conditions,
    ) -> Result<(), AppError> {
        self.change_conditions(caller, object, |before| before.and(conditions))
    }

    /// As [`Node::add_conditions`], in place of those that hold.
    ///
    /// # Errors
    /// As there, and [`AppError::Forbidden`] if the caller may not make them looser, [`AppError::Conflict`] if they are
    /// looser and a release names the object.
    pub fn set_conditions(
        &self,
        caller: &Caller,
        object: &Id,
        conditions: &Conditions,
    ) -> Result<(), AppError> {
        self.change_conditions(caller, object, |_| conditions.clone())
    }

    fn change_conditions(
        &self,
        caller: &Caller,
        object: &Id,
        change: impl FnOnce(&Conditions) -> Conditions,
    ) -> Result<(), AppError> {
        caller.require(Action::ReadObjects)?;
        let seen = self.through_gate(caller, |_, gate| Ok(one(gate, object)?.is_some()))?;
        if !seen {
            return Err(AppError::NotFound);
        }
        let now = self.clock.now();
        self.store.write(|writer| {
            let before = writer.conditions(object)?.ok_or(AppError::NotFound)?;
            let conditions = change(&before);
            if conditions.is_within(&before, now) {
                if !caller.may(Action::Release) {
                    caller.require(Action::AddObjects)?;
                }
            } else {
                caller.require(Action::Release)?;
                if writer.is_released(object, now)? {
                    return Err(AppError::Conflict(RELEASED.to_owned()));
                }
            }
            if before != conditions {
                set(writer, object, &conditions, now)?;
                self.record(writer, caller, "set-conditions", object.as_str())?;
            }
            Ok(())
        })
    }
}

/// Lets conditions hold of an object beside those that do.
pub(crate) fn restrict(
    writer: &Writer<'_>,
    object: &Id,
    conditions: &Conditions,
    now: Timestamp,
) -> Result<(), AppError> {
    if *conditions == Conditions::NONE {
        return Ok(());
    }
    let Some(before) = writer.conditions(object)? else {
        return Ok(());
    };
    let both = before.and(conditions);
    if both == before {
        return Ok(());
    }
    set(writer, object, &both, now)
}

fn set(
    writer: &Writer<'_>,
    object: &Id,
    conditions: &Conditions,
    now: Timestamp,
) -> Result<(), AppError> {
    writer.set_conditions(object, conditions)?;
    crate::ledger::conditions_changed(writer, object, now)?;
    writer.put_change(crate::catch_up::OBJECT, object.as_str(), now)?;
    if let Some(until) = conditions.embargo_until.filter(|until| *until > now) {
        writer.put_due(crate::catch_up::OBJECT, object.as_str(), until)?;
    }
    Ok(())
}

/// The identities of organisations by name or identifier.
fn identities(reader: &Reader<'_>, texts: &[String]) -> Result<BTreeSet<Id>, AppError> {
    let known = reader.organisations()?;
    let mut found = BTreeSet::new();
    for text in texts.iter().take(MAX_NAMED) {
        let id = text.strip_prefix("identity--").unwrap_or(text);
        let id = id.parse::<OrganisationId>().ok();
        let mut named = known
            .iter()
            .filter(|one| Some(one.id) == id || one.name == *text);
        match (named.next(), named.next()) {
            (Some(one), None) => {
                found.insert(one.id.identity());
            }
            _ => {
                return Err(AppError::invalid(
                    "APP-CONDITIONS-01",
                    format!("`{text}` is not exactly one organisation"),
                ));
            }
        }
    }
    if texts.len() > MAX_NAMED {
        return Err(AppError::invalid(
            "APP-CONDITIONS-02",
            format!("more than {MAX_NAMED} organisations are named"),
        ));
    }
    Ok(found)
}

fn names(
    reader: &Reader<'_>,
    countries: &BTreeSet<Country>,
    organisations: &BTreeSet<Id>,
) -> Result<Vec<String>, AppError> {
    let mut names: Vec<String> = countries.iter().map(ToString::to_string).collect();
    for identity in organisations {
        let uuid = identity.as_str().strip_prefix("identity--");
        let id = uuid.and_then(|text| text.parse::<OrganisationId>().ok());
        let known = match id {
            Some(id) => reader.organisation(id)?,
            None => None,
        };
        names.push(known.map_or_else(|| identity.to_string(), |one| one.name));
    }
    Ok(names)
}

const RELEASED: &str =
    "a release names this object: withdraw it first, and release the object again with a preview";

/// Most organisations that one caveat names: as many as a form has recipients.
const MAX_NAMED: usize = 1_000;
