//! Why an audience gets nothing of an object, for the house that looks at a release before it is made.
//!
//! INVARIANT: the audience is never told: to it what is withheld is not there. So no decision carries a reason, and who
//! asks for one is who prepares a release and sees the object.

use jiff::Timestamp;
use stix::marking::Tlp;

use crate::demand::Definitions;
use crate::gate::{Asked, Gate, Holdings};
use crate::held::{Consent, Held};

/// Why an audience gets nothing of an object; of several reasons the one that is looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// The giver did not consent to its being passed on.
    Consent,
    /// Its time has not come.
    Embargo(Timestamp),
    /// A caveat keeps it from them.
    Caveat,
    /// One of its markings keeps it from them, or is not understood.
    Closed,
    /// No release reaches them with it.
    NotReleased,
    /// Its level is above what they may see.
    Marking(Tlp),
    /// It has no level, and is handled as if it had this one, which is above what they may see.
    Unmarked(Tlp),
    /// So much of it is above what they may see that nothing is left.
    Parts,
    /// Its giver has to be named or must not be, and it cannot be given so.
    Giver,
    /// What it cannot be without is not given to them.
    References,
}

impl<H: Holdings> Gate<'_, H> {
    /// Why the audience gets nothing of a version for which the decision is to give nothing; none if there is no such
    /// version.
    ///
    /// # Errors
    /// Those of the holdings.
    pub fn withheld(&self, asked: &Asked) -> Result<Option<Withheld>, H::Error> {
        let versions = self.holdings.versions(&asked.id)?;
        let held = versions
            .iter()
            .find(|held| asked.version.is_none() || held.moment() == asked.version.as_ref());
        held.map(|held| self.reason(held)).transpose()
    }

    fn reason(&self, held: &Held) -> Result<Withheld, H::Error> {
        let provenance = held.provenance();
        if provenance.consent == Consent::Refused {
            return Ok(Withheld::Consent);
        }
        if let Some(until) = provenance.embargo_until.filter(|until| self.now < *until) {
            return Ok(Withheld::Embargo(until));
        }
        if self.is_held_back(held) {
            return Ok(Withheld::Caveat);
        }
        let mut reading = Definitions::default();
        let demands = self.demands(&mut reading, held);
        let demand = demands.object;
        let releases = self.holdings.releases(held)?;
        let clearances = releases
            .iter()
            .filter_map(|release| release.clearance(self.audience, self.now));
        let Some(clearance) = clearances.max() else {
            return Ok(Withheld::NotReleased);
        };
        if demand.closed {
            return Ok(Withheld::Closed);
        }
        match demand.level {
            Some(level) if level > clearance => return Ok(Withheld::Marking(level)),
            None if self.policy.unmarked > clearance => {
                return Ok(Withheld::Unmarked(self.policy.unmarked));
            }
            _ => {}
        }
        if self.cuts_under(&demands, held, clearance, &[]).is_none() {
            return Ok(Withheld::Parts);
        }
        if self.passage(&mut reading, held)?.is_none() {
            return Ok(Withheld::Giver);
        }
        Ok(Withheld::References)
    }
}
