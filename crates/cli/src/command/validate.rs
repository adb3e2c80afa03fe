//! `noroshi validate`: is this STIX 2.1?
//!
//! Documents stream by: one member, one window of the text and the names of the files are held at a time.

pub(crate) mod finding;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod report;

mod compatible;
mod documents;
mod filter;
mod sarif;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use base::diagnostic::{Diagnostic, Place, Severity};
use indicatif::ProgressBar;
use serde_json::json;
use stix::bundle::Form;
use stix::json::tree::Tree;
use stix::validate::check::{self, Checks};
use stix::validate::{Custom, Profile};

use crate::config::Context;
use crate::snippet::Style;
use crate::window::{Recorder, Window};
use crate::{Verdict, format, input, out, progress};
use filter::Filter;
use finding::{Finding, Group, Subject, Summary};
use judge::Judge;
use report::Report;

/// What to check, and how to tell.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// Bundles, TAXII envelopes, lists or objects, gzip or not; folders with such files; `-` is standard input
    #[arg(required_unless_present = "list_checks", value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    form: ReportForm,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    extent: Extent,
}

/// By which rules beyond the standard objects are judged.
#[derive(Debug, clap::Args)]
struct Rules {
    /// Ask for what the interoperability tests of STIX 2.1 want, too
    #[arg(long)]
    interop: bool,
    /// Refuse types that the standard does not have, defined by an extension or not
    #[arg(long)]
    strict_types: bool,
    /// Refuse properties that the standard does not have, defined by an extension or not
    #[arg(long)]
    strict_properties: bool,
}

/// In which form findings are told; `--json` is an option of every command.
#[derive(Debug, clap::Args)]
struct ReportForm {
    /// Tell the findings in SARIF 2.1.0
    #[arg(long, conflicts_with_all = ["json", "schema_compat", "quiet"])]
    sarif: bool,
    /// Tell the findings in the words of `stix2-validator`
    #[arg(long, conflicts_with_all = ["json", "quiet"])]
    schema_compat: bool,
    /// Say nothing: the exit code tells
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
}

/// What counts, and how much of it is told.
#[derive(Debug, clap::Args)]
struct Extent {
    #[command(flatten)]
    severity: Severities,
    /// Leave out these checks: codes, their beginnings, or names and numbers of `stix2-validator`
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    disable: Vec<String>,
    /// Of what is no error, report only these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    enable: Vec<String>,
    /// Most findings that are told, 0 for all [default: 1000 for people, all for programs]
    #[arg(long, value_name = "N")]
    max_findings: Option<u64>,
    /// List all checks and codes, and do nothing else
    #[arg(long)]
    list_checks: bool,
}

/// Which severities count.
#[derive(Debug, clap::Args)]
struct Severities {
    /// Warnings make it invalid too
    #[arg(long)]
    strict: bool,
    /// Report errors and nothing else
    #[arg(long, conflicts_with_all = ["strict", "enable"])]
    errors_only: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 valid, 1 invalid (an empty file is), 2 something could not be read.
With --json, `index` counts the objects before the one that a finding is about, and `pointer` leads into that object; \
without an index it leads into the document. Where the text is no JSON there is no pointer.

Examples:
  noroshi validate bundle.json
  noroshi validate --strict --disable extensions-use,STIX-REF-05 feeds/
  curl -s https://feed.example/bundle.json | noroshi validate --errors-only -
  noroshi validate --sarif feeds/ > findings.sarif
  noroshi validate --json bundle.json | jq -r 'select(.code) | .code' | sort | uniq -c";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    if options.extent.list_checks {
        list_checks(context)?;
        return Ok(Verdict::Good);
    }
    // Verdicts are laid side by side: what `stix2-validator` does not look at is not looked at.
    let all = if options.form.schema_compat {
        Checks::SHARED
    } else {
        Checks::ALL
    };
    let filter = Filter::new(all, &options.extent.disable, &options.extent.enable)
        .map_err(|message| anyhow!(message))?;
    let documents::Documents {
        found: documents,
        skipped,
    } = documents::documents(&options.files)?;
    let begun = Instant::now();
    let mut validation = Validation {
        context,
        options,
        filter,
        report: report(context, options),
        max_findings: max_findings(context, options),
        shown: 0,
        summary: Summary {
            skipped: skipped
                .iter()
                .map(|path| path.display().to_string())
                .collect(),
            ..Summary::default()
        },
    };
    for path in &documents {
        validation.document(path)?;
    }
    let mut summary = validation.summary;
    summary.time = begun.elapsed();
    summary.valid = is_valid(options, &summary) && summary.unread.is_empty();
    out::text(&validation.report.finish(&summary)?)?;
    match summary.unread.len() {
        0 => Ok(Verdict::of(summary.valid)),
        1 if documents.len() == 1 && summary.objects == 0 => bail!("nothing was checked"),
        1 if documents.len() == 1 => bail!("only a part of the file was checked"),
        count => bail!("{count} of {} files could not be read", documents.len()),
    }
}

struct Validation<'a> {
    context: &'a Context,
    options: &'a Options,
    filter: Filter,
    report: Box<dyn Report>,
    max_findings: u64,
    shown: u64,
    summary: Summary,
}

impl Validation<'_> {
    /// Checks a document. One that cannot be read is noted, so that the others are checked; what fails here is
    /// writing.
    fn document(&mut self, path: &Path) -> Result<()> {
        let input = match input::open(path) {
            Ok(input) => input,
            Err(error) => {
                self.unread(&path.display().to_string(), &error);
                return Ok(());
            }
        };
        self.summary.files += 1;
        let name = input.name;
        let objects = self.summary.objects;
        let errors = self.summary.errors;
        let warnings = self.summary.warnings;
        out::text(&self.report.begin(&name)?)?;
        let bar = progress::long_bytes(self.context, input.length);
        let (recorder, window) = Recorder::new(input.reader);
        let mut reader = stix::bundle::Reader::new(recorder);
        let mut judge = Judge::new(self.judged());
        let mut tree = Tree::indexed();
        while let Some(member) = reader.next_into(&mut tree) {
            self.summary.objects += 1;
            match member {
                Err(diagnostic) if diagnostic.code == SOURCE_FAILED => {
                    self.summary.objects -= 1;
                }
                Err(diagnostic) => {
                    let end = end_of(&diagnostic);
                    let mut found = judge.unreadable(diagnostic, &mut window.borrow_mut());
                    found.retain(|found| self.filter.keeps(&found.diagnostic));
                    self.tell(&name, None, found, &bar, &window)?;
                    if let Some(end) = end {
                        window.borrow_mut().forget(end);
                    }
                }
                Ok(member) => {
                    let keep = |diagnostic: &Diagnostic| self.filter.keeps(diagnostic);
                    let told = self.shown < self.max_findings;
                    let (offset, length) = (member.offset, member.text.len());
                    let (subject, found, before) =
                        judge.member(&member, &mut tree, told, keep, &mut window.borrow_mut());
                    if let Some(kind) = &subject.kind {
                        self.count_kind(kind);
                    }
                    self.tell(&name, Some(&subject), found, &bar, &window)?;
                    self.tell(&name, None, before, &bar, &window)?;
                    let end = offset + u64::try_from(length).unwrap_or_default();
                    window.borrow_mut().forget(end);
                    if self.summary.objects.is_multiple_of(PROGRESS_OBJECTS) {
                        bar.set_position(input.position.load(Ordering::Relaxed));
                    }
                }
            }
        }
        bar.finish_and_clear();
        if self.summary.objects == objects && reader.io_error().is_none() {
            let found = judge.unreadable(nothing(reader.form()), &mut window.borrow_mut());
            self.tell(&name, None, found, &bar, &window)?;
        }
        let is_container = matches!(reader.form(), Some(Form::Bundle | Form::Envelope));
        let keep = |diagnostic: &Diagnostic| self.filter.keeps(diagnostic);
        let outside = judge.finish(
            reader.findings(),
            is_container,
            keep,
            &mut window.borrow_mut(),
        );
        self.tell(&name, None, outside, &bar, &window)?;
        if let Some(error) = reader.io_error() {
            let error = anyhow!("{error}").context(format!("cannot read `{name}` to its end"));
            self.unread(&name, &error);
        }
        let here = Summary {
            errors: self.summary.errors - errors,
            warnings: self.summary.warnings - warnings,
            ..Summary::default()
        };
        let is_valid = is_valid(self.options, &here) && reader.io_error().is_none();
        out::text(&self.report.end(&name, is_valid)?)
    }

    fn tell(
        &mut self,
        file: &str,
        subject: Option<&Subject>,
        mut findings: Vec<Finding>,
        bar: &ProgressBar,
        window: &RefCell<Window>,
    ) -> Result<()> {
        for finding in &findings {
            self.summary.count(finding.diagnostic.severity);
        }
        let found = findings.len();
        let room = self.max_findings.saturating_sub(self.shown);
        findings.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        let told = u64::try_from(findings.len()).unwrap_or(u64::MAX);
        self.shown += told;
        self.summary.not_shown += u64::try_from(found).unwrap_or(u64::MAX) - told;
        if findings.is_empty() {
            return Ok(());
        }
        // A file that nowhere says a type was never meant for others: what it holds, perhaps credentials, is not shown.
        if !window.borrow().begins_with_a(b"\"type\"") {
            for located in findings.iter_mut().filter_map(|one| one.located.as_mut()) {
                located.line = None;
            }
        }
        let text = self.report.group(&Group {
            file,
            subject,
            findings: &findings,
        })?;
        if text.is_empty() {
            return Ok(());
        }
        bar.suspend(|| out::text(&text))
    }

    fn unread(&mut self, name: &str, error: &anyhow::Error) {
        out::failure(error);
        self.summary
            .unread
            .push((name.to_owned(), format!("{error:#}")));
    }

    fn count_kind(&mut self, kind: &str) {
        let kinds = &mut self.summary.kinds;
        if let Some(count) = kinds.get_mut(kind) {
            *count += 1;
        } else if kinds.len() < MAX_KINDS && kind.len() <= MAX_KIND_BYTES {
            kinds.insert(kind.to_owned(), 1);
        }
    }

    fn judged(&self) -> stix::validate::Options {
        let all = if self.options.extent.severity.errors_only {
            stix::validate::Options::ERRORS
        } else {
            stix::validate::Options::ALL
        };
        let rules = &self.options.rules;
        let custom = |refused| {
            if refused {
                Custom::Refused
            } else {
                Custom::Allowed
            }
        };
        stix::validate::Options {
            checks: self.filter.checks,
            custom_types: custom(rules.strict_types),
            custom_properties: custom(rules.strict_properties),
            profile: if rules.interop {
                Profile::Interoperability
            } else {
                Profile::Standard
            },
            ..all
        }
    }
}

/// What is said of a document without objects: whoever asks whether something is valid expects something.
fn nothing(form: Option<Form>) -> Diagnostic {
    match form {
        Some(Form::Bundle | Form::Envelope) => Diagnostic::warning(
            "STIX-BUNDLE-07",
            Place::Whole,
            "there is no object in the document",
        ),
        Some(Form::List | Form::Objects) | None => Diagnostic::error(
            "STIX-JSON-11",
            Place::Whole,
            "there is no STIX object in the document",
        )
        .with_help("a bundle, a TAXII envelope, a list of objects or an object belongs here"),
    }
}

fn is_valid(options: &Options, summary: &Summary) -> bool {
    summary.errors == 0 && (summary.warnings == 0 || !options.extent.severity.strict)
}

fn report(context: &Context, options: &Options) -> Box<dyn Report> {
    let form = &options.form;
    if form.quiet {
        Box::new(report::Quiet)
    } else if form.sarif {
        Box::new(sarif::Sarif::default())
    } else if form.schema_compat {
        let strict = options.extent.severity.strict;
        Box::new(compatible::Compatible::new(context.paint, strict))
    } else if context.json {
        Box::new(json::Json)
    } else {
        Box::new(human::Human {
            style: Style {
                paint: context.paint,
                language: context.language,
            },
        })
    }
}

fn max_findings(context: &Context, options: &Options) -> u64 {
    match options.extent.max_findings {
        _ if options.form.quiet => 0,
        Some(0) => u64::MAX,
        Some(most) => most,
        None if context.json || options.form.sarif => u64::MAX,
        None => SHOWN_FINDINGS,
    }
}

/// Where the reader goes on after something unreadable.
fn end_of(diagnostic: &Diagnostic) -> Option<u64> {
    match diagnostic.place {
        Place::Bytes { start, .. } => u64::try_from(start).ok(),
        Place::Pointer(_) | Place::Whole => None,
    }
}

fn list_checks(context: &Context) -> Result<()> {
    let codes = stix::validate::code::ALL;
    if context.json {
        let checks: Vec<_> = check::LIST
            .iter()
            .map(|check| {
                json!({ "number": check.number, "name": check.name, "meaning": check.meaning })
            })
            .collect();
        let codes: Vec<_> = codes
            .iter()
            .map(|code| {
                json!({
                    "code": code.id,
                    "severity": code.severity.to_string(),
                    "kind": finding::kind(code.severity),
                    "section": code.section,
                    "meaning": code.meaning,
                })
            })
            .collect();
        return out::json(&json!({ "checks": checks, "codes": codes }));
    }
    let language = context.language;
    let heading = |text: &str| format!("{}\n", context.paint.bold(text));
    let said = |name: &str, english: &'static str| language.rule(name).unwrap_or(english);
    let mut text = heading(language.pick(
        "Checks: what the standard recommends. Numbers below 500 are those of stix2-validator.",
        "チェック: 規格の推奨事項。500 未満の番号は stix2-validator と同じ",
    ));
    let groups = GROUPS.iter().map(|(number, name)| (*number, *name, ""));
    let checks = check::LIST
        .iter()
        .map(|check| (check.number, check.name, said(check.name, check.meaning)));
    let mut rows: Vec<_> = groups.chain(checks).collect();
    rows.sort_by_key(|(number, _, _)| *number);
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(number, name, meaning)| {
            vec![number.to_string(), name.to_owned(), meaning.to_owned()]
        })
        .collect();
    text.push_str(&format::table(&rows, 40));
    text.push('\n');
    text.push_str(&heading(language.pick("Codes", "コード")));
    let rows: Vec<Vec<String>> = codes
        .iter()
        .map(|code| {
            let severity = match code.severity {
                Severity::Error => language.pick("error", "エラー"),
                Severity::Note => language.pick("note", "注記"),
                Severity::Warning => language.pick("warning", "警告"),
            };
            let meaning = said(code.id, code.meaning);
            [code.id, severity, code.section, meaning]
                .map(str::to_owned)
                .to_vec()
        })
        .collect();
    text.push_str(&format::table(&rows, 40));
    out::text(&text)
}

/// A finding as JSON.
pub(crate) fn diagnostic_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = match &diagnostic.place {
        Place::Whole => json!(null),
        Place::Pointer(pointer) => json!(pointer),
        Place::Bytes { start, end } => json!({ "start": start, "end": end }),
    };
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.to_string(),
        "place": place,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "section": diagnostic.section,
    })
}

/// Numbers and names that stand for several checks.
const GROUPS: &[(u16, &str)] = &[
    (1, "format-checks"),
    (2, "approved-values"),
    (210, "all-vocabs"),
    (270, "all-external-sources"),
];

/// The code of a source that could not be read further: no finding about the document.
pub(crate) const SOURCE_FAILED: &str = "STIX-JSON-07";

/// Findings shown to people where they do not say how many: beyond that nobody reads them.
const SHOWN_FINDINGS: u64 = 1_000;

/// Types that are counted apart: a document may make up as many as it likes.
const MAX_KINDS: usize = 1_000;

/// Longest object type that is counted, STIX 2.1 §3.1.
const MAX_KIND_BYTES: usize = 250;

/// Objects between two looks at the progress.
const PROGRESS_OBJECTS: u64 = 256;
