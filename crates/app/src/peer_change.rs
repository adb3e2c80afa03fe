//! Changing what is exchanged with a peer, and how, without taking it out.
//!
//! INVARIANTS: a credential that is held goes to no other server than before; where what is asked of a server changes,
//! what was done there before counts for nothing, so that nothing is missed.

use std::fmt;

use store::peer::{EventRow, Way, WayRow};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::peer::secret_file;
use crate::peer_secret::PeerSecrets;
use crate::peer_settings::{Direction, PeerSettings};

/// What becomes of something that need not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It is taken away.
    Clear,
    /// It stays as it is.
    #[default]
    Keep,
    /// It is replaced.
    Set(T),
}

/// What is changed of a peer; what is not named stays. Its name and its organisation stay: what came from it is that
/// organisation's.
#[derive(Debug, Clone, Default)]
pub struct PeerChange {
    /// See [`PeerSettings::url`]; both ways begin anew.
    pub url: Option<String>,
    /// See [`PeerSettings::direction`].
    pub direction: Option<Direction>,
    /// See [`PeerSettings::pull`]; pulling begins anew.
    pub pull: Option<Vec<String>>,
    /// See [`PeerSettings::push`]; pushing begins anew.
    pub push: Option<Vec<String>>,
    /// See [`PeerSettings::user`].
    pub user: Edit<String>,
    /// See [`PeerSettings::authorities`].
    pub authorities: Edit<String>,
    /// See [`PeerSettings::types`]; both ways begin anew where there are more.
    pub types: Option<Vec<String>>,
    /// See [`PeerSettings::interval_secs`].
    pub interval_secs: Option<u32>,
    /// See [`PeerSettings::page_objects`].
    pub page_objects: Option<u32>,
    /// See [`PeerSettings::overlap_secs`].
    pub overlap_secs: Option<u32>,
    /// See [`PeerSettings::reread_hours`].
    pub reread_hours: Option<u32>,
    /// Credentials.
    pub secrets: SecretsChange,
}

/// What is changed of the credentials of a peer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretsChange {
    /// See [`PeerSecrets::secret`].
    pub secret: Edit<String>,
    /// See [`PeerSecrets::certificates`].
    pub certificates: Edit<String>,
    /// See [`PeerSecrets::key`].
    pub key: Edit<String>,
}

/// What a change came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerChanged {
    /// What is other than it was, by name.
    pub changed: Vec<&'static str>,
    /// Ways that begin anew.
    pub begins_anew: Vec<Way>,
}

impl fmt::Debug for SecretsChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretsChange")
    }
}

impl<T: Clone> Edit<T> {
    /// What is there afterwards.
    fn apply(&self, held: Option<T>) -> Option<T> {
        match self {
            Self::Clear => None,
            Self::Keep => held,
            Self::Set(new) => Some(new.clone()),
        }
    }
}

impl PeerChange {
    fn settings(&self, held: &PeerSettings) -> PeerSettings {
        let list = |new: &Option<Vec<String>>, held: &Vec<String>| {
            new.clone().unwrap_or_else(|| held.clone())
        };
        PeerSettings {
            url: self.url.clone().unwrap_or_else(|| held.url.clone()),
            direction: self.direction.unwrap_or(held.direction),
            pull: list(&self.pull, &held.pull),
            push: list(&self.push, &held.push),
            user: self.user.apply(held.user.clone()),
            authorities: self.authorities.apply(held.authorities.clone()),
            types: list(&self.types, &held.types),
            interval_secs: self.interval_secs.unwrap_or(held.interval_secs),
            page_objects: self.page_objects.unwrap_or(held.page_objects),
            overlap_secs: self.overlap_secs.unwrap_or(held.overlap_secs),
            reread_hours: self.reread_hours.unwrap_or(held.reread_hours),
        }
    }
}

impl SecretsChange {
    fn apply(&self, held: PeerSecrets) -> PeerSecrets {
        PeerSecrets {
            secret: self.secret.apply(held.secret),
            certificates: self.certificates.apply(held.certificates),
            key: self.key.apply(held.key),
        }
    }

    /// What is given, by name; that it is what was held already is not told.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let parts = [
            ("secret", &self.secret),
            ("certificates", &self.certificates),
            ("key", &self.key),
        ];
        let given = parts.into_iter().filter(|(_, edit)| **edit != Edit::Keep);
        given.map(|(name, _)| name)
    }
}

impl Node {
    /// Changes a peer; it goes on from where it was, unless what is asked of its server is another thing.
    ///
    /// # Errors
    /// If the caller may not, there is no such peer, or something in it cannot be used.
    pub fn change_peer(
        &self,
        caller: &Caller,
        name: &str,
        change: &PeerChange,
    ) -> Result<PeerChanged, AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        // Where the transaction fails after the file was written, what stood in the file.
        let mut undo = None;
        let outcome = self.store.write(|writer| {
            let row = writer.peer_named(name)?.ok_or(AppError::NotFound)?;
            let held = PeerSettings::read(&row.settings);
            let settings = change.settings(&held);
            settings.check()?;
            let had = PeerSecrets::load(&self.dir, row.id, &held.url)
                .map_err(|error| secret_file(&error))?;
            check_server(&held, &settings, had.as_ref(), &change.secrets)?;
            let secrets = change.secrets.apply(had.clone().unwrap_or_default());
            crate::peer_sync::check_client(&settings, &secrets)?;
            let outcome = PeerChanged {
                changed: differences(&held, &settings)
                    .chain(change.secrets.given())
                    .collect(),
                begins_anew: begins_anew(&held, &settings),
            };
            if outcome.changed.is_empty() {
                return Ok(outcome);
            }
            writer.set_peer_settings(row.id, &settings.to_text())?;
            for way in &outcome.begins_anew {
                writer.forget_peer_cursors(row.id, *way)?;
            }
            if settings.url != held.url {
                writer.forget_peer_answers(row.id)?;
            }
            for way in Way::ALL
                .into_iter()
                .filter(|way| settings.direction.has(*way))
            {
                let text = if outcome.begins_anew.contains(&way) {
                    "its settings were changed; it begins anew"
                } else {
                    "its settings were changed; it goes on from where it was"
                };
                let event = EventRow {
                    at: now,
                    way,
                    text: text.to_owned(),
                };
                writer.put_peer_event(row.id, &event)?;
                let state = WayRow {
                    next_attempt: now,
                    ..writer.peer_way(row.id, way)?
                };
                writer.set_peer_way(row.id, way, &state)?;
            }
            let subject = format!("{name} {}", outcome.changed.join(","));
            self.record(writer, caller, "change-peer", &subject)?;
            if let Some(secrets) = to_save(change, had.as_ref(), secrets) {
                undo = Some((row.id, held.url, had));
                secrets
                    .save(&self.dir, row.id, &settings.url)
                    .map_err(|error| secret_file(&error))?;
            }
            Ok::<_, AppError>(outcome)
        });
        if let (Err(_), Some((id, url, had))) = (&outcome, undo) {
            // What cannot be brought back is missing then, and goes nowhere.
            let _ = match had {
                Some(had) => had.save(&self.dir, id, &url),
                None => PeerSecrets::remove(&self.dir, id),
            };
        }
        outcome
    }
}

/// What is to be written, which names the server that it is for; nothing where nothing is given and nothing is there,
/// as after a backup was brought back.
fn to_save(
    change: &PeerChange,
    had: Option<&PeerSecrets>,
    secrets: PeerSecrets,
) -> Option<PeerSecrets> {
    let is_given = change.secrets.given().next().is_some();
    let is_moved = change.url.is_some() && had.is_some();
    (is_given || is_moved).then_some(secrets)
}

/// Refuses to send a token or password that is held to another server: who may change a peer may not read it.
fn check_server(
    held: &PeerSettings,
    new: &PeerSettings,
    had: Option<&PeerSecrets>,
    change: &SecretsChange,
) -> Result<(), AppError> {
    let origin = taxii::client::origin;
    let is_other = held.url != new.url && origin(&held.url) != origin(&new.url);
    let is_kept = change.secret == Edit::Keep && had.is_some_and(|had| had.secret.is_some());
    if is_other && is_kept {
        let message = "the URL is of another server; its token or password must be given, or taken away, with it";
        return Err(AppError::invalid("APP-PEER-08", message));
    }
    Ok(())
}

/// What differs, by name.
fn differences(held: &PeerSettings, new: &PeerSettings) -> impl Iterator<Item = &'static str> {
    let all = [
        ("url", held.url != new.url),
        ("direction", held.direction != new.direction),
        ("pull", held.pull != new.pull),
        ("push", held.push != new.push),
        ("user", held.user != new.user),
        ("authorities", held.authorities != new.authorities),
        ("types", held.types != new.types),
        ("interval_secs", held.interval_secs != new.interval_secs),
        ("page_objects", held.page_objects != new.page_objects),
        ("overlap_secs", held.overlap_secs != new.overlap_secs),
        ("reread_hours", held.reread_hours != new.reread_hours),
    ];
    all.into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name)
}

/// Ways whose cursors say nothing any more: another server, another collection, or types that were passed over.
fn begins_anew(held: &PeerSettings, new: &PeerSettings) -> Vec<Way> {
    let was_asked = |kind: &String| held.types.is_empty() || held.types.contains(kind);
    let has_more =
        !held.types.is_empty() && (new.types.is_empty() || !new.types.iter().all(was_asked));
    let all = held.url != new.url || has_more;
    let begins = |way: &Way| match way {
        Way::Pull => all || held.pull != new.pull,
        Way::Push => all || held.push != new.push,
    };
    Way::ALL.into_iter().filter(begins).collect()
}
