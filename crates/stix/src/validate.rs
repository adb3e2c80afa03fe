//! Whether objects are valid: what the standard demands (errors) and recommends (warnings).
//!
//! The tables are in [`crate::model`] and [`crate::vocab`], the meaning of every code in [`code`]; the modules of
//! this one walk an object along its table. Patterns are texts here: crate `pattern` judges them.
//!
//! ```
//! use stix::validate::{Options, validate_text};
//!
//! let text = r#"{"type":"ipv4-addr","id":"ipv4-addr--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6","value":"192.0.2.300"}"#;
//! let found = validate_text(text, &Options::ERRORS);
//! assert_eq!(found[0].code, "STIX-FORM-01");
//! ```

pub mod code;

mod document;
mod extension;
mod findings;
mod format;
mod identifier;
mod marking;
mod object;
mod rule;
mod value;

use std::io::Read;

use base::diagnostic::{Diagnostic, Severity};
use serde_json::{Map, Value};

use crate::object::Object;
use findings::Findings;

/// What to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Findings below this are left out.
    pub least: Severity,
}

impl Options {
    /// Everything, notes too.
    pub const ALL: Self = Self {
        least: Severity::Note,
    };

    /// What is against a SHOULD, and what is against a MUST.
    pub const WARNINGS: Self = Self {
        least: Severity::Warning,
    };

    /// What is against a MUST only.
    pub const ERRORS: Self = Self {
        least: Severity::Error,
    };
}

/// What is to be said of an object, in the order of its properties; at most
/// [`base::limits::DIAGNOSTICS_PER_DOCUMENT`].
pub fn validate(object: &Object, options: &Options) -> Vec<Diagnostic> {
    validate_properties(object.properties(), options)
}

/// The same of an object's properties, held or not.
pub fn validate_properties(properties: &Map<String, Value>, options: &Options) -> Vec<Diagnostic> {
    let mut findings = Findings::new(*options);
    object::check(properties, findings::Path::Root, &mut findings);
    findings.finish()
}

/// The same of a JSON text: what makes it unfit to be held, and what makes it invalid.
///
/// INVARIANT: a text without errors is one that [`Object::parse`] takes.
pub fn validate_text(text: &str, options: &Options) -> Vec<Diagnostic> {
    match (Object::parse(text), crate::json::parse(text)) {
        (Ok(object), _) => validate(&object, options),
        (Err(refusal), Ok(Value::Object(properties)))
            if text.len() <= base::limits::OBJECT_BYTES =>
        {
            let mut found = validate_properties(&properties, options);
            // What cannot be held is an error in any case; said once for each place.
            let said: Vec<_> = found
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .map(|finding| finding.place.clone())
                .collect();
            let new = refusal
                .into_iter()
                .filter(|finding| !said.contains(&finding.place));
            found.splice(0..0, new);
            found.truncate(base::limits::DIAGNOSTICS_PER_DOCUMENT);
            found
        }
        (Err(refusal), _) => refusal,
    }
}

/// Objects of one document: each by itself, then what they say of each other. Places are `/objects/<index>/…`.
pub fn validate_all<'o>(
    objects: impl IntoIterator<Item = &'o Object>,
    options: &Options,
) -> Vec<Diagnostic> {
    let mut document = document::Document::new(*options);
    for object in objects {
        document.add(object);
    }
    document.finish()
}

/// A document as received: a bundle, an envelope, a list, one object or many (see [`crate::bundle`]).
pub fn validate_document(source: impl Read, options: &Options) -> Vec<Diagnostic> {
    let mut reader = crate::bundle::Reader::new(source);
    let mut document = document::Document::new(*options);
    for member in reader.by_ref() {
        match member {
            Ok(member) => document.add_text(&member.text),
            Err(found) => document.add_unreadable(found),
        }
    }
    document.add_findings(reader.findings());
    document.finish()
}
