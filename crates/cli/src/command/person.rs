//! `noroshi person`: who may sign in.

use anyhow::{Context as _, Result};
use app::access::Role;
use app::party::{NewPerson, PersonView};

use crate::command::organisation;
use crate::config::Context;
use crate::{Verdict, format, node, out, parse, serving, whereabouts};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Add a person or service and print a one-time login
    Add {
        /// Login
        login: String,
        /// Name
        #[arg(long)]
        name: String,
        /// Organisation, by name or UUID [default: the node's own]
        #[arg(long)]
        organisation: Option<String>,
        /// What the person may do: administrator, analyst, auditor, member, releaser or service
        #[arg(long)]
        role: String,
    },
    /// List all
    List,
    /// Change what a person may do
    Role {
        /// Login
        login: String,
        /// administrator, analyst, auditor, member, releaser or service
        role: String,
    },
    /// Close an account: its sessions and tokens end for good
    Disable {
        /// Login
        login: String,
    },
    /// Open a closed account again
    Enable {
        /// Login
        login: String,
    },
    /// Print a new one-time login for somebody who cannot sign in
    Login {
        /// Login
        login: String,
    },
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let (login, once) = match command {
        Command::Add {
            login,
            name,
            organisation,
            role,
        } => {
            let organisation = match organisation {
                Some(text) => organisation::find(&node, &caller, text)?,
                None => node.own_organisation()?.id,
            };
            let person = NewPerson {
                login: login.clone(),
                name: name.clone(),
                organisation,
                role: parse::known("role", role, Role::parse)?,
            };
            let once = node
                .add_person(&caller, &person)
                .with_context(|| format!("cannot add `{login}`"))?;
            (login, once)
        }
        Command::Login { login } => (login, node.one_time_login(&caller, login)?),
        Command::List => return list(context, &node.persons(&caller)?),
        Command::Role { login, role } => {
            let role = parse::known("role", role, Role::parse)?;
            node.set_role(&caller, login, role)?;
            return Ok(Verdict::Good);
        }
        Command::Disable { login } => {
            node.set_disabled(&caller, login, true)?;
            return Ok(Verdict::Good);
        }
        Command::Enable { login } => {
            node.set_disabled(&caller, login, false)?;
            return Ok(Verdict::Good);
        }
    };
    let settings = &context.settings;
    let url =
        whereabouts::url(&context.dir).unwrap_or_else(|| serving::url(settings, settings.listen));
    let link = serving::login_url(&url, &once);
    if context.json {
        out::json(&serde_json::json!({
            "login": login,
            "one_time_login": link,
            "expires": once.expires.to_string(),
        }))?;
    } else {
        out::line(&link)?;
        out::note(&format!(
            "{} {}",
            context
                .language
                .pick("valid once, until", "1回限り有効。期限:"),
            once.expires
        ));
    }
    Ok(Verdict::Good)
}

fn list(context: &Context, persons: &[PersonView]) -> Result<Verdict> {
    if context.json {
        out::json(&persons.iter().map(server::json::party::person).collect())?;
        return Ok(Verdict::Good);
    }
    let rows: Vec<Vec<String>> = persons
        .iter()
        .map(|person| {
            vec![
                format::plain(&person.login),
                person.role.name().to_owned(),
                format::plain(&person.name),
                format::plain(&person.organisation),
                if person.disabled {
                    context.language.pick("closed", "停止中").to_owned()
                } else {
                    String::new()
                },
            ]
        })
        .collect();
    out::text(&format::table(&rows, 50))?;
    Ok(Verdict::Good)
}
