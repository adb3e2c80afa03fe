//! `noroshi demo`: the whole loop with three nodes on this machine.
//!
//! A national centre, a telecom carrier and a partner abroad, each with a database and an HTTP server of its own in
//! this process; what they say to each other goes through loopback sockets and is recorded, so that the promises can
//! be checked against every byte.

mod cast;
mod checks;
mod exchange;
mod http;
mod memory;
mod story;
mod table;
mod tap;
mod teller;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;

use crate::config::Context;
use crate::{Verdict, out, serving};
use cast::Cast;
use exchange::Traffic;
use memory::Memory;
use teller::Teller;

/// How to run it. `--dir` keeps the data there; a second start finds it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Exit after the checks instead of staying up
    #[arg(long)]
    once: bool,
    /// Lines of telemetry that the carrier looks through
    #[arg(long, default_value_t = hunt::sample::LINES, value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    lines: u64,
    /// Keep the temporary folder
    #[arg(long)]
    keep: bool,
}

/// The folder with the data; removed when dropped, unless it is to be kept.
struct Folder {
    path: PathBuf,
    remove: bool,
}

impl Folder {
    fn choose(context: &Context, keep: bool) -> Result<Self> {
        if context.dir_named {
            return Ok(Self {
                path: context.dir.clone(),
                remove: false,
            });
        }
        let name = format!("noroshi-demo-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)
            .with_context(|| format!("cannot create the folder `{}`", path.display()))?;
        Ok(Self {
            path,
            remove: !keep,
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.remove {
            // What is left behind is in the temporary folder.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let folder = Folder::choose(context, options.keep)?;
    let runtime = serving::runtime()?;
    let verdict = play(context, options, &folder, &runtime);
    // Connections that idle must not hold up the end.
    runtime.shutdown_background();
    verdict
}

fn play(
    context: &Context,
    options: &Options,
    folder: &Folder,
    runtime: &Runtime,
) -> Result<Verdict> {
    let language = context.language;
    let mut teller = Teller::new(context);
    let remembered = Memory::read(&folder.path)?;
    let cast = if remembered.is_some() {
        Cast::find(&folder.path, runtime)?
    } else {
        Cast::gather(context, &folder.path, runtime)?
    };
    teller.title(&format!(
        "noroshi · {}",
        language.pick(
            "three nodes on this machine: a national centre, a telecom carrier, a partner abroad",
            "この機器上の3ノード: 国家センター、通信事業者、海外パートナー"
        )
    ))?;
    teller.fact(&format!(
        "{}: {}{}",
        language.pick("data", "データ"),
        folder.path.display(),
        if folder.remove {
            language.pick(
                " (removed at the end; --keep or --dir DIR keeps it)",
                "(終了時に削除。--keep または --dir DIR で保持)",
            )
        } else {
            ""
        }
    ))?;
    let mut traffic = Traffic::open(context, &cast)?;
    let memory = if let Some(memory) = remembered {
        teller.fact(language.pick(
            "the data of an earlier run is here: nothing is made anew, the promises are checked again",
            "以前の実行のデータがあります。新たに作らず、約束を再検査します",
        ))?;
        exchange::repeat(context, &cast, &mut traffic, &mut teller)?;
        memory
    } else {
        let told = story::tell(context, &cast, &mut teller)?;
        let lines = options.lines;
        let memory = exchange::run(context, lines, &cast, &mut traffic, told, &mut teller)?;
        memory.write(&folder.path)?;
        memory
    };
    let good = table::print(context, &cast, &memory, &traffic, &mut teller)?;
    if options.once {
        return Ok(Verdict::of(good));
    }
    let signals = serving::Signals::listen(runtime)?;
    teller.title(language.pick(
        "The nodes stay up. Each link signs in once; ctrl-c ends.",
        "ノードは動作を続けます。各リンクは1回だけログインできます。Ctrl-C で終了します。",
    ))?;
    for actor in cast.actors() {
        let login = actor
            .node
            .one_time_login(&actor.caller, actor.caller.login())?;
        let url = serving::login_url(&actor.url, &login);
        if context.json {
            out::json_line(
                &serde_json::json!({ "event": "login", "node": actor.key, "url": url }),
            )?;
        } else {
            out::line(&format!("  {}  {url}", crate::format::fit(&actor.name, 30)))?;
        }
    }
    teller.title(language.pick(
        "TAXII 2.1 clients reach the centre as carrier or partner (HTTP Basic, or the password as bearer token):",
        "TAXII 2.1 クライアントは通信事業者またはパートナーとしてセンターに接続できます(HTTP Basic、またはパスワードをベアラートークンとして):",
    ))?;
    let (centre, url) = (&cast.centre, format!("{}/taxii2/", cast.centre.url));
    for member in [&cast.carrier, &cast.partner] {
        let user = member.login_at_centre();
        let password = centre
            .node
            .create_token(&centre.caller, &user, "demo, by hand", None)?;
        if context.json {
            out::json_line(&serde_json::json!({
                "event": "taxii", "node": member.key, "url": url, "user": user, "password": password,
            }))?;
        } else {
            out::line(&format!("  {url}  {user}  {password}"))?;
        }
    }
    signals.wait(runtime);
    Ok(Verdict::of(good))
}
