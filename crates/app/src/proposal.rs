//! What is proposed for release: its terms, its objects, and its being made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::diagnostic::{Diagnostic, Place};
use release::gate::Gate;
use release::party::{QueryId, ReleaseId, RuleId};
use release::terms::{Recipient, Release};
use stix::id::Id;
use stix::marking::Tlp;
use store::database::{Reader, Writer};
use store::object::ObjectKey;
use store::origin::Origin;
use store::release::ReleaseRecord;
use store::request::RequestRow;

use crate::access::{Action, Caller};
use crate::drawn::items;
use crate::effect::{Effect, Seen, effect};
use crate::error::AppError;
use crate::four_eyes::{SecondReason, second};
use crate::node::{Node, policy};
use crate::rule::RuleTerms;
use crate::sharing::{Preview, ReleaseRequest, enter_release};
use crate::view::{keyed, one_keyed};

/// What somebody proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// The newest versions of what a release names, on its terms.
    Correction {
        /// The release that is corrected.
        of: ReleaseId,
        /// Why.
        reason: String,
    },
    /// What a saved query finds at the moment of confirmation.
    Query {
        /// The query.
        query: QueryId,
        /// The terms; their objects are not looked at.
        terms: ReleaseRequest,
    },
    /// Objects that are named.
    Release(ReleaseRequest),
    /// What arrives and meets a condition.
    Rule(RuleTerms),
}

/// What came of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A release.
    Release(ReleaseId),
    /// A standing rule.
    Rule(RuleId),
}

/// A proposal with its names looked up.
struct Resolved {
    terms: Arc<Release>,
    /// What the proposal names itself.
    asked: Vec<Id>,
    /// What it comes to: of each object the version that whoever proposes it sees.
    items: Vec<ObjectKey>,
    origin: Origin,
    reason: String,
}

impl Resolved {
    /// Why a second person has to confirm it; empty where one is enough.
    fn second(&self, reader: &Reader<'_>) -> Result<Vec<SecondReason>, AppError> {
        let recipients: Vec<Recipient> = self.terms.recipients.iter().copied().collect();
        second(reader, &recipients, self.terms.ceiling)
    }
}

impl Proposal {
    /// Why.
    pub fn reason(&self) -> &str {
        match self {
            Self::Correction { reason, .. } => reason,
            Self::Query { terms, .. } | Self::Release(terms) => &terms.reason,
            Self::Rule(rule) => &rule.reason,
        }
    }

    /// What kind of proposal it is: `correction`, `query`, `release` or `rule`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Correction { .. } => "correction",
            Self::Query { .. } => "query",
            Self::Release(_) => "release",
            Self::Rule(_) => "rule",
        }
    }
}

impl Node {
    /// What a release would do, recipient by recipient, before it is confirmed.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn preview(&self, caller: &Caller, request: &ReleaseRequest) -> Result<Preview, AppError> {
        self.preview_proposal(caller, &Proposal::Release(request.clone()))
    }

    /// What a proposal would do if it were confirmed now; for a rule, what it would have done in the last
    /// [`crate::rule::DRY_RUN_DAYS`] days.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn preview_proposal(
        &self,
        caller: &Caller,
        proposal: &Proposal,
    ) -> Result<Preview, AppError> {
        require_proposing(caller)?;
        self.through_gate(caller, |reader, gate| {
            Ok(self.effect_of(reader, gate, proposal)?.preview)
        })
    }

    /// What each audience sees of objects now.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn outcomes(&self, caller: &Caller, objects: &[Id]) -> Result<Preview, AppError> {
        caller.require(Action::SeeAs)?;
        let now = self.clock.now();
        self.through_gate(caller, |reader, gate| {
            let seen = keyed(gate, objects)?.into_iter();
            let items: Vec<ObjectKey> = seen.map(|(_, key)| key).collect();
            Ok(effect(reader, gate, now, None, &items, objects)?.preview)
        })
    }

    /// Confirms a release where one person is enough: from now on its recipients get what it names.
    ///
    /// # Errors
    /// If the caller may not, a second person has to confirm, or something in it cannot be used.
    pub fn confirm(
        &self,
        caller: &Caller,
        request: &ReleaseRequest,
    ) -> Result<ReleaseId, AppError> {
        match self.confirm_proposal(caller, &Proposal::Release(request.clone()), None)? {
            Made::Release(release) => Ok(release),
            Made::Rule(_) => Err(AppError::NotFound),
        }
    }

    /// Confirms a proposal where one person is enough; with the digest of a preview, only if it would still do the
    /// same.
    ///
    /// # Errors
    /// If the caller may not, a second person has to confirm, or something in it cannot be used.
    pub fn confirm_proposal(
        &self,
        caller: &Caller,
        proposal: &Proposal,
        digest: Option<&str>,
    ) -> Result<Made, AppError> {
        caller.require(Action::Release)?;
        self.store
            .write(|writer| self.make(writer, caller, proposal, None, digest))
    }

    /// What a proposal would do now.
    pub(crate) fn effect_of(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        proposal: &Proposal,
    ) -> Result<Effect, AppError> {
        Ok(self.worked_out(reader, gate, proposal)?.0)
    }

    /// What a proposal would do now, with its names looked up where it is no rule.
    fn worked_out(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        proposal: &Proposal,
    ) -> Result<(Effect, Option<Resolved>), AppError> {
        let now = self.clock.now();
        if let Proposal::Rule(rule) = proposal {
            let mut found = self.rule_effect(reader, gate, rule)?;
            found.preview.second = second(reader, &rule.recipients, rule.ceiling)?;
            return Ok((found, None));
        }
        let resolved = self.resolve(reader, gate, proposal)?;
        let (items, asked) = (&resolved.items, &resolved.asked);
        let mut found = effect(reader, gate, now, Some(&resolved.terms), items, asked)?;
        found.preview.second = resolved.second(reader)?;
        Ok((found, Some(resolved)))
    }

    /// Makes a proposal what it proposes; `request` is the one that it comes of, whose asker is somebody else.
    pub(crate) fn make(
        &self,
        writer: &Writer<'_>,
        caller: &Caller,
        proposal: &Proposal,
        request: Option<&RequestRow>,
        digest: Option<&str>,
    ) -> Result<Made, AppError> {
        reason(proposal.reason())?;
        let now = self.clock.now();
        let policy = policy(writer)?;
        let reader: &Reader<'_> = writer;
        let gate = Gate::new(&policy, reader, caller.audience(), now);
        let is_rule = matches!(proposal, Proposal::Rule(_));
        let (effect, resolved) = if request.is_some() || digest.is_some() || is_rule {
            let (effect, resolved) = self.worked_out(reader, &gate, proposal)?;
            (Some(effect), resolved)
        } else {
            // Nobody says what they saw, so what each audience would see need not be worked out.
            (None, Some(self.resolve(reader, &gate, proposal)?))
        };
        let needs_second = match (&effect, &resolved) {
            (Some(effect), _) => !effect.preview.second.is_empty(),
            (None, Some(resolved)) => !resolved.second(reader)?.is_empty(),
            (None, None) => true,
        };
        if request.is_none() && needs_second {
            return Err(AppError::invalid_with(
                NEEDS_SECOND,
                "in this house a second person has to confirm this",
                "ask for it: whoever may release and is not you can confirm it",
            ));
        }
        if let (Some(digest), Some(effect)) = (digest, &effect)
            && digest != effect.preview.digest
        {
            let shown = match request {
                Some(row) => reader.request_view(row.id, digest)?,
                None => None,
            };
            return Err(AppError::Changed(changes(
                shown.as_deref(),
                digest,
                &effect.seen,
            )));
        }
        let resolved = match (proposal, resolved) {
            (Proposal::Rule(rule), _) => {
                let made = self.enter_rule(writer, caller, rule, request)?;
                return Ok(Made::Rule(made));
            }
            (_, resolved) => resolved.ok_or(AppError::NotFound)?,
        };
        let id = resolved.terms.id;
        let record = ReleaseRecord {
            terms: resolved.terms,
            reason: reason(&resolved.reason)?,
            confirmed_by: caller.person,
            confirmed: now,
        };
        let origin = Origin {
            requested_by: request.map(|row| row.requested_by),
            request: request.map(|row| row.id),
            ..resolved.origin
        };
        // A release names versions: what is changed later is decided on later.
        enter_release(writer, &record, &resolved.items, &origin)?;
        Ok(Made::Release(id))
    }

    fn resolve(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        proposal: &Proposal,
    ) -> Result<Resolved, AppError> {
        match proposal {
            Proposal::Correction { of, reason } => self.correction(reader, gate, *of, reason),
            Proposal::Query { query, terms } => {
                let saved = reader.query(*query)?.ok_or(AppError::NotFound)?;
                let found = crate::query::found(self, reader, gate, &saved)?;
                let request = ReleaseRequest {
                    objects: found,
                    ..terms.clone()
                };
                self.resolved(reader, gate, &request, Some(saved.name))
            }
            Proposal::Release(request) => self.resolved(reader, gate, request, None),
            // A rule names no objects.
            Proposal::Rule(_) => Err(AppError::NotFound),
        }
    }

    fn resolved(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        request: &ReleaseRequest,
        query: Option<String>,
    ) -> Result<Resolved, AppError> {
        let items = items(reader, gate, request, &|_, _| Ok(true))?;
        if items.is_empty() {
            return Err(AppError::invalid(
                "APP-RELEASE-09",
                "the release would name no object",
            ));
        }
        Ok(Resolved {
            terms: Arc::new(self.terms(reader, request)?),
            asked: request.objects.clone(),
            items,
            origin: Origin {
                query,
                ..Origin::default()
            },
            reason: request.reason.clone(),
        })
    }

    /// A release of the newest versions of what another names, where they are newer; on the same terms, also to the
    /// same organisations: who has joined a community since is not among those that AMBER was given to.
    fn correction(
        &self,
        reader: &Reader<'_>,
        gate: &Gate<'_, Reader<'_>>,
        of: ReleaseId,
        reason: &str,
    ) -> Result<Resolved, AppError> {
        let now = self.clock.now();
        let record = reader.release(of)?.ok_or(AppError::NotFound)?;
        let old = &*record.terms;
        if old.withdrawn.is_some() || old.until.is_some_and(|until| until <= now) {
            return Err(AppError::Conflict(
                "the release is not in force any more: nobody holds anything by it to be corrected"
                    .to_owned(),
            ));
        }
        let items = newer(reader, gate, &reader.release_items(of)?)?;
        if items.is_empty() {
            return Err(AppError::Conflict(
                "no newer version is held of anything that the release names".to_owned(),
            ));
        }
        Ok(Resolved {
            terms: Arc::new(Release {
                id: ReleaseId(self.ids.uuid()),
                from: now,
                ..old.clone()
            }),
            asked: items.iter().map(|item| item.id.clone()).collect(),
            items,
            origin: Origin {
                corrects: Some(of),
                ..Origin::default()
            },
            reason: reason.to_owned(),
        })
    }

    /// The terms of a request.
    pub(crate) fn terms(
        &self,
        reader: &Reader<'_>,
        request: &ReleaseRequest,
    ) -> Result<Release, AppError> {
        let now = self.clock.now();
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
        Ok(Release {
            id: ReleaseId(self.ids.uuid()),
            recipients: request.recipients.iter().copied().collect(),
            named: named(reader, &request.recipients, request.ceiling)?,
            ceiling: request.ceiling,
            cuts: request.cuts.clone(),
            from: now,
            until: request.until,
            withdrawn: None,
        })
    }
}

/// Of what a release names the objects that the caller sees in a newer version, in that version.
pub(crate) fn newer(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    named: &[ObjectKey],
) -> Result<Vec<ObjectKey>, AppError> {
    let mut newest: BTreeMap<&Id, &str> = BTreeMap::new();
    for ObjectKey { id, version } in named {
        let known = newest.entry(id).or_default();
        *known = version.as_str().max(*known);
    }
    let mut found = Vec::new();
    for (id, version) in newest {
        let held = reader.version_keys(id)?.into_iter().next();
        if held.is_none_or(|key| key.version.as_str() <= version) {
            continue;
        }
        let seen = one_keyed(gate, id)?.map(|(_, key)| key);
        found.extend(seen.filter(|key| key.version.as_str() > version));
    }
    Ok(found)
}

/// The organisations that recipients name now; those that are not there are an error.
pub(crate) fn named(
    reader: &Reader<'_>,
    recipients: &[Recipient],
    ceiling: Tlp,
) -> Result<BTreeSet<release::party::OrganisationId>, AppError> {
    if recipients.is_empty() {
        // An empty group reached everybody elsewhere: here it reaches nobody, and is refused.
        return Err(AppError::invalid(
            "APP-RELEASE-03",
            "a release has at least one recipient",
        ));
    }
    let mut named = BTreeSet::new();
    let communities = reader.communities()?;
    for recipient in recipients {
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
                if ceiling > Tlp::Green {
                    named.extend(community.members.iter().copied());
                }
            }
            Recipient::Person(person) => {
                reader.person(*person)?.ok_or(AppError::NotFound)?;
            }
            Recipient::Public => {}
        }
    }
    Ok(named)
}

/// A proposal is made by whoever may ask for a release, or release.
pub(crate) fn require_proposing(caller: &Caller) -> Result<(), AppError> {
    if caller.may(Action::Release) {
        return Ok(());
    }
    caller.require(Action::RequestRelease)
}

/// A reason, without white space around it.
pub(crate) fn reason(text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_REASON_CHARS {
        let message = format!("a reason is given, of at most {MAX_REASON_CHARS} characters");
        return Err(AppError::invalid("APP-RELEASE-01", message));
    }
    Ok(text.to_owned())
}

/// What is different from what was shown under a digest.
fn changes(shown: Option<&str>, digest: &str, now: &Seen) -> Vec<Diagnostic> {
    let mut found = vec![
        Diagnostic::error(
            "APP-REQUEST-01",
            Place::Whole,
            "what would go out is not what was shown",
        )
        .with_help("look at it again, then confirm what you see"),
    ];
    // A view too large to be kept whole tells nothing reliable.
    if let Some(seen) = shown
        .and_then(Seen::read)
        .filter(|seen| seen.digest() == digest)
    {
        found.extend(seen.changed(now));
    }
    found
}

/// The code of what one person alone may not confirm.
pub(crate) const NEEDS_SECOND: &str = "APP-RELEASE-08";
/// Longest reason: a paragraph.
const MAX_REASON_CHARS: usize = 2_000;
