//! `noroshi release policy`: when a second person has to confirm.

use anyhow::Result;
use app::access::Caller;
use app::four_eyes::{FourEyes, SecondReason};
use app::node::Node;
use stix::marking::Tlp;

use crate::config::Context;
use crate::{Verdict, out, parse};

/// The policy; what is not named stays as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Always
    #[arg(long, value_name = "BOOL")]
    always: Option<bool>,
    /// Where more than this level goes out; `never` for no level
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    above: Option<Level>,
    /// To the public
    #[arg(long, value_name = "BOOL")]
    public: Option<bool>,
    /// To another country, or one that is not known
    #[arg(long, value_name = "BOOL")]
    foreign: Option<bool>,
}

/// A level, or none.
#[derive(Debug, Clone, Copy)]
struct Level(Option<Tlp>);

fn level(text: &str) -> Result<Level, String> {
    if text == "never" {
        return Ok(Level(None));
    }
    parse::tlp(text).map(|level| Level(Some(level)))
}

pub(super) fn run(
    context: &Context,
    node: &Node,
    caller: &Caller,
    options: &Options,
) -> Result<Verdict> {
    let now = node.four_eyes(caller)?;
    let policy = FourEyes {
        always: options.always.unwrap_or(now.always),
        above: options.above.map_or(now.above, |level| level.0),
        public: options.public.unwrap_or(now.public),
        foreign: options.foreign.unwrap_or(now.foreign),
    };
    if policy != now {
        node.set_four_eyes(caller, policy)?;
    }
    let above = policy.above.map(Tlp::label);
    if context.json {
        out::json(&server::json::release::policy(policy))?;
    } else {
        out::line(&format!("always   {}", policy.always))?;
        out::line(&format!("above    {}", above.unwrap_or("never")))?;
        out::line(&format!("public   {}", policy.public))?;
        out::line(&format!("foreign  {}", policy.foreign))?;
    }
    Ok(Verdict::Good)
}

/// Why a second person has to confirm, in words.
pub(super) fn why(context: &Context, reason: SecondReason) -> &'static str {
    let (english, japanese) = match reason {
        SecondReason::Above => (
            "a second person has to confirm: it lets out more than the level of the policy",
            "第二の確認者が必要です: 取扱いの上限が方針の水準を超えます",
        ),
        SecondReason::Always => (
            "a second person has to confirm: here it always is so",
            "第二の確認者が必要です: 常に確認を要する設定です",
        ),
        SecondReason::Foreign => (
            "a second person has to confirm: it goes abroad",
            "第二の確認者が必要です: 国外に提供されます",
        ),
        SecondReason::Public => (
            "a second person has to confirm: it goes to the public",
            "第二の確認者が必要です: 一般に公開されます",
        ),
    };
    context.language.pick(english, japanese)
}
