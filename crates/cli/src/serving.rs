//! The node's HTTP server on a runtime of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::node::Node;
use app::sign_in::OneTimeLogin;
use server::ServerConfig;
use taxii::filter::PageSize;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Running {
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    indexing: JoinHandle<()>,
}

/// A runtime for servers.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Serves `node` on `listener`, which browsers reach as `url`.
pub(crate) fn start(
    runtime: &Runtime,
    node: Arc<Node>,
    listener: TcpListener,
    url: &str,
) -> Result<Running> {
    let port = listener.local_addr()?.port();
    listener
        .set_nonblocking(true)
        .context("cannot use the listening socket")?;
    let config = ServerConfig {
        secure_cookies: url.starts_with("https://"),
        session_cookie: format!("noroshi_{port}"),
        max_body_bytes: usize::try_from(app::exchange::MAX_CONTENT_LENGTH).unwrap_or(usize::MAX),
        request_timeout: REQUEST_TIMEOUT,
        page_size: PageSize {
            default: 100,
            max: 1_000,
        },
    };
    let router = server::router(Arc::clone(&node), config);
    let (shutdown, stop) = oneshot::channel();
    let _inside = runtime.enter();
    let listener =
        tokio::net::TcpListener::from_std(listener).context("cannot use the listening socket")?;
    let task = runtime.spawn(server::serve(listener, router, async {
        // A sender that is dropped means to stop as well.
        let _ = stop.await;
    }));
    let indexing = runtime.spawn(index(node));
    Ok(Running {
        shutdown,
        task,
        indexing,
    })
}

/// Puts the words of what came in into the index, beside everything else.
async fn index(node: Arc<Node>) {
    let mut interval = tokio::time::interval(INDEX_INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let more = loop {
            let node = Arc::clone(&node);
            match tokio::task::spawn_blocking(move || node.index_words()).await {
                Ok(Ok(true)) => tokio::task::yield_now().await,
                Ok(other) => break other,
                // The runtime ends.
                Err(_) => return,
            }
        };
        if let Err(error) = more {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "words were not indexed"
            );
        }
    }
}

impl Running {
    /// Takes no more requests, answers those under way, and ends.
    pub(crate) fn stop(self, runtime: &Runtime) -> Result<()> {
        self.indexing.abort();
        // Where nobody receives it the server has ended by itself; the task tells why.
        let _ = self.shutdown.send(());
        let ended =
            runtime.block_on(async { tokio::time::timeout(DRAIN_TIMEOUT, self.task).await });
        match ended {
            Ok(task) => task
                .context("the server broke")?
                .context("the server failed"),
            // Connections that idle on do not keep the process.
            Err(_) => Ok(()),
        }
    }
}

/// The signals by which somebody asks this process to end; from when this is made they do not kill it.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen(runtime: &Runtime) -> Result<Self> {
        let _inside = runtime.enter();
        let on = |kind| signal(kind).context("cannot wait for signals");
        Ok(Self {
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
        })
    }

    /// Waits for the first one.
    pub(crate) fn wait(mut self, runtime: &Runtime) {
        runtime.block_on(async {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        });
    }
}

/// The page that a one-time login opens.
pub(crate) fn login_url(base: &str, login: &OneTimeLogin) -> String {
    format!("{base}/sign-in/once/{}", login.token)
}

/// How long a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// How long requests under way may take once the process is to end.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often what came in is looked at for words.
const INDEX_INTERVAL: Duration = Duration::from_secs(1);
