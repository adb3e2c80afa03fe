//! The crate from outside: real logs, planted hits, hostile bytes.

mod noninterference;
mod planted;
mod real_logs;
mod scan;
mod slow;
