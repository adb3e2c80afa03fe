//! What the centre does: from two reports to incidents, markings and releases.

use anyhow::{Context as _, Result, ensure};
use app::register::{NewAttribution, NewIncident, NewVictim};
use app::sharing::ReleaseRequest;
use app::system::{SystemClock, SystemRandom};
use base::clock::Clock as _;
use extract::draft::SourceDocument;
use incident::attribution::{AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus, Moment};
use incident::sector::Sector;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::command::extract::all_of;
use crate::config::Context;
use crate::demo::cast::{Cast, OPERATORS, PARTNERS, TELECOM};
use crate::demo::table;
use crate::demo::teller::Teller;
use crate::format;

/// A report with what an analyst adds to it.
struct Report {
    text: &'static str,
    published: Date,
    victim: &'static str,
    /// A name for the incident that gives nothing away.
    title: (&'static str, &'static str),
    /// What happened, with names: for the centre only.
    description: &'static str,
    occurred: &'static str,
    class: &'static str,
    /// The value that goes GREEN to everybody, with a description that names the victim.
    green: &'static str,
    green_description: &'static str,
}

/// What came of the reports.
pub(crate) struct Told {
    pub(crate) incidents: Vec<String>,
    pub(crate) objects: Vec<Id>,
}

/// Every spelling of the victims' names, for the check; they occur nowhere in what a partner receives.
pub(crate) const VICTIM_SPELLINGS: [&str; 12] = [
    "Hokuto",
    "hokuto-telecom",
    "hokuto_telecom",
    "hokutotelecom",
    "北斗通信",
    "ホクト",
    "東雲",
    "Shinonome",
    "しののめ",
    "シノノメ",
    "東雲ケーブルネット",
    "ほくと",
];

/// Names of the actor, for the check.
pub(crate) const ACTOR_SPELLINGS: [&str; 6] = [
    "Volt Typhoon",
    "VoltTyphoon",
    "ボルト・タイフーン",
    "ボルトタイフーン",
    "BRONZE SILHOUETTE",
    "G1017",
];

fn reports() -> [Report; 2] {
    [
        Report {
            text: include_str!("../../../../examples/report-en.txt"),
            published: jiff::civil::date(2024, 3, 22),
            victim: "北斗通信 (Hokuto Telecom)",
            title: (
                "Intrusion at a regional carrier through edge routers",
                "地域通信事業者への境界ルータ経由の侵入",
            ),
            description: "Hokuto Telecom (北斗通信) was entered through an unknown vulnerability in an edge router; the firmware of two routers was changed.",
            occurred: "2024-01",
            class: "intrusions:system-compromise",
            green: "update.kumoi-sync.example",
            green_description: "Tunnel endpoint of the intrusion at Hokuto Telecom (北斗通信), reached from its network operations centre.",
        },
        Report {
            text: include_str!("../../../../examples/report-ja.txt"),
            published: jiff::civil::date(2024, 4, 12),
            victim: "東雲ケーブルネット株式会社",
            title: (
                "Intrusion at a cable television operator through an edge router",
                "ケーブルテレビ事業者への境界ルータ経由の侵入",
            ),
            description: "東雲ケーブルネット株式会社 (Shinonome Cable Net) の境界ルータが未知の脆弱性により侵入され、ファームウェアが改ざんされた。",
            occurred: "2024-02",
            class: "intrusions:system-compromise",
            green: "img.asagiri.example",
            green_description: "東雲ケーブルネットへの侵入でファイルの置き場所として使われた。",
        },
    ]
}

pub(crate) fn tell(context: &Context, cast: &Cast, teller: &mut Teller<'_>) -> Result<Told> {
    let language = context.language;
    teller.step(language.pick(
        "The centre reads two reports and enters the incidents",
        "センターが2つの報告を読み、インシデントを登録する",
    ))?;
    let mut told = Told {
        incidents: Vec::new(),
        objects: Vec::new(),
    };
    for report in reports() {
        enter(context, cast, teller, &report, &mut told)?;
    }
    teller.step(language.pick(
        "The centre decides what goes to whom",
        "センターが誰に何を共有するかを決める",
    ))?;
    share(context, cast, teller, &told)?;
    Ok(told)
}

fn enter(
    context: &Context,
    cast: &Cast,
    teller: &Teller<'_>,
    report: &Report,
    told: &mut Told,
) -> Result<()> {
    let language = context.language;
    let (node, caller) = (&cast.centre.node, &cast.centre.caller);
    let creator = cast.centre.organisation.identity();
    let extraction = extract::extraction::extract(
        report.text,
        &extract::extraction::Options {
            published: Some(report.published),
        },
    );
    let title = report.text.lines().next().unwrap_or_default().trim();
    let drafted = extract::draft::draft(
        &extraction,
        &SourceDocument {
            title: title.to_owned(),
            url: None,
            publisher: None,
            published: Some(report.published),
        },
        &creator,
        SystemClock.now(),
        &SystemRandom,
    );
    let drafts: Vec<Object> = drafted.into_iter().map(|drafted| drafted.object).collect();
    teller.fact(&format!(
        "「{title}」 {} {} → {} {}",
        extraction.candidates.len(),
        language.pick(
            "candidates with their place in the text",
            "件の候補(本文中の位置つき)"
        ),
        drafts.len(),
        language.pick("STIX drafts", "件の STIX 下書き"),
    ))?;
    let marked = mark(report, drafts)?;
    let texts: Vec<String> = marked
        .objects
        .iter()
        .map(|object| object.text().to_owned())
        .collect();
    let imported = node.import(caller, &texts, 0)?;
    ensure!(
        imported.refused.is_empty(),
        "the centre refused its own drafts"
    );
    let actor = marked
        .objects
        .iter()
        .find(|object| object.kind() == "intrusion-set")
        .context("the report names no actor")?;
    let pick = |text: (&'static str, &'static str)| language.pick(text.0, text.1).to_owned();
    let new = NewIncident {
        title: pick(report.title),
        description: report.description.to_owned(),
        victim: Some(NewVictim {
            name: report.victim.to_owned(),
            sector: Some(Sector::InformationCommunications),
            country: Some("JP".to_owned()),
        }),
        occurred: Moment::parse(report.occurred),
        learnt: None,
        classification: Classification::parse(report.class).context("no such class")?,
        determination: Determination::Confirmed,
        status: InvestigationStatus::Open,
        attributions: vec![NewAttribution {
            kind: AttributionKind::Assessed,
            actor: actor.id().clone(),
            confidence: Confidence::parse("medium").context("no such confidence")?,
            author: cast.centre.name.clone(),
            marking: Tlp::AmberStrict,
        }],
        consent: true,
        marking: Tlp::Green,
        victim_marking: Tlp::AmberStrict,
        objects: marked
            .objects
            .iter()
            .map(|object| object.id().clone())
            .collect(),
    };
    let summary = node
        .register(caller, &new)
        .context("cannot enter the incident")?;
    let details = node
        .incident(caller, &summary.number)?
        .context("the incident is not there")?;
    let victim = details.incident.victim.as_ref();
    let written = marked.report(&summary.id, victim.map(|victim| &victim.identity))?;
    let added = node.import(caller, &[written.text().to_owned()], 0)?;
    ensure!(
        added.refused.is_empty(),
        "the centre refused its own report"
    );
    node.link(caller, &summary.id, &[written.id().clone()])?;
    teller.fact(&format!(
        "{} {} · {} {} ({}) · {} {} ({} {}, {})",
        summary.number,
        summary.title,
        language.pick("victim", "被害組織"),
        report.victim,
        Tlp::AmberStrict,
        language.pick("attributed to", "帰属"),
        actor.title(),
        language.pick("assessed, confidence", "評価、確度"),
        50,
        Tlp::AmberStrict,
    ))?;
    told.incidents.push(summary.number);
    told.objects.push(summary.id);
    told.objects.push(written.id().clone());
    for object in details.objects {
        if !told.objects.contains(&object.id) {
            told.objects.push(object.id);
        }
    }
    Ok(())
}

/// Drafts with the markings that an analyst gives them.
struct Marked {
    objects: Vec<Object>,
    /// The report's properties, with references to what was kept.
    report: Map<String, Value>,
}

/// Decides about each draft: what names the victim or the actor stays, indicators go AMBER, techniques GREEN.
///
/// The victim and its incident are left out: the register entry makes them.
fn mark(report: &Report, drafts: Vec<Object>) -> Result<Marked> {
    let left_out = |object: &Object| {
        object.kind() == "incident"
            || (object.kind() == "identity"
                && object.string("identity_class") == Some("organization"))
    };
    let dropped: Vec<Id> = drafts
        .iter()
        .filter(|object| left_out(object))
        .map(|object| object.id().clone())
        .collect();
    let mut objects = Vec::new();
    let mut head = None;
    let mut actors: Vec<Id> = Vec::new();
    for object in &drafts {
        if object.kind() == "intrusion-set" || object.kind() == "infrastructure" {
            actors.push(object.id().clone());
        }
    }
    for object in drafts {
        let touches = |ids: &[Id]| {
            ["source_ref", "target_ref"]
                .into_iter()
                .filter_map(|name| object.reference(name))
                .any(|end| ids.contains(&end))
        };
        if dropped.contains(object.id()) || touches(&dropped) {
            continue;
        }
        let mut properties = object.properties().clone();
        if object.kind() == "report" {
            head = Some(properties);
            continue;
        }
        let level = match object.kind() {
            "indicator" if object.string("name") == Some(report.green) => {
                properties.insert("description".to_owned(), json!(report.green_description));
                properties.insert(
                    "granular_markings".to_owned(),
                    json!([{ "marking_ref": Tlp::AmberStrict.id_text(), "selectors": ["description"] }]),
                );
                Tlp::Green
            }
            "indicator" => Tlp::Amber,
            // Who did it, and with what, is an assessment.
            _ if actors.contains(object.id()) || touches(&actors) => Tlp::AmberStrict,
            _ => Tlp::Green,
        };
        if object.kind() == "indicator" {
            // The report saw them at work: they are valid from its day on.
            properties.insert(
                "valid_from".to_owned(),
                json!(format!("{}T00:00:00.000Z", report.published)),
            );
        }
        properties.insert("object_marking_refs".to_owned(), json!([level.id_text()]));
        objects.push(Object::from_properties(properties).map_err(|found| all_of(&found))?);
    }
    let mut head = head.context("the extraction gave no report")?;
    let kept: Vec<&str> = objects.iter().map(|object| object.id().as_str()).collect();
    head.insert("object_refs".to_owned(), json!(kept));
    head.insert("description".to_owned(), json!(report.description));
    head.insert(
        "object_marking_refs".to_owned(),
        json!([Tlp::Green.id_text()]),
    );
    head.insert(
        "granular_markings".to_owned(),
        json!([{ "marking_ref": Tlp::AmberStrict.id_text(), "selectors": ["description"] }]),
    );
    Ok(Marked {
        objects,
        report: head,
    })
}

impl Marked {
    /// The report, with references to the register's incident and victim.
    fn report(&self, incident: &Id, victim: Option<&Id>) -> Result<Object> {
        let mut properties = self.report.clone();
        if let Some(Value::Array(references)) = properties.get_mut("object_refs") {
            references.push(json!(incident.as_str()));
            references.extend(victim.map(|victim| json!(victim.as_str())));
        }
        Object::from_properties(properties).map_err(|found| all_of(&found))
    }
}

fn share(context: &Context, cast: &Cast, teller: &Teller<'_>, told: &Told) -> Result<()> {
    let language = context.language;
    let (node, caller) = (&cast.centre.node, &cast.centre.caller);
    let of_level = |level: Tlp| -> Result<Vec<Id>> {
        let preview = node.outcomes(caller, &told.objects)?;
        Ok(preview
            .rows
            .into_iter()
            .filter(|row| row.object.marking == level.label())
            .map(|row| row.object.id)
            .collect())
    };
    let amber: Vec<Id> = of_level(Tlp::Amber)?;
    let green: Vec<Id> = of_level(Tlp::Green)?;
    for (recipient, objects, ceiling, reason) in [
        (
            TELECOM,
            &amber,
            Tlp::Amber,
            language.pick(
                "carriers look for it in their own networks",
                "通信事業者が自網内で探索するため",
            ),
        ),
        (
            OPERATORS,
            &green,
            Tlp::Green,
            language.pick(
                "operators know what happened without knowing to whom",
                "被害者を明かさず事業者に状況を知らせるため",
            ),
        ),
        (
            PARTNERS,
            &green,
            Tlp::Green,
            language.pick(
                "the partner gets what it may",
                "海外パートナーに可能な範囲で共有するため",
            ),
        ),
    ] {
        let request = ReleaseRequest {
            objects: objects.clone(),
            with_references: true,
            recipients: vec![node.recipient(caller, recipient)?],
            ceiling,
            cuts: Vec::new(),
            from: None,
            until: None,
            reason: reason.to_owned(),
        };
        let preview = node.preview(caller, &request)?;
        teller.fact(&format!(
            "{} `{recipient}` ({} {ceiling}): {reason}",
            language.pick("preview for", "プレビュー:"),
            language.pick("at most", "上限"),
        ))?;
        teller.lines(&table::by_audience(context, &preview))?;
        for warning in &preview.warnings {
            teller.fact(&format!("! {}", format::plain(warning)))?;
        }
        let id = node.confirm(caller, &request)?;
        teller.fact(&format!(
            "{} {id}",
            language.pick("released:", "共有を確定:")
        ))?;
    }
    Ok(())
}
