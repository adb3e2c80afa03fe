//! `noroshi sample`: data made up.

use std::path::PathBuf;

use anyhow::Result;
use hunt::indicator::property;
use hunt::sample::Telemetry;
use hunt::sample::planted::{PlantedIndicator, PlantedValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use stix::id::Id;
use stix::object::Object;

use crate::command::hunt::read_indicators;
use crate::config::Context;
use crate::{Verdict, format, out, parse};

/// What to make.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Zeek's conn, dns and http logs in JSON, the same bytes for the same seed, with hits planted
    Telemetry {
        /// Lines
        #[arg(long, default_value_t = hunt::sample::LINES)]
        lines: u64,
        /// Seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Plant the values of the indicators in this bundle; `-` is standard input
        #[arg(long, value_name = "FILE")]
        plant: Option<PathBuf>,
        /// Lines that each value is planted in
        #[arg(long, default_value_t = 3)]
        hits: u64,
        /// When the 24 hours begin [default: 2026-01-15]
        #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
        start: Option<Timestamp>,
    },
}

/// Values of indicators, to be planted, with the indicator of each.
pub(crate) fn plantable(indicators: &[Object], hits: u64) -> (Vec<Id>, Vec<PlantedIndicator>) {
    let mut ids = Vec::new();
    let mut planted = Vec::new();
    for indicator in indicators {
        let Some(Ok(pattern)) = indicator.string("pattern").map(pattern::parse::parse) else {
            continue;
        };
        for alternative in pattern::alternative::decompose(&pattern).alternatives {
            let value = property::term(&alternative)
                .ok()
                .and_then(|term| PlantedValue::of_key(&term.key));
            if let Some(value) = value {
                ids.push(indicator.id().clone());
                planted.push(PlantedIndicator { value, hits });
            }
        }
    }
    (ids, planted)
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let Command::Telemetry {
        lines,
        seed,
        plant,
        hits,
        start,
    } = command;
    let indicators = match plant {
        Some(file) => read_indicators(file)?,
        None => Vec::new(),
    };
    let (ids, planted) = plantable(&indicators, *hits);
    let mut telemetry = Telemetry::new(*seed, *lines, &planted)?;
    if let Some(start) = start {
        telemetry = telemetry.during(*start, SignedDuration::from_hours(24));
    }
    let expected = telemetry.expected();
    let mut bytes = 0;
    out::stream(|mut to| {
        bytes = telemetry.write_to(&mut to)?;
        Ok(())
    })?;
    // The lines are the answer; what was planted is said beside it.
    if context.json {
        let list: Vec<_> = ids
            .iter()
            .zip(&expected)
            .map(|(id, count)| json!({ "indicator": id.as_str(), "events": count }))
            .collect();
        out::note(&json!({ "lines": lines, "bytes": bytes, "planted": list }).to_string());
    } else {
        let language = context.language;
        out::note(&format!(
            "{} {} · {} · {} {}",
            format::number(*lines),
            language.pick("lines", "行"),
            format::bytes(bytes),
            planted.len(),
            language.pick("values planted", "個の値を埋め込み"),
        ));
    }
    Ok(Verdict::Good)
}
