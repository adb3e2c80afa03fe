//! Whether objects are valid: what the standard demands (errors) and recommends (warnings).
//!
//! The tables are in [`crate::model`] and [`crate::vocab`], the meaning of every code in [`code`]; the modules of
//! this one walk an object along its table. Patterns are judged by crate `pattern`, against these tables too.
//!
//! ```
//! use stix::validate::{Options, validate_text};
//!
//! let text = r#"{"type":"ipv4-addr","id":"ipv4-addr--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","value":"192.0.2.300"}"#;
//! let found = validate_text(text, &Options::ERRORS);
//! assert_eq!(found[0].code, "STIX-FORM-01");
//! ```

pub mod check;
pub mod code;

mod advice;
mod document;
mod extension;
mod findings;
pub(crate) mod format;
mod identifier;
mod interop;
mod marking;
mod object;
mod pattern;
mod rule;
mod value;

use std::io::Read;

use base::diagnostic::{Diagnostic, Place, Severity};
use base::limits::{OBJECT_BYTES, REFERENCES_PER_OBJECT};

use crate::json::tree::{Members, Tree};
use crate::object::Object;
use check::Checks;
pub use document::Validator;
use findings::Findings;
pub use pattern::advice as pattern_advice;

/// What to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Findings below this are left out.
    pub least: Severity,
    /// The recommendations that are looked at.
    pub checks: Checks,
    /// Whether types that the standard does not have are errors, defined by an extension or not.
    pub custom_types: Custom,
    /// Whether properties that the standard does not have are errors, defined by an extension or not.
    pub custom_properties: Custom,
    /// By which document objects are judged.
    pub profile: Profile,
}

/// By which document objects are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// The standard, and the tests of interoperability, which ask for more: a producer of every object, and
    /// properties that the standard leaves optional.
    Interoperability,
    /// The standard.
    Standard,
}

/// What to think of what is custom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custom {
    /// As the standard does: allowed, and a warning where no extension defines it.
    Allowed,
    /// An error.
    Refused,
}

impl Options {
    /// Everything, notes too.
    pub const ALL: Self = Self {
        least: Severity::Note,
        checks: Checks::ALL,
        custom_types: Custom::Allowed,
        custom_properties: Custom::Allowed,
        profile: Profile::Standard,
    };

    /// What is against a SHOULD, and what is against a MUST.
    pub const WARNINGS: Self = Self {
        least: Severity::Warning,
        ..Self::ALL
    };

    /// What is against a MUST only.
    pub const ERRORS: Self = Self {
        least: Severity::Error,
        ..Self::ALL
    };
}

/// What is to be said of an object; at most [`base::limits::DIAGNOSTICS_PER_DOCUMENT`].
pub fn validate(object: &Object, options: &Options) -> Vec<Diagnostic> {
    validate_text(object.text(), options)
}

/// The same of a JSON text: what makes it unfit to be held, and what makes it invalid.
///
/// INVARIANT: a text without errors is one that [`Object::parse`] takes.
pub fn validate_text(text: &str, options: &Options) -> Vec<Diagnostic> {
    let mut tree = Tree::default();
    let mut findings = Findings::new(*options);
    match held(text, &mut tree) {
        Ok(members) => object::check(members, findings::Path::Root, &mut findings),
        Err(found) => findings.add_made(found),
    }
    findings.finish()
}

/// Objects of one document: each by itself, then what they say of each other. Places are `/objects/<index>/…`.
pub fn validate_all<'o>(
    objects: impl IntoIterator<Item = &'o Object>,
    options: &Options,
) -> Vec<Diagnostic> {
    let mut validator = Validator::new(*options);
    for object in objects {
        validator.add(object.text(), 0);
    }
    validator.finish()
}

/// A document as received: a bundle, an envelope, a list, one object or many (see [`crate::bundle`]).
pub fn validate_document(source: impl Read, options: &Options) -> Vec<Diagnostic> {
    let mut reader = crate::bundle::Reader::new(source);
    let mut validator = Validator::new(*options);
    let mut tree = Tree::indexed();
    while let Some(member) = reader.next_into(&mut tree) {
        match member {
            Ok(member) => validator.add_passing(&member, &mut tree),
            Err(found) => validator.add_unreadable(found),
        }
    }
    validator.add_findings(reader.findings());
    validator.finish()
}

/// Reads an object that is short enough and JSON, and makes no more references than are followed.
fn held<'d>(text: &'d str, tree: &'d mut Tree) -> Result<Members<'d>, Diagnostic> {
    if text.len() > OBJECT_BYTES {
        let message = format!(
            "the object has {} bytes, more than {OBJECT_BYTES}",
            text.len()
        );
        return Err(Diagnostic::error("STIX-JSON-03", Place::Whole, message));
    }
    tree.read(text).map_err(|fault| fault.diagnostic())?;
    followed(text, tree)
}

/// The members of an object in the tree that makes no more references than are followed.
fn followed<'d>(text: &'d str, tree: &'d Tree) -> Result<Members<'d>, Diagnostic> {
    let members = tree.root(text).members().ok_or_else(|| {
        Diagnostic::error(
            "STIX-JSON-02",
            Place::Whole,
            "an object stands in braces `{…}`",
        )
    })?;
    if crate::reference::reaches_limit(members) {
        let message = format!("the object refers to {REFERENCES_PER_OBJECT} others or more");
        return Err(Diagnostic::error("STIX-REF-01", Place::Whole, message));
    }
    Ok(members)
}
