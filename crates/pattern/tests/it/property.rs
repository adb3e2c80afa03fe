//! What holds for every input.

use pattern::constant::{Constant, Float, Integer, Timestamp};
use pattern::parse::{parse, parse_bytes, read};
use pattern::text::Text;
use pattern::tree::{
    Check, Comparison, Name, Observation, Path, Pattern, Qualified, Qualifier, Seconds, Step, Test,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bits of the language, so that random texts get far into the parser.
const WORDS: [&str; 46] = [
    "[",
    "]",
    "(",
    ")",
    ":",
    ".",
    ",",
    "*",
    "=",
    "==",
    "!=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    " ",
    "AND",
    "OR",
    "NOT",
    "EXISTS",
    "FOLLOWEDBY",
    "IN",
    "LIKE",
    "MATCHES",
    "ISSUBSET",
    "WITHIN",
    "SECONDS",
    "REPEATS",
    "TIMES",
    "START",
    "STOP",
    "a:b",
    "file:hashes.MD5",
    "'x'",
    "'\\'",
    "h'00'",
    "b'AA=='",
    "t'2016-01-01T00:00:00Z'",
    "1",
    "-2.5",
    "true",
    "/*",
    "*/",
    "\\",
    "é",
];

proptest! {
    #[test]
    fn bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = parse_bytes(&bytes);
    }

    #[test]
    fn texts_never_panic(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn words_never_panic(words in vec(proptest::sample::select(&WORDS[..]), 0..60), spaced in any::<bool>()) {
        check(&words.join(if spaced { " " } else { "" }))?;
    }

    #[test]
    fn strings_are_escaped(text in ".*") {
        let pattern = parse(&format!("[a:b = {}]", pattern::literal::string(&text))).unwrap();
        prop_assert_eq!(pattern.tests()[0].check.value.clone(), Check::Equal(Constant::String(text.into())));
    }

    #[test]
    fn trees_survive_their_text(root in observation()) {
        let pattern = Pattern::new(&root).map_err(|findings| TestCaseError::fail(format!("`{root}`: {}", findings[0])))?;
        let text = pattern.to_string();
        prop_assert_eq!(&root.to_string(), &text);
        prop_assert_eq!(parse(&text).unwrap(), pattern.clone());
        let form = pattern::normal::normal_form(&pattern);
        prop_assert_eq!(pattern::normal::normal_form(&form), form, "of {}", pattern);
    }

    #[test]
    fn every_part_of_a_valid_text_matters_to_no_panic(root in observation(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = root.to_string().into_bytes();
        let at = cut.index(bytes.len());
        let _ = parse_bytes(&bytes[..at]);
        bytes[at] = byte;
        let _ = parse_bytes(&bytes);
    }
}

/// A text gives a pattern or an error, never both; places are within the text; what is written reads the same.
fn check(text: &str) -> Result<(), TestCaseError> {
    let reading = read(text);
    let error = reading
        .diagnostics
        .iter()
        .any(|finding| finding.severity == base::diagnostic::Severity::Error);
    prop_assert_eq!(reading.pattern.is_none(), error);
    for finding in &reading.diagnostics {
        let base::diagnostic::Place::Bytes { start, end } = finding.place else {
            return Err(TestCaseError::fail(format!("{finding} has no place")));
        };
        prop_assert!(text.get(start..end).is_some(), "{finding}");
    }
    if let Some(pattern) = reading.pattern {
        prop_assert_eq!(parse(&pattern.to_string()).unwrap(), pattern);
    }
    Ok(())
}

fn constant() -> impl Strategy<Value = Constant> {
    prop_oneof![
        vec(any::<u8>(), 0..9).prop_map(Constant::Binary),
        any::<bool>().prop_map(Constant::Boolean),
        any::<f64>()
            .prop_filter_map("finite", Float::new)
            .prop_map(Constant::Float),
        vec(any::<u8>(), 0..9).prop_map(Constant::Hex),
        (-Integer::MAX..=Integer::MAX)
            .prop_filter_map("in range", Integer::new)
            .prop_map(Constant::Integer),
        "\\PC{0,12}".prop_map(|text| Constant::String(text.into())),
        timestamp().prop_map(Constant::Timestamp),
    ]
}

fn ordered() -> impl Strategy<Value = Constant> {
    constant().prop_filter("booleans have no order", |constant| {
        !matches!(constant, Constant::Boolean(_))
    })
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (0..10_000, 1..13, 1..29, 0..24, 0..60, "(\\.[0-9]{1,12})?").prop_map(
        |(year, month, day, hour, minute, fraction)| {
            Timestamp::parse(&format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:07{fraction}Z"
            ))
            .unwrap()
        },
    )
}

fn name() -> impl Strategy<Value = Name> {
    (
        prop_oneof!["[a-z_][a-z0-9_]{0,8}", "\\PC{0,8}", Just("AND".to_owned())],
        any::<bool>(),
    )
        .prop_map(|(text, quoted)| Name {
            text: text.into(),
            quoted,
        })
        .prop_filter("digests have rules of their own", |name| {
            name.text != "hashes"
        })
}

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![
        Just(Step::AnyItem),
        (0..=Integer::MAX.unsigned_abs()).prop_map(Step::Item),
        name().prop_map(Step::Name),
    ];
    (name(), vec(step, 0..4)).prop_map(|(property, steps)| Path {
        object_type: "x-one".into(),
        property,
        steps,
    })
}

fn test() -> impl Strategy<Value = Comparison> {
    let network = prop_oneof![
        Just(Text::from("198.51.100.0/24")),
        Just(Text::from("2001:db8::1"))
    ];
    let check = prop_oneof![
        constant().prop_map(Check::Equal),
        constant().prop_map(Check::NotEqual),
        Just(Check::Exists),
        ordered().prop_map(Check::Greater),
        ordered().prop_map(Check::GreaterOrEqual),
        ordered().prop_map(Check::Less),
        ordered().prop_map(Check::LessOrEqual),
        vec(
            "\\PC{0,8}".prop_map(|text| Constant::String(text.into())),
            0..4
        )
        .prop_map(Check::In),
        "\\PC{0,8}".prop_map(|text| Check::Like(text.into())),
        "\\PC{0,8}".prop_map(|text| Check::Matches(text.into())),
        network.clone().prop_map(Check::IsSubset),
        network.prop_map(Check::IsSuperset),
    ];
    (path(), any::<bool>(), check).prop_map(|(path, negated, check)| {
        Comparison::from(Test {
            negated,
            ..Test::new(path, check)
        })
    })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    test().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Comparison::And),
            vec(inner.clone(), 2..4).prop_map(Comparison::Or),
            inner.prop_map(|inner| Comparison::Group(Box::new(inner))),
        ]
    })
}

fn qualifiers() -> impl Strategy<Value = Vec<Qualifier>> {
    let whole =
        (1..1_000_000_u64).prop_map(|seconds| Seconds::Integer(seconds.try_into().unwrap()));
    let part = (1e-9..1e9)
        .prop_filter_map("finite", Float::new)
        .prop_map(Seconds::Float);
    let all = (
        1..1_000_u64,
        prop_oneof![whole, part],
        timestamp(),
        timestamp(),
    )
        .prop_map(|(times, seconds, start, stop)| {
            vec![
                Qualifier::Repeats(times.try_into().unwrap()),
                Qualifier::Within(seconds),
                Qualifier::StartStop { start, stop },
            ]
        });
    (all, 1..4_usize).prop_map(|(mut all, keep)| {
        all.truncate(keep);
        all
    })
}

fn observation() -> impl Strategy<Value = Observation> {
    let single = comparison().prop_map(|comparison| Observation::Single(comparison.into()));
    single.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Observation::And),
            vec(inner.clone(), 2..4).prop_map(Observation::Or),
            vec(inner.clone(), 2..4).prop_map(Observation::FollowedBy),
            inner
                .clone()
                .prop_map(|inner| Observation::Group(Box::new(inner))),
            (inner, qualifiers()).prop_map(|(observation, qualifiers)| {
                let qualifiers = qualifiers.into_iter().map(Into::into).collect();
                Observation::Qualified(Box::new(Qualified {
                    observation,
                    qualifiers,
                }))
            }),
        ]
    })
}
