//! What the members do: pull over TAXII, look through telemetry, send sightings back, pull again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use app::exchange::{INBOX, RELEASES};
use hunt::indicator::Subdomains;
use hunt::indicator::exclusions::Exclusions;
use hunt::matching::{Matcher, ValidityRule};
use hunt::sample::Telemetry;
use hunt::sighting::Sightings;
use jiff::SignedDuration;
use stix::marking::Tlp;
use stix::object::Object;
use taxii::client::Client;
use taxii::client::config::{Credentials, Secret, Trust};
use taxii::filter::Filter;

use crate::command::incident::sector_name;
use crate::command::{hunt as hunting, sample, taxii as wire};
use crate::config::Context;
use crate::demo::cast::{Actor, Cast};
use crate::demo::memory::Memory;
use crate::demo::story::Told;
use crate::demo::tap::{self, Tap};
use crate::demo::teller::Teller;
use crate::format;

/// The wires between the members and the centre, with what went over them.
pub(crate) struct Traffic {
    pub(crate) carrier: Member,
    pub(crate) partner: Member,
    /// Whether sightings were sent in this run.
    pub(crate) sent: bool,
}

/// One member's wire, and what it found at its end.
pub(crate) struct Member {
    pub(crate) tap: Tap,
    client: Client,
    /// The objects that it was given, as texts.
    pub(crate) objects: Vec<String>,
    /// What the second pull gave.
    pub(crate) second: u64,
}

impl Traffic {
    /// Wires with credentials made at the centre, one for each member.
    pub(crate) fn open(context: &Context, cast: &Cast) -> Result<Self> {
        Ok(Self {
            carrier: Member::open(context, cast, &cast.carrier)?,
            partner: Member::open(context, cast, &cast.partner)?,
            sent: false,
        })
    }
}

impl Member {
    fn open(context: &Context, cast: &Cast, member: &Actor) -> Result<Self> {
        let tap = Tap::open(cast.centre.address)?;
        let login = member.login_at_centre();
        let token = cast
            .centre
            .node
            .create_token(&cast.centre.caller, &login, "demo", None)?;
        let credentials = Credentials::Bearer(Secret::new(token));
        Ok(Self {
            client: wire::client(context, &tap.url(), credentials, Trust::Public)?,
            tap,
            objects: Vec::new(),
            second: 0,
        })
    }

    fn root(&self) -> Result<String> {
        self.client
            .api_roots()?
            .into_iter()
            .next()
            .context("the centre names no API root")
    }

    /// Pulls what is new into the member's node.
    fn pull(&self, context: &Context, member: &Actor) -> Result<wire::Pulled> {
        let root = self.root()?;
        let pulled = wire::pull_node(
            context,
            &self.client,
            &root,
            &RELEASES.to_string(),
            Filter::everything(0),
            &member.node,
            &member.caller,
            // A member that trusts its centre as its own house.
            None,
            SOURCE,
        )?;
        ensure!(
            pulled.report.refused.is_empty(),
            "`{}` refused objects of the centre",
            member.name
        );
        Ok(pulled)
    }

    /// Reads the whole collection again, for the checks.
    fn read_all(&mut self) -> Result<()> {
        let root = self.root()?;
        let filter = Filter::everything(0);
        let mut texts = Vec::new();
        for page in self.client.objects(&root, &RELEASES.to_string(), &filter) {
            texts.extend(page?.objects.into_iter().map(String::from));
        }
        self.objects = texts;
        Ok(())
    }
}

/// The members' part of the first run.
pub(crate) fn run(
    context: &Context,
    lines: u64,
    cast: &Cast,
    traffic: &mut Traffic,
    told: Told,
    teller: &mut Teller<'_>,
) -> Result<Memory> {
    let language = context.language;
    pull_both(context, cast, traffic, teller)?;
    teller.step(language.pick(
        "The carrier looks through its telemetry and sends sightings back",
        "通信事業者がテレメトリを探索し、目撃情報を返送する",
    ))?;
    let hunted = hunt(context, lines, cast, teller)?;
    send(context, cast, traffic, &hunted, teller)?;
    arrived(context, cast, &told.incidents, teller)?;
    again(context, cast, traffic)?;
    Ok(Memory {
        incidents: told.incidents,
        objects: told.objects.iter().map(ToString::to_string).collect(),
        planted: hunted.planted,
        met: hunted.met,
        internal: hunted.internal.into_iter().collect(),
    })
}

/// The members' part of a later start: nothing is made anew.
pub(crate) fn repeat(
    context: &Context,
    cast: &Cast,
    traffic: &mut Traffic,
    teller: &mut Teller<'_>,
) -> Result<()> {
    teller.step(context.language.pick(
        "Carrier and partner read again what they were given",
        "通信事業者とパートナーが共有済みの内容を再読する",
    ))?;
    again(context, cast, traffic)
}

fn pull_both(
    context: &Context,
    cast: &Cast,
    traffic: &mut Traffic,
    teller: &mut Teller<'_>,
) -> Result<()> {
    let language = context.language;
    teller.step(language.pick(
        "Carrier and partner pull over TAXII 2.1, each with its own credentials",
        "通信事業者とパートナーが各自の資格情報で TAXII 2.1 から取得する",
    ))?;
    for (member, wire) in [
        (&cast.carrier, &traffic.carrier),
        (&cast.partner, &traffic.partner),
    ] {
        let pulled = wire.pull(context, member)?;
        teller.fact(&format!(
            "{} ← {}taxii2/noroshi/ · {} {} · {} {} · {}",
            member.name,
            format::plain(&format!("{}/", cast.centre.url)),
            pulled.received,
            language.pick("objects", "対象"),
            pulled.report.stored,
            language.pick("new in its own node", "件を自ノードに保存"),
            format::bytes(tap::size(&wire.tap.received_by_client())),
        ))?;
    }
    Ok(())
}

/// A second pull, which gives nothing, and then everything once more for the checks.
fn again(context: &Context, cast: &Cast, traffic: &mut Traffic) -> Result<()> {
    for (member, wire) in [
        (&cast.carrier, &mut traffic.carrier),
        (&cast.partner, &mut traffic.partner),
    ] {
        wire.second = wire.pull(context, member)?.report.stored;
        wire.read_all()?;
    }
    Ok(())
}

/// What the carrier found.
struct Hunted {
    sightings: Vec<Object>,
    planted: BTreeMap<String, u64>,
    met: BTreeMap<String, u64>,
    internal: BTreeSet<String>,
}

fn hunt(context: &Context, lines: u64, cast: &Cast, teller: &Teller<'_>) -> Result<Hunted> {
    let language = context.language;
    let (node, caller) = (&cast.carrier.node, &cast.carrier.caller);
    let indicators = node.indicators(caller)?;
    let (ids, plant) = sample::plantable(&indicators, HITS_EACH);
    let end = node.clock().now();
    let day = SignedDuration::from_hours(24);
    let mut telemetry = Telemetry::new(SEED, lines, &plant)?.during(end.checked_sub(day)?, day);
    let mut planted = BTreeMap::new();
    for (id, events) in ids.iter().zip(telemetry.expected()) {
        *planted.entry(id.to_string()).or_default() += events;
    }
    let mut log = Vec::new();
    let bytes = telemetry.write_to(&mut log)?;
    let set = hunting::index(
        &indicators,
        Subdomains::AsWritten,
        None,
        Exclusions::default(),
    );
    let mut matcher = Matcher::new(
        set.clone(),
        ::hunt::matching::Options {
            validity: ValidityRule::Enforced,
            assumed: None,
        },
    );
    let mut sightings = Sightings::default();
    let mut places = BTreeSet::new();
    let begun = Instant::now();
    let summary = matcher.run(
        log.as_slice(),
        |hit| {
            sightings.add(hit);
            places.insert(hit.byte);
        },
        |_| ControlFlow::Continue(()),
    )?;
    let time = begun.elapsed();
    let drafts = sightings.drafts();
    teller.fact(&format!(
        "{} {} ({}) · {} {} · {} {} · {} ({} {})",
        format::number(summary.lines),
        language.pick("lines of Zeek logs", "行の Zeek ログ"),
        format::bytes(bytes),
        set.report().served,
        language.pick(
            "of the pulled indicators can be seen in them",
            "件のインジケータを照合"
        ),
        summary.hits,
        language.pick("hits", "件の検知"),
        format::duration(time),
        format::number(format::rate(summary.lines, time)),
        language.pick("lines/s", "行/秒"),
    ))?;
    let seer = cast.carrier.organisation.identity();
    let objects = hunting::stix_sightings(&drafts, &seer, Tlp::Amber)?;
    node.add(caller, &objects)?;
    Ok(Hunted {
        planted,
        met: drafts
            .iter()
            .map(|draft| (draft.indicator.to_string(), draft.count))
            .collect(),
        internal: internal(&log, &places),
        sightings: objects,
    })
}

/// The addresses inside the carrier that stand in the lines with hits.
fn internal(log: &[u8], places: &BTreeSet<u64>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for place in places {
        let line = usize::try_from(*place)
            .ok()
            .and_then(|place| log.get(place..))
            .and_then(|rest| rest.split(|byte| *byte == b'\n').next());
        let event: serde_json::Value = line
            .and_then(|line| serde_json::from_slice(line).ok())
            .unwrap_or_default();
        let inside = event.get("id.orig_h").and_then(serde_json::Value::as_str);
        found.extend(inside.map(str::to_owned));
    }
    found
}

fn send(
    context: &Context,
    cast: &Cast,
    traffic: &mut Traffic,
    hunted: &Hunted,
    teller: &Teller<'_>,
) -> Result<()> {
    let language = context.language;
    let wire = &traffic.carrier;
    let root = wire.root()?;
    let texts: Vec<String> = hunted
        .sightings
        .iter()
        .map(|object| object.text().to_owned())
        .collect();
    let pushed = wire::push(
        context,
        &wire.client,
        &root,
        &INBOX.to_string(),
        &texts,
        STATUS_WAIT,
    )?;
    let is_decided = pushed.is_decided();
    if let Some(error) = pushed.failure {
        return Err(error);
    }
    teller.fact(&format!(
        "{} → {}: {} {}, {} {}",
        cast.carrier.name,
        cast.centre.name,
        pushed.taken,
        language.pick("sightings taken in", "件の目撃情報を受理"),
        pushed.refused.len(),
        language.pick("refused", "件を拒否"),
    ))?;
    for (id, reason) in &pushed.refused {
        teller.fact(&format::plain(&format!("! {id}: {reason}")))?;
    }
    ensure!(pushed.refused.is_empty(), "the centre refused sightings");
    ensure!(is_decided, "the centre has not decided on sightings");
    traffic.sent = true;
    Ok(())
}

fn arrived(
    context: &Context,
    cast: &Cast,
    incidents: &[String],
    teller: &mut Teller<'_>,
) -> Result<()> {
    let language = context.language;
    teller.step(language.pick(
        "The centre's incidents show who saw it",
        "センターのインシデントに目撃状況が表示される",
    ))?;
    for number in incidents {
        let details = cast
            .centre
            .node
            .incident(&cast.centre.caller, number)?
            .context("the incident is not there")?;
        let sectors: Vec<String> = details
            .sectors_seen
            .iter()
            .map(|sector| sector_name(context, Some(*sector)))
            .collect();
        let events: u64 = details
            .sightings
            .iter()
            .map(|sighting| sighting.count)
            .sum();
        let mapped = details
            .sightings
            .iter()
            .filter(|sighting| sighting.on_edition.is_some())
            .count();
        teller.fact(&format!(
            "{number} {} · {} {} ({} {}, {} {}) · {}: {}",
            format::plain(&details.summary.title),
            details.sightings.len(),
            language.pick("sightings", "件の目撃情報"),
            format::number(events),
            language.pick("events", "事象"),
            mapped,
            language.pick(
                "on an edition, mapped to its source",
                "件は編集版から原本に対応付け"
            ),
            language.pick("seen in", "目撃分野"),
            sectors.join(", "),
        ))?;
    }
    Ok(())
}

/// The name under which a member remembers how far it has read at the centre; ports change from run to run.
const SOURCE: &str = "demo-centre#releases";
/// Lines that each value is planted in.
const HITS_EACH: u64 = 3;
/// The same telemetry each time but for the day.
const SEED: u64 = 1;
/// Longest wait for the centre's decision about what was sent.
const STATUS_WAIT: Duration = Duration::from_secs(30);
