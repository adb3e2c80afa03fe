//! What is exchanged with a peer, and how.

use serde_json::{Value, json};
use store::peer::Way;

use crate::error::AppError;

/// Which ways a peer is synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    Both,
    /// From the peer to us.
    Pull,
    /// From us to the peer.
    Push,
}

/// What is exchanged with a peer, and how. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerSettings {
    /// URL of its discovery resource or of an API root.
    pub url: String,
    /// Which ways.
    pub direction: Direction,
    /// Collections to pull from, by id, alias or title; the only one that can be read, else `releases`, if empty.
    pub pull: Vec<String>,
    /// Collections to push to, by id, alias or title; the only one that can be written, else `inbox`, if empty.
    pub push: Vec<String>,
    /// The user of HTTP Basic; the secret is a bearer token where there is none.
    pub user: Option<String>,
    /// The only certificate authorities that are believed, PEM; those that browsers believe where there are none.
    pub authorities: Option<String>,
    /// Only objects of these types; all if empty.
    pub types: Vec<String>,
    /// Pause between the end of one synchronisation and the next.
    pub interval_secs: u32,
    /// Objects of a page or request.
    pub page_objects: u32,
    /// How late a server may show an object with a `date_added` that lies before one that it has shown: a pull begins
    /// that much earlier, until nothing has come for that long.
    pub overlap_secs: u32,
    /// How often everything is read again, against what no overlap finds; 0 for never.
    pub reread_hours: u32,
}

impl Direction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Both, Self::Pull, Self::Push];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == text)
    }

    /// Whether it includes a way.
    pub fn has(self, way: Way) -> bool {
        match self {
            Self::Both => true,
            Self::Pull => way == Way::Pull,
            Self::Push => way == Way::Push,
        }
    }
}

impl PeerSettings {
    /// Settings for a server at `url`, with what fits most.
    pub fn of_url(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            direction: Direction::Both,
            pull: Vec::new(),
            push: Vec::new(),
            user: None,
            authorities: None,
            types: Vec::new(),
            interval_secs: 60,
            page_objects: 500,
            overlap_secs: 60,
            reread_hours: 7 * 24,
        }
    }

    /// Checks what a person gave.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        if !(1..=MAX_INTERVAL_SECS).contains(&self.interval_secs) {
            let message = format!("the interval is 1 to {MAX_INTERVAL_SECS} seconds");
            return Err(AppError::invalid("APP-PEER-02", message));
        }
        if !(1..=MAX_PAGE_OBJECTS).contains(&self.page_objects) {
            let message = format!("a page has 1 to {MAX_PAGE_OBJECTS} objects");
            return Err(AppError::invalid("APP-PEER-03", message));
        }
        if self.overlap_secs > MAX_OVERLAP_SECS {
            let message = format!("the overlap is at most {MAX_OVERLAP_SECS} seconds");
            return Err(AppError::invalid("APP-PEER-04", message));
        }
        let names = [&self.pull, &self.push, &self.types];
        if names.iter().any(|list| list.len() > MAX_NAMES) {
            let message = format!("at most {MAX_NAMES} collections and types can be named");
            return Err(AppError::invalid("APP-PEER-05", message));
        }
        Ok(())
    }

    pub(crate) fn to_text(&self) -> String {
        json!({
            "url": self.url,
            "direction": self.direction.name(),
            "pull": self.pull,
            "push": self.push,
            "user": self.user,
            "authorities": self.authorities,
            "types": self.types,
            "interval_secs": self.interval_secs,
            "page_objects": self.page_objects,
            "overlap_secs": self.overlap_secs,
            "reread_hours": self.reread_hours,
        })
        .to_string()
    }

    /// What [`PeerSettings::to_text`] wrote; what an older program did not write is as it is by default.
    pub(crate) fn read(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str, default: u32| {
            let found = value.get(name).and_then(Value::as_u64);
            found
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(default)
        };
        let list = |name: &str| {
            let items = value.get(name).and_then(Value::as_array);
            let texts = items.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let usual = Self::of_url(text("url").unwrap_or_default());
        Self {
            direction: text("direction")
                .and_then(|name| Direction::parse(&name))
                .unwrap_or(usual.direction),
            pull: list("pull"),
            push: list("push"),
            user: text("user"),
            authorities: text("authorities"),
            types: list("types"),
            interval_secs: number("interval_secs", usual.interval_secs),
            page_objects: number("page_objects", usual.page_objects),
            overlap_secs: number("overlap_secs", usual.overlap_secs),
            reread_hours: number("reread_hours", usual.reread_hours),
            url: usual.url,
        }
    }
}

/// A week: whoever is asked less often is not synchronised.
const MAX_INTERVAL_SECS: u32 = 7 * 24 * 60 * 60;
/// More than any server gives at once.
const MAX_PAGE_OBJECTS: u32 = 10_000;
/// A week: beyond that, reading everything again is the better remedy.
pub(crate) const MAX_OVERLAP_SECS: u32 = 7 * 24 * 60 * 60;
/// Collections or types named of one peer.
const MAX_NAMES: usize = 100;
