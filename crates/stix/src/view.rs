//! Objects seen as what they are: cheap accessors over a borrowed [`Object`].
//!
//! A view promises the type only. A property that is absent or not as the standard has it is answered with `None` or
//! left out: whether the object is valid is for [`crate::validate`].

use crate::id::Id;
use crate::json::tree::{Members, Value};
use crate::object::Object;
use crate::timestamp::Timestamp;

macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a>(&'a Object);

        impl<'a> $name<'a> {
            /// The view, if the object is of this type.
            pub fn of(object: &'a Object) -> Option<Self> {
                (object.kind() == $kind).then_some(Self(object))
            }

            /// The object behind the view.
            pub fn object(self) -> &'a Object {
                self.0
            }
        }
    };
}

view!(
    /// A pattern and when it is of use, STIX 2.1 §4.7.
    Indicator,
    "indicator"
);

impl<'a> Indicator<'a> {
    /// What to call it.
    pub fn name(self) -> Option<&'a str> {
        self.0.string("name")
    }

    /// The pattern.
    pub fn pattern(self) -> Option<&'a str> {
        self.0.string("pattern")
    }

    /// The language of the pattern, `stix` among others.
    pub fn pattern_type(self) -> Option<&'a str> {
        self.0.string("pattern_type")
    }

    /// The version of the language.
    pub fn pattern_version(self) -> Option<&'a str> {
        self.0.string("pattern_version")
    }

    /// What it indicates, from `indicator-type-ov` and beyond.
    pub fn indicator_types(self) -> impl Iterator<Item = &'a str> {
        self.0.strings("indicator_types")
    }

    /// From when it is of use.
    pub fn valid_from(self) -> Option<Timestamp> {
        self.0.timestamp("valid_from")
    }

    /// From when it is of no use any more; not included.
    pub fn valid_until(self) -> Option<Timestamp> {
        self.0.timestamp("valid_until")
    }

    /// Whether it is of use at `now`, as far as its dates say: not before `valid_from`, before `valid_until`, not
    /// revoked.
    pub fn is_valid_at(self, now: jiff::Timestamp) -> bool {
        !self.0.is_revoked()
            && self.valid_from().is_none_or(|from| from.instant() <= now)
            && self.valid_until().is_none_or(|until| now < until.instant())
    }

    /// How sure the creator is, 0 to 100.
    pub fn confidence(self) -> Option<u8> {
        confidence(self.0)
    }

    /// The kill chain phases as pairs of chain and phase.
    pub fn kill_chain_phases(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        kill_chain_phases(self.0)
    }
}

view!(
    /// A link between two objects, STIX 2.1 §5.1.
    Relationship,
    "relationship"
);

impl<'a> Relationship<'a> {
    /// The name of the link, for example `indicates`.
    pub fn relationship_type(self) -> Option<&'a str> {
        self.0.string("relationship_type")
    }

    /// The object it goes from.
    pub fn source(self) -> Option<Id> {
        self.0.reference("source_ref")
    }

    /// The object it goes to.
    pub fn target(self) -> Option<Id> {
        self.0.reference("target_ref")
    }

    /// Why it is believed.
    pub fn description(self) -> Option<&'a str> {
        self.0.string("description")
    }

    /// From when it holds.
    pub fn start_time(self) -> Option<Timestamp> {
        self.0.timestamp("start_time")
    }

    /// Until when it holds.
    pub fn stop_time(self) -> Option<Timestamp> {
        self.0.timestamp("stop_time")
    }

    /// How sure the creator is, 0 to 100.
    pub fn confidence(self) -> Option<u8> {
        confidence(self.0)
    }
}

view!(
    /// That something was seen, STIX 2.1 §5.2.
    Sighting,
    "sighting"
);

impl<'a> Sighting<'a> {
    /// What was seen.
    pub fn sighting_of(self) -> Option<Id> {
        self.0.reference("sighting_of_ref")
    }

    /// Who saw it, or where.
    pub fn where_sighted(self) -> Vec<Id> {
        self.0.reference_list("where_sighted_refs").collect()
    }

    /// The raw observations.
    pub fn observed_data(self) -> Vec<Id> {
        self.0.reference_list("observed_data_refs").collect()
    }

    /// How often it was seen.
    pub fn count(self) -> Option<u64> {
        natural(self.0.members().get("count")?)
    }

    /// When it was seen first.
    pub fn first_seen(self) -> Option<Timestamp> {
        self.0.timestamp("first_seen")
    }

    /// When it was seen last.
    pub fn last_seen(self) -> Option<Timestamp> {
        self.0.timestamp("last_seen")
    }

    /// What the creator says about it.
    pub fn description(self) -> Option<&'a str> {
        self.0.string("description")
    }

    /// How sure the creator is, 0 to 100.
    pub fn confidence(self) -> Option<u8> {
        confidence(self.0)
    }
}

view!(
    /// A person, organisation, system or class of them, STIX 2.1 §4.5.
    Identity,
    "identity"
);

impl<'a> Identity<'a> {
    /// The name.
    pub fn name(self) -> Option<&'a str> {
        self.0.string("name")
    }

    /// What it is, from `identity-class-ov` and beyond.
    pub fn identity_class(self) -> Option<&'a str> {
        self.0.string("identity_class")
    }

    /// The sectors, from `industry-sector-ov` and beyond.
    pub fn sectors(self) -> impl Iterator<Item = &'a str> {
        self.0.strings("sectors")
    }

    /// The roles.
    pub fn roles(self) -> impl Iterator<Item = &'a str> {
        self.0.strings("roles")
    }

    /// How to reach it.
    pub fn contact_information(self) -> Option<&'a str> {
        self.0.string("contact_information")
    }
}

view!(
    /// An incident, STIX 2.1 §4.6, with the Incident Core Extension where it has it.
    Incident,
    "incident"
);

impl<'a> Incident<'a> {
    /// The name.
    pub fn name(self) -> Option<&'a str> {
        self.0.string("name")
    }

    /// The description.
    pub fn description(self) -> Option<&'a str> {
        self.0.string("description")
    }

    /// The properties of the Incident Core Extension.
    pub fn core(self) -> Option<Members<'a>> {
        self.0
            .members()
            .get("extensions")?
            .get(INCIDENT_CORE_EXTENSION)?
            .members()
    }

    /// Whether it is confirmed, from `incident-determination-enum`.
    pub fn determination(self) -> Option<&'a str> {
        self.core()?.get("determination")?.as_str()
    }

    /// How far the investigation is, from `incident-investigation-ov` and beyond.
    pub fn investigation_status(self) -> Option<&'a str> {
        self.core()?.get("investigation_status")?.as_str()
    }

    /// How grave it is, 0 to 100.
    pub fn criticality(self) -> Option<u8> {
        percent(self.core()?.get("criticality")?)
    }

    /// What kind of incident, from `event-type-ov` and beyond.
    pub fn incident_types(self) -> impl Iterator<Item = &'a str> {
        list(self.core(), "incident_types").filter_map(Value::as_str)
    }

    /// The events it consists of.
    pub fn events(self) -> Vec<Id> {
        ids(self.core(), "event_refs")
    }

    /// What it led to.
    pub fn impacts(self) -> Vec<Id> {
        ids(self.core(), "impact_refs")
    }

    /// What is done about it.
    pub fn tasks(self) -> Vec<Id> {
        ids(self.core(), "task_refs")
    }
}

view!(
    /// What was observed, STIX 2.1 §4.14.
    ObservedData,
    "observed-data"
);

impl ObservedData<'_> {
    /// The beginning of the time in which it was observed.
    pub fn first_observed(self) -> Option<Timestamp> {
        self.0.timestamp("first_observed")
    }

    /// The end of the time in which it was observed.
    pub fn last_observed(self) -> Option<Timestamp> {
        self.0.timestamp("last_observed")
    }

    /// How often it was observed.
    pub fn number_observed(self) -> Option<u64> {
        natural(self.0.members().get("number_observed")?)
    }

    /// The observables; those of the deprecated `objects` are not among them.
    pub fn observables(self) -> Vec<Id> {
        self.0.reference_list("object_refs").collect()
    }
}

view!(
    /// A collection about a topic, STIX 2.1 §4.16.
    Report,
    "report"
);

impl<'a> Report<'a> {
    /// The name.
    pub fn name(self) -> Option<&'a str> {
        self.0.string("name")
    }

    /// The description.
    pub fn description(self) -> Option<&'a str> {
        self.0.string("description")
    }

    /// When it was published.
    pub fn published(self) -> Option<Timestamp> {
        self.0.timestamp("published")
    }

    /// What it is about, from `report-type-ov` and beyond.
    pub fn report_types(self) -> impl Iterator<Item = &'a str> {
        self.0.strings("report_types")
    }

    /// The objects it refers to.
    pub fn objects(self) -> Vec<Id> {
        self.0.reference_list("object_refs").collect()
    }
}

/// The Incident Core Extension of the OASIS common object repository.
pub const INCIDENT_CORE_EXTENSION: &str =
    "extension-definition--ef765651-680c-498d-9894-99799f2fa126";

fn confidence(object: &Object) -> Option<u8> {
    percent(object.members().get("confidence")?)
}

/// A whole number that is not negative.
fn natural(value: Value<'_>) -> Option<u64> {
    value.as_i64().and_then(|number| u64::try_from(number).ok())
}

fn percent(value: Value<'_>) -> Option<u8> {
    natural(value)
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| *number <= 100)
}

fn kill_chain_phases(object: &Object) -> impl Iterator<Item = (&str, &str)> {
    list(Some(object.members()), "kill_chain_phases").filter_map(|phase| {
        Some((
            phase.get("kill_chain_name")?.as_str()?,
            phase.get("phase_name")?.as_str()?,
        ))
    })
}

fn list<'a>(
    properties: Option<Members<'a>>,
    name: &str,
) -> impl Iterator<Item = Value<'a>> + use<'a> {
    properties
        .and_then(|properties| properties.get(name))
        .and_then(Value::items)
        .into_iter()
        .flatten()
}

fn ids(properties: Option<Members<'_>>, name: &str) -> Vec<Id> {
    list(properties, name)
        .filter_map(|item| Id::parse(item.as_str()?).ok())
        .collect()
}
