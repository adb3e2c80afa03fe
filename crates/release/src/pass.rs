//! Letting through again what was let through before.
//!
//! A page of what an audience was given long ago need not be decided again object by object, if whatever could change
//! the decision since has been looked at. What the gate gave an audience gets a pass then: a keyed hash of the text and
//! the audience. With the pass the same text is let through to the same audience again; nothing else is.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::decision::Released;
use crate::gate::Gate;
use crate::party::Audience;

/// Proof that the gate gave a text to an audience. It is worth nothing without the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pass([u8; PASS_BYTES]);

impl Pass {
    /// The bytes, for keeping.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what was kept; none where the length is another.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pass(..)")
    }
}

/// A text that has passed the gate for one audience and passes again.
///
/// INVARIANT: only this crate makes one, and only of a text that was a [`Released`] for the same audience; beside
/// `Released` it is the only type whose bytes may leave.
///
/// ```compile_fail,E0451
/// fn smuggle(text: std::sync::Arc<str>) -> release::pass::Readmitted {
///     release::pass::Readmitted { text }
/// }
/// ```
pub struct Readmitted {
    text: Arc<str>,
}

impl Readmitted {
    /// The JSON text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON text.
    pub fn into_text(self) -> Arc<str> {
        self.text
    }
}

impl fmt::Debug for Readmitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readmitted").finish_non_exhaustive()
    }
}

/// Gives passes to what one audience was given, and lets it through on them.
#[derive(Debug, Clone)]
pub struct PassCheck {
    /// Keyed, with the audience taken in; without it nothing passes.
    hash: Option<Hmac<Sha256>>,
}

impl PassCheck {
    /// A pass for something that the gate gave to this audience.
    pub fn pass(&self, released: &Released) -> Option<Pass> {
        let mut hash = self.hash.clone()?;
        hash.update(released.text().as_bytes());
        Some(Pass(hash.finalize().into_bytes().into()))
    }

    /// Lets a text through on its pass; none if the pass is for another text or audience, or from another house.
    pub fn readmit(&self, pass: &Pass, text: Arc<str>) -> Option<Readmitted> {
        let mut hash = self.hash.clone()?;
        hash.update(text.as_bytes());
        hash.verify_slice(&pass.0)
            .ok()
            .map(|()| Readmitted { text })
    }
}

impl<H> Gate<'_, H> {
    /// What gives passes to the gate's audience, and checks them.
    ///
    /// INVARIANT for who uses it: a pass is shown only while nothing has changed that could change the decision.
    pub fn pass_check(&self) -> PassCheck {
        let key = &self.policy.edition_key.0;
        let hash = Hmac::<Sha256>::new_from_slice(key).ok().map(|mut hash| {
            hash.update(b"noroshi pass 1\0");
            hash.update(audience_name(self.audience).as_bytes());
            hash.update(&[0]);
            hash
        });
        PassCheck { hash }
    }
}

/// Who it is; not which communities it is in, because what those change is looked at when it changes.
fn audience_name(audience: &Audience) -> String {
    match audience {
        Audience::Own { person } => format!("own {person}"),
        Audience::Member(member) => match member.person {
            Some(person) => format!("member {} {person}", member.organisation),
            None => format!("member {}", member.organisation),
        },
        Audience::Public => "public".to_owned(),
    }
}

const PASS_BYTES: usize = 32;
