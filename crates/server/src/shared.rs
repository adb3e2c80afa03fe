//! What all handlers share.

use std::sync::Arc;

use app::error::AppError;
use app::node::Node;

use crate::ServerConfig;
use crate::error::Failure;
use crate::turn::Turns;

/// The state of the router.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) node: Arc<Node>,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) turns: Turns,
}

impl Shared {
    /// Asks the node on a thread that may block.
    pub(crate) async fn ask<T, F>(&self, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Node) -> Result<T, AppError> + Send + 'static,
    {
        self.block(question).await?.map_err(Failure::from)
    }

    /// Runs `work` on a thread that may block; its own failures are its answer's.
    pub(crate) async fn block<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Node) -> T + Send + 'static,
    {
        let node = Arc::clone(&self.node);
        tokio::task::spawn_blocking(move || work(&node))
            .await
            // Only a panic of the work gets here.
            .map_err(|error| Failure::internal(&error))
    }
}
