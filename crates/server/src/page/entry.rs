//! Entering objects.

use app::object::ImportReport;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base::diagnostic::{Diagnostic, Place};

use crate::conditions_input::ConditionsInput;
use crate::error::Failure;
use crate::fields::Fields;
use crate::page::request::is_of_the_form;
use crate::page::{Page, html, with_status};
use crate::permission::{AddObjects, Permitted};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "object_new.html")]
pub(crate) struct EntryPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    /// What became of what was entered just now.
    pub(crate) report: Option<ImportReport>,
}

pub(crate) async fn form(who: Permitted<AddObjects>) -> Result<Response, Failure> {
    html(&EntryPage {
        page: Page::of(&who),
        form: Fields::default().with("consent", "given"),
        report: None,
    })
}

pub(crate) async fn enter(
    who: Permitted<AddObjects>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let page = Page::of(&who).at("/objects/new");
    let input = ConditionsInput::of(&fields);
    let read = read(fields.get("objects"));
    let result = match read {
        Ok(texts) => {
            let asked = who.ask(&shared, move |node, caller| {
                let conditions = node.conditions(caller, &input.read()?)?;
                node.import_under(caller, &texts, 0, &conditions)
            });
            asked.await
        }
        Err(findings) => Err(Failure::invalid(findings)),
    };
    match result {
        Ok(report) => {
            // What is wrong stays in the form.
            let form = if report.refused.is_empty() {
                fields.without("objects")
            } else {
                fields
            };
            html(&EntryPage {
                page: page.with_findings(findings(&report)),
                form,
                report: Some(report),
            })
        }
        Err(failure) if is_of_the_form(&failure) => {
            let entry = EntryPage {
                page: page.with_findings(failure.diagnostics),
                form: fields,
                report: None,
            };
            with_status(failure.status, &entry)
        }
        Err(failure) => Err(failure),
    }
}

/// The objects of a bundle, a list, an envelope, or one object, each as it is written.
fn read(text: &str) -> Result<Vec<String>, Vec<Diagnostic>> {
    let mut reader = stix::bundle::Reader::new(text.as_bytes());
    let (mut texts, mut found) = (Vec::new(), Vec::new());
    for member in reader.by_ref() {
        match member {
            Ok(member) => texts.push(member.text),
            Err(diagnostic) => found.push(diagnostic),
        }
    }
    found.extend(reader.findings().iter().cloned());
    if texts.is_empty() && found.is_empty() {
        let place = Place::Pointer("/objects".to_owned());
        let message = "name at least one object";
        found.push(Diagnostic::error("SERVER-FIELD-01", place, message));
    }
    if found.is_empty() {
        Ok(texts)
    } else {
        Err(found)
    }
}

/// What is wrong with objects that were refused, and what a person should know of others, with the place of each.
fn findings(report: &ImportReport) -> Vec<Diagnostic> {
    let warned = report.warned.iter().map(|one| {
        let place = Place::Pointer(format!("/objects/{}", one.index));
        Diagnostic {
            place,
            ..one.diagnostic.clone()
        }
    });
    let named = report.refused.iter().flat_map(|one| {
        one.diagnostics.iter().map(move |diagnostic| {
            let place = Place::Pointer(format!("/objects/{}", one.index));
            Diagnostic::error(diagnostic.code, place, diagnostic.message.clone())
        })
    });
    named
        .chain(warned)
        .take(base::limits::DIAGNOSTICS_PER_DOCUMENT)
        .collect()
}
