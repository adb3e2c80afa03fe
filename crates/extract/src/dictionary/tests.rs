use std::collections::BTreeSet;

use super::*;

#[track_caller]
fn check(text: &str, expected: &[(&str, Meaning)]) {
    let found: Vec<(&str, Meaning)> = find(text)
        .map(|hit| (text.get(hit.start..hit.end).unwrap(), hit.meaning))
        .collect();
    assert_eq!(found, expected);
}

fn actor_at(name: &str) -> Meaning {
    Meaning::Actor(
        actors()
            .iter()
            .position(|actor| actor.name == name)
            .unwrap(),
    )
}

#[test]
fn words_are_found_whole() {
    check(
        "VOLT TYPHOON's tools",
        &[("VOLT TYPHOON", actor_at("Volt Typhoon"))],
    );
    check(
        "ボルト・タイフーンによる",
        &[("ボルト・タイフーン", actor_at("Volt Typhoon"))],
    );
    check(
        "Volt Typhoonによる",
        &[("Volt Typhoon", actor_at("Volt Typhoon"))],
    );
    check("hexane and mercury, a reaper", &[]);
    check(
        "the U.S. and Japanese",
        &[
            ("U.S.", Meaning::Country("US")),
            ("Japanese", Meaning::Demonym("JP")),
        ],
    );
    check("contact us", &[]);
    check(
        "MUNICH, GERMANY",
        &[
            ("MUNICH", Meaning::City("Munich", "DE")),
            ("GERMANY", Meaning::Country("DE")),
        ],
    );
    check(
        "telecom carriers",
        &[("telecom carriers", Meaning::Sector("telecommunications"))],
    );
    check("Nigerian", &[("Nigerian", Meaning::Demonym("NG"))]);
    check("中国地方と中国の", &[("中国", Meaning::Country("CN"))]);
}

/// Every file: fields as many as the heading says, rows sorted, no key and no word twice.
#[test]
fn files_are_sorted_and_without_duplicates() {
    for (name, file, columns) in [
        ("actors.tsv", ACTORS_FILE, 5),
        ("cities.tsv", CITIES, 3),
        ("countries.tsv", COUNTRIES, 5),
        ("organizations.tsv", ORGANIZATIONS_FILE, 6),
        ("references.tsv", REFERENCES_FILE, 1),
        ("sectors.tsv", SECTORS, 3),
    ] {
        let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(!lines.is_empty(), "{name}");
        for line in &lines {
            assert_eq!(line.split('\t').count(), columns, "{name}: {line}");
            assert!(
                line.split(['\t', '|'])
                    .all(|item| !item.is_empty() && item.trim() == item),
                "{name}: {line}"
            );
        }
        let keys: Vec<&str> = lines
            .iter()
            .map(|line| line.split('\t').next().unwrap().trim_start_matches('~'))
            .collect();
        assert!(keys.is_sorted(), "{name} is not sorted");
        let unique: BTreeSet<&&str> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len(), "{name} has a key twice");
    }
    let mut seen = BTreeSet::new();
    for word in &WORDS.words {
        assert!(seen.insert(word.text), "`{}` stands twice", word.text);
    }
}

#[test]
fn countries_of_actors_and_cities_are_known() {
    for actor in actors() {
        assert!(
            actor
                .country
                .is_none_or(|code| country_name(code).is_some()),
            "{}",
            actor.name
        );
        assert!(
            actor
                .attack_id
                .is_none_or(|id| id.len() == 5 && id.starts_with('G')),
            "{}",
            actor.name
        );
    }
    for row in rows(CITIES) {
        assert!(country_name(row.field(1).unwrap()).is_some());
    }
}

#[test]
fn names_of_actors_resolve() {
    let volt = actor("vanguard panda").unwrap();
    assert_eq!(
        (volt.name, volt.attack_id, volt.country),
        ("Volt Typhoon", Some("G1017"), Some("CN"))
    );
    check("G1017", &[("G1017", actor_at("Volt Typhoon"))]);
}
