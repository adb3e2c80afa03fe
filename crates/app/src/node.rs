//! A node over its database.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base::clock::Clock;
use base::id_source::IdSource;
use jiff::Timestamp;
use release::conditions::Conditions;
use release::gate::{EditionKey, Gate, Policy};
use release::party::{Audience, OrganisationId, PersonId};
use stix::build::Draft;
use stix::marking::Tlp;
use store::database::{Reader, Store, Writer};
use store::party::{OrganisationRow, PersonRow};

use crate::access::{Caller, Role};
use crate::error::AppError;
use crate::feed::LookedAt;
use crate::guard::Guards;
use crate::party::{NewOrganisation, Organisation};
use crate::quota::Quota;
use crate::sign_in::OneTimeLogin;

pub use store::database::Health;

/// A node.
pub struct Node {
    /// The folder of the database and of what must not be in it.
    pub(crate) dir: PathBuf,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    /// Credentials that were verified lately, by keyed hash: a password hash is not run for each request.
    pub(crate) verified: Mutex<HashMap<[u8; 32], (PersonId, Timestamp)>>,
    pub(crate) verified_key: [u8; 32],
    /// How far the feeds were looked at.
    pub(crate) looked_at: LookedAt,
    /// Password hashes under way: each takes 19 MiB.
    pub(crate) hashing: Mutex<usize>,
    pub(crate) quota: Quota,
    /// What keeps one source from poisoning all others.
    pub(crate) guards: Guards,
}

impl Node {
    /// Opens the node in a directory, creating its database as needed.
    ///
    /// # Errors
    /// If the database cannot be opened.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, AppError> {
        let store = Store::open(&dir.join(DATABASE))?;
        let mut verified_key = [0; 32];
        ids.fill(&mut verified_key);
        let node = Self {
            dir: dir.to_owned(),
            store,
            clock,
            ids,
            verified: Mutex::default(),
            verified_key,
            looked_at: LookedAt::default(),
            hashing: Mutex::default(),
            quota: Quota::new(),
            guards: Guards::default(),
        };
        node.begin_ledger()?;
        node.restore_quota()?;
        Ok(node)
    }

    /// The same node with the guards that its house configured.
    #[must_use]
    pub fn with_guards(mut self, guards: Guards) -> Self {
        self.guards = guards;
        self
    }

    /// Whether the node has its organisation and administrator.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_set_up(&self) -> Result<bool, AppError> {
        self.store
            .read(|reader| Ok(reader.own_organisation()?.is_some()))
    }

    /// Gives the node of a small house its organisation, its administrator and its keys; once. In a small house the
    /// administrator may do everything.
    ///
    /// # Errors
    /// If it is set up already, or the database fails.
    pub fn set_up(
        &self,
        own: &NewOrganisation,
        admin_login: &str,
        admin_name: &str,
    ) -> Result<OneTimeLogin, AppError> {
        self.set_up_house(own, admin_login, admin_name, true)
    }

    /// Gives the node its organisation, its administrator and its keys; once. In a house that is not `small` the
    /// administrator manages the node and its parties and neither reads what is held nor releases it.
    ///
    /// # Errors
    /// If it is set up already, or the database fails.
    pub fn set_up_house(
        &self,
        own: &NewOrganisation,
        admin_login: &str,
        admin_name: &str,
        small: bool,
    ) -> Result<OneTimeLogin, AppError> {
        let now = self.clock.now();
        let id = own.id.unwrap_or_else(|| OrganisationId(self.ids.uuid()));
        let mut key = [0; 32];
        self.ids.fill(&mut key);
        let ledger_key = self.new_ledger_key();
        let identity = Draft::object_with_id(id.identity().as_str(), now)
            .set("name", own.name.as_str())
            .set("identity_class", "organization")
            .set_list(
                "sectors",
                own.sector.map(incident::sector::Sector::industry_sector),
            )
            .marked(Tlp::Clear)
            .finish()
            .map_err(AppError::Invalid)?;
        self.store.write(|writer| {
            if writer.own_organisation()?.is_some() {
                return Err(AppError::Conflict("this node is set up already".to_owned()));
            }
            writer.add_organisation(
                &OrganisationRow {
                    id,
                    name: own.name.clone(),
                    sector: own.sector,
                    country: own.country.clone(),
                    own: true,
                },
                now,
            )?;
            let person = PersonRow {
                id: PersonId(self.ids.uuid()),
                organisation: id,
                login: admin_login.to_owned(),
                name: admin_name.to_owned(),
                role: Role::Administrator.name().to_owned(),
                disabled: None,
            };
            writer.add_person(&person, now)?;
            writer.set_meta(EDITION_KEY, &key)?;
            crate::ledger::begin(writer, &ledger_key, now)?;
            writer.set_meta(SMALL_HOUSE, &[u8::from(small)])?;
            self.put(writer, id, Some(person.id), &Conditions::NONE, &[identity])?;
            writer.put_audit(Some(person.id), "set-up", &id.to_string(), now)?;
            self.put_one_time_login(writer, person.id, now)
        })
    }

    /// Whether this is a small house, whose administrator may do everything.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_small_house(&self) -> Result<bool, AppError> {
        self.store.read(is_small_house)
    }

    /// The organisation whose node this is.
    ///
    /// # Errors
    /// If the node is not set up, or the database fails.
    pub fn own_organisation(&self) -> Result<Organisation, AppError> {
        self.store.read(|reader| Ok(own(reader)?.into()))
    }

    /// Checks the database; `progress` is told how many objects were looked at.
    ///
    /// # Errors
    /// If the check itself fails.
    pub fn check(&self, progress: impl FnMut(u64)) -> Result<Health, AppError> {
        Ok(self.store.check(progress)?)
    }

    /// Writes a consistent copy of the database to a new file.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<(), AppError> {
        Ok(self.store.back_up(to)?)
    }

    /// Writes what stands in the log of the database into the database itself, as at the end of a process.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle(&self) -> Result<(), AppError> {
        Ok(self.store.settle()?)
    }

    /// The node's clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The node's source of identifiers.
    pub fn ids(&self) -> &dyn IdSource {
        &*self.ids
    }

    /// Reads through the gate on behalf of a caller.
    pub(crate) fn through_gate<T>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&Reader<'_>, &Gate<'_, Reader<'_>>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        self.through_gate_as(caller.audience(), work)
    }

    pub(crate) fn through_gate_as<T>(
        &self,
        audience: &Audience,
        work: impl FnOnce(&Reader<'_>, &Gate<'_, Reader<'_>>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        self.store.read(|reader| {
            let policy = policy(reader)?;
            let gate = Gate::new(&policy, reader, audience, self.clock.now());
            work(reader, &gate)
        })
    }

    pub(crate) fn record(
        &self,
        writer: &Writer<'_>,
        caller: &Caller,
        action: &str,
        subject: &str,
    ) -> Result<(), AppError> {
        Ok(writer.put_audit(Some(caller.person), action, subject, self.clock.now())?)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

pub(crate) fn own(reader: &Reader<'_>) -> Result<OrganisationRow, AppError> {
    reader.own_organisation()?.ok_or(AppError::NotSetUp)
}

/// A node of before there were small houses is one: its administrator could do everything.
pub(crate) fn is_small_house(reader: &Reader<'_>) -> Result<bool, AppError> {
    let stored = reader.meta(SMALL_HOUSE)?;
    Ok(stored.is_none_or(|stored| stored == [1]))
}

pub(crate) fn policy(reader: &Reader<'_>) -> Result<Policy, AppError> {
    let own_identity = own(reader)?.id.identity();
    let key = reader
        .meta(EDITION_KEY)?
        .and_then(|key| <[u8; 32]>::try_from(key).ok());
    let edition_key = EditionKey(key.ok_or(AppError::NotSetUp)?);
    Ok(Policy {
        own_identity,
        edition_key,
        unmarked: Tlp::AmberStrict,
    })
}

/// The database of a node, in its directory.
pub const DATABASE: &str = "noroshi.db";
const EDITION_KEY: &str = "edition_key";
const SMALL_HOUSE: &str = "small_house";
