//! Releases with their preview, and the view of another audience.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use release::decision::Decision;
use release::gate::{Asked, Gate, Holdings};
use release::held::Held;
use release::party::{Audience, Member, OrganisationId, ReleaseId};
use release::terms::{Cut, Recipient, Release};
use stix::id::Id;
use stix::marking::Tlp;
use store::database::Reader;
use store::error::StoreError;
use store::feed::FeedQuery;
use store::object::ObjectKey;
use store::release::{ReleaseRecord, read_recipient};

use crate::access::{Action, Caller};
use crate::drawn::{items, leaks};
use crate::error::AppError;
use crate::ledger::Handed;
use crate::node::{Node, policy};
use crate::object::ObjectSummary;
use crate::view::{one, summaries, summary};

/// A release as it is asked for.
#[derive(Debug, Clone)]
pub struct ReleaseRequest {
    /// What goes out.
    pub objects: Vec<Id>,
    /// Whether what they refer to, and the relationships between them, go along as far as markings allow.
    pub with_references: bool,
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// The most restrictive level of anything that goes out.
    pub ceiling: Tlp,
    /// Parts that are cut by hand.
    pub cuts: Vec<Cut>,
    /// Not before; now if not given.
    pub from: Option<Timestamp>,
    /// Not from then on.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// What a release would do: object by object, audience by audience.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The audiences, as columns.
    pub audiences: Vec<String>,
    /// The objects, as rows.
    pub rows: Vec<PreviewRow>,
    /// What the releaser should look at.
    pub warnings: Vec<String>,
}

/// One row of a [`Preview`].
#[derive(Debug, Clone)]
pub struct PreviewRow {
    /// The object.
    pub object: ObjectSummary,
    /// What each audience gets, in the order of the columns.
    pub cells: Vec<Outcome>,
}

/// What an audience gets of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An edition.
    Edition {
        /// The parts that are cut, as selectors; empty where only references were rewritten.
        cut: Vec<String>,
    },
    /// Nothing.
    Nothing,
    /// The object itself.
    Whole,
}

/// A release in a list.
#[derive(Debug, Clone)]
pub struct ReleaseSummary {
    /// Its identifier.
    pub id: ReleaseId,
    /// To whom, by name.
    pub recipients: Vec<String>,
    /// The most restrictive level of anything that goes out.
    pub ceiling: Tlp,
    /// When it was confirmed.
    pub confirmed: Timestamp,
    /// By whom.
    pub confirmed_by: String,
    /// How many objects it names.
    pub objects: u64,
    /// Why.
    pub reason: String,
    /// When it was withdrawn.
    pub withdrawn: Option<Timestamp>,
    /// Not from then on.
    pub until: Option<Timestamp>,
}

/// What an audience was given.
#[derive(Debug, Clone)]
pub struct SeenAs {
    /// The audience's name.
    pub audience: String,
    /// What it was given, in order.
    pub objects: Vec<SeenObject>,
}

/// One object that an audience was given.
#[derive(Debug, Clone)]
pub struct SeenObject {
    /// The object as the audience knows it.
    pub summary: ObjectSummary,
    /// Whether it is an edition.
    pub edition: bool,
    /// What was cut.
    pub cut: Vec<String>,
    /// Its JSON, indented.
    pub json: String,
    /// When it was given.
    pub added: Timestamp,
}

/// The holdings as they would be with one release more.
struct With<'a, 'c> {
    reader: &'a Reader<'c>,
    release: Option<&'a Arc<Release>>,
    items: &'a BTreeSet<Id>,
}

impl Holdings for With<'_, '_> {
    type Error = StoreError;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, StoreError> {
        self.reader.versions(id)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, StoreError> {
        let mut found = self.reader.releases(held)?;
        if let Some(release) = self.release.filter(|_| self.items.contains(held.id())) {
            found.push(release.clone());
        }
        Ok(found)
    }
}

impl Node {
    /// What a release would do, recipient by recipient, before it is confirmed.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn preview(&self, caller: &Caller, request: &ReleaseRequest) -> Result<Preview, AppError> {
        caller.require(Action::Release)?;
        self.through_gate(caller, |reader, gate| {
            let items = items(reader, gate, request)?;
            let terms = Arc::new(self.terms(reader, request)?);
            self.outcomes_with(reader, gate, Some(&terms), &items, request)
        })
    }

    /// What each audience sees of objects now.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn outcomes(&self, caller: &Caller, objects: &[Id]) -> Result<Preview, AppError> {
        caller.require(Action::SeeAs)?;
        self.through_gate(caller, |reader, gate| {
            let request = ReleaseRequest {
                objects: objects.to_vec(),
                with_references: false,
                recipients: Vec::new(),
                ceiling: Tlp::Clear,
                cuts: Vec::new(),
                from: None,
                until: None,
                reason: String::new(),
            };
            self.outcomes_with(reader, gate, None, objects, &request)
        })
    }

    /// Confirms a release: from now on its recipients get what it names.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn confirm(
        &self,
        caller: &Caller,
        request: &ReleaseRequest,
    ) -> Result<ReleaseId, AppError> {
        caller.require(Action::Release)?;
        let now = self.clock.now();
        if request.reason.trim().is_empty() {
            return Err(AppError::invalid(
                "APP-RELEASE-01",
                "a release has a reason",
            ));
        }
        let (ids, terms) = self.through_gate(caller, |reader, gate| {
            Ok((items(reader, gate, request)?, self.terms(reader, request)?))
        })?;
        let id = terms.id;
        self.store.write(|writer| {
            let mut items: Vec<ObjectKey> = Vec::new();
            for object in &ids {
                // A release names versions: what is changed later is decided on later.
                items.extend(writer.version_keys(object)?.into_iter().next());
            }
            let record = ReleaseRecord {
                terms: Arc::new(terms),
                reason: request.reason.trim().to_owned(),
                confirmed_by: caller.person,
                confirmed: now,
            };
            writer.put_release(&record, &items)?;
            crate::ledger::released(writer, caller.person.0, id, now)?;
            if let Some(until) = record.terms.until {
                writer.put_due(crate::catch_up::WITHDRAWAL, &id.to_string(), until)?;
            }
            writer.put_change(crate::catch_up::RELEASE, &id.to_string(), now)?;
            self.record(writer, caller, "release", &id.to_string())
        })?;
        Ok(id)
    }

    /// Withdraws a release: nobody gets what it names by it from now on.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn withdraw(&self, caller: &Caller, release: ReleaseId) -> Result<bool, AppError> {
        caller.require(Action::Release)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let withdrawn = writer.withdraw_release(release, now)?;
            if withdrawn {
                crate::ledger::release_withdrawn(writer, caller.person.0, release, now)?;
                writer.put_change(crate::catch_up::WITHDRAWAL, &release.to_string(), now)?;
                self.record(writer, caller, "withdraw", &release.to_string())?;
            }
            Ok(withdrawn)
        })
    }

    /// The releases, the latest first.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn releases(&self, caller: &Caller, limit: u32) -> Result<Vec<ReleaseSummary>, AppError> {
        caller.require(Action::ReadReleases)?;
        self.store.read(|reader| {
            let records = reader.releases_newest_first(limit.min(MAX_RELEASES))?;
            records
                .iter()
                .map(|record| release_summary(reader, record))
                .collect()
        })
    }

    /// One release with those of its objects that the caller may see.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn release(
        &self,
        caller: &Caller,
        release: ReleaseId,
    ) -> Result<Option<(ReleaseSummary, Vec<ObjectSummary>)>, AppError> {
        caller.require(Action::ReadReleases)?;
        self.through_gate(caller, |reader, gate| {
            let Some(record) = reader.release(release)? else {
                return Ok(None);
            };
            let items: Vec<Id> = reader
                .release_items(release)?
                .into_iter()
                .map(|key| key.id)
                .collect();
            Ok(Some((
                release_summary(reader, &record)?,
                summaries(gate, &items)?,
            )))
        })
    }

    /// The recipient that a text names: `public`, a community, an organisation, or `community:UUID` and the like.
    ///
    /// # Errors
    /// If the caller may not, or nobody is meant by it.
    pub fn recipient(&self, caller: &Caller, text: &str) -> Result<Recipient, AppError> {
        caller.require(Action::ReadParties)?;
        if let Some(recipient) = read_recipient(text) {
            return Ok(recipient);
        }
        self.store.read(|reader| {
            if let Some(found) = reader
                .communities()?
                .into_iter()
                .find(|community| community.name == text)
            {
                return Ok(Recipient::Community(found.id));
            }
            let mut named = reader
                .organisations()?
                .into_iter()
                .filter(|organisation| organisation.name == text);
            match (named.next(), named.next()) {
                (Some(found), None) => Ok(Recipient::Organisation(found.id)),
                _ => Err(AppError::invalid(
                    "APP-RELEASE-02",
                    format!(
                        "`{text}` is no community, and not the name of exactly one organisation"
                    ),
                )),
            }
        })
    }

    /// What an organisation was given, or the public; who is no more than a member sees its own organisation's.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn see_as(
        &self,
        caller: &Caller,
        organisation: Option<OrganisationId>,
    ) -> Result<SeenAs, AppError> {
        let itself = !caller.is_own() && organisation == Some(caller.organisation);
        if itself {
            caller.require(Action::ReadFeed)?;
        } else {
            caller.require(Action::SeeAs)?;
        }
        let (name, audience) = self.store.read(|reader| {
            Ok::<_, AppError>(match organisation {
                Some(id) if itself => (name_of(reader, id)?, caller.audience().clone()),
                Some(id) => (name_of(reader, id)?, member(reader, id)?),
                None => ("public".to_owned(), Audience::Public),
            })
        })?;
        let entries = self.feed_page(&audience, &FeedQuery::default(), MAX_SEEN)?;
        if itself {
            let handed: Vec<_> = entries.iter().filter_map(Handed::of).collect();
            self.hand_over(caller, &handed)?;
        }
        let objects = entries.into_iter().map(|(entry, decision)| {
            let (edition, cut) = match &decision {
                Decision::Edition(edition) => {
                    (true, edition.cut.iter().map(ToString::to_string).collect())
                }
                Decision::Whole(_) | Decision::Nothing => (false, Vec::new()),
            };
            let released = decision.into_released()?;
            Some(SeenObject {
                summary: summary(&released),
                edition,
                cut,
                json: serde_json::to_string_pretty(released.object().properties())
                    .unwrap_or_default(),
                added: entry.position,
            })
        });
        Ok(SeenAs {
            audience: name,
            objects: objects.flatten().collect(),
        })
    }

    /// The terms of a request.
    fn terms(&self, reader: &Reader<'_>, request: &ReleaseRequest) -> Result<Release, AppError> {
        let now = self.clock.now();
        if request.recipients.is_empty() {
            // An empty group reached everybody elsewhere: here it reaches nobody, and is refused.
            return Err(AppError::invalid(
                "APP-RELEASE-03",
                "a release has at least one recipient",
            ));
        }
        if request.from.is_some_and(|from| from > now) {
            return Err(AppError::invalid(
                "APP-RELEASE-04",
                "a release for later is not taken: confirm it when the time has come",
            ));
        }
        if request.until.is_some_and(|until| until <= now) {
            return Err(AppError::invalid(
                "APP-RELEASE-05",
                "the release would be over before it begins",
            ));
        }
        let mut named = BTreeSet::new();
        let communities = reader.communities()?;
        for recipient in &request.recipients {
            match recipient {
                Recipient::Organisation(organisation) => {
                    reader
                        .organisation(*organisation)?
                        .ok_or(AppError::NotFound)?;
                    named.insert(*organisation);
                }
                Recipient::Community(id) => {
                    let community = communities
                        .iter()
                        .find(|one| one.id == *id)
                        .ok_or(AppError::NotFound)?;
                    // Above GREEN a community stands for the organisations that are in it now.
                    if request.ceiling > Tlp::Green {
                        named.extend(community.members.iter().copied());
                    }
                }
                Recipient::Person(person) => {
                    reader.person(*person)?.ok_or(AppError::NotFound)?;
                }
                Recipient::Public => {}
            }
        }
        Ok(Release {
            id: ReleaseId(self.ids.uuid()),
            recipients: request.recipients.iter().copied().collect(),
            named,
            ceiling: request.ceiling,
            cuts: request.cuts.clone(),
            from: now,
            until: request.until,
            withdrawn: None,
        })
    }

    fn outcomes_with(
        &self,
        reader: &Reader<'_>,
        own: &Gate<'_, Reader<'_>>,
        release: Option<&Arc<Release>>,
        items: &[Id],
        request: &ReleaseRequest,
    ) -> Result<Preview, AppError> {
        let policy = policy(reader)?;
        let now = self.clock.now();
        let set: BTreeSet<Id> = items.iter().cloned().collect();
        let holdings = With {
            reader,
            release,
            items: &set,
        };
        let mut audiences = Vec::new();
        for organisation in reader
            .organisations()?
            .into_iter()
            .filter(|organisation| !organisation.own)
        {
            audiences.push((organisation.name, member(reader, organisation.id)?));
        }
        audiences.push(("public".to_owned(), Audience::Public));
        let asked: Vec<Asked> = items
            .iter()
            .map(|id| Asked {
                id: id.clone(),
                version: None,
            })
            .collect();
        let mut columns = Vec::new();
        for (_, audience) in &audiences {
            columns.push(Gate::new(&policy, &holdings, audience, now).decide(&asked)?);
        }
        let mut rows = Vec::new();
        let mut warnings = Vec::new();
        for (at, id) in items.iter().enumerate() {
            let Some(whole) = one(own, id)? else { continue };
            let cells: Vec<Outcome> = columns
                .iter()
                .filter_map(|column| column.get(at))
                .map(outcome)
                .collect();
            if release.is_some()
                && cells.iter().all(|cell| *cell == Outcome::Nothing)
                && request.objects.contains(id)
            {
                warnings.push(format!(
                    "`{}` reaches nobody: its marking is above what the recipients may see (without one it is handled as TLP:AMBER+STRICT), or consent was not given",
                    whole.object().title()
                ));
            }
            rows.push(PreviewRow {
                object: summary(&whole),
                cells,
            });
        }
        warnings.extend(leaks(reader, own, items, &columns)?);
        Ok(Preview {
            audiences: audiences.into_iter().map(|(name, _)| name).collect(),
            rows,
            warnings,
        })
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

fn name_of(reader: &Reader<'_>, organisation: OrganisationId) -> Result<String, AppError> {
    Ok(reader
        .organisation(organisation)?
        .ok_or(AppError::NotFound)?
        .name)
}

pub(crate) fn release_summary(
    reader: &Reader<'_>,
    record: &ReleaseRecord,
) -> Result<ReleaseSummary, AppError> {
    let communities = reader.communities()?;
    let mut recipients = Vec::new();
    for recipient in &record.terms.recipients {
        recipients.push(match recipient {
            Recipient::Community(id) => communities
                .iter()
                .find(|one| one.id == *id)
                .map_or_else(|| id.to_string(), |one| one.name.clone()),
            Recipient::Organisation(id) => name_of(reader, *id)?,
            Recipient::Person(id) => reader
                .person(*id)?
                .map_or_else(|| id.to_string(), |person| person.name),
            Recipient::Public => "public".to_owned(),
        });
    }
    let objects = reader.release_items(record.terms.id)?.len();
    Ok(ReleaseSummary {
        id: record.terms.id,
        recipients,
        ceiling: record.terms.ceiling,
        confirmed: record.confirmed,
        confirmed_by: reader
            .person(record.confirmed_by)?
            .map(|person| person.name)
            .unwrap_or_default(),
        objects: u64::try_from(objects).unwrap_or_default(),
        reason: record.reason.clone(),
        withdrawn: record.terms.withdrawn,
        until: record.terms.until,
    })
}

/// Releases and incidents looked at.
const MAX_RELEASES: u32 = 1_000;
/// Objects shown of another audience's view.
const MAX_SEEN: u32 = 1_000;
