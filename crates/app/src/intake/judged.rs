//! What came in, judged object by object, before anything is written.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use base::diagnostic::Diagnostic;
use release::held::Consent;
use release::party::OrganisationId;
use stix::object::Object;
use stix::validate::{Options, validate};

use crate::error::AppError;
use crate::giver::Giver;
use crate::guard::{SourceLists, Suspicion};
use crate::node::Node;
use crate::object::id_of;
use crate::trust::{Trust, trust_of};

/// An object that came in, judged by itself.
pub(super) enum Judged {
    Invalid(Invalid),
    Suspect(Object, Suspicion),
    Valid(Object),
    Waiting(Box<Waiting>),
}

/// An object that no trust lets in unseen.
pub(super) struct Waiting {
    pub(super) object: Object,
    /// Whoever gave it, another than the house, names the house as its creator.
    pub(super) is_in_our_name: bool,
    /// What in it names its giver, who is not to be named.
    pub(super) giver: BTreeSet<String>,
    pub(super) suspicion: Option<Suspicion>,
}

/// What came from a source, judged object by object.
pub(crate) struct Arrived {
    pub(super) judged: Vec<Judged>,
}

/// An object that cannot be taken in, and why.
pub(super) struct Invalid {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) text: String,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Node {
    /// Reads what came from a source, and judges it object by object.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] if the source is blocked.
    pub(crate) fn judge_all(
        &self,
        source: OrganisationId,
        consent: Consent,
        texts: &[&str],
    ) -> Result<Arrived, AppError> {
        let (trust, lists, giver) = self.store.read(|reader| {
            let giver = match consent {
                Consent::Anonymous => Some(Giver::of(reader, source)?),
                Consent::Given | Consent::Refused => None,
            };
            let lists = SourceLists::of(reader, source)?;
            Ok::<_, AppError>((trust_of(reader, source)?, lists, giver))
        })?;
        if trust == Trust::Blocked {
            return Err(AppError::Forbidden);
        }
        Ok(Arrived {
            judged: self.judge_beside(&lists, giver.as_ref(), texts),
        })
    }

    /// Judges many objects in several threads, in their order.
    fn judge_beside(
        &self,
        lists: &SourceLists,
        giver: Option<&Giver>,
        texts: &[&str],
    ) -> Vec<Judged> {
        let judge = |part: &[&str]| -> Vec<Judged> {
            part.iter()
                .map(|text| self.judged(lists, giver, text))
                .collect()
        };
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = threads.min(MAX_JUDGES).min(texts.len() / JUDGED_ALONE);
        if threads < 2 {
            return judge(texts);
        }
        std::thread::scope(|scope| {
            let mut parts = texts.chunks(texts.len().div_ceil(threads));
            let first = parts.next().unwrap_or_default();
            let others: Vec<_> = parts
                .map(|part| (part, scope.spawn(move || judge(part))))
                .collect();
            let mut judged = judge(first);
            for (part, other) in others {
                // A thread that panicked tells what it told here, too.
                judged.extend(other.join().unwrap_or_else(|_| judge(part)));
            }
            judged
        })
    }

    /// Judges an object by itself; `giver` is who gave it, where nobody is to be told who that is.
    fn judged(&self, lists: &SourceLists, giver: Option<&Giver>, text: &str) -> Judged {
        let (id, version, diagnostics) = match Object::parse(text) {
            Ok(object) => {
                let diagnostics = validate(&object, &Options::ERRORS);
                if diagnostics.is_empty() {
                    let suspicion = lists.suspicion(&self.guards, &object);
                    let is_in_our_name = lists.is_in_our_name(&object);
                    let giver = giver.map_or_else(BTreeSet::new, |giver| giver.words(&object));
                    if is_in_our_name || !giver.is_empty() {
                        return Judged::Waiting(Box::new(Waiting {
                            object,
                            is_in_our_name,
                            giver,
                            suspicion,
                        }));
                    }
                    return match suspicion {
                        Some(suspicion) => Judged::Suspect(object, suspicion),
                        None => Judged::Valid(object),
                    };
                }
                let version = object.version().map(ToString::to_string);
                (object.id().to_string(), version, diagnostics)
            }
            Err(diagnostics) => (id_of(text).unwrap_or_default(), None, diagnostics),
        };
        Judged::Invalid(Invalid {
            id,
            version: version.unwrap_or_default(),
            text: text.to_owned(),
            diagnostics,
        })
    }
}

/// Most threads that judge what one request brought.
const MAX_JUDGES: usize = 4;
/// Objects that one thread judges in less time than it takes to begin another.
const JUDGED_ALONE: usize = 50;
