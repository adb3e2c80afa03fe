//! What an organisation gave to the house and reads back.

use stix::marking::Tlp;

use crate::decision::Released;
use crate::gate::Gate;
use crate::held::Held;
use crate::party::Audience;

impl<H> Gate<'_, H> {
    /// The object as it was given, for the organisation that gave it; none for anybody else.
    ///
    /// What carries RED, or a marking that is not a level of TLP, goes back to the person alone who sent it. Nothing of
    /// what the house holds plays a part: what others define must not show in what an organisation finds of its own.
    pub fn returned(&self, held: &Held) -> Option<Released> {
        let provenance = held.provenance();
        let Audience::Member(member) = self.audience else {
            return None;
        };
        if member.organisation != provenance.source {
            return None;
        }
        let markings = held.object().markings();
        let granular = markings.granular.iter().map(|granular| &granular.marking);
        let is_for_all = markings
            .object
            .iter()
            .chain(granular)
            .all(|marking| Tlp::from_id(marking).is_some_and(|level| level < Tlp::Red));
        let is_sender =
            provenance.entered_by.is_some() && provenance.entered_by == self.audience.person();
        (is_for_all || is_sender).then(|| Released::new(held.object().clone()))
    }
}
