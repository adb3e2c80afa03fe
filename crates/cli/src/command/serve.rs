//! `noroshi serve`: the node for real use.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use app::party::NewOrganisation;
use app::peer_worker::Worker;
use server::tls::Tls;

use crate::config::Context;
use crate::serving::Surroundings;
use crate::whereabouts::Whereabouts;
use crate::{Verdict, node, out, privacy, serving};

/// Settings that may stand on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Address and port to listen on [default: 127.0.0.1:8600]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// URL under which others reach this node, without a path
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A reverse proxy that speaks TLS stands in front: listening beyond this machine is allowed
    #[arg(long)]
    behind_proxy: bool,
    /// Certificate of this node in PEM, with those between it and its authority: speak TLS
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Authorities in PEM whose certificates clients may show instead of a token
    #[arg(long, value_name = "FILE")]
    tls_client_ca: Option<PathBuf>,
    /// At the first start: a small house, whose administrator may do everything; otherwise an administrator manages
    /// the node and its parties, and analysts and releasers do the rest
    #[arg(long)]
    small_house: bool,
}

impl Options {
    /// The same as settings.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = Vec::new();
        if let Some(listen) = &self.listen {
            settings.push(("listen", listen.clone()));
        }
        if let Some(url) = &self.public_url {
            settings.push(("public_url", url.clone()));
        }
        if self.behind_proxy {
            settings.push(("behind_proxy", "true".to_owned()));
        }
        let files = [
            ("tls.certificate", &self.tls_cert),
            ("tls.key", &self.tls_key),
            ("tls.client_ca", &self.tls_client_ca),
        ];
        for (key, file) in files {
            if let Some(file) = file {
                // Of the folder where the command was given, not of the configuration file's.
                let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
                settings.push((key, file.display().to_string()));
            }
        }
        settings
    }
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let settings = &context.settings;
    let tls = settings.tls.clone().map(Tls::read).transpose()?;
    let tls = tls.map(Arc::new);
    ensure!(
        settings.listen.ip().is_loopback() || settings.behind_proxy || tls.is_some(),
        "`{}` is reached from other machines and this node does not speak TLS; give it a certificate (`--tls-cert`, `--tls-key`), listen on 127.0.0.1, or set `behind_proxy` where a reverse proxy speaks TLS",
        settings.listen
    );
    let listener = TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on `{}`", settings.listen))?;
    let address = listener.local_addr()?;
    let url = serving::url(settings, address);
    let node = node::create_configured(context)?;
    for problem in privacy::problems(&context.dir) {
        tracing::warn!("{problem}");
    }
    let language = context.language;
    if !node.is_set_up()? {
        let own = NewOrganisation {
            name: settings.organisation_name.clone(),
            sector: settings.organisation_sector,
            country: settings.organisation_country.clone(),
            id: None,
        };
        let login = node
            .set_up_house(
                &own,
                &settings.admin_login,
                &settings.admin_name,
                options.small_house,
            )
            .context("cannot set up the node")?;
        let link = serving::login_url(&url, &login);
        if context.json {
            out::json_line(&serde_json::json!({
                "event": "set-up",
                "login": settings.admin_login,
                "one_time_login": link,
                "expires": login.expires.to_string(),
            }))?;
        } else {
            out::line(&format!(
                "{} `{}`\n  {link}\n{} {}",
                language.pick(
                    "the node is new; one-time login of the administrator",
                    "新しいノードです。管理者のワンタイムログイン:"
                ),
                settings.admin_login,
                language.pick("  valid once, until", "  1回限り有効。期限:"),
                login.expires
            ))?;
        }
    }
    let runtime = serving::runtime()?;
    let signals = serving::Signals::listen(&runtime)?;
    let worker = Worker::start(Arc::clone(&node), serving::wire(context))
        .context("cannot start the worker that synchronises peers")?;
    node.allow(settings.allowance);
    let surroundings = Surroundings {
        tls: tls.clone(),
        behind_proxy: settings.behind_proxy,
    };
    let server = serving::start_in(&runtime, Arc::clone(&node), listener, &url, surroundings)?;
    let whereabouts = Whereabouts::leave(&context.dir, address, &url)?;
    if context.json {
        out::json_line(
            &serde_json::json!({ "event": "listening", "address": address.to_string(), "url": url }),
        )?;
    } else {
        out::line(&format!(
            "{} {url}",
            language.pick("listening:", "待ち受け中:")
        ))?;
    }
    signals.wait_beyond_hangups(&runtime, || reload(tls.as_deref()));
    out::note(language.pick("stopping", "停止します"));
    if let Some(whereabouts) = whereabouts {
        whereabouts.take_back();
    }
    server.stop(&runtime)?;
    worker.stop();
    node.settle()
        .context("cannot write the log into the database; nothing is lost")?;
    Ok(Verdict::Good)
}

/// Reads the certificates again.
fn reload(tls: Option<&Tls>) {
    match tls.map(Tls::reload) {
        None => {}
        Some(Ok(())) => tracing::info!("the certificates were read again"),
        Some(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(
                error,
                "the certificates were not read again: the old ones stay"
            );
        }
    }
}
