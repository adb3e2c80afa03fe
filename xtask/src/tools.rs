//! `cargo xtask tools`: the optional tools.

use std::process::{Command, Stdio};

/// A tool, how to ask for its version, and what goes without it.
struct Tool {
    name: &'static str,
    programs: &'static [&'static [&'static str]],
    purpose: &'static str,
    install: &'static str,
}

const TOOLS: [Tool; 6] = [
    Tool {
        name: "cargo-nextest",
        programs: &[&["cargo", "nextest", "--version"]],
        purpose: "`test` uses it where it is, else `cargo test`",
        install: "cargo install cargo-nextest --locked",
    },
    Tool {
        name: "cargo-deny",
        programs: &[&["cargo", "deny", "--version"]],
        purpose: "`ci` and `deny` need it",
        install: "cargo install cargo-deny --locked",
    },
    Tool {
        name: "cargo-fuzz",
        programs: &[&["cargo", "fuzz", "--version"]],
        purpose: "runs the fuzz targets, with a nightly toolchain",
        install: "cargo install cargo-fuzz --locked",
    },
    Tool {
        name: "chromium",
        programs: &[
            &["chromium", "--version"],
            &["chromium-browser", "--version"],
            &["google-chrome", "--version"],
        ],
        purpose: "the browser test, which is skipped without it",
        install: "apt-get install chromium",
    },
    Tool {
        name: "chromedriver",
        programs: &[&["chromedriver", "--version"]],
        purpose: "drives Chromium by hand; no test needs it",
        install: "apt-get install chromium-driver",
    },
    Tool {
        name: "Japanese font",
        programs: &[&["fc-list", ":lang=ja", "family"]],
        purpose: "screenshots of Japanese pages",
        install: "apt-get install fontconfig fonts-noto-cjk",
    },
];

/// Lists them; absent tools are no failure.
pub(crate) fn run() {
    for tool in &TOOLS {
        match tool.programs.iter().find_map(|program| first_line(program)) {
            Some(version) => println!("{:<14} {version}\n{:<14}   {}", tool.name, "", tool.purpose),
            None => {
                println!(
                    "{:<14} absent: `{}`\n{:<14}   {}",
                    tool.name, tool.install, "", tool.purpose
                );
            }
        }
    }
}

fn first_line(program: &[&str]) -> Option<String> {
    let (name, arguments) = program.split_first()?;
    let output = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default().trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
