//! What arrives is held against the standing rules, in the transaction that takes it in.
//!
//! INVARIANT: an object and the release that a rule makes of it are on the disk together or not at all, and no version
//! is released twice by one rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use release::gate::Gate;
use release::party::RuleId;
use stix::id::Id;
use stix::object::Object;
use stix::reference::references;
use store::database::{Reader, Writer};
use store::object::{ObjectKey, Put};
use store::origin::Origin;
use store::release::ReleaseRecord;
use store::rule::{RuleRow, RuleState};

use crate::access::Action;
use crate::error::AppError;
use crate::four_eyes::second;
use crate::node::{Node, policy};
use crate::rule::{MAX_RULES, RuleTerms, drawn, matches, request};
use crate::sharing::enter_release;
use crate::sign_in::caller;
use crate::written::read_rule;

/// What a rule does with what arrived.
enum Outcome {
    /// Nothing of it is for this rule.
    Nothing,
    /// It must not go on.
    Stop(RuleState, String),
    /// It makes a release.
    Release(Box<ReleaseRecord>, Vec<ObjectKey>),
}

impl Node {
    /// Releases by the standing rules what was just stored.
    pub(crate) fn apply_rules(
        &self,
        writer: &Writer<'_>,
        objects: &[Object],
        puts: &[Put],
    ) -> Result<(), AppError> {
        let rules = rules_in_force(writer)?;
        if rules.is_empty() {
            return Ok(());
        }
        let mut candidates = BTreeSet::new();
        let stored = objects.iter().zip(puts);
        for (object, _) in stored.filter(|(_, put)| matches!(put, Put::Stored { .. })) {
            candidates.insert(object.id().clone());
            // A relationship, or what a rule asks to be related to, may make something meet a condition that came
            // before it.
            let is_target = |(_, terms): &(RuleRow, RuleTerms)| {
                terms.condition.related_to.as_ref() == Some(object.id())
            };
            if object.kind() == "relationship" || rules.iter().any(is_target) {
                for reference in references(object.properties()) {
                    let source = writer.edition_source(&reference.target)?;
                    candidates.insert(source.unwrap_or(reference.target));
                }
            }
        }
        self.apply(writer, &rules, &candidates)
    }

    /// Releases by the standing rules what was just joined to something.
    pub(crate) fn apply_rules_to(
        &self,
        writer: &Writer<'_>,
        candidates: &BTreeSet<Id>,
    ) -> Result<(), AppError> {
        let rules = rules_in_force(writer)?;
        self.apply(writer, &rules, candidates)
    }

    fn apply(
        &self,
        writer: &Writer<'_>,
        rules: &[(RuleRow, RuleTerms)],
        candidates: &BTreeSet<Id>,
    ) -> Result<(), AppError> {
        for (row, terms) in rules {
            let kinds = &terms.condition.kinds;
            let concerned: Vec<&Id> = candidates
                .iter()
                .filter(|id| kinds.iter().any(|kind| kind == id.kind()))
                .collect();
            if concerned.is_empty() {
                continue;
            }
            let outcome = match self.hold_against(writer, row, terms, &concerned) {
                Ok(outcome) => outcome,
                // A rule that cannot be applied costs nothing of what arrives.
                Err(
                    problem @ (AppError::Conflict(_) | AppError::Invalid(_) | AppError::NotFound),
                ) => Outcome::Stop(RuleState::Paused, problem.to_string()),
                Err(error) => return Err(error),
            };
            match outcome {
                Outcome::Nothing => {}
                Outcome::Stop(state, note) => {
                    writer.set_rule_state(row.id, state, &note)?;
                    let now = self.clock.now();
                    writer.put_audit(None, "stop-rule", &row.id.to_string(), now)?;
                }
                Outcome::Release(record, keys) => {
                    enter_by_rule(writer, row.id, &record, &keys)?;
                }
            }
        }
        Ok(())
    }

    fn hold_against(
        &self,
        writer: &Writer<'_>,
        row: &RuleRow,
        terms: &RuleTerms,
        concerned: &[&Id],
    ) -> Result<Outcome, AppError> {
        let now = self.clock.now();
        if terms.until.is_some_and(|until| until <= now) {
            return Ok(Outcome::Stop(
                RuleState::Ended,
                "its time is over".to_owned(),
            ));
        }
        // A rule acts for whoever confirmed it, and no longer than that person may release.
        let acts_for = caller(writer, row.confirmed_by)?;
        let Some(acts_for) = acts_for.filter(|person| person.may(Action::Release)) else {
            return Ok(Outcome::Stop(
                RuleState::Paused,
                "whoever confirmed it may not release any more".to_owned(),
            ));
        };
        // What a rule reaches and what the house asks for can change: one person's word must still be enough.
        if row.requested_by == row.confirmed_by
            && !second(writer, &terms.recipients, terms.ceiling)?.is_empty()
        {
            return Ok(Outcome::Stop(
                RuleState::Paused,
                "in this house a second person has to confirm this by now: ask for the rule anew"
                    .to_owned(),
            ));
        }
        let policy = policy(writer)?;
        let reader: &Reader<'_> = writer;
        let gate = Gate::new(&policy, reader, acts_for.audience(), now);
        let mut met = Vec::new();
        for id in concerned {
            met.extend(matches(reader, &gate, &terms.condition, id)?);
        }
        if met.is_empty() {
            return Ok(Outcome::Nothing);
        }
        let mut keys = Vec::new();
        for key in drawn(reader, &gate, terms, met)? {
            if !reader.rule_has_released(row.id, &key)? {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return Ok(Outcome::Nothing);
        }
        let record = ReleaseRecord {
            terms: Arc::new(self.terms(reader, &request(terms, Vec::new()))?),
            reason: terms.reason.clone(),
            confirmed_by: row.confirmed_by,
            confirmed: now,
        };
        Ok(Outcome::Release(Box::new(record), keys))
    }
}

fn enter_by_rule(
    writer: &Writer<'_>,
    rule: RuleId,
    record: &ReleaseRecord,
    keys: &[ObjectKey],
) -> Result<(), AppError> {
    let origin = Origin {
        rule: Some(rule),
        ..Origin::default()
    };
    enter_release(writer, record, keys, &origin)?;
    Ok(writer.put_rule_items(rule, record.terms.id, keys)?)
}

fn rules_in_force(writer: &Writer<'_>) -> Result<Vec<(RuleRow, RuleTerms)>, AppError> {
    let rows = writer.active_rules(MAX_RULES)?.into_iter();
    Ok(rows
        .filter_map(|row| {
            let terms = read_rule(&row.body)?;
            Some((row, terms))
        })
        .collect())
}
