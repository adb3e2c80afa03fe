use std::net::IpAddr;

use super::*;

#[test]
fn urls_have_one_spelling() {
    for (written, normal) in [
        ("HTTP://Example.COM", Some("http://example.com/")),
        ("http://example.com:80/a", Some("http://example.com/a")),
        ("https://example.com:443?q", Some("https://example.com/?q")),
        ("http://example.com:8080/", Some("http://example.com:8080/")),
        ("http://example.com:/", Some("http://example.com/")),
        (
            "http://example.com/a/./b/../c",
            Some("http://example.com/a/c"),
        ),
        ("http://example.com/a/..", Some("http://example.com/")),
        ("http://example.com/a/b/..", Some("http://example.com/a/")),
        ("http://example.com/../x", Some("http://example.com/x")),
        ("http://example.com//x", Some("http://example.com//x")),
        (
            "http://example.com/%7euser%2f",
            Some("http://example.com/~user%2F"),
        ),
        ("http://example.com/a b%", Some("http://example.com/a%20b%")),
        (
            "http://例え.jp/パス",
            Some("http://xn--r8jz45g.jp/%E3%83%91%E3%82%B9"),
        ),
        ("http://[2001:DB8::1]:80/", Some("http://[2001:db8::1]/")),
        ("http://192.0.2.1/x#frag", Some("http://192.0.2.1/x")),
        ("http://user@Example.com/", Some("http://user@example.com/")),
        ("example.com/a", None),
        ("mailto:a@example.com", None),
        ("http:///x", None),
        ("http://example.com:99999/", None),
    ] {
        assert_eq!(url(written).as_deref(), normal, "{written}");
        if let Some(normal) = normal {
            assert_eq!(url(normal).as_deref(), Some(normal), "twice: {written}");
        }
    }
}

#[test]
fn domains_have_one_spelling() {
    for (written, normal) in [
        ("Example.COM.", Some("example.com")),
        ("bücher.example", Some("xn--bcher-kva.example")),
        ("_dmarc.example.com", Some("_dmarc.example.com")),
        ("", None),
        (".", None),
        ("a..b", None),
        ("a b.example", None),
        ("*.example.com", None),
    ] {
        assert_eq!(domain(written).as_deref(), normal, "{written}");
    }
}

#[test]
fn the_quick_reading_of_ipv4_is_the_standard_librarys() {
    for text in [
        "0.0.0.0",
        "255.255.255.255",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.04",
        "1..2.3",
        "1.2.3.4 ",
        "",
        "....",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.400",
        "a.b.c.d",
        "1.2.3.-4",
        "10.20.30.40",
        "0.00.0.0",
    ] {
        assert_eq!(ipv4(text.as_bytes()), text.parse().ok(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn addresses_as_the_standard_library_reads_them(bits: u128, text in "[0-9a-f:.]{1,20}") {
        let v6 = Ipv6Addr::from_bits(bits);
        proptest::prop_assert_eq!(address(&v6.to_string()), Some(IpAddr::V6(v6).to_canonical()));
        let read: Option<IpAddr> = text.parse().ok();
        proptest::prop_assert_eq!(address(&text), read.map(|address| address.to_canonical()));
    }

    #[test]
    fn normalising_twice_changes_nothing(text in "\\PC{0,40}") {
        if let Some(once) = url(&format!("http://example.com/{text}")) {
            proptest::prop_assert_eq!(url(&once), Some(once.clone()));
        }
        if let Some(once) = domain(&text) {
            proptest::prop_assert_eq!(domain(&once), Some(once.clone()));
        }
    }
}

#[test]
fn networks_and_mail() {
    assert_eq!(
        network("10.1.2.3/8").map(|net| net.to_string()).as_deref(),
        Some("10.0.0.0/8")
    );
    assert_eq!(
        network("::ffff:10.0.0.0/104")
            .map(|net| net.to_string())
            .as_deref(),
        Some("10.0.0.0/8")
    );
    assert_eq!(
        network("192.0.2.1").map(|net| net.to_string()).as_deref(),
        Some("192.0.2.1/32")
    );
    assert_eq!(network("192.0.2.1/33"), None);
    assert_eq!(
        email("\"Doe, J\" <J.Doe@Example.com>").as_deref(),
        Some("j.doe@example.com")
    );
    assert_eq!(email("undisclosed"), None);
}
