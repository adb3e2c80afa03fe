use serde_json::json;

use super::*;
use crate::seen::{Value, Where};

const ID: &str = "indicator--11111111-1111-4111-8111-111111111111";

fn indicator(pattern: &str, more: &serde_json::Value) -> Object {
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1", "id": ID,
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "pattern": pattern, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
    Object::parse(&object.to_string()).expect("an object")
}

fn set(subdomains: Subdomains, exclusions: &[&str], objects: &[Object]) -> IndicatorSet {
    let mut excluded = Exclusions::default();
    for text in exclusions {
        excluded.exclude(text).expect("an exclusion");
    }
    let mut builder = Builder::new(Options {
        subdomains,
        least_confidence: None,
        exclusions: excluded,
    });
    for object in objects {
        builder.add(object);
    }
    builder.build()
}

fn seen(place: Where, text: &str) -> Seen<'_> {
    let value = match place {
        Where::ConnOrig | Where::ConnResp => {
            Value::Address(crate::normal::address(text).expect("an address"))
        }
        Where::DnsResponse => match crate::normal::address(text) {
            Some(address) => Value::Address(address),
            None => Value::Domain(text),
        },
        Where::DnsRequest | Where::HttpHostHeader | Where::SslServerName => Value::Domain(text),
        Where::HttpUrl | Where::HttpReferrerHeader => Value::Url(text),
        Where::HttpUserAgentHeader => Value::UserAgent(text),
        Where::FilesName => Value::FileName(text),
        Where::FilesHash if text.len() == 32 => Value::FileMd5(text),
        Where::FilesHash if text.len() == 40 => Value::FileSha1(text),
        Where::FilesHash => Value::FileSha256(text),
        Where::X509Cert => Value::CertificateSha256(text),
        _ => Value::Email(text),
    };
    Seen { value, text, place }
}

fn matches(set: &IndicatorSet, place: Where, text: &str) -> bool {
    let mut found = false;
    set.find(&seen(place, text), |_, indicator| {
        found = true;
        assert_eq!(indicator.id().map(|id| id.to_string()).as_deref(), Some(ID));
    });
    found
}

#[test]
fn what_matches_where() {
    let md5 = "00112233445566778899aabbccddeeff";
    let upper = md5.to_uppercase();
    let sha256 = format!("{md5}{md5}");
    for (pattern, yes, no) in [
        (
            "[ipv4-addr:value = '192.0.2.1']",
            vec![
                (Where::ConnResp, "192.0.2.1"),
                (Where::ConnOrig, "192.0.2.1"),
                (Where::DnsResponse, "192.0.2.1"),
                (Where::ConnResp, "::ffff:192.0.2.1"),
            ],
            vec![
                (Where::ConnResp, "192.0.2.2"),
                (Where::ConnResp, "192.0.2.10"),
            ],
        ),
        (
            "[ipv4-addr:value = '192.0.2.0/25']",
            vec![(Where::ConnResp, "192.0.2.127")],
            vec![(Where::ConnResp, "192.0.2.128")],
        ),
        (
            "[ipv4-addr:value ISSUBSET '203.0.0.0/8']",
            vec![(Where::ConnResp, "203.255.255.255")],
            vec![(Where::ConnResp, "204.0.0.0")],
        ),
        (
            "[ipv4-addr:value ISSUBSET '0.0.0.0/0']",
            vec![
                (Where::ConnResp, "0.0.0.0"),
                (Where::ConnResp, "255.255.255.255"),
            ],
            vec![(Where::ConnResp, "::1")],
        ),
        (
            "[ipv6-addr:value = '2001:DB8:0::1']",
            vec![(Where::ConnResp, "2001:db8::1")],
            vec![(Where::ConnResp, "2001:db8::2")],
        ),
        (
            "[ipv6-addr:value ISSUBSET '2001:db8::/33']",
            vec![(Where::ConnResp, "2001:db8:7fff::")],
            vec![(Where::ConnResp, "2001:db8:8000::")],
        ),
        (
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']",
            vec![(Where::ConnResp, "192.0.2.1")],
            vec![
                (Where::ConnOrig, "192.0.2.1"),
                (Where::DnsResponse, "192.0.2.1"),
            ],
        ),
        (
            "[network-traffic:src_ref.value = '192.0.2.1']",
            vec![(Where::ConnOrig, "192.0.2.1")],
            vec![(Where::ConnResp, "192.0.2.1")],
        ),
        (
            "[domain-name:value = 'higan.org']",
            vec![
                (Where::DnsRequest, "higan.org"),
                (Where::DnsRequest, "HIGAN.org."),
                (Where::HttpHostHeader, "higan.org"),
                (Where::SslServerName, "higan.org"),
            ],
            vec![
                (Where::DnsRequest, "michigan.org"),
                (Where::DnsRequest, "www.higan.org"),
                (Where::DnsRequest, "higan.org.example"),
                (Where::DnsRequest, "org"),
            ],
        ),
        (
            "[domain-name:value LIKE '%.higan.org']",
            vec![
                (Where::DnsRequest, "a.b.higan.org"),
                (Where::DnsRequest, "mic.Higan.org."),
            ],
            vec![
                (Where::DnsRequest, "higan.org"),
                (Where::DnsRequest, "michigan.org"),
                (Where::DnsRequest, "a.michigan.org"),
            ],
        ),
        (
            "[domain-name:value = 'bücher.example']",
            vec![
                (Where::DnsRequest, "xn--bcher-kva.example"),
                (Where::DnsRequest, "BÜCHER.example"),
            ],
            vec![],
        ),
        (
            "[network-traffic:dst_ref.value = 'a.example']",
            vec![
                (Where::DnsRequest, "a.example"),
                (Where::SslServerName, "a.example"),
            ],
            vec![(Where::DnsResponse, "a.example")],
        ),
        (
            "[domain-name:resolves_to_refs[*].value = '192.0.2.1']",
            vec![(Where::DnsResponse, "192.0.2.1")],
            vec![(Where::ConnResp, "192.0.2.1")],
        ),
        (
            "[url:value = 'HTTP://Example.com:80/a%7e#x']",
            vec![
                (Where::HttpUrl, "http://example.com/a~"),
                (Where::HttpUrl, "http://EXAMPLE.com./a~"),
                (Where::HttpReferrerHeader, "http://example.com/a~"),
            ][..1]
                .to_vec(),
            vec![
                (Where::HttpUrl, "http://example.com/"),
                (Where::HttpUrl, "http://example.com/A~"),
                (Where::DnsRequest, "example.com"),
                (Where::HttpUrl, "http://www.example.com/a~"),
            ],
        ),
        (
            "[email-addr:value = 'A@Example.com']",
            vec![(Where::SmtpFrom, "a@example.com")],
            vec![(Where::SmtpFrom, "b@example.com")],
        ),
        (
            "[email-message:from_ref.value = 'a@example.com']",
            vec![(Where::SmtpFrom, "a@example.com")],
            vec![(Where::SmtpTo, "a@example.com")],
        ),
        (
            &format!("[file:hashes.MD5 = '{upper}']"),
            vec![(Where::FilesHash, md5)],
            vec![(Where::X509Cert, md5)],
        ),
        (
            &format!("[file:hashes.'SHA-256' = '{sha256}']"),
            vec![(Where::FilesHash, &sha256)],
            vec![(Where::X509Cert, &sha256)],
        ),
        (
            &format!("[file:hashes.SHA256 = '{sha256}']"),
            vec![(Where::FilesHash, &sha256)],
            vec![],
        ),
        (
            &format!("[x509-certificate:hashes.'SHA-256' = '{sha256}']"),
            vec![(Where::X509Cert, &sha256)],
            vec![(Where::FilesHash, &sha256)],
        ),
        (
            "[file:name = 'Evil.exe']",
            vec![(Where::FilesName, "Evil.exe")],
            vec![(Where::FilesName, "evil.exe")],
        ),
        (
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bot/1']",
            vec![(Where::HttpUserAgentHeader, "Bot/1")],
            vec![(Where::HttpUserAgentHeader, "bot/1")],
        ),
        (
            "[network-traffic:extensions.'http-request-ext'.request_header.Host = 'a.example:8080']",
            vec![(Where::HttpHostHeader, "a.example")],
            vec![(Where::DnsRequest, "a.example")],
        ),
        (
            "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')] OR [domain-name:value = 'a.example']",
            vec![
                (Where::ConnResp, "192.0.2.2"),
                (Where::DnsRequest, "a.example"),
            ],
            vec![(Where::ConnResp, "192.0.2.3")],
        ),
    ] {
        let set = set(
            Subdomains::AsWritten,
            &[],
            &[indicator(pattern, &json!({}))],
        );
        assert_eq!(set.report().served, 1, "{pattern}: {:?}", set.report());
        for (place, text) in yes {
            assert!(
                matches(&set, place, text),
                "{pattern} must match {place} {text}"
            );
        }
        for (place, text) in no {
            assert!(
                !matches(&set, place, text),
                "{pattern} must not match {place} {text}"
            );
        }
    }
}

#[test]
fn what_is_not_served_says_why() {
    use pattern::alternative::Reason as Engine;
    for (pattern, more, reason) in [
        (
            "[domain-name:value LIKE '%higan.org']",
            json!({}),
            Reason::Part,
        ),
        (
            "[url:value LIKE 'http://a.example/%']",
            json!({}),
            Reason::Part,
        ),
        (
            "[domain-name:value = 'not a name']",
            json!({}),
            Reason::Value,
        ),
        (
            "[domain-name:value = '192.0.2.1']",
            json!({}),
            Reason::Value,
        ),
        (
            "[ipv4-addr:value = '2001:db8::1']",
            json!({}),
            Reason::Value,
        ),
        ("[ipv6-addr:value = '192.0.2.1']", json!({}), Reason::Value),
        ("[file:hashes.MD5 = 'abc']", json!({}), Reason::Malformed),
        ("[file:hashes.SSDEEP = 'abc']", json!({}), Reason::Property),
        (
            "[windows-registry-key:key = 'x']",
            json!({}),
            Reason::Property,
        ),
        (
            "[email-message:to_refs[1].value = 'a@b.example']",
            json!({}),
            Reason::Property,
        ),
        (
            "[domain-name:value != 'a.example']",
            json!({}),
            Reason::Engine(Engine::Negated),
        ),
        (
            "[domain-name:value MATCHES 'a']",
            json!({}),
            Reason::Engine(Engine::Operator),
        ),
        (
            "[file:name = 'a' AND file:size = 3]",
            json!({}),
            Reason::Engine(Engine::And),
        ),
        (
            "[file:name = 'a'] FOLLOWEDBY [file:name = 'b']",
            json!({}),
            Reason::Engine(Engine::Observations),
        ),
        ("[", json!({}), Reason::Malformed),
        (
            "alert tcp any",
            json!({"pattern_type": "snort"}),
            Reason::Language,
        ),
        (
            "[domain-name:value = 'a.example']",
            json!({"revoked": true}),
            Reason::Revoked,
        ),
        (
            "[domain-name:value = 'a.example']",
            json!({"valid_until": "soon"}),
            Reason::Malformed,
        ),
        (
            "[domain-name:value = 'a.benign.example']",
            json!({}),
            Reason::Excluded,
        ),
        (
            "[ipv4-addr:value = '198.51.100.0/25']",
            json!({}),
            Reason::Excluded,
        ),
    ] {
        let set = set(
            Subdomains::AsWritten,
            &["benign.example", "198.51.100.0/24"],
            &[indicator(pattern, &more)],
        );
        let report = set.report();
        assert_eq!(
            (report.given, report.served, report.unserved()),
            (1, 0, 1),
            "{pattern}"
        );
        assert_eq!(
            report.reasons.keys().collect::<Vec<_>>(),
            [&reason],
            "{pattern}"
        );
        assert_eq!(report.refusals.len(), 1, "{pattern}");
        assert!(!reason.text().is_empty());
        assert!(set.is_empty());
    }
}

#[test]
fn served_in_part() {
    let object = indicator(
        "[domain-name:value = 'a.example'] OR [file:name MATCHES 'x']",
        &json!({}),
    );
    let set = set(Subdomains::AsWritten, &[], &[object]);
    assert_eq!((set.report().served, set.report().entries), (1, 1));
    assert_eq!(set.report().refusals.len(), 1);
}

#[test]
fn names_below_a_domain_where_asked_for() {
    let object = indicator("[domain-name:value = 'higan.org']", &json!({}));
    let set = set(Subdomains::Included, &["safe.higan.org"], &[object]);
    for (name, expected) in [
        ("higan.org", true),
        ("www.higan.org", true),
        ("michigan.org", false),
        ("safe.higan.org", false),
        ("a.safe.higan.org", false),
        ("unsafe.higan.org", true),
    ] {
        assert_eq!(matches(&set, Where::DnsRequest, name), expected, "{name}");
    }
}

#[test]
fn confidence() {
    for (confidence, served) in [
        (json!({"confidence": 49}), 0),
        (json!({"confidence": 50}), 1),
        (json!({}), 1),
    ] {
        let options = Options {
            subdomains: Subdomains::AsWritten,
            least_confidence: Some(50),
            exclusions: Exclusions::default(),
        };
        let mut builder = Builder::new(options);
        builder.add(&indicator("[domain-name:value = 'a.example']", &confidence));
        assert_eq!(builder.build().report().served, served, "{confidence}");
    }
}

#[test]
fn validity_begins_and_ends() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let validity = Validity::new(
        Some(at("2026-01-01T00:00:00Z")),
        Some(at("2026-02-01T00:00:00Z")),
    );
    for (time, expected) in [
        ("2025-12-31T23:59:59.999999999Z", false),
        ("2026-01-01T00:00:00Z", true),
        ("2026-01-31T23:59:59.999999Z", true),
        ("2026-02-01T00:00:00Z", false),
    ] {
        assert_eq!(validity.holds(at(time)), expected, "{time}");
    }
    assert!(Validity::ALWAYS.holds(Timestamp::MAX));
    assert!(Validity::ALWAYS.holds(Timestamp::MIN));
    assert!(
        Validity::new(None, Some(at("9000-01-01T00:00:00Z"))).holds(at("2100-01-01T00:00:00Z"))
    );
}

#[test]
fn the_longest_prefix_and_the_longest_name_come_first() {
    let keys = [
        Key::Network("10.0.0.0/8".parse().unwrap()),
        Key::Network("10.1.0.0/16".parse().unwrap()),
        Key::Network("10.1.2.3/32".parse().unwrap()),
        Key::Network("0.0.0.0/0".parse().unwrap()),
        Key::Subdomains("example".into()),
        Key::Subdomains("b.example".into()),
        Key::Domain("a.b.example".into()),
        Key::Network("10.1.2.3/32".parse().unwrap()),
    ];
    let mut index = Index::default();
    for (entry, key) in keys.iter().enumerate() {
        index.insert(key, u32::try_from(entry).unwrap()).unwrap();
    }
    let find = |value| {
        let mut all = Vec::new();
        index.find(&value, |entry| all.push(entry));
        all
    };
    let address = |text: &str| find(Value::Address(text.parse().unwrap()));
    assert_eq!(address("10.1.2.3"), [2, 7, 1, 0, 3]);
    assert_eq!(address("10.1.2.4"), [1, 0, 3]);
    assert_eq!(address("10.9.2.4"), [0, 3]);
    assert_eq!(address("11.0.0.0"), [3]);
    assert_eq!(find(Value::Domain("a.b.example")), [6, 5, 4]);
    assert_eq!(find(Value::Domain("A.B.EXAMPLE.")), [6, 5, 4]);
    assert_eq!(find(Value::Domain("b.example")), [4]);
    assert_eq!(find(Value::Domain("ab.example")), [4]);
}

#[test]
fn the_identifier_must_be_an_indicators() {
    let options = Options {
        subdomains: Subdomains::AsWritten,
        least_confidence: None,
        exclusions: Exclusions::default(),
    };
    let mut builder = Builder::new(options);
    let key = Key::Domain("a.example".into());
    builder.add_key(
        &Id::parse(&ID.replace("indicator", "malware")).unwrap(),
        Validity::ALWAYS,
        None,
        &key,
    );
    builder.add_key(&Id::parse(ID).unwrap(), Validity::ALWAYS, None, &key);
    let set = builder.build();
    assert_eq!(
        set.report().reasons.keys().collect::<Vec<_>>(),
        [&Reason::Kind]
    );
    assert!(matches(&set, Where::DnsRequest, "a.example"));
}
