//! Taking in what others send, object by object.
//!
//! INVARIANT: what a submitter is told of an object depends on that object, on what the submitter's organisation sent
//! and on what it was given, and on nothing else: an identifier that another organisation's object has is no way to
//! find out that there is one.

use base::diagnostic::Diagnostic;
use jiff::Timestamp;
use stix::object::Object;
use stix::validate::{Options, validate};
use store::database::Writer;
use store::feed::FeedQuery;
use store::object::Put;
use store::quarantine::{QuarantineKind, Quarantined};
use taxii::message::status::{Status, StatusDetails};
use uuid::Uuid;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::feed::feed_key;
use crate::node::Node;
use crate::object::id_of;

/// An object that cannot be taken in, and why.
struct Invalid {
    id: String,
    version: String,
    text: String,
    diagnostics: Vec<Diagnostic>,
}

/// One submission on its way.
struct Submission<'a> {
    id: Uuid,
    caller: &'a Caller,
    now: Timestamp,
    successes: Vec<StatusDetails>,
    failures: Vec<StatusDetails>,
}

impl Node {
    /// Takes in what a member submits, object by object.
    ///
    /// When this returns, what it reports as taken in is on the disk.
    pub(crate) fn submit(&self, caller: &Caller, texts: &[&str]) -> Result<Status, AppError> {
        caller.require(Action::SubmitObjects)?;
        // Reading and judging needs no database: the next submission is judged while this one is written.
        let (good, invalid) = judged(texts);
        let mut submission = Submission {
            id: self.ids.uuid(),
            caller,
            now: self.clock.now(),
            successes: Vec::with_capacity(good.len()),
            failures: Vec::with_capacity(invalid.len()),
        };
        self.store.write(|writer| {
            for one in &invalid {
                submission.refuse(writer, one)?;
            }
            let puts = self.put_of(
                writer,
                caller.organisation,
                Some(caller.person),
                true,
                true,
                &good,
            )?;
            for (object, put) in good.iter().zip(puts) {
                submission.settle(writer, object, put)?;
            }
            let Submission {
                id,
                now,
                successes,
                failures,
                ..
            } = submission;
            let status = Status::complete(id.to_string(), now, successes, failures);
            let body = serde_json::to_string(&status).unwrap_or_default();
            writer.put_submission(id, caller.organisation, &body, now)?;
            self.record(writer, caller, "submit-objects", &id.to_string())?;
            Ok(status)
        })
    }
}

/// Objects that can be taken in, and those that cannot.
fn judged(texts: &[&str]) -> (Vec<Object>, Vec<Invalid>) {
    let (mut good, mut invalid) = (Vec::with_capacity(texts.len()), Vec::new());
    for text in texts {
        let (id, version, diagnostics) = match Object::parse(text) {
            Ok(object) => {
                let diagnostics = validate(&object, &Options::ERRORS);
                if diagnostics.is_empty() {
                    good.push(object);
                    continue;
                }
                let version = object.version().map(ToString::to_string);
                (object.id().to_string(), version, diagnostics)
            }
            Err(diagnostics) => (id_of(text).unwrap_or_default(), None, diagnostics),
        };
        invalid.push(Invalid {
            id,
            version: version.unwrap_or_default(),
            text: (*text).to_owned(),
            diagnostics,
        });
    }
    (good, invalid)
}

impl Submission<'_> {
    /// Refuses what is not valid, and keeps it for the house to look at.
    fn refuse(&mut self, writer: &Writer<'_>, one: &Invalid) -> Result<(), AppError> {
        let reasons: Vec<String> = one.diagnostics.iter().map(ToString::to_string).collect();
        if one.text.len() <= MAX_KEPT_BYTES {
            self.quarantine(
                writer,
                &one.id,
                &one.version,
                &one.text,
                QuarantineKind::Invalid,
                reasons.clone(),
            )?;
        }
        let version = Some(one.version.clone()).filter(|version| !version.is_empty());
        let message = Some(reasons.join("; "));
        let details = self.details(one.id.clone(), version, message);
        self.failures.push(details);
        Ok(())
    }

    /// Says what became of an object that was to be taken in.
    fn settle(&mut self, writer: &Writer<'_>, object: &Object, put: Put) -> Result<(), AppError> {
        let refusal = match put {
            Put::Stored | Put::AlreadyHeld => None,
            Put::Conflict => Some("this version is held with other content"),
            // Only the creator may version an object (STIX 2.1 §3.6). Who was not given the object does not learn
            // from this that it is there.
            Put::Foreign => {
                let reason = "an object of this identifier is held from another source";
                self.quarantine(
                    writer,
                    object.id().as_str(),
                    &object
                        .version()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    object.text(),
                    QuarantineKind::Foreign,
                    vec![reason.to_owned()],
                )?;
                let known = FeedQuery {
                    ids: vec![object.id().to_string()],
                    ..FeedQuery::default()
                };
                let known = writer.feed(&feed_key(self.caller.audience()), &known, 1)?;
                (!known.is_empty()).then_some("this object is another organisation's")
            }
        };
        let version = object.version().map(ToString::to_string);
        let message = refusal.map(str::to_owned);
        let details = self.details(object.id().to_string(), version, message);
        match refusal {
            Some(_) => self.failures.push(details),
            None => self.successes.push(details),
        }
        Ok(())
    }

    fn details(
        &self,
        id: String,
        version: Option<String>,
        message: Option<String>,
    ) -> StatusDetails {
        StatusDetails {
            id,
            // An object without versions has the time of the request (TAXII 2.1 §4.3.1).
            version: version.unwrap_or_else(|| self.now.to_string()),
            message,
        }
    }

    fn quarantine(
        &self,
        writer: &Writer<'_>,
        id: &str,
        version: &str,
        text: &str,
        kind: QuarantineKind,
        reasons: Vec<String>,
    ) -> Result<(), AppError> {
        Ok(writer.put_quarantine(&Quarantined {
            submission: self.id,
            id: id.to_owned(),
            version: version.to_owned(),
            text: text.to_owned(),
            source: self.caller.organisation,
            entered_by: Some(self.caller.person),
            at: self.now,
            kind,
            reasons,
        })?)
    }
}

/// Longest text of a refused object that is kept: who sends longer ones is told why, and that is all.
const MAX_KEPT_BYTES: usize = 64 * 1024;
