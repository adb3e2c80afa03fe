//! Under which conditions objects are given, as forms and bodies say it.

use app::conditions::NewConditions;
use app::error::AppError;
use release::held::Consent;
use serde::Deserialize;
use stix::marking::caveat::Country;

use crate::fields::Fields;
use crate::input::{Findings, instant};

/// Conditions as the form and the JSON API have them; what is left out says nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ConditionsInput {
    /// `given`, `anonymous`, `refused`.
    pub(crate) consent: String,
    pub(crate) embargo_until: String,
    /// Two letters each.
    pub(crate) only_countries: Vec<String>,
    /// Organisations by name or identifier.
    pub(crate) only_to: Vec<String>,
    pub(crate) not_countries: Vec<String>,
    pub(crate) not_to: Vec<String>,
}

impl ConditionsInput {
    pub(crate) fn of(fields: &Fields) -> Self {
        let words = |name| {
            let words = fields.all(name).flat_map(|text| {
                text.split(|c: char| c.is_whitespace() || c == ',')
                    .filter(|word| !word.is_empty())
            });
            words.map(str::to_owned).collect()
        };
        let lines = |name| {
            let lines = fields.all(name).flat_map(str::lines).map(str::trim);
            let lines = lines.filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        Self {
            consent: fields.get("consent").to_owned(),
            embargo_until: fields.get("embargo_until").to_owned(),
            only_countries: words("only_countries"),
            only_to: lines("only_to"),
            not_countries: words("not_countries"),
            not_to: lines("not_to"),
        }
    }

    /// Reads them; all that is wrong is said at once.
    pub(crate) fn read(&self) -> Result<NewConditions, AppError> {
        let mut found = Findings::default();
        let consent = found.may("consent", &self.consent, Consent::parse);
        let embargo_until = found.may("embargo_until", &self.embargo_until, instant);
        let only_countries = countries(&mut found, "only_countries", &self.only_countries);
        let not_countries = countries(&mut found, "not_countries", &self.not_countries);
        if !found.0.is_empty() {
            return Err(AppError::Invalid(found.0));
        }
        Ok(NewConditions {
            consent: consent.unwrap_or(Consent::Given),
            embargo_until,
            only_countries,
            only_to: self.only_to.clone(),
            not_countries,
            not_to: self.not_to.clone(),
        })
    }
}

fn countries(found: &mut Findings, name: &str, texts: &[String]) -> Vec<Country> {
    let texts = texts.iter().take(MAX_COUNTRIES);
    texts
        .filter_map(|text| found.need(name, text, |text| text.parse().ok()))
        .collect()
}

/// As many as there are codes of two letters: more of them say nothing new.
const MAX_COUNTRIES: usize = 676;
