//! `noroshi taxii`: other servers.

pub(crate) mod sent;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use app::access::Caller;
use app::intake::TakenObject;
use app::node::{DATABASE, Node};
use app::object::ImportReport;
use app::peer::Way;
use app::peer_sync::Wire;
use app::system::SystemRandom;
use jiff::Timestamp;
use release::party::OrganisationId;
use serde_json::json;
use taxii::client::Client;
use taxii::client::batches::BatchSize;
use taxii::client::config::{Credentials, Secret, Trust};
use taxii::client::error::ClientError;
use taxii::client::walk::TICK;
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::Collection;

use crate::command::extract::{all_of, bundle};
use crate::command::organisation::find;
use crate::command::peer;
use crate::command::taxii::sent::Sent;
use crate::config::{Context, Peer};
use crate::{Verdict, format, input, node, out, parse, progress, serving};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show a server's API roots and collections
    Discover {
        #[command(flatten)]
        server: Server,
    },
    /// Get what is new in a collection into the node, or into a file
    Pull {
        #[command(flatten)]
        server: Server,
        /// The collection, by id, alias or title [default: the only one that can be read, else `releases`]
        #[arg(long)]
        collection: Option<String>,
        /// Write a bundle to FILE or `-` instead of importing; nothing is remembered
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Whose server it is, by name or id: what comes is that organisation's and passes the guards, as if it had
        /// sent it; without it, what comes counts as the house's own and passes none
        #[arg(long, value_name = "ORGANISATION", conflicts_with = "output")]
        organisation: Option<String>,
        /// Only what was added after this moment [default: where the last pull into the node ended]
        #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
        added_after: Option<Timestamp>,
        /// Every version, not just the newest
        #[arg(long)]
        all_versions: bool,
    },
    /// Add objects to a collection
    ///
    /// Exit code 0: all were taken in, or wait for the server's decision, after which `noroshi taxii status` asks
    /// later; 1: some were refused.
    Push {
        #[command(flatten)]
        server: Server,
        /// The collection, by id, alias or title [default: the only one that can be written, else `inbox`]
        #[arg(long)]
        collection: Option<String>,
        /// A bundle's FILE, or `-`; without one, what this node released to the peer SERVER
        file: Option<PathBuf>,
        /// Longest wait for the server's decisions; what it has not decided then is told as pending
        #[arg(
            long,
            alias = "wait-secs",
            value_name = "SECONDS",
            default_value_t = 60
        )]
        wait: u64,
    },
    /// Ask what became of objects that were pending when they were pushed
    ///
    /// Exit code 0: all were taken in, or still wait; 1: some were refused.
    Status {
        #[command(flatten)]
        server: Server,
        /// The status that `noroshi taxii push` told
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Exchange with the node's peers now, both ways, as `serve` does by itself
    Sync {
        /// Name of a peer (`noroshi peer list`) [default: all]
        peer: Option<String>,
    },
}

/// Which server, and who asks. Credentials come from a file or from the environment, never from
/// the command line, which every user of the machine can read.
#[derive(Debug, clap::Args)]
pub(crate) struct Server {
    /// Name of a peer of the node or in the configuration, or URL of a discovery resource or API root
    #[arg(value_name = "SERVER")]
    pub(crate) place: String,
    /// Sign in by HTTP Basic as this user, with the password of `--secret-file` or `NOROSHI_PASSWORD`
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// File that holds the API token, or the password where there is a user
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// File with the only certificate authorities to believe, PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    match command {
        Command::Discover { server } => discover(context, &Connection::open(context, server)?),
        Command::Pull {
            server,
            collection,
            output,
            organisation,
            added_after,
            all_versions,
        } => {
            let connection = Connection::open(context, server)?;
            let (root, found) = connection.collection(collection.as_deref(), |c| c.can_read)?;
            let filter = Filter {
                added_after: *added_after,
                versions: vec![if *all_versions {
                    VersionMatch::All
                } else {
                    VersionMatch::Last
                }],
                ..Filter::everything(0)
            };
            if let Some(file) = output {
                return pull_file(context, &connection, &root, &found, &filter, file);
            }
            let (node, caller) = node::open(context)?;
            let giver = organisation
                .as_ref()
                .map(|name| find(&node, &caller, name))
                .transpose()?;
            if giver.is_none() {
                out::note(context.language.pick(
                    "what comes counts as this house's own and passes no guard; `--organisation` says whose it is",
                    "受信した対象は自組織のものとして扱われ、検査を受けません。`--organisation` で提供元を指定できます",
                ));
            }
            let source = format!("{}#{}", root, found.id);
            let pulled = pull_node(
                context,
                &connection.client,
                &root,
                &found.id,
                filter,
                &node,
                &caller,
                giver,
                &source,
            )?;
            say_pulled(context, &pulled)
        }
        Command::Push {
            server,
            collection,
            file,
            wait,
        } => {
            let Some(file) = file else {
                return peer::synchronise(context, Some(&server.place), &[Way::Push]);
            };
            let connection = Connection::open(context, server)?;
            let (root, found) = connection.collection(collection.as_deref(), |c| c.can_write)?;
            let texts = read_objects(file)?;
            let wait = Duration::from_secs(*wait);
            let sent = push(context, &connection.client, &root, &found.id, &texts, wait)?;
            let verdict = sent.say(context, &server.place)?;
            match sent.failure {
                // What was sent before is told all the same.
                Some(error) => Err(error),
                None => Ok(verdict),
            }
        }
        Command::Status { server, id } => {
            let connection = Connection::open(context, server)?;
            Sent::ask(&connection.client, id)?.say(context, &server.place)
        }
        Command::Sync { peer } => peer::synchronise(context, peer.as_deref(), &Way::ALL),
    }
}

/// What a pull into a node came to.
#[derive(Debug, Default)]
pub(crate) struct Pulled {
    pub(crate) pages: u64,
    pub(crate) received: u64,
    pub(crate) report: ImportReport,
    /// What waits for a person to decide, and why; only where it was said whose it is.
    pub(crate) pending: Vec<TakenObject>,
    /// What the guards refused.
    pub(crate) turned_away: Vec<TakenObject>,
}

impl Pulled {
    /// Takes in objects as the house's own, or as those of their giver with the guards that are for others.
    fn take_in(
        &mut self,
        node: &Node,
        caller: &Caller,
        giver: Option<OrganisationId>,
        texts: &[String],
    ) -> Result<()> {
        if let Some(giver) = giver {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let taken = node.take_in(caller, giver, &texts)?;
            let count = |list: &[TakenObject]| u64::try_from(list.len()).unwrap_or_default();
            self.report.stored += count(&taken.stored);
            self.report.already_held += count(&taken.held);
            self.pending.extend(taken.pending);
            self.turned_away.extend(taken.refused);
        } else {
            self.report += node.import(caller, texts, self.received)?;
        }
        self.received += u64::try_from(texts.len()).unwrap_or_default();
        Ok(())
    }
}

/// Pulls into a node; the place where it ended is kept under `source`, after each page that is safe.
#[expect(
    clippy::too_many_arguments,
    reason = "two ends of a transfer, each with its place and its person"
)]
pub(crate) fn pull_node(
    context: &Context,
    client: &Client,
    root: &str,
    collection: &str,
    mut filter: Filter,
    node: &Node,
    caller: &Caller,
    giver: Option<OrganisationId>,
    source: &str,
) -> Result<Pulled> {
    if filter.added_after.is_none() {
        filter.added_after = node
            .pull_cursor(caller, source)?
            .map(|text| text.parse())
            .transpose()
            .context("the place where the last pull ended cannot be read")?;
    }
    // Doubles are harmless; what was added at the same moment as the last one that was read is not to be missed.
    filter.added_after = filter.added_after.and_then(|at| at.checked_sub(TICK).ok());
    let mut pulled = Pulled::default();
    let mut walk = client.walk(root, collection, &filter);
    let bar = progress::objects(context);
    for page in walk.by_ref() {
        let page = page?;
        for quirk in &page.quirks {
            tracing::info!(quirk = quirk.text(), "the server departs from the standard");
        }
        let texts: Vec<String> = page.objects.into_iter().map(String::from).collect();
        for part in texts.chunks(context.settings.import_batch) {
            pulled.take_in(node, caller, giver, part)?;
        }
        pulled.pages += 1;
        bar.set_position(pulled.received);
        if let Some(position) = page.position {
            node.set_pull_cursor(caller, source, &format!("{position:.6}"))?;
        }
    }
    bar.finish_and_clear();
    ensure!(
        walk.is_complete(),
        "the server has more than {} pages; ask again to go on",
        context.settings.pull_pages
    );
    Ok(pulled)
}

/// Pushes objects, and waits for the server's decisions.
pub(crate) fn push(
    context: &Context,
    client: &Client,
    root: &str,
    collection: &str,
    texts: &[String],
    wait: Duration,
) -> Result<Sent> {
    let size = BatchSize::for_root(&client.api_root(root)?, context.settings.page_objects);
    Ok(Sent::push(client, root, collection, texts, size, wait))
}

/// A client as the settings want it.
pub(crate) fn client(
    context: &Context,
    url: &str,
    credentials: Credentials,
    trust: Trust,
) -> Result<Client> {
    let objects = context.settings.page_objects;
    Ok(Client::new(wire(context).client_config(
        url,
        objects,
        credentials,
        trust,
        None,
    ))?)
}

fn wire(context: &Context) -> Wire {
    Wire {
        // Somebody waits: a busy server is asked again a few times.
        max_retries: 3,
        max_retry_wait: Duration::from_mins(1),
        ..serving::wire(context)
    }
}

pub(crate) struct Connection {
    pub(crate) client: Client,
    wanted: Option<String>,
}

impl Connection {
    pub(crate) fn open(context: &Context, server: &Server) -> Result<Self> {
        let configured = context
            .settings
            .peers
            .iter()
            .find(|peer| peer.name == server.place);
        let url = match configured {
            Some(peer) => peer.url.clone(),
            None if server.place.contains("://") => server.place.clone(),
            None => return Self::of_node(context, server),
        };
        let file = |ours: &Option<PathBuf>, theirs: fn(&Peer) -> &Option<PathBuf>| {
            let theirs = || {
                let path = theirs(configured?).as_ref()?;
                Some(context.loaded.beside(path))
            };
            ours.clone().or_else(theirs)
        };
        let secret = match file(&server.secret_file, |peer| &peer.token_file) {
            Some(path) => Some(read_secret(&path)?),
            None => None,
        };
        let user = server
            .user
            .clone()
            .or_else(|| configured.and_then(|peer| peer.user.clone()));
        let credentials = match user {
            Some(user) => Credentials::Basic {
                password: Secret::new(
                    secret
                        .or_else(|| context.password.clone())
                        .with_context(|| format!("there is no password for `{user}`; name a file with `--secret-file` or set NOROSHI_PASSWORD"))?,
                ),
                user,
            },
            None => match secret.or_else(|| context.token.clone()) {
                Some(token) => Credentials::Bearer(Secret::new(token)),
                None => Credentials::Nobody,
            },
        };
        let trust = match file(&server.ca_file, |peer| &peer.ca_file) {
            Some(path) => Trust::Pem(
                std::fs::read(&path)
                    .with_context(|| format!("cannot read `{}`", path.display()))?,
            ),
            None => Trust::Public,
        };
        Ok(Self {
            client: client(context, &url, credentials, trust)?,
            wanted: configured.and_then(|peer| peer.collection.clone()),
        })
    }

    /// To a peer of the node in the data folder, with the credentials that are kept there.
    fn of_node(context: &Context, server: &Server) -> Result<Self> {
        let place = &server.place;
        let given = [&server.secret_file, &server.ca_file];
        if context.dir.join(DATABASE).is_file() {
            let (node, caller) = node::open(context)?;
            if let Some(client) = node.peer_client(&caller, place, &wire(context))? {
                ensure!(
                    server.user.is_none() && given.iter().all(|file| file.is_none()),
                    "the node keeps user, secret and authorities of its peer `{place}`; `noroshi peer set` changes them"
                );
                return Ok(Self {
                    client,
                    wanted: None,
                });
            }
        }
        bail!(
            "`{place}` is neither a URL nor a peer, of the configuration or of the node (`noroshi peer list`)"
        )
    }

    /// The collection that is meant, with its API root.
    pub(crate) fn collection(
        &self,
        named: Option<&str>,
        fits: fn(&Collection) -> bool,
    ) -> Result<(String, Collection)> {
        let meant: Vec<&str> = named.or(self.wanted.as_deref()).into_iter().collect();
        let found = self.client.find_collections(&meant, fits);
        let found = found.map_err(|error| match error {
            ClientError::Collection { .. } => {
                anyhow!("{error}; name one by its id with `--collection`")
            }
            error => error.into(),
        })?;
        found.into_iter().next().context("there is no collection")
    }
}

pub(crate) fn read_secret(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the secret in `{}`", path.display()))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn read_objects(path: &Path) -> Result<Vec<String>> {
    let input = input::open(path)?;
    let mut reader = stix::bundle::Reader::new(input.reader);
    let mut texts = Vec::new();
    for member in reader.by_ref() {
        texts.push(member.map_err(|found| all_of(&[found]))?.text);
    }
    if let Some(error) = reader.io_error() {
        bail!("cannot read `{}`: {error}", input.name);
    }
    Ok(texts)
}

fn discover(context: &Context, connection: &Connection) -> Result<Verdict> {
    let client = &connection.client;
    let mut roots = Vec::new();
    for url in client.api_roots()? {
        let root = client.api_root(&url)?;
        let collections = client.collections(&url)?;
        roots.push((url, root, collections));
    }
    if context.json {
        let list: Vec<_> = roots
            .iter()
            .map(|(url, root, collections)| {
                json!({
                    "url": url,
                    "title": root.title,
                    "versions": root.versions,
                    "max_content_length": root.max_content_length,
                    "collections": collections,
                })
            })
            .collect();
        out::json(&json!({ "api_roots": list }))?;
        return Ok(Verdict::Good);
    }
    for (url, root, collections) in &roots {
        out::line(&format::plain(&format!("{url}  {}", root.title)))?;
        let rows: Vec<Vec<String>> = collections
            .iter()
            .map(|collection| {
                let can = match (collection.can_read, collection.can_write) {
                    (true, true) => "rw",
                    (true, false) => "r-",
                    (false, true) => "-w",
                    (false, false) => "--",
                };
                vec![
                    format!("  {}", collection.id),
                    can.to_owned(),
                    collection.alias.clone().unwrap_or_default(),
                    format::plain(&collection.title),
                ]
            })
            .collect();
        out::text(&format::table(&rows, 60))?;
    }
    Ok(Verdict::Good)
}

fn pull_file(
    context: &Context,
    connection: &Connection,
    root: &str,
    collection: &Collection,
    filter: &Filter,
    file: &Path,
) -> Result<Verdict> {
    let mut walk = connection.client.walk(root, &collection.id, filter);
    let mut texts: Vec<Box<str>> = Vec::new();
    // A page may repeat what the one before had.
    let mut known = BTreeSet::new();
    let bar = progress::objects(context);
    for page in walk.by_ref() {
        let new = page?.objects.into_iter();
        texts.extend(new.filter(|text| known.insert(text.clone())));
        bar.set_position(u64::try_from(texts.len()).unwrap_or_default());
    }
    bar.finish_and_clear();
    ensure!(
        walk.is_complete(),
        "the server has more than {} pages",
        context.settings.pull_pages
    );
    let text = bundle(texts.iter().map(|text| &**text), &SystemRandom);
    if file.as_os_str() == "-" {
        out::text(&text)?;
    } else {
        std::fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let count = u64::try_from(texts.len()).unwrap_or_default();
    out::note(&format!(
        "{} {}",
        format::number(count),
        context.language.pick("objects", "対象")
    ));
    Ok(Verdict::Good)
}

fn say_pulled(context: &Context, pulled: &Pulled) -> Result<Verdict> {
    let report = &pulled.report;
    let refused = report.refused.len() + pulled.turned_away.len();
    if context.json {
        out::json(&json!({
            "pages": pulled.pages,
            "received": pulled.received,
            "stored": report.stored,
            "already_held": report.already_held,
            "conflicts": report.conflicts,
            "pending": pulled.pending.len(),
            "refused": refused,
        }))?;
    } else {
        let language = context.language;
        out::line(&format!(
            "{} {} · {} {} · {} {} · {} {} · {} {}",
            format::number(pulled.received),
            language.pick("received", "受信"),
            format::number(report.stored),
            language.pick("new", "新規"),
            format::number(report.already_held),
            language.pick("held already", "既存"),
            pulled.pending.len(),
            language.pick("waiting", "保留"),
            refused,
            language.pick("refused", "拒否"),
        ))?;
        for one in pulled.pending.iter().chain(&pulled.turned_away) {
            let reason = one.reason.as_deref().unwrap_or_default();
            out::note(&format::plain(&format!("{}: {reason}", one.id)));
        }
        for refused in &report.refused {
            out::note(&format::plain(&format!(
                "{}: {}",
                refused.id.as_deref().unwrap_or("?"),
                all_of(&refused.diagnostics)
            )));
        }
    }
    Ok(Verdict::of(refused == 0 && report.conflicts == 0))
}
