//! What a release would do: object by object, audience by audience, and what stands for all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::diagnostic::{Diagnostic, Place};
use base::hex::Hex;
use jiff::Timestamp;
use release::decision::Decision;
use release::gate::{Asked, Gate, Holdings, Policy};
use release::held::Held;
use release::party::{Audience, Member, OrganisationId};
use release::terms::{Cut, Recipient, Release};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stix::id::Id;
use store::database::Reader;
use store::error::StoreError;
use store::object::ObjectKey;
use store::release::recipient_text;

use crate::drawn::leaks;
use crate::error::AppError;
use crate::four_eyes::SecondReason;
use crate::node::policy;
use crate::reach::Reach;
use crate::sharing::{Outcome, Preview, PreviewRow};
use crate::view::{one, summary};

/// A preview with what stands for it.
#[derive(Debug)]
pub(crate) struct Effect {
    pub(crate) preview: Preview,
    /// What goes out by this release, to be compared with what goes out later.
    pub(crate) seen: Seen,
}

/// What somebody saw when they looked at a request.
///
/// INVARIANT: two of these are equal only where the same versions go out to the same audiences in the same words, on
/// the same terms; what other releases give plays no part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The terms, by name.
    pub(crate) terms: BTreeMap<String, String>,
    /// What goes out: audience and object to what it gets, with the version and a hash of the text.
    pub(crate) cells: BTreeMap<(String, String), (String, String)>,
}

impl Seen {
    /// What stands for it.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(text.len().to_be_bytes());
            hash.update(text.as_bytes());
        };
        for (name, value) in &self.terms {
            add(name);
            add(value);
        }
        for ((audience, object), (outcome, text)) in &self.cells {
            add(audience);
            add(object);
            add(outcome);
            add(text);
        }
        Hex(&hash.finalize()).to_string()
    }

    /// As the database keeps it.
    pub(crate) fn text(&self) -> String {
        let cells: Vec<Value> = self
            .cells
            .iter()
            .take(MAX_CELLS)
            .map(|((audience, object), (outcome, text))| json!([audience, object, outcome, text]))
            .collect();
        json!({ "terms": self.terms, "cells": cells }).to_string()
    }

    /// Reads what [`Seen::text`] wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let terms = value.get("terms")?.as_object()?.iter();
        let terms = terms
            .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect::<Option<_>>()?;
        let cells = value.get("cells")?.as_array()?.iter();
        let cells = cells
            .map(|cell| {
                let at = |index: usize| Some(cell.get(index)?.as_str()?.to_owned());
                Some(((at(0)?, at(1)?), (at(2)?, at(3)?)))
            })
            .collect::<Option<_>>()?;
        Some(Self { terms, cells })
    }

    /// What is different now, in words.
    pub(crate) fn changed(&self, now: &Self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let names: BTreeSet<&String> = self.terms.keys().chain(now.terms.keys()).collect();
        for name in names {
            if self.terms.get(name) != now.terms.get(name) {
                let (was, is) = (word(self.terms.get(name)), word(now.terms.get(name)));
                found.push(format!("{name}: was `{was}`, is `{is}`"));
            }
        }
        let places: BTreeSet<_> = self.cells.keys().chain(now.cells.keys()).collect();
        for place @ (audience, object) in places {
            let (was, is) = (self.cells.get(place), now.cells.get(place));
            if was == is {
                continue;
            }
            let outcome = |cell: Option<&(String, String)>| {
                cell.map_or_else(|| "nothing".to_owned(), |(outcome, _)| outcome.clone())
            };
            let (before, after) = (outcome(was), outcome(is));
            found.push(if before == after {
                format!("`{object}` goes to `{audience}` with other content")
            } else {
                format!("`{object}` for `{audience}`: was {before}, is {after}")
            });
        }
        let more = found.len().saturating_sub(MAX_CHANGES);
        found.truncate(MAX_CHANGES);
        if more > 0 {
            found.push(format!("and {more} more changes"));
        }
        found
            .into_iter()
            .map(|message| Diagnostic::error("APP-REQUEST-02", Place::Whole, message))
            .collect()
    }
}

fn word(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// The holdings as they would be with one release more.
struct With<'a, 'c> {
    reader: &'a Reader<'c>,
    release: Option<&'a Arc<Release>>,
    items: &'a BTreeSet<ObjectKey>,
}

impl Holdings for With<'_, '_> {
    type Error = StoreError;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, StoreError> {
        self.reader.versions(id)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, StoreError> {
        let mut found = self.reader.releases(held)?;
        let named = || ObjectKey::of(held).is_some_and(|key| self.items.contains(&key));
        if let Some(release) = self.release.filter(|_| named()) {
            found.push(release.clone());
        }
        Ok(found)
    }
}

/// Works out what the release of these versions would do; without a release, what is seen now of the objects.
///
/// Objects of `asked` that would reach nobody are warned of.
pub(crate) fn effect(
    reader: &Reader<'_>,
    own: &Gate<'_, Reader<'_>>,
    now: Timestamp,
    release: Option<&Arc<Release>>,
    items: &[ObjectKey],
    asked: &[Id],
) -> Result<Effect, AppError> {
    let policy = policy(reader)?;
    // A release that was drafted a moment later than `now` was read is looked at as it will be in force.
    let now = release.map_or(now, |release| now.max(release.from));
    let set: BTreeSet<ObjectKey> = items.iter().cloned().collect();
    let holdings = With {
        reader,
        release,
        items: &set,
    };
    let audiences = audiences(reader, release)?;
    let wanted: Vec<Asked> = items
        .iter()
        .map(|item| match release {
            Some(_) => crate::feed::asked(&item.id, &item.version),
            None => Asked {
                id: item.id.clone(),
                version: None,
            },
        })
        .collect();
    let mut columns = Vec::new();
    for (_, audience) in &audiences {
        columns.push(Gate::new(&policy, &holdings, audience, now).decide(&wanted)?);
    }
    let reach = release.map(|release| Reach {
        reader,
        release,
        now,
        audiences: &audiences,
    });
    let before = before(reader, &policy, reach.as_ref(), &wanted, &columns)?;
    let mut rows = Vec::new();
    let mut warnings = Vec::new();
    for (at, ObjectKey { id, .. }) in items.iter().enumerate() {
        let Some(whole) = one(own, id)? else { continue };
        let cells: Vec<Outcome> = columns
            .iter()
            .filter_map(|column| column.get(at))
            .map(outcome)
            .collect();
        if let (Some(reach), Some(wanted)) = (&reach, wanted.get(at))
            && cells.iter().all(|cell| *cell == Outcome::Nothing)
            && asked.contains(id)
        {
            let why = reach.why(&policy, &holdings, wanted)?;
            warnings.push(format!(
                "`{}` reaches nobody: {why}",
                whole.object().title()
            ));
        }
        let source = match reader.owner_of(id)? {
            Some(owner) => reader.organisation(owner)?.map(|known| known.name),
            None => None,
        };
        let already = before.iter().filter_map(|column| column.get(at)).copied();
        rows.push(PreviewRow {
            object: summary(&whole),
            source: source.unwrap_or_default(),
            cells,
            already: already.collect(),
        });
    }
    // Where all that was asked for reaches nobody, it was said already.
    if let Some(reach) = reach.filter(|_| asked.is_empty() || warnings.len() < asked.len()) {
        warnings.extend(reach.nothing_new(&rows, asked)?);
    }
    warnings.extend(leaks(reader, own, items, &columns)?);
    let mut seen = Seen::default();
    if let Some(release) = release {
        seen.terms = terms(reader, release)?;
        for ((name, audience), column) in audiences.iter().zip(&columns) {
            // What others see comes of other releases.
            if release.clearance(audience, now).is_none() {
                continue;
            }
            for (ObjectKey { id, version }, decision) in items.iter().zip(column) {
                let Some(released) = decision.released() else {
                    continue;
                };
                let text = Sha256::digest(released.text().as_bytes());
                let text = format!("{version}{}", Hex(text.get(..16).unwrap_or(&text)));
                let place = (name.clone(), id.to_string());
                seen.cells.insert(place, (words(&outcome(decision)), text));
            }
        }
    }
    let preview = Preview {
        audiences: audiences.into_iter().map(|(name, _)| name).collect(),
        rows,
        warnings,
        second: Vec::<SecondReason>::new(),
        digest: seen.digest(),
    };
    Ok(Effect { preview, seen })
}

/// For each column and object whether the audience gets the same without the release; of no release, no.
fn before(
    reader: &Reader<'_>,
    policy: &Policy,
    reach: Option<&Reach<'_, '_>>,
    wanted: &[Asked],
    columns: &[Vec<Decision>],
) -> Result<Vec<Vec<bool>>, AppError> {
    let Some(reach) = reach else {
        return Ok(columns.iter().map(|_| vec![false; wanted.len()]).collect());
    };
    let mut found = Vec::new();
    for ((_, audience), column) in reach.audiences.iter().zip(columns) {
        let text = |decision: &Decision| decision.released().map(|one| one.text().to_owned());
        // What others see comes of other releases.
        found.push(if reach.is_reached(audience) {
            let now = Gate::new(policy, reader, audience, reach.now).decide(wanted)?;
            let pairs = now.iter().zip(column);
            pairs
                .map(|(before, after)| before.released().is_some() && text(before) == text(after))
                .collect()
        } else {
            column.iter().map(|one| one.released().is_some()).collect()
        });
    }
    Ok(found)
}

/// Everybody outside the house: the organisations, persons whom the release names, the public.
fn audiences(
    reader: &Reader<'_>,
    release: Option<&Arc<Release>>,
) -> Result<Vec<(String, Audience)>, AppError> {
    let mut found = Vec::new();
    for organisation in reader
        .organisations()?
        .into_iter()
        .filter(|organisation| !organisation.own)
    {
        found.push((organisation.name, member(reader, organisation.id)?));
    }
    for recipient in release.iter().flat_map(|release| &release.recipients) {
        let Recipient::Person(id) = recipient else {
            continue;
        };
        if let Some(person) = reader.person(*id)?
            && let Audience::Member(organisation) = member(reader, person.organisation)?
            && let Some(known) = reader.organisation(person.organisation)?
            && !known.own
        {
            let audience = Audience::Member(Member {
                person: Some(*id),
                ..organisation
            });
            found.push((format!("{} ({})", person.name, known.name), audience));
        }
    }
    found.push(("public".to_owned(), Audience::Public));
    Ok(found)
}

/// The terms, as they are compared and shown.
fn terms(reader: &Reader<'_>, release: &Release) -> Result<BTreeMap<String, String>, AppError> {
    let list = |items: Vec<String>| items.join(", ");
    let mut named = Vec::new();
    for organisation in &release.named {
        let known = reader.organisation(*organisation)?;
        named.push(known.map_or_else(|| organisation.to_string(), |known| known.name));
    }
    let recipients = release.recipients.iter().copied().map(recipient_text);
    let cuts = release.cuts.iter().map(cut_text);
    Ok([
        ("ceiling", release.ceiling.label().to_owned()),
        ("cuts", list(cuts.collect())),
        ("organisations named", list(named)),
        ("recipients", list(recipients.collect())),
        (
            "until",
            release.until.map(|at| at.to_string()).unwrap_or_default(),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect())
}

/// A cut as a line of text: a selector, or an identifier and a selector.
pub(crate) fn cut_text(cut: &Cut) -> String {
    match &cut.object {
        Some(object) => format!("{object} {}", cut.part),
        None => cut.part.to_string(),
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Edition { cut } if cut.is_empty() => "an edition".to_owned(),
        Outcome::Edition { cut } => format!("an edition without {}", cut.join(", ")),
        Outcome::Nothing => "nothing".to_owned(),
        Outcome::Whole => "whole".to_owned(),
    }
}

fn outcome(decision: &Decision) -> Outcome {
    match decision {
        Decision::Edition(edition) => Outcome::Edition {
            cut: edition.cut.iter().map(ToString::to_string).collect(),
        },
        Decision::Nothing => Outcome::Nothing,
        Decision::Whole(_) => Outcome::Whole,
    }
}

/// An organisation as an audience, without any person of it.
pub(crate) fn member(
    reader: &Reader<'_>,
    organisation: OrganisationId,
) -> Result<Audience, AppError> {
    Ok(Audience::Member(Member {
        organisation,
        communities: reader.communities_of(organisation)?,
        client_of: reader.client_of(organisation)?,
        person: None,
        country: reader.country_of(organisation)?,
    }))
}

/// Cells kept of one view: of a larger one only the digest tells that it changed.
const MAX_CELLS: usize = 50_000;
/// Changes told of at once: who confirms looks at the preview again anyway.
const MAX_CHANGES: usize = 20;
