//! Tells what happens: headings, facts, and how long each step took.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::config::Context;
use crate::{format, out};

/// Tells a story in steps.
pub(crate) struct Teller<'c> {
    context: &'c Context,
    begun: Instant,
    step: Option<(String, Instant)>,
    times: Vec<(String, Duration)>,
}

impl<'c> Teller<'c> {
    pub(crate) fn new(context: &'c Context) -> Self {
        Self {
            context,
            begun: Instant::now(),
            step: None,
            times: Vec::new(),
        }
    }

    /// A heading that is no step.
    pub(crate) fn title(&mut self, text: &str) -> Result<()> {
        self.end();
        if self.context.json {
            return Ok(());
        }
        out::line(&format!("\n{}", self.context.paint.bold(text)))
    }

    /// Begins a step and ends the one before.
    pub(crate) fn step(&mut self, text: &str) -> Result<()> {
        self.end();
        let number = self.times.len() + 1;
        self.step = Some((text.to_owned(), Instant::now()));
        if self.context.json {
            return out::json_line(&json!({ "event": "step", "number": number, "text": text }));
        }
        out::line(&format!(
            "\n{}",
            self.context.paint.bold(&format!("{number}. {text}"))
        ))
    }

    /// Something that happened.
    pub(crate) fn fact(&self, text: &str) -> Result<()> {
        if self.context.json {
            return out::json_line(&json!({ "event": "fact", "text": text }));
        }
        out::line(&format!("   {text}"))
    }

    /// Lines of a table, for people only.
    pub(crate) fn lines(&self, text: &str) -> Result<()> {
        if self.context.json {
            return Ok(());
        }
        for line in text.lines() {
            out::line(&format!("   {line}"))?;
        }
        Ok(())
    }

    /// Ends the step.
    pub(crate) fn end(&mut self) {
        if let Some((text, begun)) = self.step.take() {
            self.times.push((text, begun.elapsed()));
        }
    }

    /// How long each step took, and all.
    pub(crate) fn times(&mut self) -> (Vec<(String, Duration)>, Duration) {
        self.end();
        (self.times.clone(), self.begun.elapsed())
    }

    /// The times as a table.
    pub(crate) fn times_table(&mut self) -> String {
        let (times, whole) = self.times();
        let mut rows: Vec<Vec<String>> = times
            .iter()
            .enumerate()
            .map(|(at, (text, time))| {
                vec![
                    format!("{}.", at + 1),
                    text.clone(),
                    format::duration(*time),
                ]
            })
            .collect();
        rows.push(vec![
            String::new(),
            self.context
                .language
                .pick(
                    "everything, with starting three nodes",
                    "全体(3ノードの起動を含む)",
                )
                .to_owned(),
            format::duration(whole),
        ]);
        format::table(&rows, 70)
    }
}
