//! Asking a peer something else than to exchange: its log, its collections.

use taxii::client::Client;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::peer::Way;
use crate::peer_sync::{Stop, Wire};

impl Node {
    /// A client for a peer, with its address and its credentials; none where there is no such peer.
    ///
    /// # Errors
    /// If the caller may not use the credentials, or they cannot be used.
    pub fn peer_client(
        &self,
        caller: &Caller,
        name: &str,
        wire: &Wire,
    ) -> Result<Option<Client>, AppError> {
        caller.require(Action::ManageParties)?;
        let found = self
            .store
            .read(|reader| Ok::<_, AppError>(reader.peer_named(name)?))?;
        let Some(row) = found else {
            return Ok(None);
        };
        // Nothing is taken in, so what the source is trusted with is not asked.
        match self.connect(&row, Way::Push, wire) {
            Ok((_, client)) => Ok(Some(client)),
            Err(Stop::Failure { text, .. }) => Err(AppError::Conflict(text)),
            Err(Stop::Node(error)) => Err(error),
            Err(Stop::Asked) => Ok(None),
        }
    }
}
