//! The matcher against one that is slow and obviously right.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hunt::index::Key;
use hunt::indicator::exclusions::Exclusions;
use hunt::indicator::{Builder, Options as SetOptions, Subdomains, Validity};
use hunt::matching::Matcher;
use proptest::prelude::*;
use stix::id::Id;

use crate::planted::ENFORCED;

fn label() -> impl Strategy<Value = String> {
    "[ab]{1,2}"
}

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(label(), 1..5).prop_map(|labels| labels.join("."))
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u8..3, 0_u8..3).prop_map(|(a, b)| IpAddr::from([192, 0, a, b])),
        (0_u16..3, 0_u16..3).prop_map(|(a, b)| IpAddr::from([0x2001, 0xdb8, a, 0, 0, 0, 0, b])),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        name().prop_map(Key::Domain),
        name().prop_map(Key::Subdomains),
        (address(), 0_u8..=128).prop_map(|(address, bits)| {
            let bits = if address.is_ipv4() {
                bits.min(32)
            } else {
                bits
            };
            Key::Network(hunt::normal::network(&format!("{address}/{bits}")).expect("a network"))
        }),
    ]
}

fn slow(key: &Key, query: &str, answers: &[IpAddr]) -> bool {
    match key {
        Key::Domain(name) => name == query,
        Key::Subdomains(name) => {
            let name: Vec<&str> = name.split('.').collect();
            let query: Vec<&str> = query.split('.').collect();
            query.len() > name.len() && query[query.len() - name.len()..] == name[..]
        }
        Key::Network(net) => answers.iter().any(|address| net.contains(address)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_hit_missed_and_none_invented(
        keys in prop::collection::vec(key(), 0..40),
        events in prop::collection::vec((name(), prop::collection::vec(address(), 0..4)), 1..20),
    ) {
        let mut builder = Builder::new(SetOptions {
            subdomains: Subdomains::AsWritten,
            least_confidence: None,
            exclusions: Exclusions::default(),
        });
        let id = |at: usize| format!("indicator--00000000-0000-4000-8000-{at:012x}");
        for (at, key) in keys.iter().enumerate() {
            builder.add_key(&Id::parse(&id(at)).unwrap(), Validity::ALWAYS, None, key);
        }
        let mut matcher = Matcher::new(builder.build().into(), ENFORCED);
        for (query, answers) in &events {
            let line = serde_json::json!({"_path": "dns", "query": query.to_uppercase(), "answers": answers}).to_string();
            let mut found = BTreeSet::new();
            matcher.feed(line.as_bytes(), &mut |hit| { found.insert(hit.indicator.to_string()); });
            let expected: BTreeSet<String> = keys.iter().enumerate()
                .filter(|(_, key)| slow(key, query, answers)).map(|(at, _)| id(at)).collect();
            prop_assert_eq!(found, expected, "{}", line);
        }
    }

    #[test]
    fn any_bytes_are_survived(chunks in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        Just(b"{\"_path\":\"dns\",\"query\":\"a.b\",\"answers\":[\"192.0.0.1\"]}\n".to_vec()),
        Just(b"\n{\"_path\":\"http\",\"host\":\"".to_vec()),
        Just(b"\\u00".to_vec()), Just(b"\"}\n".to_vec()), Just(b"\",\"uri\":\"/".to_vec()), Just(b"[{".to_vec()),
    ], 0..12)) {
        let mut builder = Builder::new(SetOptions {
            subdomains: Subdomains::Included, least_confidence: None, exclusions: Exclusions::default(),
        });
        for (at, key) in [Key::Domain("b".into()), Key::Url("http://a/".into()), Key::UserAgent("x".into())].iter().enumerate() {
            let id = format!("indicator--00000000-0000-4000-8000-{at:012x}");
            builder.add_key(&Id::parse(&id).unwrap(), Validity::ALWAYS, None, key);
        }
        let bytes = chunks.concat();
        let summary = Matcher::new(builder.build().into(), ENFORCED)
            .run(bytes.as_slice(), |_| {}, |_| std::ops::ControlFlow::Continue(())).unwrap();
        prop_assert_eq!(summary.lines, summary.events + summary.broken + summary.other_logs);
    }
}
