//! `noroshi config`.

use crate::tool::{noroshi, run};

#[test]
fn what_config_prints_is_a_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.toml");
    let file = file.to_str().unwrap();
    let mut command = noroshi(&["config"]);
    let first = command
        .env("NOROSHI_ORGANISATION_NAME", "ポート \"A\"")
        .env("NOROSHI_LIMITS_PULL_PAGES", "12")
        .output()
        .unwrap();
    let first = String::from_utf8(first.stdout).unwrap();
    assert!(first.contains("from: environment"));
    std::fs::write(file, &first).unwrap();
    let second = run(&["config", "--config", file]).ended(0).stdout;
    let values = |text: &str| -> Vec<String> {
        let is_value = |line: &&str| !line.starts_with('#') && !line.is_empty();
        text.lines().filter(is_value).map(str::to_owned).collect()
    };
    assert_eq!(values(&first), values(&second));
    let json = run(&["config", "--config", file, "--json"]).ended(0).json();
    assert_eq!(
        json["settings"]["organisation.name"]["value"],
        "ポート \"A\""
    );
    assert_eq!(json["settings"]["limits.pull_pages"]["origin"], "file");
}

#[test]
fn an_unknown_setting_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("noroshi.toml"), "lisen = \"127.0.0.1:1\"\n").unwrap();
    let ran = run(&["config", "--dir", dir.path().to_str().unwrap()]).ended(2);
    assert!(ran.stderr.contains("no setting `lisen`"), "{}", ran.stderr);
}
