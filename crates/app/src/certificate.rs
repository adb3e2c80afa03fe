//! Certificates by which programmes sign in over mutual TLS.
//!
//! A certificate is known by the SHA-256 of its DER form. That is no secret, so it is filed under a hash that no text
//! has: nobody who knows a certificate can send something as a token that is found in its place.

use base::hex::Hex;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::secret::{SecretKind, SecretRow};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::sign_in::caller;

/// The SHA-256 of a certificate in DER form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER form.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    fn filed_under(self) -> [u8; 32] {
        // INVARIANT: no UTF-8 text has the byte 0xff, and tokens are texts.
        let mut hash = Sha256::new();
        hash.update([0xff]);
        hash.update(self.0);
        hash.finalize().into()
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl Node {
    /// Whom a certificate stands for; the TLS layer has checked that the asker holds its key.
    ///
    /// # Errors
    /// If the database fails.
    pub fn caller_by_certificate(
        &self,
        fingerprint: Fingerprint,
    ) -> Result<Option<Caller>, AppError> {
        let now = self.clock.now();
        let hash = fingerprint.filed_under();
        self.store.read(
            |reader| match reader.secret(&hash, SecretKind::Token, now)? {
                Some((person, _)) => caller(reader, person),
                None => Ok(None),
            },
        )
    }

    /// Lets a certificate stand for a person or service.
    ///
    /// # Errors
    /// If the caller may not, there is no such person, or the certificate stands for somebody already.
    pub fn add_certificate(
        &self,
        caller: &Caller,
        login: &str,
        fingerprint: Fingerprint,
        expires: Option<Timestamp>,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        let hash = fingerprint.filed_under();
        self.store.write(|writer| {
            let (person, _) = writer.person_by_login(login)?.ok_or(AppError::NotFound)?;
            if writer.secret(&hash, SecretKind::Token, now)?.is_some() {
                return Err(AppError::Conflict(
                    "this certificate stands for somebody already".to_owned(),
                ));
            }
            // One that has expired makes room.
            writer.forget_secret(&hash)?;
            let row = SecretRow {
                hash,
                kind: SecretKind::Token,
                person: person.id,
                label: format!("certificate {fingerprint}"),
                expires,
            };
            writer.put_secret(&row, now)?;
            self.record(
                writer,
                caller,
                "add-certificate",
                &format!("{login} {fingerprint}"),
            )
        })
    }

    /// Lets a certificate stand for nobody any more.
    ///
    /// # Errors
    /// If the caller may not, or it stands for nobody.
    pub fn remove_certificate(
        &self,
        caller: &Caller,
        fingerprint: Fingerprint,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            if !writer.forget_secret(&fingerprint.filed_under())? {
                return Err(AppError::NotFound);
            }
            let subject = fingerprint.to_string();
            self.record(writer, caller, "remove-certificate", &subject)
        })
    }
}
