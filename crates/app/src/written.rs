//! Proposals, rules and queries as the database keeps them: JSON that only this module writes and reads.
//!
//! A property that is added later gets a default on reading, so that old rows stay readable.

use jiff::Timestamp;
use release::party::OrganisationId;
use release::terms::{Cut, Recipient};
use serde_json::{Map, Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;
use store::release::{read_recipient, recipient_text};

use crate::proposal::Proposal;
use crate::query::QueryTerms;
use crate::rule::{Condition, RuleTerms};
use crate::sharing::ReleaseRequest;

pub(crate) fn proposal_text(proposal: &Proposal) -> String {
    let value = match proposal {
        Proposal::Correction { of, reason } => {
            json!({ "kind": "correction", "of": of.to_string(), "reason": reason })
        }
        Proposal::Query { query, terms } => {
            json!({ "kind": "query", "query": query.to_string(), "terms": request(terms) })
        }
        Proposal::Release(terms) => json!({ "kind": "release", "terms": request(terms) }),
        Proposal::Rule(terms) => json!({ "kind": "rule", "terms": rule(terms) }),
    };
    value.to_string()
}

pub(crate) fn read_proposal(text: &str) -> Option<Proposal> {
    let value: Value = serde_json::from_str(text).ok()?;
    let value = value.as_object()?;
    let terms = || value.get("terms")?.as_object();
    Some(match word(value, "kind")? {
        "correction" => Proposal::Correction {
            of: word(value, "of")?.parse().ok()?,
            reason: word(value, "reason")?.to_owned(),
        },
        "query" => Proposal::Query {
            query: word(value, "query")?.parse().ok()?,
            terms: read_request(terms()?)?,
        },
        "release" => Proposal::Release(read_request(terms()?)?),
        "rule" => Proposal::Rule(rule_of(terms()?)?),
        _ => return None,
    })
}

pub(crate) fn rule_text(terms: &RuleTerms) -> String {
    rule(terms).to_string()
}

pub(crate) fn read_rule(text: &str) -> Option<RuleTerms> {
    let value: Value = serde_json::from_str(text).ok()?;
    rule_of(value.as_object()?)
}

pub(crate) fn query_text(terms: &QueryTerms) -> String {
    json!({
        "text": terms.text,
        "kinds": terms.kinds,
        "values": terms.values,
        "markings": terms.markings.iter().map(|level| level.label()).collect::<Vec<_>>(),
        "received_from": moment(terms.received_from),
        "received_until": moment(terms.received_until),
        "last_days": terms.last_days,
    })
    .to_string()
}

pub(crate) fn read_query(text: &str) -> Option<QueryTerms> {
    let value: Value = serde_json::from_str(text).ok()?;
    let value = value.as_object()?;
    let markings = words(value, "markings")?;
    Some(QueryTerms {
        text: word(value, "text")?.to_owned(),
        kinds: words(value, "kinds")?,
        values: words(value, "values")?,
        markings: markings
            .iter()
            .map(|label| Tlp::from_label(label))
            .collect::<Option<_>>()?,
        received_from: read_moment(value, "received_from").ok()?,
        received_until: read_moment(value, "received_until").ok()?,
        last_days: match value.get("last_days") {
            None | Some(Value::Null) => None,
            Some(days) => Some(u16::try_from(days.as_u64()?).ok()?),
        },
    })
}

fn request(terms: &ReleaseRequest) -> Value {
    let cuts = terms.cuts.iter().map(|cut| {
        json!({ "object": cut.object.as_ref().map(Id::as_str), "part": cut.part.to_string() })
    });
    json!({
        "objects": terms.objects.iter().map(Id::as_str).collect::<Vec<_>>(),
        "with_references": terms.with_references,
        "recipients": recipients(&terms.recipients),
        "ceiling": terms.ceiling.label(),
        "cuts": cuts.collect::<Vec<_>>(),
        "from": moment(terms.from),
        "until": moment(terms.until),
        "reason": terms.reason,
    })
}

fn read_request(value: &Map<String, Value>) -> Option<ReleaseRequest> {
    let cuts = value.get("cuts")?.as_array()?.iter();
    let cuts = cuts.map(|cut| {
        let object = match cut.get("object")?.as_str() {
            Some(text) => Some(Id::parse(text).ok()?),
            None => None,
        };
        let part = Selector::parse(cut.get("part")?.as_str()?).ok()?;
        Some(Cut { object, part })
    });
    Some(ReleaseRequest {
        objects: words(value, "objects")?
            .iter()
            .map(|id| Id::parse(id).ok())
            .collect::<Option<_>>()?,
        with_references: value.get("with_references")?.as_bool()?,
        recipients: read_recipients(value)?,
        ceiling: Tlp::from_label(word(value, "ceiling")?)?,
        cuts: cuts.collect::<Option<_>>()?,
        from: read_moment(value, "from").ok()?,
        until: read_moment(value, "until").ok()?,
        reason: word(value, "reason")?.to_owned(),
    })
}

fn rule(terms: &RuleTerms) -> Value {
    let condition = &terms.condition;
    json!({
        "kinds": condition.kinds,
        "labels": condition.labels,
        "related_to": condition.related_to.as_ref().map(Id::as_str),
        "source": condition.source.map(|source| source.to_string()),
        "at_most": condition.at_most.label(),
        "recipients": recipients(&terms.recipients),
        "ceiling": terms.ceiling.label(),
        "with_references": terms.with_references,
        "until": moment(terms.until),
        "reason": terms.reason,
    })
}

fn rule_of(value: &Map<String, Value>) -> Option<RuleTerms> {
    let related_to = match value.get("related_to")?.as_str() {
        Some(text) => Some(Id::parse(text).ok()?),
        None => None,
    };
    let source = match value.get("source")?.as_str() {
        Some(text) => Some(text.parse::<OrganisationId>().ok()?),
        None => None,
    };
    Some(RuleTerms {
        condition: Condition {
            kinds: words(value, "kinds")?,
            labels: words(value, "labels")?,
            related_to,
            source,
            at_most: Tlp::from_label(word(value, "at_most")?)?,
        },
        recipients: read_recipients(value)?,
        ceiling: Tlp::from_label(word(value, "ceiling")?)?,
        with_references: value.get("with_references")?.as_bool()?,
        until: read_moment(value, "until").ok()?,
        reason: word(value, "reason")?.to_owned(),
    })
}

fn recipients(recipients: &[Recipient]) -> Vec<String> {
    recipients.iter().copied().map(recipient_text).collect()
}

fn read_recipients(value: &Map<String, Value>) -> Option<Vec<Recipient>> {
    let texts = words(value, "recipients")?;
    texts.iter().map(|text| read_recipient(text)).collect()
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// A moment that may be missing; an error if it is there and cannot be read.
fn read_moment(value: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Unreadable> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(text) => match text.as_str().map(str::parse) {
            Some(Ok(at)) => Ok(Some(at)),
            _ => Err(Unreadable),
        },
    }
}

/// Something is there and cannot be read.
struct Unreadable;

fn word<'v>(value: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

fn words(value: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let items = value.get(name)?.as_array()?.iter();
    items.map(|item| Some(item.as_str()?.to_owned())).collect()
}
