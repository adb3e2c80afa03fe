use crate::url::Base;

fn joined(base: &str, reference: &str) -> Option<String> {
    let joined = Base::parse(base).unwrap().join(reference)?;
    Some(joined.to_string())
}

#[test]
fn references_are_resolved() {
    let discovery = "HTTPS://Example.org:443/taxii2/";
    for (reference, expected) in [
        ("/api1/", "https://example.org/api1/"),
        ("/api1", "https://example.org/api1/"),
        ("api1/", "https://example.org/taxii2/api1/"),
        ("http://other.example:80/a", "http://other.example/a/"),
    ] {
        assert_eq!(joined(discovery, reference).as_deref(), Some(expected));
    }
    for reference in [
        "//other.example/a/",
        "../a/",
        "/../a",
        "https://u:p@example.org/",
        "ftp://a/",
        "/a/?b",
    ] {
        assert_eq!(joined(discovery, reference), None, "{reference}");
    }
}

#[test]
fn loopback_is_known() {
    for (url, loopback) in [
        ("http://localhost:5000/", true),
        ("http://127.0.0.2/", true),
        ("http://[::1]:80/", true),
        ("http://localhost.example.org/", false),
        ("http://127.0.0.1.example.org/", false),
        ("http://10.0.0.1/", false),
    ] {
        assert_eq!(Base::parse(url).unwrap().is_loopback(), loopback, "{url}");
    }
}
