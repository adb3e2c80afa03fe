//! The worker that synchronises peers by itself.
//!
//! INVARIANTS: a way of a peer is synchronised by one thread at a time; one slow peer holds up no other, as long as
//! there are threads; what was stopped in the middle goes on from the last page that was taken in.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use store::peer::{PeerRow, Way};
use uuid::Uuid;

use crate::error::AppError;
use crate::node::Node;
use crate::peer_settings::PeerSettings;
use crate::peer_sync::{Wire, Word};

/// A worker that runs.
pub struct Worker {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// A synchronisation under way.
struct Running {
    peer: PeerRow,
    way: Way,
    /// An error where it could not be recorded how it went.
    thread: JoinHandle<Result<(), AppError>>,
}

/// A way that waits because the node could not record how it went.
struct Waiting {
    peer: Uuid,
    way: Way,
    until: Instant,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// Begins to synchronise the peers of a node, each as its settings say.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(node: Arc<Node>, wire: Wire) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("peers".to_owned())
            .spawn(move || schedule(&node, &wire, &seen))?;
        Ok(Self { stop, thread })
    }

    /// Ends: nothing new is begun, and what is under way ends with its page; whoever waits for a peer's answer longer
    /// than a moment is left alone, which loses nothing.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // A panic of the thread has been reported by itself.
        let _ = self.thread.join();
    }
}

fn schedule(node: &Arc<Node>, wire: &Wire, stop: &Arc<AtomicBool>) {
    let mut running: Vec<Running> = Vec::new();
    let mut waiting: Vec<Waiting> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let now = Instant::now();
        waiting.retain(|one| now < one.until);
        let (ended, rest): (Vec<_>, Vec<_>) = running
            .into_iter()
            .partition(|one| one.thread.is_finished());
        running = rest;
        waiting.extend(ended.into_iter().filter_map(|one| end(node, one)));
        match due(node) {
            Ok(due) => {
                for (peer, way) in due {
                    let is_under_way = running
                        .iter()
                        .any(|one| one.peer.id == peer.id && one.way == way);
                    let waits = waiting
                        .iter()
                        .any(|one| one.peer == peer.id && one.way == way);
                    if is_under_way || waits || running.len() >= MAX_THREADS {
                        continue;
                    }
                    match begin(node, wire, stop, peer.clone(), way) {
                        Ok(thread) => running.push(Running { peer, way, thread }),
                        Err(error) => {
                            tracing::error!(%error, "no thread to synchronise a peer");
                        }
                    }
                }
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the peers cannot be read"
                );
            }
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
    for _ in 0..DRAIN_LOOKS {
        running.retain(|one| !one.thread.is_finished());
        if running.is_empty() {
            return;
        }
        std::thread::sleep(DRAIN_EVERY);
    }
}

/// Looks at how a synchronisation ended; whether its way has to wait, because nothing could be recorded of it.
fn end(node: &Node, ended: Running) -> Option<Waiting> {
    let Running { peer, way, thread } = ended;
    let recorded = match thread.join() {
        Ok(recorded) => recorded,
        // The panic has reported itself.
        Err(_) => node.record_panic(&peer, way),
    };
    let error = recorded.err()?;
    tracing::error!(
        error = &error as &dyn std::error::Error,
        peer = peer.name,
        "it could not be recorded how synchronising went"
    );
    Some(Waiting {
        peer: peer.id,
        way,
        until: Instant::now() + TROUBLE_PAUSE,
    })
}

/// What is to be synchronised now.
fn due(node: &Node) -> Result<Vec<(PeerRow, Way)>, AppError> {
    let now = node.clock.now();
    node.store.read(|reader| {
        let mut due = Vec::new();
        for peer in reader.peers()? {
            let direction = PeerSettings::read(&peer.settings).direction;
            for way in Way::ALL {
                if !peer.is_paused
                    && direction.has(way)
                    && reader.peer_way(peer.id, way)?.next_attempt <= now
                {
                    due.push((
                        reader.peer_way(peer.id, way)?.next_attempt,
                        peer.clone(),
                        way,
                    ));
                }
            }
        }
        // Who has waited longest comes first.
        due.sort_by_key(|(since, ..)| *since);
        Ok(due.into_iter().map(|(_, peer, way)| (peer, way)).collect())
    })
}

fn begin(
    node: &Arc<Node>,
    wire: &Wire,
    stop: &Arc<AtomicBool>,
    peer: PeerRow,
    way: Way,
) -> std::io::Result<JoinHandle<Result<(), AppError>>> {
    let (node, wire, stop) = (Arc::clone(node), wire.clone(), Arc::clone(stop));
    std::thread::Builder::new()
        .name(format!("{} {}", way.name(), peer.name))
        .spawn(move || {
            let report = node.synchronise_way(&peer, way, &wire, Word::Worker(&stop), &|_| {})?;
            if let Some(failure) = report.failure {
                tracing::warn!(
                    peer = peer.name,
                    way = way.name(),
                    failure,
                    "not synchronised"
                );
            } else {
                tracing::info!(
                    peer = peer.name,
                    way = way.name(),
                    moved = report.moved,
                    unchanged = report.unchanged,
                    refused = report.refused,
                    "synchronised"
                );
            }
            Ok(())
        })
}

/// How often the worker looks for peers whose time has come.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Peers that are synchronised at once: each may hold a page of 64 MiB.
const MAX_THREADS: usize = 8;
/// How long the end waits for what is under way: 50 times 100 ms.
const DRAIN_LOOKS: u32 = 50;
const DRAIN_EVERY: Duration = Duration::from_millis(100);
/// Pause of a way when the node cannot even record that it failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(30);
