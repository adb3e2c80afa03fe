//! Bodies of POSTs, checked against forged requests.

use axum::Form;
use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::authentication::{By, Visitor};
use crate::error::Failure;
use crate::permission::Checked;
use crate::shared::Shared;

/// The fields of a form in their order: of a session with its token, or of who sent an API token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

/// The fields of a form that needs no session.
#[derive(Debug)]
pub(crate) struct OpenFields(pub(crate) Fields);

/// A JSON body; by cookie it needs the session's token in the header [`CSRF_HEADER`].
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl Fields {
    #[cfg(test)]
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(owned).collect())
    }

    /// Fields of a query or form; at most [`MAX_FIELDS`].
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut pairs = pairs;
        pairs.truncate(MAX_FIELDS);
        Self(pairs)
    }

    /// The first value of `name` without white space around it; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|pair| pair.0 == name);
        pair.map_or("", |pair| pair.1.trim())
    }

    /// The values of `name`.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> + 'f {
        let same = move |pair: &&(String, String)| pair.0 == name;
        self.0.iter().filter(same).map(|pair| pair.1.trim())
    }

    /// The value of `name`, where it is not empty.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether `name` has `value` among its values.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|found| found == value)
    }

    /// The same with another value, for pages that fill in a form.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The same without any value of `name`.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|pair| pair.0 != name);
        self
    }

    /// The password as typed, with its white space.
    pub(crate) fn untrimmed(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|pair| pair.0 == name);
        pair.map_or("", |pair| &pair.1)
    }

    /// All fields but the session's token, to be sent again.
    pub(crate) fn again(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter().filter(|pair| pair.0 != CSRF_FIELD)
    }
}

impl Checked for Fields {}

impl<T> Checked for JsonBody<T> {}

impl FromRequest<Shared> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Failure> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let OpenFields(fields) = OpenFields::from_request(request, shared).await?;
        match visitor.as_ref().map(|visitor| &visitor.by) {
            // Another site's form gets as far as this, and there is no token that it could not know.
            Some(By::Certificate | By::Password) => return Err(Failure::forged()),
            _ => check(visitor.as_ref(), fields.get(CSRF_FIELD))?,
        }
        Ok(fields)
    }
}

impl FromRequest<Shared> for OpenFields {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Failure> {
        let form = Form::<Vec<(String, String)>>::from_request(request, shared).await;
        match form {
            Ok(Form(pairs)) => Ok(Self(Fields::from_pairs(pairs))),
            Err(FormRejection::BytesRejection(rejection)) => {
                Err(Failure::of_status(rejection.status()))
            }
            Err(rejection) => Err(Failure::of_status(rejection.status())),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Failure> {
        let visitor = request.extensions().get::<Visitor>();
        check(visitor, header(request.headers()))?;
        match axum::Json::<T>::from_request(request, shared).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Failure::field("SERVER-JSON-01", "", error.body_text()))
            }
            Err(rejection) => Err(Failure::of_status(rejection.status())),
        }
    }
}

/// Refuses a visitor by cookie who does not know the session's token. JSON of the others is their own: another site's
/// browser asks first whether it may send any (Fetch §3.3.5), and is never told that it may.
fn check(visitor: Option<&Visitor>, token: &str) -> Result<(), Failure> {
    match visitor.map(|visitor| &visitor.by) {
        None => Err(Failure::unauthenticated()),
        Some(By::Certificate | By::Password | By::Token) => Ok(()),
        Some(By::Cookie { csrf, .. }) => {
            let same = !csrf.is_empty() && bool::from(csrf.as_bytes().ct_eq(token.as_bytes()));
            if same { Ok(()) } else { Err(Failure::forged()) }
        }
    }
}

fn header(headers: &HeaderMap) -> &str {
    let value = headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The field with the session's token.
pub(crate) const CSRF_FIELD: &str = "csrf";

/// The header with the session's token.
pub(crate) const CSRF_HEADER: &str = "x-noroshi-csrf";

/// Most fields of a form: the widest has a box for each organisation and community of a country.
const MAX_FIELDS: usize = 5_000;
