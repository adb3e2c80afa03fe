//! What is said of a text that cannot be read.

use std::str::Utf8Error;

use base::diagnostic::{Diagnostic, Place};
use base::limits::JSON_DEPTH;

use super::scan::Fault;

pub(super) fn diagnostic(
    code: &'static str,
    start: u64,
    end: u64,
    message: impl Into<String>,
) -> Diagnostic {
    let place = Place::Bytes {
        start: usize::try_from(start).unwrap_or(usize::MAX),
        end: usize::try_from(end).unwrap_or(usize::MAX),
    };
    Diagnostic::error(code, place, message)
}

pub(super) fn fault_diagnostic(fault: Fault, offset: u64) -> Diagnostic {
    match fault {
        Fault::TooDeep => diagnostic(
            "STIX-JSON-04",
            offset,
            offset,
            format!("nested deeper than {JSON_DEPTH} levels"),
        ),
        Fault::LineEnd => diagnostic(
            "STIX-JSON-01",
            offset,
            offset,
            "the line ends within an object",
        ),
        Fault::Misplaced => diagnostic(
            "STIX-JSON-01",
            offset,
            offset,
            "not readable as JSON from here",
        ),
        Fault::RawControl => diagnostic(
            "STIX-JSON-01",
            offset,
            offset,
            "a control character stands in a string as it is",
        )
        .with_help("write it as an escape such as `\\n`"),
    }
}

pub(super) fn not_text(offset: u64, error: Utf8Error) -> Diagnostic {
    let at = offset + error.valid_up_to() as u64;
    diagnostic(
        "STIX-JSON-06",
        at,
        at + 1,
        "this is not UTF-8, so the object is not JSON",
    )
}

pub(super) const ENDS_IN_OBJECT: &str = "the text ends within an object";
