//! Connections: taken in within limits, given no more time than an honest peer needs, ended in good order.
//!
//! INVARIANT: nobody holds a connection without using it. A head has its time to come in, a body too
//! ([`taxii::limits`]), a handshake too, and who does not read its answer is let go.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

use crate::steady::Steady;
use crate::tls::{ClientCertificate, Tls};

/// How many connections there may be, and how slow they.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; more wait in the system's queue.
    pub at_once: usize,
    /// Connections at once from one address, or one IPv6 network of 64 bits; more are closed.
    pub of_one_address: usize,
    /// The same for addresses of this machine, where a reverse proxy may stand.
    pub of_this_machine: usize,
    /// Time for a TLS handshake.
    pub handshake: Duration,
    /// Time for the head of a request, also while the connection waits for one.
    pub head: Duration,
    /// Headers of one request.
    pub headers: usize,
    /// Longest head of a request, in bytes.
    pub head_bytes: usize,
    /// How long who reads an answer may lag behind a line of 128 kbit/s.
    pub lag: Duration,
}

impl ConnectionLimits {
    /// For real use.
    pub const STANDARD: Self = Self {
        // A connection that waits takes some 10 kB; 4,096 polling partners and their files fit.
        at_once: 8_192,
        // A partner's whole network may stand behind one address.
        of_one_address: 256,
        of_this_machine: 8_192,
        handshake: Duration::from_secs(10),
        head: Duration::from_secs(20),
        headers: 100,
        // A query of the longest length that is read ([`taxii::limits::QUERY_BYTES`]), and as much beside it.
        head_bytes: 128 * 1024,
        lag: Duration::from_secs(30),
    };
}

/// How connections are taken in.
#[derive(Debug, Clone)]
pub struct Connections {
    /// How many, how slow.
    pub limits: ConnectionLimits,
    /// What they are secured with; without it whoever listens on the way reads along.
    pub tls: Option<Arc<Tls>>,
}

/// Answers connections until `shutdown` is ready, then finishes the answers under way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (stop, stopped) = watch::channel(());
    let slots = Arc::new(Semaphore::new(connections.limits.at_once));
    let doors = Doors::default();
    let connections = Arc::new(connections);
    let mut shutdown = pin!(shutdown);
    loop {
        // Taken before the connection: what cannot be served waits in the system's queue, not in our memory.
        let next = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&slots).acquire_owned().await.ok()?;
            Some((slot, listener.accept().await))
        };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = next => accepted,
        };
        match accepted {
            Some((slot, Ok((stream, address)))) => {
                let limits = connections.limits;
                let most = if address.ip().to_canonical().is_loopback() {
                    limits.of_this_machine
                } else {
                    limits.of_one_address
                };
                let Some(door) = doors.enter(address.ip(), most) else {
                    tracing::warn!("too many connections from one address: closed one");
                    continue;
                };
                let kept = Kept {
                    _slot: slot,
                    _door: door,
                };
                let (router, connections) = (router.clone(), Arc::clone(&connections));
                let stopped = stopped.clone();
                tokio::spawn(async move {
                    answer(stream, address, router, &connections, stopped).await;
                    drop(kept);
                });
            }
            Some((_, Err(error))) => {
                // No file for it, or it is gone already. In the first case others must end before the next try.
                tracing::warn!(error = %error, "a connection could not be taken in");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
            None => break,
        }
    }
    drop(listener);
    drop(stopped);
    // Nobody reads it who has ended already.
    let _ = stop.send(());
    stop.closed().await;
}

/// What a connection holds as long as it lasts.
struct Kept {
    _slot: OwnedSemaphorePermit,
    _door: Door,
}

async fn answer(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    connections: &Connections,
    stopped: watch::Receiver<()>,
) {
    // Where it fails answers come a little later.
    let _ = stream.set_nodelay(true);
    let limits = connections.limits;
    let stream = Steady::new(stream, limits.lag);
    let Some(tls) = &connections.tls else {
        return http(stream, (address, None), router, limits, stopped).await;
    };
    match tokio::time::timeout(limits.handshake, tls.accept(stream)).await {
        Ok(Ok((stream, certificate))) => {
            http(stream, (address, certificate), router, limits, stopped).await;
        }
        Ok(Err(error)) => tracing::debug!(error = %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    (address, certificate): (SocketAddr, Option<ClientCertificate>),
    router: Router,
    limits: ConnectionLimits,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(address));
        if let Some(certificate) = certificate {
            extensions.insert(certificate);
        }
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {}),
            )
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection broke off");
    }
}

/// How many connections each address has.
#[derive(Debug, Clone, Default)]
struct Doors(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Doors {
    /// Counts a connection, if there are fewer than `most` from there.
    fn enter(&self, address: IpAddr, most: usize) -> Option<Door> {
        let network = network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Door {
            doors: self.clone(),
            network,
        })
    }
}

/// A connection that is counted; no longer when dropped.
#[derive(Debug)]
struct Door {
    doors: Doors,
    network: IpAddr,
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut counts = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

/// An address, or the network of 64 bits that one IPv6 customer has at least (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// How long to wait when no connection can be taken in: long enough for some to end, short enough to go unnoticed.
const AFTER_FAILURE: Duration = Duration::from_millis(50);
