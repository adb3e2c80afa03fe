//! The help of every command, as users see it.

use std::fmt::Write as _;

use crate::tool::run;

#[test]
fn every_command_has_help() {
    let mut text = String::new();
    describe(&mut Vec::new(), &mut text);
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/help.txt", &text);
}

fn describe(path: &mut Vec<String>, text: &mut String) {
    let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = run(&arguments).ended(0).stdout;
    // The options of every command are told once, with the first.
    let own = match help.split_once("\nOptions of every command:") {
        Some((own, _)) if !path.is_empty() => own,
        _ => &help,
    };
    let _ = write!(text, "==== noroshi {}\n{own}\n", path.join(" "));
    let commands = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "));
    for line in commands {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            path.push(name.to_owned());
            describe(path, text);
            path.pop();
        }
    }
}

#[test]
fn bad_usage_is_not_a_negative_finding() {
    run(&[]).ended(2);
    run(&["no-such-command"]).ended(2);
    run(&["validate"]).ended(2);
}
