use pattern::network::Network;

fn network(text: &str) -> Network {
    Network::parse(text).unwrap_or_else(|| panic!("`{text}`"))
}

#[test]
fn text() {
    for (text, expected) in [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7/32", "198.51.100.7"),
        ("198.51.100.7/24", "198.51.100.0/24"),
        ("1.2.3.4/0", "0.0.0.0/0"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("2001:db8:ffff::/32", "2001:db8::/32"),
        ("::1/0", "::/0"),
    ] {
        assert_eq!(network(text).to_string(), expected);
    }
    for bad in [
        "",
        "/",
        "1.2.3",
        "01.2.3.4",
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/+8",
        "1.2.3.4/-1",
        "::/129",
        "::1%eth0",
        "1.2.3.4/8/8",
        " 1.2.3.4",
    ] {
        assert_eq!(Network::parse(bad), None, "`{bad}`");
    }
}

#[test]
fn subsets() {
    for (inner, outer, expected) in [
        ("198.51.100.0/27", "198.51.100.0/24", true),
        ("198.51.100.0/24", "198.51.100.0/27", false),
        ("198.51.100.0/24", "198.51.100.9/24", true),
        ("198.51.101.0", "198.51.100.0/24", false),
        ("198.51.100.1", "0.0.0.0/0", true),
        ("2001:db8::1", "2001:db8::/32", true),
        ("2001:db9::1", "2001:db8::/32", false),
        ("198.51.100.1", "::/0", false),
    ] {
        assert_eq!(
            network(inner).is_subset(&network(outer)),
            expected,
            "{inner} in {outer}"
        );
    }
}
