//! What comes in with the house as its creator.
//!
//! Nobody but the creator of an object makes versions of it (STIX 2.1 §3.6), and whoever reads the name of the house
//! believes the house. So it never gets in unseen, whoever brings it and however trusted.
//!
//! INVARIANT: what its sender is told depends on what the sender gave and was given: of what the house holds besides it
//! learns nothing, also not by sending exactly that.

use stix::object::Object;
use store::database::Writer;

use super::Intake;
use crate::error::AppError;
use crate::feed::was_given;
use crate::guard::Suspicion;
use crate::trust::Trust;

impl Intake<'_> {
    /// Lets an object wait that names the house as its creator; what the house gave its sender is told as ever.
    pub(super) fn settle_in_our_name(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        suspicion: Option<&Suspicion>,
        trust: Trust,
    ) -> Result<(), AppError> {
        let sender = self
            .caller
            .filter(|caller| caller.organisation == self.source);
        let may_know = match sender {
            Some(sender) => was_given(writer, sender.audience(), object.id().as_str())?,
            // The house fetched it.
            None => true,
        };
        if may_know && trust != Trust::Probation {
            if let Some(put) = writer.would_put(object, self.source, self.now)? {
                return self.settle(writer, object, put);
            }
        }
        let mut told = vec![IN_OUR_NAME.to_owned()];
        let secret = match suspicion {
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
