//! When a second person has to confirm.

use release::terms::Recipient;
use serde_json::{Value, json};
use stix::marking::Tlp;
use store::database::Reader;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::{Node, own};

/// The house's policy: which releases, corrections and rules a second person has to confirm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FourEyes {
    /// All.
    pub always: bool,
    /// Those that let out more than this level.
    pub above: Option<Tlp>,
    /// Those to the public.
    pub public: bool,
    /// Those to an organisation of another country, or of none that is known.
    pub foreign: bool,
}

/// Why a second person has to confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecondReason {
    /// The level is above that of the policy.
    Above,
    /// It always is so in this house.
    Always,
    /// It goes abroad.
    Foreign,
    /// It goes to the public.
    Public,
}

impl SecondReason {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Always => "always",
            Self::Foreign => "foreign",
            Self::Public => "public",
        }
    }
}

impl Node {
    /// The policy.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn four_eyes(&self, caller: &Caller) -> Result<FourEyes, AppError> {
        if !caller.may(Action::ManageNode) {
            caller.require(Action::ReadReleases)?;
        }
        self.store.read(four_eyes)
    }

    /// Sets the policy.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn set_four_eyes(&self, caller: &Caller, policy: FourEyes) -> Result<(), AppError> {
        caller.require(Action::ManageNode)?;
        let body = json!({
            "always": policy.always,
            "above": policy.above.map(Tlp::label),
            "public": policy.public,
            "foreign": policy.foreign,
        })
        .to_string();
        self.store.write(|writer| {
            writer.set_meta(FOUR_EYES, body.as_bytes())?;
            self.record(writer, caller, "set-four-eyes", &body)
        })
    }
}

/// Why these terms need a second person; nothing where one is enough.
pub(crate) fn second(
    reader: &Reader<'_>,
    recipients: &[Recipient],
    ceiling: Tlp,
) -> Result<Vec<SecondReason>, AppError> {
    let policy = four_eyes(reader)?;
    let mut found = Vec::new();
    if policy.above.is_some_and(|above| ceiling > above) {
        found.push(SecondReason::Above);
    }
    if policy.always {
        found.push(SecondReason::Always);
    }
    if policy.foreign && goes_abroad(reader, recipients)? {
        found.push(SecondReason::Foreign);
    }
    if policy.public && recipients.contains(&Recipient::Public) {
        found.push(SecondReason::Public);
    }
    Ok(found)
}

fn goes_abroad(reader: &Reader<'_>, recipients: &[Recipient]) -> Result<bool, AppError> {
    let home = own(reader)?.country;
    let communities = reader.communities()?;
    for recipient in recipients {
        let organisations = match recipient {
            Recipient::Organisation(organisation) => vec![*organisation],
            Recipient::Person(person) => {
                let person = reader.person(*person)?;
                person.into_iter().map(|known| known.organisation).collect()
            }
            Recipient::Community(id) => communities
                .iter()
                .find(|community| community.id == *id)
                .map(|community| community.members.clone())
                .unwrap_or_default(),
            // Everybody is abroad too.
            Recipient::Public => return Ok(true),
        };
        for organisation in organisations {
            let country = reader
                .organisation(organisation)?
                .and_then(|known| known.country);
            // A country that is not known counts as another one.
            if country.is_none() || country != home {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn four_eyes(reader: &Reader<'_>) -> Result<FourEyes, AppError> {
    let Some(stored) = reader.meta(FOUR_EYES)? else {
        return Ok(FourEyes::default());
    };
    let Ok(value) = serde_json::from_slice::<Value>(&stored) else {
        // What cannot be read asks for most.
        return Ok(FourEyes {
            always: true,
            ..FourEyes::default()
        });
    };
    let is = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(true);
    Ok(FourEyes {
        always: is("always"),
        above: value
            .get("above")
            .and_then(Value::as_str)
            .and_then(Tlp::from_label),
        public: is("public"),
        foreign: is("foreign"),
    })
}

const FOUR_EYES: &str = "four_eyes";
