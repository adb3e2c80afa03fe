//! Saved queries: what is looked for, by name, so that a release can name what is found at its confirmation.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use release::gate::Gate;
use release::party::QueryId;
use stix::id::Id;
use stix::marking::Tlp;
use store::database::Reader;
use store::query::QueryRow;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::object::ObjectSummary;
use crate::party::check_name;
use crate::proposal::require_proposing;
use crate::view::{one, summaries};
use crate::written::{query_text, read_query};

/// What a query looks for: what meets all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryTerms {
    /// Words, all of which stand in it.
    pub text: String,
    /// Types, one of which it has.
    pub kinds: Vec<String>,
    /// Values, under one of which it is found.
    pub values: Vec<String>,
    /// Levels, one of which its own marking has; an object without any counts as AMBER+STRICT.
    pub markings: Vec<Tlp>,
    /// Its newest version was received not before.
    pub received_from: Option<Timestamp>,
    /// Its newest version was received before.
    pub received_until: Option<Timestamp>,
    /// Its newest version was received in the last so many days.
    pub last_days: Option<u16>,
}

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its identifier.
    pub id: QueryId,
    /// Its name, unique on the node.
    pub name: String,
    /// What it looks for.
    pub terms: QueryTerms,
    /// Who wrote it last.
    pub changed_by: String,
    /// When.
    pub changed: Timestamp,
}

impl Node {
    /// The saved queries, by name.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn queries(&self, caller: &Caller) -> Result<Vec<SavedQuery>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.store.read(|reader| {
            let rows = reader.queries(MAX_QUERIES)?;
            rows.iter().map(|row| saved(reader, row)).collect()
        })
    }

    /// One saved query with what it finds now.
    ///
    /// # Errors
    /// If the caller may not, or it finds more than a release may name.
    pub fn query(
        &self,
        caller: &Caller,
        query: QueryId,
    ) -> Result<Option<(SavedQuery, Vec<ObjectSummary>)>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.through_gate(caller, |reader, gate| {
            let Some(row) = reader.query(query)? else {
                return Ok(None);
            };
            let ids = found(self, reader, gate, &row)?;
            Ok(Some((saved(reader, &row)?, summaries(gate, &ids)?)))
        })
    }

    /// What a query finds now.
    ///
    /// # Errors
    /// If the caller may not, it looks for nothing, or it finds more than a release may name.
    pub fn run_query(
        &self,
        caller: &Caller,
        terms: &QueryTerms,
    ) -> Result<Vec<ObjectSummary>, AppError> {
        caller.require(Action::ReadObjects)?;
        let now = self.clock.now();
        self.through_gate(caller, |reader, gate| {
            summaries(gate, &run(reader, gate, terms, now)?)
        })
    }

    /// Saves a query under a name, over another where its identifier is given.
    ///
    /// # Errors
    /// If the caller may not, it looks for nothing, or another query has the name.
    pub fn save_query(
        &self,
        caller: &Caller,
        over: Option<QueryId>,
        name: &str,
        terms: &QueryTerms,
    ) -> Result<QueryId, AppError> {
        require_proposing(caller)?;
        check_name(name)?;
        check(terms)?;
        let id = over.unwrap_or_else(|| QueryId(self.ids.uuid()));
        let row = QueryRow {
            id,
            name: name.trim().to_owned(),
            body: query_text(terms),
            changed_by: caller.person,
            changed: self.clock.now(),
        };
        self.store.write(|writer| {
            if over.is_some() && writer.query(id)?.is_none() {
                return Err(AppError::NotFound);
            }
            writer.put_query(&row)?;
            self.record(writer, caller, "save-query", &id.to_string())
        })?;
        Ok(id)
    }

    /// Removes a saved query; releases that came of it stay as they are.
    ///
    /// # Errors
    /// If the caller may not, or there is none.
    pub fn remove_query(&self, caller: &Caller, query: QueryId) -> Result<(), AppError> {
        require_proposing(caller)?;
        self.store.write(|writer| {
            if !writer.remove_query(query)? {
                return Err(AppError::NotFound);
            }
            self.record(writer, caller, "remove-query", &query.to_string())
        })
    }

    /// The query of this name or identifier.
    ///
    /// # Errors
    /// If the caller may not, or there is none.
    pub fn query_named(&self, caller: &Caller, text: &str) -> Result<QueryId, AppError> {
        let id = text.parse::<QueryId>().ok();
        let found = self.queries(caller)?.into_iter();
        let mut found = found.filter(|query| query.name == text || Some(query.id) == id);
        Ok(found.next().ok_or(AppError::NotFound)?.id)
    }
}

/// What a saved query finds now, of what the gate lets through.
pub(crate) fn found(
    node: &Node,
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    row: &QueryRow,
) -> Result<Vec<Id>, AppError> {
    let terms = read_query(&row.body).ok_or(AppError::NotFound)?;
    run(reader, gate, &terms, node.clock.now())
}

fn run(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    terms: &QueryTerms,
    now: Timestamp,
) -> Result<Vec<Id>, AppError> {
    check(terms)?;
    let days = terms.last_days.map(|days| {
        let back = SignedDuration::from_hours(24 * i64::from(days));
        now.checked_sub(back).unwrap_or(Timestamp::MIN)
    });
    let from = terms.received_from.max(days);
    let mut found = BTreeSet::new();
    let mut take = |id: Id| -> Result<(), AppError> {
        if !terms.kinds.is_empty() && !terms.kinds.iter().any(|kind| kind == id.kind()) {
            return Ok(());
        }
        let received = reader.received(&id)?;
        let early = from.is_some_and(|from| received.is_none_or(|at| at < from));
        let late = terms
            .received_until
            .is_some_and(|until| received.is_none_or(|at| at >= until));
        if early || late {
            return Ok(());
        }
        let Some(released) = one(gate, &id)? else {
            return Ok(());
        };
        if !terms.markings.is_empty() && !terms.markings.contains(&level(released.object())) {
            return Ok(());
        }
        found.insert(id);
        if found.len() > MAX_FOUND {
            let message = format!("the query finds more than {MAX_FOUND} objects: narrow it");
            return Err(AppError::invalid("APP-QUERY-02", message));
        }
        Ok(())
    };
    let text = terms.text.trim();
    let mut valued = BTreeSet::new();
    for value in &terms.values {
        let value = value.trim().to_lowercase();
        valued.extend(reader.objects_with_value(&value, MAX_LOOKED)?);
    }
    if !terms.values.is_empty() && text.is_empty() {
        for id in valued {
            take(id)?;
        }
        return Ok(found.into_iter().collect());
    }
    let mut before = None;
    let mut looked: u32 = 0;
    let one_kind = match terms.kinds.as_slice() {
        [kind] => Some(kind.as_str()),
        _ => None,
    };
    loop {
        let page: Vec<(i64, Id)> = if text.is_empty() {
            reader.newest_objects(one_kind, before, PAGE)?
        } else {
            let hits = reader.search(text, one_kind, before, PAGE)?;
            hits.into_iter().map(|hit| (hit.seq, hit.id)).collect()
        };
        let Some((last, oldest)) = page.last().cloned() else {
            break;
        };
        before = Some(last);
        looked = looked.saturating_add(PAGE);
        // The newest come first: what was received too early is followed by nothing else.
        let done = match from {
            Some(from) => reader.received(&oldest)?.is_some_and(|at| at < from),
            None => false,
        };
        for (_, id) in page {
            if terms.values.is_empty() || valued.contains(&id) {
                take(id)?;
            }
        }
        if done {
            break;
        }
        if looked >= MAX_LOOKED {
            let message = format!("the query looks at more than {MAX_LOOKED} objects: narrow it");
            return Err(AppError::invalid("APP-QUERY-03", message));
        }
    }
    Ok(found.into_iter().collect())
}

/// The level of an object's own marking; without any it is handled as AMBER+STRICT.
pub(crate) fn level(object: &stix::object::Object) -> Tlp {
    let markings = &object.markings().object;
    let level = markings.iter().filter_map(Tlp::from_id).max();
    level.unwrap_or(Tlp::AmberStrict)
}

fn check(terms: &QueryTerms) -> Result<(), AppError> {
    let unbounded = terms.text.trim().is_empty()
        && terms.kinds.is_empty()
        && terms.values.is_empty()
        && terms.received_from.is_none()
        && terms.last_days.is_none();
    if unbounded {
        return Err(AppError::invalid(
            "APP-QUERY-01",
            "a query says what it looks for: words, types, values, or since when",
        ));
    }
    let lists = [terms.kinds.len(), terms.values.len(), terms.markings.len()];
    if lists.into_iter().any(|length| length > MAX_LIST) {
        let message = format!("a query names at most {MAX_LIST} of a kind");
        return Err(AppError::invalid("APP-QUERY-04", message));
    }
    Ok(())
}

fn saved(reader: &Reader<'_>, row: &QueryRow) -> Result<SavedQuery, AppError> {
    let person = reader.person(row.changed_by)?;
    Ok(SavedQuery {
        id: row.id,
        name: row.name.clone(),
        terms: read_query(&row.body).ok_or(AppError::NotFound)?,
        changed_by: person.map(|known| known.name).unwrap_or_default(),
        changed: row.changed,
    })
}

/// Most objects that a query finds: as many as one release may name.
const MAX_FOUND: usize = 20_000;
/// Most objects that a query looks at: some seconds of work.
const MAX_LOOKED: u32 = 200_000;
/// Objects looked at at once.
const PAGE: u32 = 500;
/// Saved queries listed.
const MAX_QUERIES: u32 = 1_000;
/// Most types, values or markings of one query.
const MAX_LIST: usize = 1_000;
