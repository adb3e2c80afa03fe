//! The node's HTTP server on a runtime of its own.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use app::node::Node;
use app::peer_sync::Wire;
use app::sign_in::OneTimeLogin;
use server::ServerConfig;
use server::connection::{ConnectionLimits, Connections};
use server::tls::Tls;
use taxii::filter::PageSize;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::{Context, Settings};

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Running {
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
    indexing: JoinHandle<()>,
}

/// A runtime for servers.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Serves `node` on `listener` to this machine, as `url`.
pub(crate) fn start(
    runtime: &Runtime,
    node: Arc<Node>,
    listener: TcpListener,
    url: &str,
) -> Result<Running> {
    let surroundings = Surroundings {
        tls: None,
        behind_proxy: false,
    };
    start_in(runtime, node, listener, url, surroundings)
}

/// What stands between the node and those who ask.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// What connections are secured with.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Whether a reverse proxy stands in front.
    pub(crate) behind_proxy: bool,
}

/// Serves `node` on `listener`, which browsers reach as `url`.
pub(crate) fn start_in(
    runtime: &Runtime,
    node: Arc<Node>,
    listener: TcpListener,
    url: &str,
    surroundings: Surroundings,
) -> Result<Running> {
    let port = listener.local_addr()?.port();
    listener
        .set_nonblocking(true)
        .context("cannot use the listening socket")?;
    let config = ServerConfig {
        public_url: url.to_owned(),
        secure_cookies: url.starts_with("https://"),
        session_cookie: format!("noroshi_{port}"),
        max_body_bytes: usize::try_from(app::exchange::MAX_CONTENT_LENGTH).unwrap_or(usize::MAX),
        behind_proxy: surroundings.behind_proxy,
        request_timeout: REQUEST_TIMEOUT,
        body_timeout: BODY_TIMEOUT,
        body_idle_timeout: BODY_IDLE_TIMEOUT,
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
    let connections = Connections {
        limits: ConnectionLimits {
            // Behind a proxy all come from its address.
            of_one_address: if surroundings.behind_proxy {
                ConnectionLimits::STANDARD.at_once
            } else {
                ConnectionLimits::STANDARD.of_one_address
            },
            ..ConnectionLimits::STANDARD
        },
        tls: surroundings.tls,
    };
    let task = runtime.spawn(server::serve_connections(
        listener,
        router,
        connections,
        async {
            // A sender that is dropped means to stop as well.
            let _ = stop.await;
        },
    ));
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
            Ok(task) => task.context("the server broke"),
            // Connections that idle on do not keep the process.
            Err(_) => Ok(()),
        }
    }
}

/// The signals by which somebody asks this process to end; from when this is made they do not kill it.
#[derive(Debug)]
pub(crate) struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen(runtime: &Runtime) -> Result<Self> {
        let _inside = runtime.enter();
        let on = |kind| signal(kind).context("cannot wait for signals");
        Ok(Self {
            hangup: on(SignalKind::hangup())?,
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
        })
    }

    /// Waits for the first one.
    pub(crate) fn wait(mut self, runtime: &Runtime) {
        runtime.block_on(async {
            tokio::select! {
                _ = self.hangup.recv() => {}
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        });
    }

    /// Waits for one that ends; at each SIGHUP, which then ends nothing, `on_hangup` is called.
    pub(crate) fn wait_beyond_hangups(mut self, runtime: &Runtime, on_hangup: impl Fn()) {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = self.hangup.recv() => on_hangup(),
                    _ = self.interrupt.recv() => break,
                    _ = self.terminate.recv() => break,
                }
            }
        });
    }
}

/// What the settings say of connections to peers.
pub(crate) fn wire(context: &Context) -> Wire {
    let settings = &context.settings;
    Wire {
        connect_timeout: settings.connect_timeout,
        request_timeout: settings.request_timeout,
        max_body_bytes: settings.body_bytes,
        max_pages: settings.pull_pages,
        // The worker comes back later; a thread does not sleep for a server.
        max_retries: 0,
        max_retry_wait: Duration::ZERO,
    }
}

/// The URL under which others reach a node that listens on `address`, as far as the settings tell.
pub(crate) fn url(settings: &Settings, address: SocketAddr) -> String {
    let scheme = match settings.tls {
        Some(_) => "https",
        None => "http",
    };
    let listening = || format!("{scheme}://{address}");
    settings.public_url.clone().unwrap_or_else(listening)
}

/// The page that a one-time login opens.
pub(crate) fn login_url(base: &str, login: &OneTimeLogin) -> String {
    format!("{base}/sign-in/once/{}", login.token)
}

/// How long a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);
/// Time for the body of a TAXII request: the longest one, over a line of 2 Mbit/s.
const BODY_TIMEOUT: Duration = Duration::from_mins(2);
/// Longest pause in such a body.
const BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long requests under way may take once the process is to end.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How often what came in is looked at for words.
const INDEX_INTERVAL: Duration = Duration::from_secs(1);
