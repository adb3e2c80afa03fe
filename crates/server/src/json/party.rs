//! Organisations and persons, in JSON.

use app::network::{Network, Owner};
use app::party::{Organisation, PersonView};
use app::trust::Trust;
use incident::sector::Sector;
use serde_json::{Value, json};

/// An organisation with what belongs to it.
pub fn organisation(organisation: &Organisation, networks: &[Network], trust: Trust) -> Value {
    json!({
        "id": organisation.id.to_string(),
        "name": organisation.name,
        "sector": organisation.sector.map(Sector::name),
        "country": organisation.country,
        "own": organisation.own,
        "networks": networks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "trust": trust.name(),
    })
}

/// Whose a network is.
pub fn owner(owner: &Owner) -> Value {
    json!({
        "organisation": owner.organisation.to_string(),
        "name": owner.name,
        "by": owner.by.to_string(),
    })
}

/// A person. No credential is in it.
pub fn person(person: &PersonView) -> Value {
    json!({
        "id": person.id.to_string(),
        "login": person.login,
        "name": person.name,
        "organisation": person.organisation,
        "role": person.role.name(),
        "disabled": person.disabled,
    })
}
