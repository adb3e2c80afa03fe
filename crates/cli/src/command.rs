//! The commands, one file for each.

pub(crate) mod backup;
pub(crate) mod community;
pub(crate) mod doctor;
pub(crate) mod extract;
pub(crate) mod hunt;
pub(crate) mod import;
pub(crate) mod incident;
pub(crate) mod ledger;
pub(crate) mod object;
pub(crate) mod organisation;
pub(crate) mod pattern;
pub(crate) mod peer;
pub(crate) mod person;
pub(crate) mod quarantine;
pub(crate) mod release;
pub(crate) mod sample;
pub(crate) mod serve;
pub(crate) mod taxii;
pub(crate) mod token;
pub(crate) mod validate;

use anyhow::Result;

use crate::arguments::{Arguments, Command};
use crate::{Verdict, config, demo, out, telemetry};

/// Runs what was asked for.
pub(crate) fn run(arguments: Arguments) -> Result<Verdict> {
    let flags = match &arguments.command {
        Command::Serve(options) => options.settings(),
        _ => Vec::new(),
    };
    let context = config::load(&arguments.global, &flags)?;
    telemetry::start(&context)?;
    let context = &context;
    match arguments.command {
        Command::Demo(options) => demo::run(context, &options),
        Command::Serve(options) => serve::run(context, &options),
        Command::Doctor => doctor::run(context),
        Command::Config => {
            if context.json {
                out::json(&context.loaded.to_json())?;
            } else {
                out::text(&context.loaded.to_toml(context.language))?;
            }
            Ok(Verdict::Good)
        }
        Command::Backup(options) => backup::run(context, &options),
        Command::Extract(options) => extract::run(context, &options),
        Command::Validate(options) => validate::run(context, &options),
        Command::Pattern(command) => pattern::run(context, &command),
        Command::Import(options) => import::run(context, &options),
        Command::Object(command) => object::run(context, &command),
        Command::Quarantine(command) => quarantine::run(context, &command),
        Command::Release(command) => release::run(context, &command),
        Command::Incident(command) => incident::run(context, &command),
        Command::Taxii(command) => taxii::run(context, &command),
        Command::Ledger(command) => ledger::run(context, &command),
        Command::Peer(command) => peer::run(context, &command),
        Command::Hunt(options) => hunt::run(context, &options),
        Command::Sample(command) => sample::run(context, &command),
        Command::Token(command) => token::run(context, &command),
        Command::Person(command) => person::run(context, &command),
        Command::Organisation(command) => organisation::run(context, &command),
        Command::Community(command) => community::run(context, &command),
    }
}
