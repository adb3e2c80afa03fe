use pattern::build;
use pattern::code;
use pattern::network::Network;
use pattern::tree::{Check, Comparison, Observation, Path, Pattern, Test};

#[test]
fn values_cannot_leave_their_string() {
    let hostile = r"x' OR url:value LIKE '%\";
    let pattern = build::any_of([build::url(hostile)]).unwrap();
    assert_eq!(
        pattern.to_string(),
        r"[url:value = 'x\' OR url:value LIKE \'%\\']"
    );
    assert_eq!(pattern.tests().len(), 1);
    let pattern = build::any_of([build::file_hash("x' = 'y", "z")]).unwrap();
    assert_eq!(pattern.tests()[0].path.value.steps.len(), 1);
}

#[test]
fn an_object_type_cannot_be_anything() {
    let test = Test::new(Path::new("a:b = 1 OR a", "b"), Check::Exists);
    let findings = build::any_of([test]).unwrap_err();
    assert_eq!(findings[0].code, code::EXPECTED);
}

#[test]
fn what_is_wrong_is_said() {
    assert_eq!(
        build::any_of([build::file_hash("SHA-256", "f00")]).unwrap_err()[0].code,
        code::HASH
    );
    assert_eq!(build::any_of([]).unwrap_err()[0].code, code::EXPECTED);
    let both = [
        build::domain_name("a.example"),
        build::ipv4_addr("198.51.100.1"),
    ];
    assert_eq!(
        build::all_of(both).unwrap_err()[0].code,
        code::UNSATISFIABLE_AND
    );
}

#[test]
fn the_usual_indicators() {
    let network = Network::parse("2001:db8::/32").unwrap();
    let tests = [
        build::domain_name("a.example"),
        build::email_addr("a@example.org"),
        build::file_hash("MD5", "cead3f77f6cda6ec00f57d76c9a6879f"),
        build::file_name("it's.exe"),
        build::ipv4_addr("198.51.100.0/24"),
        build::ipv6_addr("2001:db8::1"),
        build::mac_addr("00:00:5e:00:53:01"),
        build::mutex("m"),
        build::within_network(&network),
        build::url("https://a.example/?q='"),
        build::one_of(
            Path::new("domain-name", "value"),
            ["b.example", "c.example"],
        ),
    ];
    assert_eq!(
        build::any_of(tests).unwrap().to_string(),
        "[domain-name:value = 'a.example' OR email-addr:value = 'a@example.org' \
         OR file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' OR file:name = 'it\\'s.exe' \
         OR ipv4-addr:value = '198.51.100.0/24' OR ipv6-addr:value = '2001:db8::1' \
         OR mac-addr:value = '00:00:5e:00:53:01' OR mutex:name = 'm' OR ipv6-addr:value ISSUBSET '2001:db8::/32' \
         OR url:value = 'https://a.example/?q=\\'' OR domain-name:value IN ('b.example', 'c.example')]"
    );
}

#[test]
fn trees_get_the_parentheses_they_need() {
    let test = || Comparison::from(Test::new(Path::new("a", "b"), Check::Exists));
    let or = || Comparison::Or(vec![test(), test()]);
    let single = |comparison: Comparison| Observation::Single(comparison.into());
    let nested = Comparison::Or(vec![Comparison::And(vec![or(), test()]), or()]);
    let followed = Observation::FollowedBy(vec![single(or()), single(nested)]);
    let tree = Observation::And(vec![followed, single(test())]);
    assert_eq!(
        Pattern::new(&tree).unwrap().to_string(),
        "([EXISTS a:b OR EXISTS a:b] FOLLOWEDBY [(EXISTS a:b OR EXISTS a:b) AND EXISTS a:b \
         OR (EXISTS a:b OR EXISTS a:b)]) AND [EXISTS a:b]"
    );
}
