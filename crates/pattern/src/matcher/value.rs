//! What the matcher reads: values shaped like JSON, through handles that cost nothing to copy.

/// A handle to a value: a scalar, a list, an object with members, or nothing of these (`null`).
///
/// ```
/// use pattern::matcher::value::{Scalar, Value as _};
///
/// let json = serde_json::json!({ "size": 25536, "protocols": ["tcp"] });
/// let value = &json;
/// assert_eq!(value.member("size").and_then(|size| size.scalar()), Some(Scalar::Integer(25536)));
/// assert_eq!(value.member("protocols").map(|list| list.items().count()), Some(1));
/// ```
pub trait Value<'a>: Copy {
    /// The items of a list, in order.
    type Items: Iterator<Item = Self>;
    /// The members of an object.
    type Members: Iterator<Item = (&'a str, Self)>;

    /// The scalar, if the value is one.
    fn scalar(self) -> Option<Scalar<'a>>;
    /// The member of that name, if the value is an object that has it.
    fn member(self, name: &str) -> Option<Self>;
    /// The items of a list; none for anything else.
    fn items(self) -> Self::Items;
    /// The members of an object; none for anything else.
    fn members(self) -> Self::Members;

    /// The text, if the value is one.
    fn text(self) -> Option<&'a str> {
        match self.scalar() {
            Some(Scalar::String(text)) => Some(text),
            _ => None,
        }
    }
}

/// A value without parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// `true` or `false`.
    Boolean(bool),
    /// A number with a fraction or exponent, or beyond [`i64`].
    Float(f64),
    /// A whole number.
    Integer(i64),
    /// A text.
    String(&'a str),
}

impl<'a> Value<'a> for &'a serde_json::Value {
    type Items = std::slice::Iter<'a, serde_json::Value>;
    type Members = Members<'a>;

    fn scalar(self) -> Option<Scalar<'a>> {
        match self {
            serde_json::Value::Bool(truth) => Some(Scalar::Boolean(*truth)),
            serde_json::Value::Number(number) => number
                .as_i64()
                .map(Scalar::Integer)
                .or_else(|| number.as_f64().map(Scalar::Float)),
            serde_json::Value::String(text) => Some(Scalar::String(text)),
            _ => None,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        self.as_object()?.get(name)
    }

    fn items(self) -> Self::Items {
        self.as_array().map_or(&[][..], Vec::as_slice).iter()
    }

    fn members(self) -> Self::Members {
        Members(self.as_object().map(serde_json::Map::iter))
    }
}

/// The members of a [`serde_json::Value`].
#[derive(Debug, Clone)]
pub struct Members<'a>(Option<serde_json::map::Iter<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a serde_json::Value);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.as_mut()?.next()?;
        Some((name, value))
    }
}
