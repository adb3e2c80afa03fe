//! The node in the data folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::access::Caller;
use app::guard::Guards;
use app::node::Node;
use app::system::{SystemClock, SystemRandom};

use crate::config::Context;
use crate::{guards, privacy};

/// Opens the node in `dir`, creating its database where there is none.
pub(crate) fn create(dir: &Path) -> Result<Arc<Node>> {
    with(dir, Guards::default())
}

/// The same in the data folder, as it is configured.
pub(crate) fn create_configured(context: &Context) -> Result<Arc<Node>> {
    with(&context.dir, guards::read(context)?)
}

fn with(dir: &Path, guards: Guards) -> Result<Arc<Node>> {
    privacy::create_folder(dir)
        .with_context(|| format!("cannot create the folder `{}`", dir.display()))?;
    let node = Node::open(dir, Arc::new(SystemClock), Arc::new(SystemRandom))
        .with_context(|| format!("cannot open the node in `{}`", dir.display()))?;
    Ok(Arc::new(node.with_guards(guards)))
}

/// The node in the data folder, which must be there and set up, and whoever sits at this machine.
pub(crate) fn open(context: &Context) -> Result<(Arc<Node>, Caller)> {
    let dir = &context.dir;
    if !dir.join("noroshi.db").is_file() {
        bail!(
            "there is no node in `{}`; `noroshi serve` creates one, `--dir` names another folder",
            dir.display()
        );
    }
    let node = create_configured(context)?;
    if !node.is_set_up()? {
        bail!(
            "the node in `{}` is not set up; start it once with `noroshi serve`",
            dir.display()
        );
    }
    let caller = match &context.acting_as {
        Some(login) => node
            .local_caller_as(login)
            .with_context(|| format!("cannot act as `{login}`"))?,
        None => node.local_caller()?,
    };
    Ok((node, caller))
}
