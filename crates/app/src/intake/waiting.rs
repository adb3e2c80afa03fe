//! What waits for a person however far its source is trusted: what names the house as its creator, and what is to be
//! passed on without a name and names its giver.
//!
//! Nobody but the creator of an object makes versions of it (STIX 2.1 §3.6), and whoever reads the name of the house
//! believes the house. What a text says, no release takes out.
//!
//! INVARIANT: what its sender is told depends on what the sender gave and was given: of what the house holds besides it
//! learns nothing, also not by sending exactly that.

use store::database::Writer;

use super::Intake;
use super::judged::Waiting;
use crate::error::AppError;
use crate::feed::was_given;
use crate::guard::Suspicion;
use crate::trust::Trust;

impl Intake<'_> {
    /// Lets an object wait; what the house gave its sender, and is in the name of the house, is told as ever.
    pub(super) fn settle_waiting(
        &mut self,
        writer: &Writer<'_>,
        one: &Waiting,
        trust: Trust,
    ) -> Result<(), AppError> {
        let object = &one.object;
        let sender = self
            .caller
            .filter(|caller| caller.organisation == self.source);
        let may_know = match sender {
            Some(sender) => was_given(writer, sender.audience(), object.id().as_str())?,
            // The house fetched it.
            None => true,
        };
        if one.is_in_our_name
            && may_know
            && trust != Trust::Probation
            && let Some(put) = writer.would_put(object, self.source, self.now)?
        {
            return self.settle(writer, object, put);
        }
        let mut told = Vec::new();
        if one.is_in_our_name {
            told.push(IN_OUR_NAME.to_owned());
        }
        let named = one.giver.iter();
        told.extend(
            named.map(|word| format!("`{word}` names who gave it, and it is to go unnamed")),
        );
        let secret = match &one.suspicion {
            None => Vec::new(),
            Some(plain @ Suspicion::Plain(_)) => {
                told.extend(plain.reasons());
                Vec::new()
            }
            Some(secret @ Suspicion::Secret(_)) => secret.reasons(),
        };
        self.hold_with(writer, object, told, secret)
    }
}

const IN_OUR_NAME: &str = "it names this house as its creator";
