//! Under which conditions objects are given, as options.

use jiff::Timestamp;
use release::held::Consent;
use stix::marking::caveat::Country;

use crate::parse;

/// What the giver allows beyond the markings.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Conditions beyond the markings")]
pub(crate) struct ConditionOptions {
    /// `given`; `anonymous`: nothing that names who gave it goes out; `refused`: it stays in the house
    #[arg(long, value_parser = consent, default_value = "given")]
    consent: Consent,
    /// Nobody outside the house before this moment
    #[arg(long, value_name = "TIME", value_parser = parse::moment)]
    embargo_until: Option<Timestamp>,
    /// Only organisations of this country, two letters; may be repeated
    #[arg(long = "only-country", value_name = "COUNTRY", value_parser = country)]
    only_countries: Vec<Country>,
    /// Only this organisation, by name or UUID; may be repeated
    #[arg(long, value_name = "ORGANISATION")]
    only_to: Vec<String>,
    /// No organisation of this country, two letters; may be repeated
    #[arg(long = "not-country", value_name = "COUNTRY", value_parser = country)]
    not_countries: Vec<Country>,
    /// Not this organisation, by name or UUID; may be repeated
    #[arg(long, value_name = "ORGANISATION")]
    not_to: Vec<String>,
}

impl ConditionOptions {
    pub(crate) fn read(&self) -> app::conditions::NewConditions {
        app::conditions::NewConditions {
            consent: self.consent,
            embargo_until: self.embargo_until,
            only_countries: self.only_countries.clone(),
            only_to: self.only_to.clone(),
            not_countries: self.not_countries.clone(),
            not_to: self.not_to.clone(),
        }
    }
}

fn consent(text: &str) -> Result<Consent, String> {
    Consent::parse(text).ok_or_else(|| "it is `given`, `anonymous` or `refused`".to_owned())
}

fn country(text: &str) -> Result<Country, String> {
    text.parse()
        .map_err(|error: stix::marking::caveat::ParseCountryError| error.to_string())
}
