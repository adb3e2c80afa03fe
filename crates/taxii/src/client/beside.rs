//! What a server of ours has beside TAXII, asked with the same credentials, trust and limits.

use crate::client::Client;
use crate::client::error::ClientError;

impl Client {
    /// The text at an absolute path of the server's origin, which is not a TAXII resource.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn beside(&self, path: &str, query: &str) -> Result<String, ClientError> {
        let url = self
            .transport
            .resolve(path)
            .ok_or(ClientError::Configuration(
                "the path is not one of the server's",
            ))?;
        // TAXII's addresses end with a slash, others' do not.
        Ok(self.transport.get(url.trim_end_matches('/'), query)?.body)
    }
}
