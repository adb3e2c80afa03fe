//! What forms and bodies propose for release, and what a saved query says.

use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use app::proposal::Proposal;
use app::query::QueryTerms;
use app::rule::{Condition, RuleTerms};
use serde::Deserialize;
use stix::id::Id;
use stix::marking::Tlp;

use crate::fields::Fields;
use crate::input::{Findings, ReleaseInput, instant};

impl ReleaseInput {
    /// Reads what is proposed: a correction, a rule, what a query finds, or objects, whichever is named first.
    pub(crate) fn proposal(&self, node: &Node, caller: &Caller) -> Result<Proposal, AppError> {
        if !self.corrects.is_empty() {
            let of = self.corrects.parse().map_err(|_| AppError::NotFound)?;
            let reason = self.reason.clone();
            return Ok(Proposal::Correction { of, reason });
        }
        let terms = self.request(node, caller)?;
        if self.kinds.is_empty() {
            return Ok(if self.query.is_empty() {
                Proposal::Release(terms)
            } else {
                let query = node.query_named(caller, &self.query)?;
                Proposal::Query { query, terms }
            });
        }
        let mut found = Findings::default();
        let related_to = found.may("related_to", &self.related_to, |text| Id::parse(text).ok());
        let at_most = match self.at_most.as_str() {
            "" => Some(terms.ceiling),
            text => found.need("at_most", text, Tlp::from_label),
        };
        let source = match self.source.as_str() {
            "" => None,
            text => {
                let known = node.organisations(caller)?.into_iter();
                let mut known = known.filter(|one| one.name == text || one.id.to_string() == text);
                let source = known.next().map(|one| one.id);
                found.need("source", text, |_| source)
            }
        };
        let (Some(at_most), true) = (at_most, found.0.is_empty()) else {
            return Err(AppError::Invalid(found.0));
        };
        let labels = self.labels.iter().map(|label| label.trim());
        Ok(Proposal::Rule(RuleTerms {
            condition: Condition {
                kinds: self.kinds.clone(),
                labels: labels
                    .filter(|label| !label.is_empty())
                    .map(str::to_owned)
                    .collect(),
                related_to,
                source,
                at_most,
            },
            recipients: terms.recipients,
            ceiling: terms.ceiling,
            with_references: terms.with_references,
            until: terms.until,
            reason: terms.reason,
        }))
    }

    /// The digest of the preview that was looked at, where one was.
    pub(crate) fn digest(&self) -> Option<&str> {
        Some(self.digest.as_str()).filter(|digest| !digest.is_empty())
    }
}

/// A saved query, as the form and the JSON API have it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct QueryInput {
    /// Its name.
    pub(crate) name: String,
    /// Words.
    pub(crate) text: String,
    /// Types.
    pub(crate) kinds: Vec<String>,
    /// Exact values.
    pub(crate) values: Vec<String>,
    /// Labels of the Traffic Light Protocol.
    pub(crate) markings: Vec<String>,
    pub(crate) received_from: String,
    pub(crate) received_until: String,
    pub(crate) last_days: String,
}

impl QueryInput {
    pub(crate) fn of(fields: &Fields) -> Self {
        let words = |name| fields.all(name).flat_map(str::split_whitespace);
        let lines = |name| fields.all(name).flat_map(str::lines);
        Self {
            name: fields.get("name").to_owned(),
            text: fields.get("text").to_owned(),
            kinds: words("kinds").map(str::to_owned).collect(),
            values: lines("values")
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            markings: lines("markings").map(str::to_owned).collect(),
            received_from: fields.get("received_from").to_owned(),
            received_until: fields.get("received_until").to_owned(),
            last_days: fields.get("last_days").to_owned(),
        }
    }

    pub(crate) fn terms(&self) -> Result<QueryTerms, AppError> {
        let mut found = Findings::default();
        let mut markings = Vec::new();
        for label in &self.markings {
            markings.extend(found.need("markings", label, Tlp::from_label));
        }
        let terms = QueryTerms {
            text: self.text.clone(),
            kinds: self.kinds.clone(),
            values: self.values.clone(),
            markings,
            received_from: found.may("received_from", &self.received_from, instant),
            received_until: found.may("received_until", &self.received_until, instant),
            last_days: found.may("last_days", &self.last_days, |text| text.parse().ok()),
        };
        if found.0.is_empty() {
            Ok(terms)
        } else {
            Err(AppError::Invalid(found.0))
        }
    }
}
