//! Passwords, sessions, one-time logins, API tokens.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use release::party::{Audience, Member, PersonId};
use sha2::{Digest, Sha256};
use store::database::{Reader, Writer};
use store::party::PersonRow;
use store::secret::{SecretKind, SecretRow};
use thiserror::Error;

use crate::access::{Action, Caller, Role};
use crate::error::AppError;
use crate::node::{Node, is_small_house, own};

/// A login that works once.
#[derive(Clone)]
pub struct OneTimeLogin {
    /// The secret.
    pub token: String,
    /// From then on it is worth nothing.
    pub expires: Timestamp,
}

/// A session in a browser.
#[derive(Clone)]
pub struct Session {
    /// The secret of the cookie.
    pub token: String,
    /// What a form must send along, so that no other site can send it.
    pub csrf: String,
    /// From then on it is worth nothing.
    pub expires: Timestamp,
}

/// Why somebody was not let in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// The node failed.
    #[error("signing in failed")]
    Failed(#[source] AppError),
    /// The credentials are wrong, or worth nothing any more; which of the two is not said.
    #[error("the name or the secret is wrong")]
    Refused,
    /// Too many attempts failed.
    #[error("too many attempts: try again in {retry_after_secs} s")]
    TooMany {
        /// When to try again.
        retry_after_secs: u32,
    },
}

impl<E: Into<AppError>> From<E> for SignInError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Node {
    /// Signs a person in with a password; `from` is where the attempt comes from, for the limit.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn sign_in(&self, login: &str, password: &str, from: &str) -> Result<Session, SignInError> {
        let (person, _) = self.verify_password(login, password, from)?;
        self.begin_session(person)
    }

    /// Signs a person in with a one-time login, which is used up by it.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn sign_in_once(&self, token: &str) -> Result<Session, SignInError> {
        let now = self.clock.now();
        let hash = hash(token);
        let person = self.store.write(|writer| {
            let found = writer.secret(&hash, SecretKind::OneTime, now)?;
            let used = writer.forget_secret(&hash)?;
            Ok::<_, AppError>(found.filter(|_| used).map(|(person, _)| person))
        })?;
        self.begin_session(person.ok_or(SignInError::Refused)?)
    }

    /// Who a session belongs to, with its CSRF token.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session(&self, token: &str) -> Result<Option<(Caller, String)>, AppError> {
        let now = self.clock.now();
        self.store.read(|reader| {
            let Some((person, csrf)) = reader.secret(&hash(token), SecretKind::Session, now)?
            else {
                return Ok(None);
            };
            Ok(caller(reader, person)?.map(|caller| (caller, csrf)))
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sign_out(&self, token: &str) -> Result<(), AppError> {
        self.store.write(|writer| {
            writer.forget_secret(&hash(token))?;
            Ok(())
        })
    }

    /// Who an API token belongs to.
    ///
    /// # Errors
    /// If the database fails.
    pub fn caller_by_token(&self, bearer: &str) -> Result<Option<Caller>, AppError> {
        let now = self.clock.now();
        self.store.read(
            |reader| match reader.secret(&hash(bearer), SecretKind::Token, now)? {
                Some((person, _)) => caller(reader, person),
                None => Ok(None),
            },
        )
    }

    /// Who a name and password (or API token) of HTTP Basic belong to; verified once, then remembered for a while.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn caller_by_password(
        &self,
        login: &str,
        password: &str,
        from: &str,
    ) -> Result<Caller, SignInError> {
        if let Some(caller) = self.remembered(login, password)? {
            return Ok(caller);
        }
        let (person, stored) = self.verify_password(login, password, from)?;
        let now = self.clock.now();
        let found = self.store.read(|reader| caller(reader, person))?;
        let found = found.ok_or(SignInError::Refused)?;
        let key = self.verified_hash(login, password, &stored);
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= MAX_VERIFIED {
            verified.clear();
        }
        verified
            .entry(key)
            .or_insert((person, later(now, VERIFIED_FOR)));
        Ok(found)
    }

    /// As [`Node::caller_by_password`], as far as that is known without hashing a password: the password is an API
    /// token, or was verified lately and has not been changed since.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn remembered(&self, login: &str, password: &str) -> Result<Option<Caller>, SignInError> {
        if let Some(caller) = self.caller_by_token(password)? {
            return if caller.login == login {
                Ok(Some(caller))
            } else {
                Err(SignInError::Refused)
            };
        }
        let now = self.clock.now();
        Ok(self.store.read(|reader| {
            // The stored hash is part of what is remembered: a new password makes the old one unknown at once, also
            // where another process has set it.
            let Some((_, Some(stored))) = reader.person_by_login(login)? else {
                return Ok::<_, AppError>(None);
            };
            let key = self.verified_hash(login, password, &stored);
            let person = {
                let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
                let known = verified.get(&key).filter(|(_, until)| now < *until);
                known.map(|(person, _)| *person)
            };
            match person {
                Some(person) => caller(reader, person),
                None => Ok(None),
            }
        })?)
    }

    /// Sets the caller's password.
    ///
    /// # Errors
    /// If it is too short or too long.
    pub fn set_password(&self, caller: &Caller, password: &str) -> Result<(), AppError> {
        let length = password.chars().count();
        if !(PASSWORD_CHARS).contains(&length) {
            let message = format!(
                "a password has {} to {} characters",
                PASSWORD_CHARS.start(),
                PASSWORD_CHARS.end()
            );
            return Err(AppError::invalid("APP-PASSWORD-01", message));
        }
        let mut salt = [0; 16];
        self.ids.fill(&mut salt);
        let hashed = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|_| AppError::invalid("APP-PASSWORD-02", "this password cannot be used"))?;
        self.verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.store.write(|writer| {
            writer.set_password_hash(caller.person, &hashed.to_string())?;
            self.record(writer, caller, "set-password", &caller.login)
        })
    }

    /// A one-time login for a person.
    ///
    /// # Errors
    /// If the caller may not, or there is no such person.
    pub fn one_time_login(&self, caller: &Caller, login: &str) -> Result<OneTimeLogin, AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            let (person, _) = writer.person_by_login(login)?.ok_or(AppError::NotFound)?;
            self.record(writer, caller, "one-time-login", login)?;
            self.put_one_time_login(writer, person.id, self.clock.now())
        })
    }

    /// An API token for a person; it is shown here and never again.
    ///
    /// # Errors
    /// If the caller may not, or there is no such person.
    pub fn create_token(
        &self,
        caller: &Caller,
        login: &str,
        label: &str,
        expires: Option<Timestamp>,
    ) -> Result<String, AppError> {
        caller.require(Action::ManageParties)?;
        let token = self.secret();
        self.store.write(|writer| {
            let (person, _) = writer.person_by_login(login)?.ok_or(AppError::NotFound)?;
            let row = SecretRow {
                hash: hash(&token),
                kind: SecretKind::Token,
                person: person.id,
                label: label.to_owned(),
                expires,
            };
            writer.put_secret(&row, self.clock.now())?;
            self.record(writer, caller, "create-token", login)
        })?;
        Ok(token)
    }

    /// Whoever can read the database on this machine: acts as the node's first administrator.
    ///
    /// # Errors
    /// If the node is not set up.
    pub fn local_caller(&self) -> Result<Caller, AppError> {
        self.store.read(|reader| {
            let own = own(reader)?;
            let administrator = reader.persons()?.into_iter().find(|person| {
                person.organisation == own.id
                    && person.role == Role::Administrator.name()
                    && person.disabled.is_none()
            });
            let person = administrator.ok_or(AppError::NotSetUp)?;
            caller(reader, person.id)?.ok_or(AppError::NotSetUp)
        })
    }

    pub(crate) fn put_one_time_login(
        &self,
        writer: &Writer<'_>,
        person: PersonId,
        now: Timestamp,
    ) -> Result<OneTimeLogin, AppError> {
        let token = self.secret();
        let expires = later(now, ONE_TIME_FOR);
        let row = SecretRow {
            hash: hash(&token),
            kind: SecretKind::OneTime,
            person,
            label: String::new(),
            expires: Some(expires),
        };
        writer.put_secret(&row, now)?;
        Ok(OneTimeLogin { token, expires })
    }

    fn begin_session(&self, person: PersonId) -> Result<Session, SignInError> {
        let now = self.clock.now();
        let (token, csrf) = (self.secret(), self.secret());
        let expires = later(now, SESSION_FOR);
        let row = SecretRow {
            hash: hash(&token),
            kind: SecretKind::Session,
            person,
            label: csrf.clone(),
            expires: Some(expires),
        };
        self.store.write(|writer| {
            caller(writer, person)?.ok_or(AppError::Forbidden)?;
            writer.put_secret(&row, now)?;
            writer.put_audit(Some(person), "sign-in", "", now)?;
            Ok::<_, AppError>(())
        })?;
        Ok(Session {
            token,
            csrf,
            expires,
        })
    }

    /// Checks a password, within the limit of attempts for the name and for the place; whose it is, and the hash that
    /// it was checked against.
    fn verify_password(
        &self,
        login: &str,
        password: &str,
        from: &str,
    ) -> Result<(PersonId, String), SignInError> {
        let now = self.clock.now();
        let since = later(now, -ATTEMPTS_WITHIN);
        let subjects = [format!("login:{login}"), format!("from:{from}")];
        let known = self.store.read(|reader| {
            for (subject, most) in subjects
                .iter()
                .zip([MAX_ATTEMPTS_BY_LOGIN, MAX_ATTEMPTS_BY_PLACE])
            {
                if reader.failed_attempts(subject, since)? >= most {
                    let retry_after_secs =
                        u32::try_from(ATTEMPTS_WITHIN.as_secs()).unwrap_or(u32::MAX);
                    return Err(SignInError::TooMany { retry_after_secs });
                }
            }
            Ok(reader.person_by_login(login)?)
        })?;
        let _turn = self.begin_hashing()?;
        // An unknown name costs as much time as a wrong password.
        let (person, stored) = match known {
            Some((person, Some(stored))) => (Some(person), stored),
            _ => (None, DUMMY_HASH.to_owned()),
        };
        let matches = PasswordHash::new(&stored).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        });
        if let Some(person) = person.filter(|person| matches && person.disabled.is_none()) {
            return Ok((person.id, stored));
        }
        self.store.write(|writer| {
            for subject in &subjects {
                writer.put_failed_attempt(subject, now, since)?;
            }
            Ok::<_, AppError>(())
        })?;
        Err(SignInError::Refused)
    }

    /// Takes one of the few turns for hashing a password.
    fn begin_hashing(&self) -> Result<Hashing<'_>, SignInError> {
        let mut under_way = self.hashing.lock().unwrap_or_else(PoisonError::into_inner);
        if *under_way >= HASHES_AT_ONCE {
            return Err(SignInError::TooMany {
                retry_after_secs: 1,
            });
        }
        *under_way += 1;
        Ok(Hashing(&self.hashing))
    }

    fn verified_hash(&self, login: &str, password: &str, stored: &str) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.verified_key) else {
            return [0; 32];
        };
        for part in [login, stored] {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.update(password.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// 256 random bits as text.
    fn secret(&self) -> String {
        let mut bytes = [0; 32];
        self.ids.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A turn for hashing a password; given back when dropped.
struct Hashing<'a>(&'a Mutex<usize>);

impl Drop for Hashing<'_> {
    fn drop(&mut self) {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *under_way = under_way.saturating_sub(1);
    }
}

/// The caller that a person is now; none if the account is closed.
pub(crate) fn caller(reader: &Reader<'_>, person: PersonId) -> Result<Option<Caller>, AppError> {
    let Some(row) = reader.person(person)?.filter(|row| row.disabled.is_none()) else {
        return Ok(None);
    };
    let own = own(reader)?;
    let audience = if row.organisation == own.id {
        Audience::Own { person }
    } else {
        Audience::Member(Member {
            organisation: row.organisation,
            communities: reader.communities_of(row.organisation)?,
            client_of: reader.client_of(row.organisation)?,
            person: Some(person),
            country: reader.country_of(row.organisation)?,
        })
    };
    let Some(role) = Role::parse(&row.role) else {
        return Ok(None);
    };
    let PersonRow {
        id,
        organisation,
        login,
        name,
        ..
    } = row;
    Ok(Some(Caller {
        person: id,
        organisation,
        login,
        name,
        role,
        small_house: is_small_house(reader)?,
        audience,
    }))
}

/// Forgets whose passwords were verified lately.
pub(crate) fn sign_out_everywhere(node: &Node) {
    node.verified
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

impl fmt::Debug for OneTimeLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTimeLogin")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// NIST SP 800-63B asks for at least 8 characters and for 64 to be taken; argon2 costs time by length.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 12..=256;
/// A working day.
const SESSION_FOR: SignedDuration = SignedDuration::from_hours(10);
/// Long enough to walk over to the person.
const ONE_TIME_FOR: SignedDuration = SignedDuration::from_hours(24);
/// A closed account is noticed at once all the same: only the password check is remembered.
const VERIFIED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// Credentials remembered at once.
const MAX_VERIFIED: usize = 10_000;
/// Password hashes at once: each takes 19 MiB and a core, and whoever guesses must not take them all.
const HASHES_AT_ONCE: usize = 8;
/// The window in which failed attempts count.
const ATTEMPTS_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Failed attempts for one name.
const MAX_ATTEMPTS_BY_LOGIN: u32 = 10;
/// Failed attempts from one place; many people may stand behind one address.
const MAX_ATTEMPTS_BY_PLACE: u32 = 100;
/// The argon2id hash of a password that nobody knows, with the parameters of the real ones.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
