//! Releases with their preview, and the view of another audience.

use jiff::Timestamp;
use release::decision::Decision;
use release::party::{Audience, OrganisationId, ReleaseId};
use release::terms::{Cut, Recipient};
use stix::id::Id;
use stix::marking::Tlp;
use store::database::{Reader, Writer};
use store::feed::FeedQuery;
use store::object::ObjectKey;
use store::origin::{Origin, Withdrawal};
use store::release::{ReleaseRecord, read_recipient};

use crate::access::{Action, Caller};
use crate::effect::member;
use crate::error::AppError;
use crate::feed::feed_key;
use crate::four_eyes::SecondReason;
use crate::ledger::Handed;
use crate::node::Node;
use crate::object::ObjectSummary;
use crate::view::{summaries, summary};

/// A release as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Why a second person has to confirm; nothing where one is enough.
    pub second: Vec<SecondReason>,
    /// What stands for all that would go out: a confirmation names it, and is refused once it is another.
    pub digest: String,
}

/// One row of a [`Preview`].
#[derive(Debug, Clone)]
pub struct PreviewRow {
    /// The object.
    pub object: ObjectSummary,
    /// The name of the organisation that gave it.
    pub source: String,
    /// What each audience gets, in the order of the columns.
    pub cells: Vec<Outcome>,
    /// Whether it gets the same without what is looked at, in the order of the columns.
    pub already: Vec<bool>,
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

impl Node {
    /// Withdraws a release: nobody gets what it names by it from now on.
    ///
    /// # Errors
    /// If the caller may not, or no reason is given.
    pub fn withdraw(
        &self,
        caller: &Caller,
        release: ReleaseId,
        reason: &str,
    ) -> Result<bool, AppError> {
        caller.require(Action::Release)?;
        let reason = crate::proposal::reason(reason)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let withdrawn = writer.withdraw_release(release, now)?;
            if withdrawn {
                let by = caller.person;
                writer.put_withdrawal(release, &Withdrawal { by, reason })?;
                crate::ledger::release_withdrawn(writer, by.0, release, now)?;
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
            self.hand_over(&feed_key(caller.audience()), caller.person.0, &handed)?;
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
}

fn name_of(reader: &Reader<'_>, organisation: OrganisationId) -> Result<String, AppError> {
    Ok(reader
        .organisation(organisation)?
        .ok_or(AppError::NotFound)?
        .name)
}

/// Enters a release: from now on its recipients get what it names. Every release passes here.
pub(crate) fn enter_release(
    writer: &Writer<'_>,
    record: &ReleaseRecord,
    items: &[ObjectKey],
    origin: &Origin,
) -> Result<(), AppError> {
    let id = record.terms.id;
    writer.put_release(record, items)?;
    writer.put_origin(id, origin)?;
    crate::ledger::released(writer, record.confirmed_by.0, id, record.confirmed)?;
    if let Some(until) = record.terms.until {
        writer.put_due(crate::catch_up::WITHDRAWAL, &id.to_string(), until)?;
    }
    writer.put_change(crate::catch_up::RELEASE, &id.to_string(), record.confirmed)?;
    let by = Some(record.confirmed_by);
    Ok(writer.put_audit(by, "release", &id.to_string(), record.confirmed)?)
}

/// Recipients by name.
pub(crate) fn recipient_names<'r>(
    reader: &Reader<'_>,
    recipients: impl Iterator<Item = &'r Recipient>,
) -> Result<Vec<String>, AppError> {
    let communities = reader.communities()?;
    let mut names = Vec::new();
    for recipient in recipients {
        names.push(match recipient {
            Recipient::Community(id) => communities
                .iter()
                .find(|one| one.id == *id)
                .map_or_else(|| id.to_string(), |one| one.name.clone()),
            Recipient::Organisation(id) => reader
                .organisation(*id)?
                .map_or_else(|| id.to_string(), |known| known.name),
            Recipient::Person(id) => reader
                .person(*id)?
                .map_or_else(|| id.to_string(), |person| person.name),
            Recipient::Public => "public".to_owned(),
        });
    }
    Ok(names)
}

pub(crate) fn release_summary(
    reader: &Reader<'_>,
    record: &ReleaseRecord,
) -> Result<ReleaseSummary, AppError> {
    let recipients = recipient_names(reader, record.terms.recipients.iter())?;
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
