//! The crate from outside: reports in, candidates and drafts out.

mod report;
