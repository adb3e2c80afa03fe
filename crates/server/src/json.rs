//! What a node tells programmes, in JSON: the same in the API and on the command line.
//!
//! Everything here was decided on before: what somebody may not know is not in what is given to these functions.

pub mod incident;
pub mod life;
pub mod object;
pub mod party;
pub mod peer;
pub mod quarantine;
pub mod query;
pub mod release;
pub mod request;
pub mod rule;
