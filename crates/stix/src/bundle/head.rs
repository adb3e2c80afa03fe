//! What a container says about itself.

use base::diagnostic::{Diagnostic, Place};

use super::input::Capture;
use crate::id::Id;

/// What a top-level object turned out to be.
pub(super) enum Top {
    /// Its `objects` begin here.
    Container,
    /// A single object, with its bytes.
    Single(Vec<u8>),
    /// A bundle or envelope without objects.
    Empty,
}

/// What a container says about itself.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) kind: Option<String>,
    pub(super) id: Option<String>,
    pub(super) more: Option<bool>,
    pub(super) next: Option<String>,
    pub(super) spec_version: bool,
    pub(super) objects: bool,
    pub(super) unknown: Option<String>,
    pub(super) checked: bool,
}

impl Head {
    /// Takes note of a property of the container.
    pub(super) fn note(&mut self, name: String, value: &Capture) {
        match name.as_str() {
            "type" => self.kind = value.string().or(Some(String::new())),
            "id" => self.id = value.string(),
            "more" => self.more = (!value.overflow).then_some(value.bytes == b"true"),
            "next" => self.next = value.string(),
            "spec_version" => self.spec_version = true,
            "objects" => {}
            _ => {
                self.unknown.get_or_insert(name);
            }
        }
    }

    /// Whether what was read so far may belong to a bundle or an envelope: `type` may stand after `objects`, and
    /// then an identifier tells a bundle from an object that has a list of that name.
    pub(super) fn may_be_container(&self) -> bool {
        match (self.kind.as_deref(), self.id.as_deref().map(Id::parse)) {
            (None, Some(Ok(id))) => id.kind() == "bundle",
            (kind, _) => matches!(kind, None | Some("bundle")),
        }
    }

    /// What is wrong with the container, said once.
    pub(super) fn check(&mut self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if std::mem::replace(&mut self.checked, true) {
            return found;
        }
        let place = |name: &str| Place::Pointer(format!("/{name}"));
        match self.kind.as_deref() {
            Some("bundle") => {
                if self.spec_version {
                    found.push(
                        Diagnostic::note(
                            "STIX-BUNDLE-02",
                            place("spec_version"),
                            "a bundle has no `spec_version` since STIX 2.1",
                        )
                        .with_section("STIX 2.1 §8.1")
                        .with_help("leave it out; each object has its own"),
                    );
                }
                let id = self.id.as_deref().map(Id::parse);
                if !matches!(&id, Some(Ok(id)) if id.kind() == "bundle") {
                    found.push(
                        Diagnostic::error(
                            "STIX-BUNDLE-03",
                            place("id"),
                            "a bundle has an `id` of the form `bundle--UUID`",
                        )
                        .with_section("STIX 2.1 §8.1"),
                    );
                }
                if let Some(Ok(id)) = &id
                    && id.uuid().get_version_num() != 4
                {
                    found.push(
                        Diagnostic::warning(
                            "STIX-BUNDLE-06",
                            place("id"),
                            "the UUID of a bundle should be random, version 4",
                        )
                        .with_section("STIX 2.1 §2.9"),
                    );
                }
                if let Some(name) = &self.unknown {
                    found.push(
                        Diagnostic::warning(
                            "STIX-BUNDLE-04",
                            place(name),
                            "a bundle has `type`, `id` and `objects` and nothing else",
                        )
                        .with_section("STIX 2.1 §8.1"),
                    );
                }
            }
            Some(_) if self.objects => found.push(
                Diagnostic::warning(
                    "STIX-BUNDLE-05",
                    place("objects"),
                    "a list of objects stands in something that is not a bundle",
                )
                .with_section("STIX 2.1 §8.1"),
            ),
            _ => {}
        }
        found
    }
}
