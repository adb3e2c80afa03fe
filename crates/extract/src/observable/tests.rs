use super::find;
use crate::context::Context;
use crate::text::Folded;

/// Kind, value and surface of everything found.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str, &str)]) {
    let folded = Folded::new(text);
    let (mut found, _) = find(&folded, &Context::read(&folded));
    found.sort_by_key(|candidate| (candidate.span, candidate.kind));
    let found: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|candidate| {
            (
                candidate.kind.name(),
                candidate.value.as_str(),
                candidate.surface.as_str(),
            )
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn addresses_are_told_from_versions() {
    check(
        "from 198.51.100.7:443, 192.0.2.0/24.",
        &[
            ("ipv4", "198.51.100.7", "198.51.100.7"),
            ("ipv4-network", "192.0.2.0/24", "192.0.2.0/24"),
        ],
    );
    check(
        "version 10.1.2.3 and v10.1.2.4, 1.2.3.4.5, 256.1.1.1, 01.2.3.4",
        &[],
    );
    check("バージョン 7.4.1.2 の機器", &[]);
    check(
        "DnsServer: 198.51.100.53",
        &[("ipv4", "198.51.100.53", "198.51.100.53")],
    );
    check("at 12:34:56, std::vec, dead::beef, aa:bb:cc", &[]);
    check(
        "[2001:db8::7]:443 and 2001:DB8::/32",
        &[
            ("ipv6", "2001:db8::7", "2001:db8::7"),
            ("ipv6-network", "2001:db8::/32", "2001:DB8::/32"),
        ],
    );
    check(
        "d2:fb:49:24:37:18",
        &[("mac", "d2:fb:49:24:37:18", "d2:fb:49:24:37:18")],
    );
}

#[test]
fn names_are_told_from_files() {
    check(
        "run setup.py and cmd.exe",
        &[
            ("file-name", "setup.py", "setup.py"),
            ("file-name", "cmd.exe", "cmd.exe"),
        ],
    );
    check(
        "at evil.example.",
        &[("domain", "evil.example", "evil.example")],
    );
    check("The U.S. said e.g. this. That ASP.NET app", &[]);
    check(
        "接続先はevil.exampleです",
        &[("domain", "evil.example", "evil.example")],
    );
    check(
        "*.evil.example",
        &[("domain", "evil.example", "evil.example")],
    );
}

#[test]
fn urls_end_where_the_sentence_takes_over() {
    check(
        "(see https://evil.example/a_(b)), then",
        &[
            (
                "url",
                "https://evil.example/a_(b)",
                "https://evil.example/a_(b)",
            ),
            ("domain", "evil.example", "evil.example"),
        ],
    );
    check(
        "hxxp://198[.]51[.]100[.]7:8080/x。次",
        &[
            (
                "url",
                "http://198.51.100.7:8080/x",
                "hxxp://198[.]51[.]100[.]7:8080/x",
            ),
            ("ipv4", "198.51.100.7", "198[.]51[.]100[.]7"),
        ],
    );
}

#[test]
fn identifiers_are_checked() {
    check(
        "CVE-2024-1135, CVE-2022-000012, CVE-19999-0000",
        &[("cve", "CVE-2024-1135", "CVE-2024-1135")],
    );
    check("AS64496, AS 10, as 2024", &[("asn", "AS64496", "AS64496")]);
    check(
        "T1059.001 and T1059.001.2, TA0006",
        &[
            ("attack-technique", "T1059.001", "T1059.001"),
            ("attack-technique", "TA0006", "TA0006"),
        ],
    );
    check("00000000000000000000000000000000", &[]);
}

#[test]
fn paths_and_keys_keep_their_spaces() {
    check(
        r"C:\Program Files\Common Files\x.dll is",
        &[(
            "file-path",
            r"C:\Program Files\Common Files\x.dll",
            r"C:\Program Files\Common Files\x.dll",
        )],
    );
    check(
        "at /etc/init.d/rc.local and and/or 24/7",
        &[("file-path", "/etc/init.d/rc.local", "/etc/init.d/rc.local")],
    );
    check(
        r"HKLM\Software\Run",
        &[(
            "registry-key",
            r"HKEY_LOCAL_MACHINE\Software\Run",
            r"HKLM\Software\Run",
        )],
    );
}
