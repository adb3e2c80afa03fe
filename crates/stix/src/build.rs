//! New objects: drafts that become [`Object`]s.

use base::diagnostic::Diagnostic;
use base::id_source::IdSource;
use serde_json::{Map, Value};

use crate::canonical::sco_id;
use crate::id::Id;
use crate::marking::Tlp;
use crate::object::Object;
use crate::timestamp::Timestamp;

/// An object being put together.
#[derive(Debug, Clone)]
pub struct Draft {
    properties: Map<String, Value>,
}

impl Draft {
    /// A domain, relationship or meta object: a random identifier, `created` and `modified` are `now`.
    pub fn object(kind: &str, now: jiff::Timestamp, ids: &dyn IdSource) -> Self {
        Self::object_with_id(&format!("{kind}--{}", ids.uuid()), now)
    }

    /// The same under an identifier of the caller's; `finish` says so if it is not one.
    pub fn object_with_id(id: &str, now: jiff::Timestamp) -> Self {
        // Three digits after the point, as §3.2 asks: more are allowed, but there are readers that stop at six.
        let now = jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let now = Timestamp::from_instant(now).to_string();
        let kind = id.split_once("--").map_or(id, |(kind, _)| kind).to_owned();
        Self {
            properties: Map::new(),
        }
        .set("type", kind)
        .set("spec_version", "2.1")
        .set("id", id)
        .set("created", now.clone())
        .set("modified", now)
    }

    /// A cyber-observable object: its identifier follows from its properties when it is finished (§2.9); where none
    /// contributes it is taken from `finish_observable`'s id source.
    pub fn observable(kind: &str) -> Self {
        Self {
            properties: Map::new(),
        }
        .set("type", kind)
        .set("spec_version", "2.1")
    }

    /// A relationship from `source` to `target`.
    pub fn relationship(
        kind: &str,
        source: &Id,
        target: &Id,
        now: jiff::Timestamp,
        ids: &dyn IdSource,
    ) -> Self {
        Self::object("relationship", now, ids)
            .set("relationship_type", kind)
            .set("source_ref", source.as_str())
            .set("target_ref", target.as_str())
    }

    /// With a property.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(name.to_owned(), value.into());
        self
    }

    /// With a property, where there is a value.
    #[must_use]
    pub fn set_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// With a list of strings or identifiers; an empty list is left out, since STIX has none (§2.12).
    #[must_use]
    pub fn set_list<T: ToString>(self, name: &str, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| Value::String(item.to_string()))
            .collect();
        if items.is_empty() {
            self
        } else {
            self.set(name, items)
        }
    }

    /// With `created_by_ref`.
    #[must_use]
    pub fn created_by(self, identity: &Id) -> Self {
        self.set("created_by_ref", identity.as_str())
    }

    /// With a TLP level on the whole object.
    #[must_use]
    pub fn marked(self, level: Tlp) -> Self {
        self.set(
            "object_marking_refs",
            vec![Value::String(level.id_text().to_owned())],
        )
    }

    /// With a TLP level on parts of the object, named by selectors (§7.2.3).
    #[must_use]
    pub fn marked_parts(mut self, level: Tlp, selectors: &[&str]) -> Self {
        let entry = serde_json::json!({ "marking_ref": level.id_text(), "selectors": selectors });
        match self.properties.get_mut("granular_markings") {
            Some(Value::Array(entries)) => entries.push(entry),
            _ => {
                self.properties
                    .insert("granular_markings".to_owned(), Value::Array(vec![entry]));
            }
        }
        self
    }

    /// The identifier given so far.
    pub fn id(&self) -> Option<Id> {
        self.properties
            .get("id")
            .and_then(Value::as_str)
            .and_then(|text| Id::parse(text).ok())
    }

    /// The finished object; an observable gets the identifier that follows from its properties.
    ///
    /// # Errors
    /// As [`Object::parse`].
    pub fn finish(mut self) -> Result<Object, Vec<Diagnostic>> {
        if !self.properties.contains_key("id") {
            let kind = self
                .properties
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some(id) = sco_id(&kind, &self.properties) {
                self = self.set("id", id.as_str());
            }
        }
        Object::from_properties(self.properties)
    }

    /// As [`Draft::finish`], with a random identifier for an observable without contributing properties.
    ///
    /// # Errors
    /// As [`Object::parse`].
    pub fn finish_observable(self, ids: &dyn IdSource) -> Result<Object, Vec<Diagnostic>> {
        let kind = self
            .properties
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if sco_id(&kind, &self.properties).is_some() {
            self.finish()
        } else {
            self.set("id", format!("{kind}--{}", ids.uuid())).finish()
        }
    }
}
