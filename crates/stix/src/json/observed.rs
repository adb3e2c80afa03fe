//! The flat tree as the matcher of crate `pattern` reads it.

use pattern::matcher::value::{Scalar, Value as Observed};

use super::tree::{ItemsIter, MembersIter, Value, View};

impl<'a> Observed<'a> for Value<'a> {
    type Items = ItemsIter<'a>;
    type Members = MembersIter<'a>;

    fn scalar(self) -> Option<Scalar<'a>> {
        match self.view() {
            View::Bool(truth) => Some(Scalar::Boolean(truth)),
            View::Number(_) => self
                .as_i64()
                .map(Scalar::Integer)
                .or_else(|| self.as_f64().map(Scalar::Float)),
            View::String(text) => Some(Scalar::String(text)),
            View::Array(_) | View::Null | View::Object(_) => None,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn items(self) -> ItemsIter<'a> {
        Value::items(self).map_or_else(|| self.nothing(), IntoIterator::into_iter)
    }

    fn members(self) -> MembersIter<'a> {
        Value::members(self).map_or_else(|| MembersIter(self.nothing()), IntoIterator::into_iter)
    }
}
