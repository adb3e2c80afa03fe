//! Envelopes: objects on their way, §3.7.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::limits;

/// An envelope as received; its objects are the sender's JSON texts, byte for byte.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    /// Whether there are more objects than these.
    #[serde(default)]
    pub more: bool,
    /// Where to go on.
    #[serde(default, deserialize_with = "read_next")]
    pub next: Option<String>,
    #[serde(borrow, default)]
    objects: Objects<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads an envelope; properties that the standard does not know are passed over, so that a bundle is read too.
    ///
    /// The objects are JSON values, nothing more is known of them.
    ///
    /// # Errors
    /// Where the text is no JSON object of this shape, or has more than
    /// [`limits::OBJECTS_READ_PER_ENVELOPE`] objects.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        // `serde` would read a list as the members in order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(serde::de::Error::custom("an envelope stands in braces"));
        }
        serde_json::from_str(text)
    }

    /// The JSON texts of the objects.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.objects.texts()
    }
}

/// The objects, never more of them than is allowed: a list of empty objects would otherwise take eight times the
/// memory of its text.
#[derive(Debug, Default)]
pub(crate) struct Objects<'a>(Vec<&'a RawValue>);

impl<'a> Objects<'a> {
    /// Their JSON texts.
    pub(crate) fn texts(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.0.iter().map(|object| object.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Objects<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Objects<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Objects<'de>, A::Error> {
                let mut objects = Vec::new();
                while let Some(object) = list.next_element()? {
                    if objects.len() == limits::OBJECTS_READ_PER_ENVELOPE {
                        return Err(serde::de::Error::custom(format!(
                            "there are more than {} objects; send them in parts",
                            limits::OBJECTS_READ_PER_ENVELOPE
                        )));
                    }
                    objects.push(object);
                }
                Ok(Objects(objects))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// A text, or, as some servers write it, a number.
fn read_next<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Next {
        Number(u64),
        Text(String),
    }
    let next = Option::<Next>::deserialize(deserializer)?;
    Ok(next.map(|next| match next {
        Next::Number(number) => number.to_string(),
        Next::Text(text) => text,
    }))
}

/// Writes an envelope around `objects`, each of which must be one JSON text; their bytes stay as they are.
///
/// An envelope without objects is `{}`, with `more` only where it is true (§3.7).
pub fn write<'t>(
    objects: impl IntoIterator<Item = &'t str>,
    more: bool,
    next: Option<&str>,
) -> String {
    let mut body = String::from("{");
    if more {
        body.push_str("\"more\":true");
    }
    if let Some(next) = next {
        separate(&mut body);
        body.push_str("\"next\":");
        // A string is always written.
        body.push_str(&serde_json::Value::String(next.to_owned()).to_string());
    }
    let mut first = true;
    for object in objects {
        if first {
            separate(&mut body);
            body.push_str("\"objects\":[");
            first = false;
        } else {
            body.push(',');
        }
        body.push_str(object);
    }
    if !first {
        if !more {
            body.push_str("],\"more\":false}");
            return body;
        }
        body.push(']');
    }
    body.push('}');
    body
}

fn separate(body: &mut String) {
    if body.len() > 1 {
        body.push(',');
    }
}
