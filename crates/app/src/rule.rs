//! Standing rules: what arrives and meets a condition is released, on terms that were confirmed like a release's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use release::decision::Released;
use release::gate::Gate;
use release::party::{OrganisationId, RuleId};
use release::terms::Recipient;
use stix::id::Id;
use stix::marking::Tlp;
use stix::reference::references;
use stix::view::Relationship;
use store::database::{Reader, Writer};
use store::object::ObjectKey;
use store::request::RequestRow;
use store::rule::{RuleRow, RuleState};

use crate::access::{Action, Caller};
use crate::drawn::items;
use crate::effect::{Effect, Seen, effect};
use crate::error::AppError;
use crate::node::{Node, own};
use crate::proposal::{named, require_proposing};
use crate::query::level;
use crate::sharing::{Preview, ReleaseRequest, ReleaseSummary, recipient_names, release_summary};
use crate::view::{keyed, one, one_keyed};
use crate::written::{read_rule, rule_text};

/// What a rule looks for: what meets all that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Types, one of which it has.
    pub kinds: Vec<String>,
    /// Labels, one of which it has; any object if empty.
    pub labels: Vec<String>,
    /// What it is related to: by a relationship, a reference, or the register.
    pub related_to: Option<Id>,
    /// Who gave it to the node.
    pub source: Option<OrganisationId>,
    /// The most restrictive marking that it has as a whole; without any it counts as AMBER+STRICT.
    pub at_most: Tlp,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTerms {
    /// What is released.
    pub condition: Condition,
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// The most restrictive level of anything that goes out.
    pub ceiling: Tlp,
    /// Whether what the objects refer to goes along as far as markings allow.
    pub with_references: bool,
    /// Not from then on.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// A rule in a list.
#[derive(Debug, Clone)]
pub struct RuleSummary {
    /// Its identifier.
    pub id: RuleId,
    /// What it says.
    pub terms: RuleTerms,
    /// To whom, by name.
    pub recipients: Vec<String>,
    /// The name of the source, where it asks for one.
    pub source: Option<String>,
    /// `active`, `paused` or `ended`.
    pub state: &'static str,
    /// Why it stands still, where the node stopped it.
    pub note: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Who confirmed it.
    pub confirmed_by: String,
    /// When.
    pub confirmed: Timestamp,
    /// How many versions it has released.
    pub released: u64,
}

/// What a rule would have released.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// What would have gone to whom.
    pub preview: Preview,
    /// Of how many days.
    pub days: u16,
    /// How many objects met the condition.
    pub met: u64,
    /// Whether all objects of that time were looked at and are shown.
    pub complete: bool,
}

impl Node {
    /// What a rule would have released of what arrived in the last days, and to whom.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn dry_run(
        &self,
        caller: &Caller,
        rule: &RuleTerms,
        days: u16,
    ) -> Result<DryRun, AppError> {
        require_proposing(caller)?;
        self.through_gate(caller, |reader, gate| {
            let mut found = self.rehearse(reader, gate, rule, days)?;
            let second = crate::four_eyes::second(reader, &rule.recipients, rule.ceiling)?;
            found.0.preview.second = second;
            Ok(found.0)
        })
    }

    /// The rules, the latest first.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn rules(&self, caller: &Caller) -> Result<Vec<RuleSummary>, AppError> {
        caller.require(Action::ReadReleases)?;
        self.store.read(|reader| {
            let rows = reader.rules(MAX_RULES)?;
            rows.iter().map(|row| summary(reader, row)).collect()
        })
    }

    /// One rule with the releases that it made, the latest first.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn rule(
        &self,
        caller: &Caller,
        rule: RuleId,
    ) -> Result<Option<(RuleSummary, Vec<ReleaseSummary>)>, AppError> {
        caller.require(Action::ReadReleases)?;
        self.store.read(|reader| {
            let Some(row) = reader.rule(rule)? else {
                return Ok(None);
            };
            let mut releases = Vec::new();
            for id in reader.releases_by_rule(rule, MAX_RELEASES)? {
                if let Some(record) = reader.release(id)? {
                    releases.push(release_summary(reader, &record)?);
                }
            }
            Ok(Some((summary(reader, &row)?, releases)))
        })
    }

    /// Lets a rule rest. What arrives while it rests is not released by it, not later either.
    ///
    /// # Errors
    /// If the caller may not, or it does not release now.
    pub fn pause_rule(&self, caller: &Caller, rule: RuleId) -> Result<(), AppError> {
        self.set_rule_state(caller, rule, RuleState::Paused, "pause-rule")
    }

    /// Lets a rule that rests release again; it acts for whoever confirmed it, as before.
    ///
    /// # Errors
    /// If the caller may not, or it does not rest.
    pub fn resume_rule(&self, caller: &Caller, rule: RuleId) -> Result<(), AppError> {
        self.set_rule_state(caller, rule, RuleState::Active, "resume-rule")
    }

    /// Ends a rule for good; what it released stays released.
    ///
    /// # Errors
    /// If the caller may not, or it has ended.
    pub fn end_rule(&self, caller: &Caller, rule: RuleId) -> Result<(), AppError> {
        self.set_rule_state(caller, rule, RuleState::Ended, "end-rule")
    }

    fn set_rule_state(
        &self,
        caller: &Caller,
        rule: RuleId,
        state: RuleState,
        action: &'static str,
    ) -> Result<(), AppError> {
        caller.require(Action::Release)?;
        self.store.write(|writer| {
            let row = writer.rule(rule)?.ok_or(AppError::NotFound)?;
            if !writer.set_rule_state(rule, state, "")? {
                return Err(AppError::Conflict(format!(
                    "the rule is {} already",
                    row.state.name()
                )));
            }
            self.record(writer, caller, action, &rule.to_string())
        })
    }

    /// Enters a confirmed rule: what arrives from now on is released by it.
    pub(crate) fn enter_rule(
        &self,
        writer: &Writer<'_>,
        caller: &Caller,
        rule: &RuleTerms,
        request: Option<&RequestRow>,
    ) -> Result<RuleId, AppError> {
        let id = RuleId(self.ids.uuid());
        if writer.active_rules(MAX_RULES)?.len() >= usize::try_from(MAX_RULES).unwrap_or(usize::MAX)
        {
            let message = format!("at most {MAX_RULES} rules are active at once");
            return Err(AppError::Conflict(message));
        }
        writer.put_rule(&RuleRow {
            id,
            body: rule_text(rule),
            state: RuleState::Active,
            note: String::new(),
            requested_by: request.map_or(caller.person, |row| row.requested_by),
            confirmed_by: caller.person,
            confirmed: self.clock.now(),
        })?;
        self.record(writer, caller, "confirm-rule", &id.to_string())?;
        Ok(id)
    }

    /// What a rule would do, for its confirmation: bound to what it says and to the organisations that it reaches now,
    /// not to what happens to be held.
    pub(crate) fn rule_effect(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        rule: &RuleTerms,
    ) -> Result<Effect, AppError> {
        let (run, seen) = self.rehearse(reader, gate, rule, DRY_RUN_DAYS)?;
        Ok(Effect {
            preview: run.preview,
            seen,
        })
    }

    fn rehearse(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        rule: &RuleTerms,
        days: u16,
    ) -> Result<(DryRun, Seen), AppError> {
        let now = self.clock.now();
        if rule.condition.kinds.is_empty() {
            let message = "a rule names at least one type of object";
            return Err(AppError::invalid("APP-RULE-01", message));
        }
        if rule.condition.kinds.len() + rule.condition.labels.len() > MAX_LIST {
            let message = format!("a rule names at most {MAX_LIST} types and labels");
            return Err(AppError::invalid("APP-RULE-02", message));
        }
        if let Some(target) = &rule.condition.related_to
            && one(gate, target)?.is_none()
        {
            let message = format!("`{target}` is not held");
            return Err(AppError::invalid("APP-RELEASE-07", message));
        }
        let terms = Arc::new(self.terms(reader, &request(rule, Vec::new()))?);
        let back = SignedDuration::from_hours(24 * i64::from(days.min(MAX_DAYS)));
        let since = now.checked_sub(back).unwrap_or(Timestamp::MIN);
        let (ids, mut complete) = arrived(reader, &rule.condition, since)?;
        let mut met = Vec::new();
        for id in &ids {
            met.extend(matches(reader, gate, &rule.condition, id)?);
        }
        let count = u64::try_from(met.len()).unwrap_or_default();
        if met.len() > MAX_SHOWN {
            met.truncate(MAX_SHOWN);
            complete = false;
        }
        let ids = drawn(reader, gate, rule, met)?;
        let mut found = effect(reader, gate, now, Some(&terms), &ids, &[])?;
        if rule.condition.source.is_none() {
            found.preview.warnings.push(
                "no source is named: what partners send and meets the condition is released as well"
                    .to_owned(),
            );
        }
        if !complete {
            found.preview.warnings.push(format!(
                "only the latest are shown: {count} or more objects of the last {days} days meet the condition"
            ));
        }
        let mut seen = Seen {
            terms: found.seen.terms,
            ..Seen::default()
        };
        seen.terms.insert("rule".to_owned(), rule_text(rule));
        let reached = reached(reader, rule)?;
        seen.terms
            .insert("organisations reached".to_owned(), reached);
        found.preview.digest = seen.digest();
        let run = DryRun {
            preview: found.preview,
            days,
            met: count,
            complete,
        };
        Ok((run, seen))
    }
}

/// The organisations that a rule reaches now, whatever its ceiling: a rule names them anew for each release.
fn reached(reader: &Reader<'_>, rule: &RuleTerms) -> Result<String, AppError> {
    let ids = named(reader, &rule.recipients, Tlp::Red)?;
    let mut names = Vec::new();
    for id in ids {
        let known = reader.organisation(id)?;
        names.push(known.map_or_else(|| id.to_string(), |known| known.name));
    }
    names.sort();
    Ok(names.join(", "))
}

/// A rule's terms as those of a release of some objects.
pub(crate) fn request(rule: &RuleTerms, objects: Vec<Id>) -> ReleaseRequest {
    ReleaseRequest {
        objects,
        with_references: rule.with_references,
        recipients: rule.recipients.clone(),
        ceiling: rule.ceiling,
        cuts: Vec::new(),
        from: None,
        until: rule.until,
        reason: rule.reason.clone(),
    }
}

/// An object that meets a condition, with the relationships by which it does.
#[derive(Debug)]
pub(crate) struct Met {
    object: Id,
    /// Who gave it.
    source: OrganisationId,
    by: Vec<ObjectKey>,
}

/// What goes out for objects that meet a rule's condition. What they draw in is of those who gave them or of the house,
/// and not above the condition's level: what others sent is none of what the rule was confirmed for.
pub(crate) fn drawn(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    rule: &RuleTerms,
    met: Vec<Met>,
) -> Result<Vec<ObjectKey>, AppError> {
    let house = own(reader)?.id;
    let mut by_source: BTreeMap<OrganisationId, (Vec<Id>, BTreeSet<ObjectKey>)> = BTreeMap::new();
    for one in met {
        let (objects, by) = by_source.entry(one.source).or_default();
        objects.push(one.object);
        by.extend(one.by);
    }
    let mut found = BTreeSet::new();
    // Each source by itself: what one gave draws in nothing of another, though both meet the condition.
    for (source, (objects, by)) in by_source {
        let sources = BTreeSet::from([house, source]);
        let admits = |released: &Released, key: &ObjectKey| {
            admits(reader, &rule.condition, &sources, released, key)
        };
        found.extend(items(reader, gate, &request(rule, objects), &admits)?);
        found.extend(by);
    }
    Ok(found.into_iter().collect())
}

/// Whether something may go out along with what meets a condition, or be what makes it meet the condition.
fn admits(
    reader: &Reader<'_>,
    condition: &Condition,
    sources: &BTreeSet<OrganisationId>,
    released: &Released,
    key: &ObjectKey,
) -> Result<bool, AppError> {
    Ok(level(released.object()) <= condition.at_most
        && is_newest(reader, key)?
        && reader
            .source_of(&key.id)?
            .is_some_and(|source| sources.contains(&source)))
}

/// Whether a version is the newest that is held. Where whoever confirmed a rule may not see that one, the rule lets the
/// object be: nobody meant the older one to go out because a newer one came.
fn is_newest(reader: &Reader<'_>, key: &ObjectKey) -> Result<bool, AppError> {
    Ok(reader.version_keys(&key.id)?.first() == Some(key))
}

/// Whether an object meets a condition, as far as whoever confirmed the rule may see it.
pub(crate) fn matches(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    condition: &Condition,
    id: &Id,
) -> Result<Option<Met>, AppError> {
    if !condition.kinds.iter().any(|kind| kind == id.kind()) {
        return Ok(None);
    }
    let Some(source) = reader.source_of(id)? else {
        return Ok(None);
    };
    if condition.source.is_some_and(|wanted| wanted != source) {
        return Ok(None);
    }
    let Some((found, key)) = one_keyed(gate, id)? else {
        return Ok(None);
    };
    if !is_newest(reader, &key)? {
        return Ok(None);
    }
    let object = found.object();
    let labelled = condition.labels.is_empty()
        || object
            .strings("labels")
            .any(|label| condition.labels.iter().any(|wanted| wanted == label));
    if !labelled || level(object) > condition.at_most {
        return Ok(None);
    }
    let met = |by| {
        Ok(Some(Met {
            object: id.clone(),
            source,
            by,
        }))
    };
    let Some(target) = &condition.related_to else {
        return met(Vec::new());
    };
    // Nobody makes another's object meet a condition by saying what it is related to.
    let sources = BTreeSet::from([source, own(reader)?.id]);
    let mut by = Vec::new();
    let around = reader.referrers(id, Some("relationship"), MAX_RELATIONSHIPS)?;
    for (relationship, key) in keyed(gate, &around)? {
        if !admits(reader, condition, &sources, &relationship, &key)? {
            continue;
        }
        let Some(view) = Relationship::of(relationship.object()) else {
            continue;
        };
        let original = |end: Id| Ok::<_, AppError>(reader.edition_source(&end)?.unwrap_or(end));
        let ends = [view.source(), view.target()];
        for end in ends.into_iter().flatten() {
            if original(end)? == *target {
                by.push(key);
                break;
            }
        }
    }
    let related = id == target
        || !by.is_empty()
        || references(object.properties())
            .into_iter()
            .any(|reference| reference.target == *target)
        || (reader
            .source_of(target)?
            .is_some_and(|source| sources.contains(&source))
            && reader
                .referrers(id, Some(target.kind()), MAX_RELATIONSHIPS)?
                .contains(target))
        || (target.kind() == "incident" && reader.incident_objects(target)?.contains(id));
    if related { met(by) } else { Ok(None) }
}

/// The objects of a condition's types that arrived since then, the latest first, and whether these are all.
fn arrived(
    reader: &Reader<'_>,
    condition: &Condition,
    since: Timestamp,
) -> Result<(Vec<Id>, bool), AppError> {
    let mut found = Vec::new();
    for kind in &condition.kinds {
        let mut before = None;
        'pages: loop {
            let page = reader.newest_objects(Some(kind), before, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            before = Some(*last);
            for (_, id) in page {
                if reader.received(&id)?.is_none_or(|at| at < since) {
                    break 'pages;
                }
                if found.len() >= MAX_LOOKED {
                    return Ok((found, false));
                }
                found.push(id);
            }
        }
    }
    Ok((found, true))
}

fn summary(reader: &Reader<'_>, row: &RuleRow) -> Result<RuleSummary, AppError> {
    let terms = read_rule(&row.body).ok_or(AppError::NotFound)?;
    let name = |person| {
        let known = reader.person(person)?;
        Ok::<_, AppError>(known.map(|known| known.name).unwrap_or_default())
    };
    let source = match terms.condition.source {
        Some(id) => reader.organisation(id)?.map(|known| known.name),
        None => None,
    };
    Ok(RuleSummary {
        id: row.id,
        recipients: recipient_names(reader, terms.recipients.iter())?,
        source,
        terms,
        state: row.state.name(),
        note: row.note.clone(),
        requested_by: name(row.requested_by)?,
        confirmed_by: name(row.confirmed_by)?,
        confirmed: row.confirmed,
        released: reader.rule_item_count(row.id)?,
    })
}

/// Days of the dry run that is shown before a rule is confirmed.
pub const DRY_RUN_DAYS: u16 = 30;
/// Longest dry run.
pub const MAX_DAYS: u16 = 3_650;
/// Rules that are active at once, and listed: each is looked at for whatever arrives.
pub(crate) const MAX_RULES: u32 = 200;
/// Releases listed of one rule.
const MAX_RELEASES: u32 = 200;
/// Types and labels of one rule.
const MAX_LIST: usize = 200;
/// Relationships looked at around one object.
const MAX_RELATIONSHIPS: u32 = 5_000;
/// Objects looked at by a dry run: some seconds of work.
const MAX_LOOKED: usize = 50_000;
/// Objects shown by a dry run.
const MAX_SHOWN: usize = 200;
/// Objects looked at at once.
const PAGE: u32 = 500;
