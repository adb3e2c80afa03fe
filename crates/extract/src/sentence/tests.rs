use super::split;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<&str> = split(text)
        .iter()
        .map(|sentence| text.get(sentence.start..sentence.end).unwrap())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn sentences_end_at_full_stops() {
    check(
        "One. Two! \"Three?\" Four",
        &["One.", "Two!", "\"Three?\"", "Four"],
    );
    check(
        "by the U.S. Justice Department. Then",
        &["by the U.S. Justice Department.", "Then"],
    );
    check("with the U.S. The agency", &["with the U.S.", "The agency"]);
    check(
        "Acme Co. Ltd. Tokyo said so.",
        &["Acme Co. Ltd. Tokyo said so."],
    );
    check(
        "version 1.2.3 of evil.example is out.",
        &["version 1.2.3 of evil.example is out."],
    );
    check("侵入した。その後、", &["侵入した。", "その後、"]);
}

#[test]
fn lines_are_joined_where_a_sentence_goes_on() {
    check(
        "a name that is\nbroken over it.\nNext",
        &["a name that is\nbroken over it.", "Next"],
    );
    check(
        "A title\nIts subtitle\n\nHere is a line that\ngoes on.",
        &["A title", "Its subtitle", "Here is a line that\ngoes on."],
    );
    check(
        "境界ルータを改ざんして\n再起動後も残る。",
        &["境界ルータを改ざんして\n再起動後も残る。"],
    );
    check(
        "# Heading\ntext\n\n- one\n- two",
        &["# Heading", "text", "- one", "- two"],
    );
}
