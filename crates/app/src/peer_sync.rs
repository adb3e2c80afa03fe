//! Synchronising with a peer: connecting, scheduling, and what is recorded of it.
//!
//! INVARIANTS: a cursor moves in the transaction that takes in the objects before it, or that records what the peer
//! said of them; reading a page twice changes nothing; what goes out was released to the peer's organisation, and did
//! not come from it.

mod pull;
mod push;

pub(crate) use pull::REREAD;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::database::{Reader, Writer};
use store::error::StoreError;
use store::peer::{EventRow, PeerRow, RefusalRow, Way};
use taxii::client::Client;
use taxii::client::config::{ClientConfig, Credentials, Identity, Secret, Trust};
use taxii::client::error::ClientError;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::peer_secret::PeerSecrets;
use crate::peer_settings::PeerSettings;
use crate::trust::{Trust as SourceTrust, trust_of};

/// What the node's own configuration says of connections.
#[derive(Debug, Clone)]
pub struct Wire {
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest time for one request with its answer.
    pub request_timeout: Duration,
    /// Longest answer that is read.
    pub max_body_bytes: u64,
    /// Most pages of one walk; the next one goes on.
    pub max_pages: usize,
    /// How often a request is tried again that a busy server did not take.
    pub max_retries: u32,
    /// Longest wait before trying again.
    pub max_retry_wait: Duration,
}

/// On whose word a synchronisation goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word<'r> {
    /// Somebody asked for it: it goes to the end, also where the peer rests.
    Person,
    /// The worker began it: it ends when this says so, when the peer rests, and when its turn is over.
    Worker(&'r AtomicBool),
}

/// What one synchronisation came to, one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncReport {
    /// Which way.
    pub way: Way,
    /// Objects that were taken in.
    pub moved: u64,
    /// Objects that were there already.
    pub unchanged: u64,
    /// Objects that were refused and had not been before.
    pub refused: u64,
    /// Pages read or requests sent.
    pub pages: u64,
    /// Why it did not go through, if it did not.
    pub failure: Option<String>,
}

/// Why a synchronisation stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The peer is gone or rests, the program ends, or the turn is over: another time it goes on from here.
    Asked,
    /// Something on the way, in words without secrets.
    Failure {
        text: String,
        retry_after_secs: Option<u64>,
    },
    /// The node itself.
    Node(AppError),
}

/// One synchronisation under way.
pub(crate) struct Run<'r> {
    pub(crate) node: &'r Node,
    pub(crate) peer: &'r PeerRow,
    pub(crate) settings: PeerSettings,
    pub(crate) client: Arc<Client>,
    pub(crate) wire: &'r Wire,
    pub(crate) word: Word<'r>,
    pub(crate) begun: Timestamp,
    pub(crate) told: &'r dyn Fn(&SyncReport),
    pub(crate) report: &'r mut SyncReport,
}

/// How a synchronisation ended.
enum Ending {
    Failed {
        text: String,
        retry_after_secs: Option<u64>,
    },
    /// Both sides are level.
    Level,
    /// In the middle; it goes on at the next turn.
    Unfinished,
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Self::Node(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Node(error.into())
    }
}

impl Wire {
    /// The configuration of a client: the one way in which the program makes them.
    pub fn client_config(
        &self,
        url: &str,
        page_objects: usize,
        credentials: Credentials,
        trust: Trust,
        identity: Option<Identity>,
    ) -> ClientConfig {
        ClientConfig {
            url: url.to_owned(),
            credentials,
            connect_timeout: self.connect_timeout,
            request_timeout: self.request_timeout,
            max_body_bytes: self.max_body_bytes,
            page_limit: page_objects,
            max_pages: self.max_pages,
            max_retries: self.max_retries,
            max_retry_wait: self.max_retry_wait,
            user_agent: concat!("noroshi/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_plain_http: false,
            trusted_origins: Vec::new(),
            trust,
            identity,
        }
    }
}

impl Node {
    /// Synchronises one peer now, each of `ways` that it is configured for; `told` hears of each page.
    ///
    /// # Errors
    /// If the caller may not, or there is no such peer. That the peer cannot be reached stands in the reports.
    pub fn synchronise(
        &self,
        caller: &Caller,
        name: &str,
        ways: &[Way],
        wire: &Wire,
        told: &dyn Fn(&SyncReport),
    ) -> Result<Vec<SyncReport>, AppError> {
        caller.require(Action::ManageParties)?;
        let row = self
            .store
            .read(|reader| Ok::<_, AppError>(reader.peer_named(name)?))?
            .ok_or(AppError::NotFound)?;
        let direction = PeerSettings::read(&row.settings).direction;
        ways.iter()
            .filter(|way| direction.has(**way))
            .map(|way| self.synchronise_way(&row, *way, wire, Word::Person, told))
            .collect()
    }

    /// Synchronises one way, and records how it went.
    pub(crate) fn synchronise_way(
        &self,
        peer: &PeerRow,
        way: Way,
        wire: &Wire,
        word: Word<'_>,
        told: &dyn Fn(&SyncReport),
    ) -> Result<SyncReport, AppError> {
        let begun = self.clock.now();
        let mut report = SyncReport {
            way,
            moved: 0,
            unchanged: 0,
            refused: 0,
            pages: 0,
            failure: None,
        };
        let ended = self
            .connect(peer, way, wire)
            .and_then(|(settings, client)| {
                let mut run = Run {
                    node: self,
                    peer,
                    settings,
                    client: Arc::new(client),
                    wire,
                    word,
                    begun,
                    told,
                    report: &mut report,
                };
                match way {
                    Way::Pull => run.pull(),
                    Way::Push => run.push(),
                }
            });
        let ending = match ended {
            Ok(()) => Ending::Level,
            Err(Stop::Asked) => Ending::Unfinished,
            Err(Stop::Failure {
                text,
                retry_after_secs,
            }) => Ending::Failed {
                text,
                retry_after_secs,
            },
            Err(Stop::Node(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    peer = peer.name,
                    way = way.name(),
                    "synchronising failed in the node"
                );
                Ending::Failed {
                    text: trouble(&error).to_owned(),
                    retry_after_secs: None,
                }
            }
        };
        self.record_ending(peer, way, begun, &ending)?;
        report.failure = match (ending, word) {
            (Ending::Failed { text, .. }, _) => Some(text),
            (Ending::Unfinished, Word::Person) => Some("stopped before the end".to_owned()),
            (Ending::Unfinished, Word::Worker(_)) | (Ending::Level, _) => None,
        };
        Ok(report)
    }

    /// Records that a synchronisation ended with a panic.
    pub(crate) fn record_panic(&self, peer: &PeerRow, way: Way) -> Result<(), AppError> {
        let ending = Ending::Failed {
            text: TROUBLE.to_owned(),
            retry_after_secs: None,
        };
        self.record_ending(peer, way, self.clock.now(), &ending)
    }

    fn record_ending(
        &self,
        peer: &PeerRow,
        way: Way,
        begun: Timestamp,
        ending: &Ending,
    ) -> Result<(), AppError> {
        let behind = match (ending, way) {
            (Ending::Level, _) => Some(0),
            // Where the node is in trouble, this is what it does not know.
            (_, Way::Push) => self.unsent(peer).ok().flatten(),
            (_, Way::Pull) => None,
        };
        self.store.write(|writer| {
            // It may have been taken out meanwhile.
            let Some(current) = writer.peer(peer.id)? else {
                return Ok(());
            };
            // How it went on settings that hold no more says nothing of those that do.
            let ending = if current.settings == peer.settings {
                ending
            } else {
                &Ending::Unfinished
            };
            let mut row = writer.peer_way(peer.id, way)?;
            let now = self.clock.now();
            row.last_attempt = Some(begun);
            row.behind = behind;
            let interval = PeerSettings::read(&peer.settings).interval_secs;
            let pause = match ending {
                Ending::Level => {
                    if row.failures > 0 {
                        event(writer, peer, way, "it goes through again", now)?;
                    }
                    row.failures = 0;
                    row.last_success = Some(now);
                    let pause = if writer.peer_pendings(peer.id, 1)?.is_empty() {
                        u64::from(interval)
                    } else {
                        u64::from(interval).min(PENDING_SECS)
                    };
                    self.jittered(pause, false)
                }
                Ending::Unfinished => SignedDuration::ZERO,
                Ending::Failed {
                    text,
                    retry_after_secs,
                } => {
                    if row.failures == 0 || row.failure.as_ref() != Some(text) {
                        event(writer, peer, way, text, now)?;
                    }
                    row.failures = row.failures.saturating_add(1);
                    row.last_failure = Some(now);
                    row.failure = Some(text.clone());
                    let asked = retry_after_secs
                        .unwrap_or_default()
                        .min(MAX_RETRY_AFTER_SECS);
                    self.jittered(back_off(row.failures).max(asked), true)
                }
            };
            row.next_attempt = now.checked_add(pause).unwrap_or(now);
            Ok::<_, AppError>(writer.set_peer_way(peer.id, way, &row)?)
        })
    }

    pub(crate) fn connect(
        &self,
        peer: &PeerRow,
        way: Way,
        wire: &Wire,
    ) -> Result<(PeerSettings, Client), Stop> {
        let settings = PeerSettings::read(&peer.settings);
        let trust = |reader: &Reader<'_>| trust_of(reader, peer.organisation);
        // Nobody is asked for what is not taken.
        if way == Way::Pull && self.store.read(trust)? == SourceTrust::Blocked {
            return Err(Stop::Node(AppError::Forbidden));
        }
        let plain = |text: &str| Stop::Failure {
            text: text.to_owned(),
            retry_after_secs: None,
        };
        let secrets = PeerSecrets::load(&self.dir, peer.id, &settings.url)
            .map_err(|_| plain("the credentials of this peer cannot be read"))?
            .ok_or_else(|| plain("the credentials of this peer are missing; give them again"))?;
        let config = config(&settings, &secrets, wire);
        let client = Client::new(config).map_err(|error| plain(&error.to_string()))?;
        Ok((settings, client))
    }

    /// A pause with some chance in it, so that many nodes do not ask at the same moment: a tenth either way, after a
    /// failure up to half as much again.
    fn jittered(&self, secs: u64, after_failure: bool) -> SignedDuration {
        let mut bytes = [0; 4];
        self.ids.fill(&mut bytes);
        let chance = u64::from(u32::from_le_bytes(bytes) % 1_000);
        let millis = secs.saturating_mul(1_000);
        let millis = if after_failure {
            millis.saturating_add(millis / 2_000 * chance)
        } else {
            millis
                .saturating_sub(millis / 10)
                .saturating_add(millis / 5_000 * chance)
        };
        SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

impl Run<'_> {
    /// Ends the run where it is not to go on; asked between requests.
    pub(crate) fn go_on(&self) -> Result<(), Stop> {
        let row = self
            .node
            .store
            .read(|reader| Ok::<_, AppError>(reader.peer(self.peer.id)?))?;
        let ends = match (row, self.word) {
            (None, _) => true,
            (Some(row), _) if row.settings != self.peer.settings => true,
            (Some(_), Word::Person) => false,
            (Some(row), Word::Worker(stop)) => {
                // However slow the peer is, each turn brings something.
                let is_over = self.taken() >= TURN && self.report.pages > 0;
                row.is_paused || stop.load(Ordering::Relaxed) || is_over
            }
        };
        if ends { Err(Stop::Asked) } else { Ok(()) }
    }

    /// Ends the run where its settings hold no more: what it would record could undo that a cursor begins anew.
    pub(crate) fn still_holds(&self, writer: &Writer<'_>) -> Result<(), Stop> {
        match writer.peer(self.peer.id)? {
            Some(row) if row.settings == self.peer.settings => Ok(()),
            _ => Err(Stop::Asked),
        }
    }

    /// How long it has gone on.
    pub(crate) fn taken(&self) -> SignedDuration {
        self.node.clock.now().duration_since(self.begun)
    }

    /// A failure of the client, in words, without secrets.
    pub(crate) fn failed(&self, error: &ClientError) -> Stop {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        let retry_after_secs = match error {
            ClientError::Refused {
                retry_after_secs, ..
            } => *retry_after_secs,
            _ => None,
        };
        Stop::Failure {
            text: self.clean(&text),
            retry_after_secs,
        }
    }

    /// A text of somebody else, fit to be kept: without secrets and control characters, not too long.
    pub(crate) fn clean(&self, text: &str) -> String {
        let text = self.client.redacted(text);
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(MAX_TEXT_CHARS).collect()
    }

    pub(crate) fn failure(&self, text: &str) -> Stop {
        Stop::Failure {
            text: self.clean(text),
            retry_after_secs: None,
        }
    }

    /// Records that an object was refused; counts it where that is new.
    pub(crate) fn refuse(
        &mut self,
        writer: &Writer<'_>,
        object: &str,
        version: &str,
        reason: &str,
    ) -> Result<u64, AppError> {
        let row = RefusalRow {
            way: self.report.way,
            object: self.clean(object),
            version: self.clean(version),
            reason: self.clean(reason),
            at: self.node.clock.now(),
        };
        Ok(u64::from(writer.put_peer_refusal(self.peer.id, &row)?))
    }

    /// Adds to the counts, in the report and in the database.
    pub(crate) fn count(
        &mut self,
        writer: &Writer<'_>,
        moved: u64,
        unchanged: u64,
        refused: u64,
    ) -> Result<(), AppError> {
        let mut row = writer.peer_way(self.peer.id, self.report.way)?;
        row.moved = row.moved.saturating_add(moved);
        row.unchanged = row.unchanged.saturating_add(unchanged);
        row.refused = row.refused.saturating_add(refused);
        writer.set_peer_way(self.peer.id, self.report.way, &row)?;
        let report = &mut *self.report;
        report.moved = report.moved.saturating_add(moved);
        report.unchanged = report.unchanged.saturating_add(unchanged);
        report.refused = report.refused.saturating_add(refused);
        (self.told)(self.report);
        Ok(())
    }

    pub(crate) fn event(&self, writer: &Writer<'_>, text: &str) -> Result<(), AppError> {
        let now = self.node.clock.now();
        event(writer, self.peer, self.report.way, text, now)
    }
}

/// Whether a client can be made of settings and secrets; nothing is sent.
pub(crate) fn check_client(settings: &PeerSettings, secrets: &PeerSecrets) -> Result<(), AppError> {
    let wire = Wire {
        connect_timeout: Duration::from_secs(1),
        request_timeout: Duration::from_secs(1),
        max_body_bytes: 1,
        max_pages: 1,
        max_retries: 0,
        max_retry_wait: Duration::ZERO,
    };
    if settings.user.is_some() && secrets.secret.is_none() {
        return Err(AppError::invalid("APP-PEER-07", "a user has a password"));
    }
    if secrets.certificates.is_some() != secrets.key.is_some() {
        let message = "a client certificate and its key belong together";
        return Err(AppError::invalid("APP-PEER-07", message));
    }
    Client::new(config(settings, secrets, &wire))
        .map(drop)
        .map_err(|error| AppError::invalid("APP-PEER-07", error.to_string()))
}

fn config(settings: &PeerSettings, secrets: &PeerSecrets, wire: &Wire) -> ClientConfig {
    let secret = secrets.secret.clone().map(Secret::new);
    let credentials = match (&settings.user, secret) {
        (Some(user), Some(password)) => Credentials::Basic {
            user: user.clone(),
            password,
        },
        (None, Some(token)) => Credentials::Bearer(token),
        (_, None) => Credentials::Nobody,
    };
    let identity = match (&secrets.certificates, &secrets.key) {
        (Some(certificates), Some(key)) => Some(Identity {
            certificates: certificates.clone().into_bytes(),
            key: Secret::new(key.clone()),
        }),
        _ => None,
    };
    let trust = match &settings.authorities {
        Some(pem) => Trust::Pem(pem.clone().into_bytes()),
        None => Trust::Public,
    };
    let page_objects = usize::try_from(settings.page_objects).unwrap_or(usize::MAX);
    wire.client_config(&settings.url, page_objects, credentials, trust, identity)
}

/// What the way of a peer shows of an error of the node; the rest is for its log.
fn trouble(error: &AppError) -> &'static str {
    match error {
        AppError::Forbidden => "the organisation of this peer is blocked on this node",
        _ => TROUBLE,
    }
}

fn event(
    writer: &Writer<'_>,
    peer: &PeerRow,
    way: Way,
    text: &str,
    at: Timestamp,
) -> Result<(), AppError> {
    let row = EventRow {
        at,
        way,
        text: text.to_owned(),
    };
    Ok(writer.put_peer_event(peer.id, &row)?)
}

/// The pause after so many failures in a row: it doubles.
fn back_off(failures: u32) -> u64 {
    let doublings = failures.saturating_sub(1).min(10);
    FIRST_BACK_OFF_SECS
        .saturating_mul(1 << doublings)
        .min(LAST_BACK_OFF_SECS)
}

/// What a peer shows where the node failed and not the peer.
const TROUBLE: &str = "the node itself failed; its log says why";
/// How long a run of the worker goes on before others get its thread: a page more or less does not matter, and eight
/// peers that are read for the first time must not hold up the rest for a day.
const TURN: SignedDuration = SignedDuration::from_mins(5);
/// First and longest pause after a failure: a peer that was down for a night is level within the hour.
const FIRST_BACK_OFF_SECS: u64 = 5;
const LAST_BACK_OFF_SECS: u64 = 30 * 60;
/// Longest `Retry-After` that is honoured: a server must not switch us off for good.
const MAX_RETRY_AFTER_SECS: u64 = 24 * 60 * 60;
/// Pause while a peer has not decided on something.
const PENDING_SECS: u64 = 10;
/// Characters of somebody else's text that are kept.
const MAX_TEXT_CHARS: usize = 500;

#[cfg(test)]
mod tests {
    use super::back_off;

    #[test]
    fn pauses_double_up_to_half_an_hour() {
        let pauses: Vec<u64> = [1, 2, 3, 8, 9, 10, 1_000].map(back_off).to_vec();
        assert_eq!(pauses, [5, 10, 20, 640, 1_280, 1_800, 1_800]);
    }
}
