//! The forms in which findings are told.

use anyhow::Result;

use super::finding::{Group, Summary};

/// Tells what was found while it is being found. Each method gives the text to write next.
pub(crate) trait Report {
    /// A document begins.
    fn begin(&mut self, _file: &str) -> Result<String> {
        Ok(String::new())
    }

    /// Something was found.
    fn group(&mut self, group: &Group<'_>) -> Result<String>;

    /// A document ends.
    fn end(&mut self, _file: &str, _is_valid: bool) -> Result<String> {
        Ok(String::new())
    }

    /// Everything has been read.
    fn finish(&mut self, summary: &Summary) -> Result<String>;
}

/// Says nothing: the exit code tells.
#[derive(Debug)]
pub(crate) struct Quiet;

impl Report for Quiet {
    fn group(&mut self, _group: &Group<'_>) -> Result<String> {
        Ok(String::new())
    }

    fn finish(&mut self, _summary: &Summary) -> Result<String> {
        Ok(String::new())
    }
}
