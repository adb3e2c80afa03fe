//! `noroshi incident`: the register.

use anyhow::{Context as _, Result, bail};
use app::object::SightingView;
use app::register::{IncidentDetails, IncidentSummary, NewAttribution, NewIncident, NewVictim};
use incident::attribution::{AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus, Moment};
use incident::sector::Sector;
use jiff::Timestamp;
use serde_json::json;
use stix::id::Id;
use stix::marking::Tlp;

use crate::config::Context;
use crate::{Verdict, format, node, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Enter an incident; prints its number
    Register(Box<Entry>),
    /// List incidents, newest first
    List {
        /// Most to list
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// Only those before this number
        #[arg(long, value_name = "NUMBER")]
        before: Option<String>,
    },
    /// Show one incident with its objects and sightings
    Show {
        /// Number or id
        incident: String,
    },
    /// Link objects to an incident
    Link {
        /// Number or id
        incident: String,
        /// Objects, by STIX id
        #[arg(required = true, value_parser = parse::id)]
        objects: Vec<Id>,
    },
}

/// An entry of the register.
#[derive(Debug, clap::Args)]
pub(crate) struct Entry {
    /// A name that gives nothing away: it goes to everybody who may know of the incident at all
    #[arg(long)]
    title: String,
    /// What happened; marked as the victim's
    #[arg(long, default_value = "")]
    description: String,
    /// The victim's name
    #[arg(long)]
    victim: Option<String>,
    /// The victim's sector
    #[arg(long, value_parser = parse::sector, requires = "victim")]
    sector: Option<Sector>,
    /// The victim's country, two letters
    #[arg(long, value_parser = parse::country, requires = "victim")]
    country: Option<String>,
    /// When it happened: 2026, 2026-01, 2026-01-15 or a moment
    #[arg(long, value_name = "WHEN")]
    occurred: Option<String>,
    /// When we learnt of it [default: now]
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    learnt: Option<Timestamp>,
    /// Class and value of the Reference Security Incident Taxonomy: `intrusions:system-compromise`
    #[arg(long = "class", value_name = "CLASS[:VALUE]")]
    classification: String,
    /// How sure it is: suspected, confirmed, blocked, failed-attempt or false-positive
    #[arg(long, default_value = "suspected")]
    determination: String,
    /// How far its handling has come: new, open or closed
    #[arg(long, default_value = "new")]
    status: String,
    /// The actor that is thought to be behind it, by STIX id
    #[arg(long, value_name = "ID", value_parser = parse::id)]
    attributed_to: Option<Id>,
    /// Whether that is assessed or public
    #[arg(
        long,
        value_name = "KIND",
        default_value = "assessed",
        requires = "attributed_to"
    )]
    attribution: String,
    /// How sure that is: 0 to 100, or low, medium, high
    #[arg(long, default_value = "medium", requires = "attributed_to")]
    confidence: String,
    /// Who may know of the attribution
    #[arg(long, value_name = "LEVEL", default_value = "amber+strict", value_parser = parse::tlp)]
    attribution_marking: Tlp,
    /// The victim consents to its being passed on
    #[arg(long)]
    consent: bool,
    /// Who may know of the incident at all
    #[arg(long, value_name = "LEVEL", default_value = "amber", value_parser = parse::tlp)]
    marking: Tlp,
    /// Who may know the victim, and the description
    #[arg(long, value_name = "LEVEL", default_value = "amber+strict", value_parser = parse::tlp)]
    victim_marking: Tlp,
    /// An object that belongs to it, by STIX id; may be repeated
    #[arg(long = "object", value_name = "ID", value_parser = parse::id)]
    objects: Vec<Id>,
}

impl Entry {
    fn read(&self, author: &str) -> Result<NewIncident> {
        let attributions = match &self.attributed_to {
            None => Vec::new(),
            Some(actor) => vec![NewAttribution {
                kind: parse::known(
                    "kind of attribution",
                    &self.attribution,
                    AttributionKind::parse,
                )?,
                actor: actor.clone(),
                confidence: parse::known("confidence", &self.confidence, Confidence::parse)?,
                author: author.to_owned(),
                marking: self.attribution_marking,
            }],
        };
        Ok(NewIncident {
            title: self.title.clone(),
            description: self.description.clone(),
            victim: self.victim.as_ref().map(|name| NewVictim {
                name: name.clone(),
                sector: self.sector,
                country: self.country.clone(),
            }),
            occurred: self
                .occurred
                .as_deref()
                .map(|text| parse::known("moment", text, Moment::parse))
                .transpose()?,
            learnt: self.learnt,
            classification: parse::known("class", &self.classification, Classification::parse)?,
            determination: parse::known(
                "determination",
                &self.determination,
                Determination::parse,
            )?,
            status: parse::known("status", &self.status, InvestigationStatus::parse)?,
            attributions,
            consent: self.consent,
            marking: self.marking,
            victim_marking: self.victim_marking,
            objects: self.objects.clone(),
        })
    }
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    match command {
        Command::Register(entry) => {
            let author = node.own_organisation()?.name;
            let summary = node
                .register(&caller, &entry.read(&author)?)
                .context("cannot enter the incident")?;
            if context.json {
                out::json(&server::json::incident::summary(&summary))?;
            } else {
                out::line(&summary.number)?;
            }
        }
        Command::List { limit, before } => {
            let incidents = node.incidents(&caller, *limit, before.as_deref())?;
            if context.json {
                out::json(
                    &incidents
                        .iter()
                        .map(server::json::incident::summary)
                        .collect(),
                )?;
            } else {
                let rows: Vec<Vec<String>> =
                    incidents.iter().map(|one| row(context, one)).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Show { incident } => {
            let Some(details) = node.incident(&caller, incident)? else {
                bail!("there is no incident `{incident}`");
            };
            if context.json {
                out::json(&server::json::incident::details(&details))?;
            } else {
                show(context, &details)?;
            }
        }
        Command::Link { incident, objects } => {
            let Some(details) = node.incident(&caller, incident)? else {
                bail!("there is no incident `{incident}`");
            };
            let linked = node.link(&caller, &details.summary.id, objects)?;
            if context.json {
                out::json(&json!({ "linked": linked }))?;
            } else {
                out::line(&format!(
                    "{} {}",
                    format::number(linked),
                    context.language.pick("linked", "件を関連付け")
                ))?;
            }
        }
    }
    Ok(Verdict::Good)
}

fn row(context: &Context, summary: &IncidentSummary) -> Vec<String> {
    vec![
        summary.number.clone(),
        summary.occurred.clone().unwrap_or_else(|| "?".to_owned()),
        sector_name(context, summary.sector),
        summary.classification.clone(),
        summary.determination.name().to_owned(),
        summary.status.name().to_owned(),
        format!("{} ◎", summary.sightings),
        format::plain(&summary.title),
    ]
}

/// A sector in the language of what is said.
pub(crate) fn sector_name(context: &Context, sector: Option<Sector>) -> String {
    sector.map_or_else(String::new, |sector| {
        context
            .language
            .pick(sector.english(), sector.japanese())
            .to_owned()
    })
}

fn show(context: &Context, details: &IncidentDetails) -> Result<()> {
    let language = context.language;
    let incident = &details.incident;
    out::line(&context.paint.bold(&format!(
        "{} {}",
        incident.number,
        format::plain(&incident.title)
    )))?;
    let victim = incident.victim.as_ref().map_or_else(
        || "?".to_owned(),
        |victim| {
            format!(
                "{} {} {}",
                format::plain(&victim.name),
                sector_name(context, victim.sector),
                victim.country.clone().unwrap_or_default()
            )
        },
    );
    let mut rows = vec![
        vec![
            language.pick("marking", "取扱い").to_owned(),
            incident.marking.to_string(),
        ],
        vec![
            language.pick("victim", "被害組織").to_owned(),
            format!("{victim} ({})", incident.victim_marking),
        ],
        vec![
            language.pick("occurred", "発生").to_owned(),
            incident
                .occurred
                .map_or_else(|| "?".to_owned(), Moment::text),
        ],
        vec![
            language.pick("learnt", "認知").to_owned(),
            format!("{:.0}", incident.learnt),
        ],
        vec![
            language.pick("recorded", "登録").to_owned(),
            format!("{:.0}", incident.recorded),
        ],
        vec![
            language.pick("class", "分類").to_owned(),
            format!(
                "{} ({})",
                language.pick(
                    incident.classification.class().english,
                    incident.classification.class().japanese
                ),
                incident.classification
            ),
        ],
        vec![
            language.pick("state", "状況").to_owned(),
            format!(
                "{}, {}",
                incident.determination.name(),
                incident.status.name()
            ),
        ],
    ];
    for attribution in &incident.attributions {
        rows.push(vec![
            language.pick("attribution", "帰属").to_owned(),
            format!(
                "{} — {}, {} {} ({}), {} ({})",
                format::plain(&attribution.actor_name),
                attribution.kind.name(),
                language.pick("confidence", "確度"),
                attribution.confidence.value(),
                attribution.confidence.word(),
                format::plain(&attribution.author),
                attribution.marking
            ),
        ]);
    }
    out::text(&format::table(&rows, 40))?;
    out::line("")?;
    let rows: Vec<Vec<String>> = details
        .objects
        .iter()
        .map(|object| {
            vec![
                format!("  {}", object.id),
                object.marking.clone(),
                format::plain(&object.title),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 70))?;
    if !details.sightings.is_empty() {
        out::line(&format!(
            "\n{}",
            context.paint.bold(language.pick("sightings", "目撃情報"))
        ))?;
        out::text(&sightings_table(context, &details.sightings))?;
    }
    Ok(())
}

/// Sightings with where each came from.
pub(crate) fn sightings_table(context: &Context, sightings: &[SightingView]) -> String {
    let language = context.language;
    let rows: Vec<Vec<String>> = sightings
        .iter()
        .map(|sighting| {
            let sectors: Vec<String> = sighting
                .sectors
                .iter()
                .map(|sector| sector_name(context, Some(*sector)))
                .collect();
            let by = if sighting.on_edition.is_some() {
                language.pick(
                    "on an edition, mapped to its source",
                    "編集版に対する目撃→原本に対応付け",
                )
            } else {
                ""
            };
            vec![
                format!("  {}", format::plain(&sighting.of.title)),
                format!("×{}", format::number(sighting.count)),
                format::plain(&sighting.by.join(", ")),
                sectors.join(", "),
                format::plain(&sighting.source),
                by.to_owned(),
            ]
        })
        .collect();
    format::table(&rows, 60)
}
