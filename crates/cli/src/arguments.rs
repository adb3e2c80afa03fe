//! What may stand on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::command;
use crate::out::Color;
use crate::words::Language;

/// Register cyber incidents, share what may be shared, hunt for it, and learn who else saw it.
#[derive(Debug, Parser)]
#[command(
    name = "noroshi",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP,
    subcommand_required = true,
    arg_required_else_help = true,
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command has.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Folder with the node's data: database and `noroshi.toml` [default: noroshi-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Configuration file [default: noroshi.toml in the data folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Act as this person of the node [default: its first administrator]; whoever can read the database may
    #[arg(long = "as", global = true, value_name = "LOGIN")]
    pub(crate) acting_as: Option<String>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of what is said [default: that of LANG]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Log more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// The commands, in the order in which a person meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole loop with three nodes on this machine, then stay up to look around
    Demo(crate::demo::Options),
    /// Run the node: web pages, API and TAXII
    Serve(command::serve::Options),
    /// Check this installation
    Doctor,
    /// Print every setting with its default, value, origin and documentation, as a TOML file
    Config,
    /// Write a copy of the database to FILE while the node may be running
    Backup(command::backup::Options),
    /// Find indicators, actors, sectors, dates and incidents in a report
    Extract(command::extract::Options),
    /// Check STIX 2.1 objects
    Validate(command::validate::Options),
    /// Check, format, explain and match STIX patterns
    #[command(subcommand)]
    Pattern(command::pattern::Command),
    /// Take STIX objects into the node
    Import(command::import::Options),
    /// Look at single objects, and set under which conditions they go out
    #[command(subcommand)]
    Object(command::object::Command),
    /// Decide on what others sent that was not taken in unseen
    #[command(subcommand)]
    Quarantine(command::quarantine::Command),
    /// Decide what goes to whom
    #[command(subcommand)]
    Release(command::release::Command),
    /// The incident register
    #[command(subcommand)]
    Incident(command::incident::Command),
    /// Ask TAXII 2.1 servers
    #[command(subcommand)]
    Taxii(command::taxii::Command),
    /// Check what was given to whom: the logs of this node, or that of a peer
    #[command(subcommand)]
    Ledger(command::ledger::Command),
    /// Servers with which `serve` exchanges objects by itself
    #[command(subcommand)]
    Peer(command::peer::Command),
    /// Match telemetry against indicators
    Hunt(command::hunt::Options),
    /// Make sample data
    #[command(subcommand)]
    Sample(command::sample::Command),
    /// API tokens
    #[command(subcommand)]
    Token(command::token::Command),
    /// People with an account
    #[command(subcommand)]
    Person(command::person::Command),
    /// Organisations that this node knows
    #[command(subcommand)]
    Organisation(command::organisation::Command),
    /// Communities of organisations
    #[command(subcommand)]
    Community(command::community::Command),
}

const AFTER_HELP: &str = "\
Commands that take FILE read standard input where it is `-`, gzip or not, and write their answer to \
standard output; everything else that they say goes to standard error.

Exit codes:
  0  all is well
  1  a negative finding: invalid input, a failed check, something refused
  2  the work could not be done: a file could not be read, a server not reached, bad usage

Environment: NOROSHI_DIR, NOROSHI_AS, NOROSHI_<SETTING> (see `noroshi config`), NOROSHI_TOKEN and \
NOROSHI_PASSWORD for `noroshi taxii` and `noroshi peer add`, LANG, NO_COLOR.";
