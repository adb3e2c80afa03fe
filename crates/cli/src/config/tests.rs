use super::*;

fn loaded(
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, String)],
) -> Result<Loaded> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("noroshi.toml"), file).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Loaded::read(None, dir.path(), &environment, flags)
}

#[test]
fn what_is_printed_reads_as_the_same_settings() {
    let file = "listen = \"127.0.0.1:9000\"\n[organisation]\nname = \"中央 \\\"X\\\"\"\nsector = \"ports\"\n[[peer]]\nname = \"a\"\nurl = \"https://a.example/taxii2/\"\nuser = \"u\"\n";
    for language in [Language::English, Language::Japanese] {
        let first = loaded(file, &[("NOROSHI_LIMITS_PULL_PAGES", "7")], &[]).unwrap();
        let text = first.to_toml(language);
        let second = loaded(&text, &[], &[]).unwrap();
        let values = |loaded: &Loaded| -> Vec<(&str, Value)> {
            loaded
                .values
                .iter()
                .map(|(key, (value, _))| (*key, value.clone()))
                .collect()
        };
        assert_eq!(values(&first), values(&second));
        assert_eq!(first.peers, second.peers);
        assert_eq!(second.settings().unwrap().pull_pages, 7);
        assert_eq!(
            second.settings().unwrap().organisation_sector,
            Some(Sector::Ports)
        );
    }
}

#[test]
fn flags_win_over_environment_over_file() {
    let file = "listen = \"127.0.0.1:1\"\n";
    let listen = |environment: &[(&str, &str)], flags: &[(&'static str, String)]| {
        let loaded = loaded(file, environment, flags).unwrap();
        let (value, origin) = loaded.values.get("listen").unwrap();
        (value.as_str().unwrap().to_owned(), *origin)
    };
    assert_eq!(listen(&[], &[]), ("127.0.0.1:1".to_owned(), Origin::File));
    let environment = [("NOROSHI_LISTEN", "127.0.0.1:2")];
    assert_eq!(
        listen(&environment, &[]),
        ("127.0.0.1:2".to_owned(), Origin::Environment)
    );
    let flags = [("listen", "127.0.0.1:3".to_owned())];
    assert_eq!(
        listen(&environment, &flags),
        ("127.0.0.1:3".to_owned(), Origin::Flag)
    );
}

#[test]
fn what_is_unknown_or_of_another_kind_is_refused() {
    for (file, expected) in [
        ("lisen = \"x\"\n", "no setting `lisen`"),
        (
            "[organisation]\ncolour = \"x\"\n",
            "no setting `organisation.colour`",
        ),
        (
            "behind_proxy = \"yes\"\n",
            "`behind_proxy` is `true` or `false`",
        ),
        (
            "[limits]\nbody_bytes = -1\n",
            "`limits.body_bytes` is a number",
        ),
        (
            "[[peer]]\nname = \"a\"\nurl = \"b\"\npassword = \"c\"\n",
            "no setting `password` of a peer",
        ),
        ("[[peer]]\nname = \"a\"\n", "no `url`"),
        ("listen =", "not readable as TOML"),
    ] {
        let error = format!("{:#}", loaded(file, &[], &[]).unwrap_err());
        assert!(error.contains(expected), "{file}: {error}");
    }
    for (file, expected) in [
        ("listen = \"nowhere\"\n", "`listen`"),
        ("public_url = \"https://a.example/x\"\n", "`public_url`"),
        (
            "[organisation]\nsector = \"fishing\"\n",
            "no sector `fishing`",
        ),
        (
            "[organisation]\ncountry = \"Japan\"\n",
            "two capital letters",
        ),
        ("[log]\nformat = \"xml\"\n", "`log.format`"),
        ("[limits]\nbody_bytes = 0\n", "greater than 0"),
    ] {
        let error = format!(
            "{:#}",
            loaded(file, &[], &[]).unwrap().settings().unwrap_err()
        );
        assert!(error.contains(expected), "{file}: {error}");
    }
}
