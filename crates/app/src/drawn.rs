//! What a release draws in, and what a releaser should be told of it.

use std::collections::BTreeSet;

use release::decision::{Decision, Released};
use release::gate::Gate;
use release::held::Consent;
use release::party::OrganisationId;
use stix::id::Id;
use stix::marking::Definition;
use stix::marking::iep::Attribution;
use stix::object::Object;
use stix::reference::references;
use stix::view::Relationship;
use store::database::Reader;
use store::object::ObjectKey;

use crate::error::AppError;
use crate::sharing::ReleaseRequest;
use crate::view::{keyed, one, one_keyed};

/// What a request names: objects that the caller may see, and, where asked, what they draw in as far as `admits` says
/// so. Of each the version that the caller sees: a newer one that only somebody else may see is not named by it.
pub(crate) fn items(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    request: &ReleaseRequest,
    admits: &dyn Fn(&Released, &ObjectKey) -> Result<bool, AppError>,
) -> Result<Vec<ObjectKey>, AppError> {
    let mut items: Vec<ObjectKey> = Vec::new();
    let mut known: BTreeSet<Id> = BTreeSet::new();
    let mut left_out: BTreeSet<Id> = BTreeSet::new();
    let mut queue: Vec<Id> = request.objects.clone();
    let asked: BTreeSet<&Id> = request.objects.iter().collect();
    while let Some(id) = queue.pop() {
        if !known.insert(id.clone()) || id.kind() == "marking-definition" {
            continue;
        }
        if known.len() > MAX_ITEMS {
            let message =
                format!("the release draws in more than {MAX_ITEMS} objects: name them in parts");
            return Err(AppError::invalid("APP-RELEASE-06", message));
        }
        let Some((found, key)) = one_keyed(gate, &id)? else {
            if asked.contains(&id) {
                return Err(AppError::invalid(
                    "APP-RELEASE-07",
                    format!("`{id}` is not held"),
                ));
            }
            continue;
        };
        if !asked.contains(&id) && !admits(&found, &key)? {
            left_out.insert(id);
            continue;
        }
        if request.with_references {
            let unnamed = unnamed(reader, gate, found.object())?;
            let targets = references(found.object().properties()).into_iter();
            queue.extend(
                targets
                    .filter(|target| !target.is_marking() && !unnamed.contains(&target.target))
                    .map(|target| target.target),
            );
        }
        items.push(key);
    }
    if request.with_references {
        let mut between = Vec::new();
        let is_inside = |id: &Id| known.contains(id) && !left_out.contains(id);
        for item in &items {
            let around = reader.referrers(&item.id, Some("relationship"), MAX_RELATIONSHIPS)?;
            for (relationship, key) in keyed(gate, &around)? {
                let view = Relationship::of(relationship.object());
                let ends = view.and_then(|view| Some((view.source()?, view.target()?)));
                let inside = ends.is_some_and(|(from, to)| is_inside(&from) && is_inside(&to));
                if inside && !known.contains(&key.id) && admits(&relationship, &key)? {
                    between.push(key);
                }
            }
        }
        between.sort();
        between.dedup();
        items.extend(between);
    }
    Ok(items)
}

/// Who gave an object, where that must not be known: to draw them in beside it would say so.
fn unnamed(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    object: &Object,
) -> Result<BTreeSet<Id>, AppError> {
    let conditions = reader.conditions(object.id())?.unwrap_or_default();
    let mut is_unnamed = conditions.consent == Consent::Anonymous;
    let markings = object.markings();
    let granular = markings.granular.iter().map(|one| &one.marking);
    for marking in markings.object.iter().chain(granular) {
        is_unnamed = is_unnamed || one(gate, marking)?.is_some_and(|found| {
            let read = Definition::read(found.object());
            matches!(read, Definition::Iep(policy) if policy.attribution == Attribution::MustNot)
        });
    }
    if !is_unnamed {
        return Ok(BTreeSet::new());
    }
    let source = reader.source_of(object.id())?.map(OrganisationId::identity);
    Ok(source.into_iter().chain(object.created_by()).collect())
}

/// Names of victims that stand in what would go out although their own object does not.
///
/// Markings cannot see that a free text names somebody; a person can, if told.
pub(crate) fn leaks(
    reader: &Reader<'_>,
    own: &Gate<'_, Reader<'_>>,
    items: &[ObjectKey],
    columns: &[Vec<Decision>],
) -> Result<Vec<String>, AppError> {
    let mut names: Vec<(Id, String)> = Vec::new();
    for incident in reader.incidents(None, MAX_INCIDENTS)? {
        if let Some(victim) = incident
            .victim
            .filter(|victim| victim.name.chars().count() >= MIN_NAME_CHARS)
            && one(own, &victim.identity)?.is_some()
        {
            names.push((victim.identity, victim.name));
        }
    }
    let mut found = BTreeSet::new();
    for column in columns {
        for (id, released) in items
            .iter()
            .zip(column)
            .filter_map(|(item, one)| Some((&item.id, one.released()?)))
        {
            for (victim, name) in &names {
                let known = column
                    .iter()
                    .filter_map(Decision::released)
                    .any(|one| one.id() == victim);
                if !known && released.text().contains(name.as_str()) {
                    found.insert(format!(
                        "`{id}` would go out with the name of the victim `{name}` in its text"
                    ));
                }
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Objects that one release may name.
const MAX_ITEMS: usize = 20_000;
/// Relationships looked at around one object.
const MAX_RELATIONSHIPS: u32 = 5_000;
/// A shorter name is found in too many words to warn of.
const MIN_NAME_CHARS: usize = 3;
/// Incidents whose victims are looked for.
const MAX_INCIDENTS: u32 = 1_000;
