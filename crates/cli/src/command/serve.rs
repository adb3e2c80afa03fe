//! `noroshi serve`: the node for real use.

use std::net::TcpListener;

use anyhow::{Context as _, Result, ensure};
use app::party::NewOrganisation;

use crate::config::Context;
use crate::{Verdict, node, out, serving};

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
        settings
    }
}

pub(crate) fn run(context: &Context) -> Result<Verdict> {
    let settings = &context.settings;
    ensure!(
        settings.listen.ip().is_loopback() || settings.behind_proxy,
        "`{}` is reached from other machines and this node does not speak TLS; listen on 127.0.0.1, or set `behind_proxy` where a reverse proxy speaks TLS",
        settings.listen
    );
    let listener = TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on `{}`", settings.listen))?;
    let address = listener.local_addr()?;
    let url = settings
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let node = node::create(&context.dir)?;
    let language = context.language;
    if !node.is_set_up()? {
        let own = NewOrganisation {
            name: settings.organisation_name.clone(),
            sector: settings.organisation_sector,
            country: settings.organisation_country.clone(),
            id: None,
        };
        let login = node
            .set_up(&own, &settings.admin_login, &settings.admin_name)
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
    let server = serving::start(&runtime, node, listener, &url)?;
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
    signals.wait(&runtime);
    out::note(language.pick("stopping", "停止します"));
    server.stop(&runtime)?;
    Ok(Verdict::Good)
}
