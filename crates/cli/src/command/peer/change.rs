//! `noroshi peer set`: other settings for a peer.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use app::peer::{Direction, Edit, PeerChange, SecretsChange, Way};

use crate::command::peer::{CertificateFiles, MAX_SECRET_BYTES, direction, pem, way};
use crate::config::Context;
use crate::{Verdict, input, node, out};

/// What is changed; what is not named stays as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    /// Its name on this node
    name: String,
    /// URL of its discovery resource or of an API root; for another server its secret is given with it
    #[arg(long)]
    url: Option<String>,
    /// Which ways: both, pull or push
    #[arg(long, value_parser = direction)]
    direction: Option<Direction>,
    /// A collection to pull from, by id, alias or title; may be repeated, and replaces all
    #[arg(long, value_name = "COLLECTION")]
    pull: Vec<String>,
    /// A collection to push to, by id, alias or title; may be repeated, and replaces all
    #[arg(long, value_name = "COLLECTION")]
    push: Vec<String>,
    /// Sign in by HTTP Basic as this user; the secret is the password then, else an API token
    #[arg(long)]
    user: Option<String>,
    /// File with the new secret, or `-`; the environment is not asked
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    files: CertificateFiles,
    /// Only objects of this type; may be repeated, and replaces all
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Seconds between the end of one exchange and the next
    #[arg(long, value_name = "SECONDS")]
    interval: Option<u32>,
    /// Objects of a page or request
    #[arg(long, value_name = "OBJECTS")]
    page: Option<u32>,
    /// Seconds by which the server may show an object late; so much is read again until nothing has come for that long
    #[arg(long, value_name = "SECONDS")]
    overlap: Option<u32>,
    /// Hours after which everything is read again, against what no overlap finds; 0 for never
    #[arg(long, value_name = "HOURS")]
    reread: Option<u32>,
    /// Take away what was given before; may be repeated
    #[arg(long, value_name = "WHAT", value_enum)]
    clear: Vec<Cleared>,
}

/// What can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Cleared {
    /// The certificate authorities: those that browsers believe count again
    Ca,
    /// The client certificate and its key
    Certificate,
    /// The collections to pull from: the default is meant again
    Pull,
    /// The collections to push to: the default is meant again
    Push,
    /// The token or password
    Secret,
    /// The types: all again
    Type,
    /// The user: the secret is an API token again
    User,
}

impl Change {
    /// Changes the peer, and says what begins anew.
    pub(super) fn run(&self, context: &Context) -> Result<Verdict> {
        let change = self.read()?;
        let (node, caller) = node::open(context)?;
        let changed = node.change_peer(&caller, &self.name, &change)?;
        if context.json {
            out::json(&server::json::peer::changed(&changed))?;
            return Ok(Verdict::Good);
        }
        let language = context.language;
        if changed.changed.is_empty() {
            out::line(language.pick("nothing changed", "変更なし"))?;
        } else {
            let names = changed.changed.join(", ");
            out::line(&format!("{}: {names}", language.pick("changed", "変更")))?;
        }
        for one in changed.begins_anew {
            out::line(&format!(
                "{}: {}",
                way(language, one),
                match one {
                    Way::Pull => language.pick(
                        "everything is read from the beginning",
                        "最初から取得し直します"
                    ),
                    Way::Push => language.pick(
                        "everything is sent from the beginning",
                        "最初から送付し直します"
                    ),
                }
            ))?;
        }
        Ok(Verdict::Good)
    }

    fn read(&self) -> Result<PeerChange> {
        let given = [
            (Cleared::Ca, self.files.authorities.is_some()),
            (Cleared::Certificate, self.files.certificate.is_some()),
            (Cleared::Pull, !self.pull.is_empty()),
            (Cleared::Push, !self.push.is_empty()),
            (Cleared::Secret, self.secret_file.is_some()),
            (Cleared::Type, !self.types.is_empty()),
            (Cleared::User, self.user.is_some()),
        ];
        for (what, is_given) in given {
            ensure!(
                !is_given || !self.clear.contains(&what),
                "the same cannot be given and taken away"
            );
        }
        let list = |given: &[String], what: Cleared| {
            (!given.is_empty() || self.clear.contains(&what)).then(|| given.to_vec())
        };
        let secret = match &self.secret_file {
            Some(path) => {
                let text = input::text(path, MAX_SECRET_BYTES)?;
                Some(text.trim_end_matches(['\n', '\r']).to_owned())
            }
            None => None,
        };
        let read = |path: &Option<PathBuf>| path.as_ref().map(|path| pem(path)).transpose();
        Ok(PeerChange {
            url: self.url.clone(),
            direction: self.direction,
            pull: list(&self.pull, Cleared::Pull),
            push: list(&self.push, Cleared::Push),
            user: self.edit(self.user.clone(), Cleared::User),
            authorities: self.edit(read(&self.files.authorities)?, Cleared::Ca),
            types: list(&self.types, Cleared::Type),
            interval_secs: self.interval,
            page_objects: self.page,
            overlap_secs: self.overlap,
            reread_hours: self.reread,
            secrets: SecretsChange {
                secret: self.edit(secret, Cleared::Secret),
                certificates: self.edit(read(&self.files.certificate)?, Cleared::Certificate),
                key: self.edit(read(&self.files.key)?, Cleared::Certificate),
            },
        })
    }

    fn edit(&self, given: Option<String>, what: Cleared) -> Edit<String> {
        match given {
            Some(given) => Edit::Set(given),
            None if self.clear.contains(&what) => Edit::Clear,
            None => Edit::Keep,
        }
    }
}
