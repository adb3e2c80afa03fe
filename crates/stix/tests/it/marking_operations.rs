//! Markings of objects and parts: recorded cases of the reference implementation, the rules of §7.2, and what holds
//! of any object.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stix::mark::{self, Kinds, Mark, MarkError, Reach, Scope};
use stix::marking::Tlp;
use stix::object::Object;
use stix::selector::Selector;
use testkit::known::Failures;

use crate::versioning::{compare_outcome, map, name};

/// The arguments of a recorded call, by name.
struct Arguments {
    marks: Vec<Mark>,
    scope: Result<Scope, MarkError>,
    reach: Reach,
    kinds: Kinds,
}

/// Reads the arguments; `Err` where they cannot be put in our types.
fn arguments(case: &Value) -> Result<Arguments, String> {
    let names: &[&str] = match (case["kind"].as_str().unwrap(), case["fn"].as_str().unwrap()) {
        (_, "get_markings") => &["selectors", "inherited", "descendants"],
        (_, "is_marked") => &["marking", "selectors", "inherited", "descendants"],
        (_, "clear_markings") => &["selectors", "marking_ref", "lang"],
        _ => &["marking", "selectors", "marking_ref", "lang"],
    };
    let positional = case["args"].as_array().unwrap().iter().skip(1);
    let mut given: Map<String, Value> = names
        .iter()
        .map(|name| (*name).to_owned())
        .zip(positional.cloned())
        .collect();
    given.extend(map(case["kwargs"].clone()));
    let flag = |name: &str, default| given.get(name).map_or(default, |flag| flag == &json!(true));
    let is_granular = case["kind"] == "granular";
    if is_granular && given.get("selectors").is_none_or(Value::is_null) {
        return Err("a function for parts is called without selectors".to_owned());
    }
    let marks = match given.get("marking") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(mark_of).collect::<Result<_, _>>()?,
        Some(one) => vec![mark_of(one)?],
    };
    let scope = match given.get("selectors") {
        None | Some(Value::Null) => Ok(Scope::Object),
        Some(Value::Array(items)) => Scope::parts(items.iter().map(|item| item.as_str().unwrap())),
        Some(one) => Scope::parts([one.as_str().unwrap()]),
    };
    let reach = match (flag("inherited", false), flag("descendants", false)) {
        (false, false) => Reach::Exact,
        (true, false) => Reach::Inherited,
        (false, true) => Reach::Descendants,
        (true, true) => Reach::Both,
    };
    let kinds = match (flag("marking_ref", true), flag("lang", true)) {
        (true, false) => Kinds::Definitions,
        (false, true) => Kinds::Languages,
        _ => Kinds::All,
    };
    Ok(Arguments {
        marks,
        scope,
        reach,
        kinds,
    })
}

/// A mark of a recorded call: an identifier, a marking definition as a whole, a language. Some cases call their marks
/// `1` and `m1`.
fn mark_of(value: &Value) -> Result<Mark, String> {
    let text = value.as_str().or(value["id"].as_str());
    let text = text.ok_or_else(|| format!("{value} is no mark"))?;
    let is_short = text.len() < 4 && text.ends_with(|last: char| last.is_ascii_digit());
    Ok(if is_short && !text.starts_with('l') {
        Mark::Definition(text.to_owned())
    } else {
        Mark::read(text)
    })
}

/// What the recorded error says, in our terms.
fn is_of(recorded: &str, error: &MarkError) -> bool {
    use MarkError as E;
    match recorded {
        "InvalidSelectorError" => matches!(
            error,
            E::NoSelector | E::Selector { .. } | E::SelectsNothing(_)
        ),
        "InvalidValueError" => matches!(error, E::Mark(_) | E::LanguageOfObject(_)),
        "MarkingNotFoundError" => matches!(error, E::NotMarked { .. }),
        _ => false,
    }
}

fn run(case: &Value) -> Result<(), String> {
    let object = case["args"][0].as_object().unwrap();
    let arguments = arguments(case)?;
    let now = testkit::time::start();
    let Arguments {
        marks,
        reach,
        kinds,
        ..
    } = &arguments;
    let question = |answer: Result<Value, MarkError>| match (case["ok"] == true, answer) {
        (true, Ok(answer)) if answer == sorted(&case["out"]) => Ok(()),
        (true, answer) => Err(format!("we say {answer:?}, recorded {}", case["out"])),
        (false, Err(error)) if is_of(case["exc"].as_str().unwrap(), &error) => Ok(()),
        (false, answer) => Err(format!("we say {answer:?}, recorded {}", case["exc"])),
    };
    let scope = match (&arguments.scope, case["fn"].as_str().unwrap()) {
        (Ok(scope), _) => scope,
        (Err(error), _) => return question(Err(error.clone())),
    };
    let edited = match case["fn"].as_str().unwrap() {
        "get_markings" => {
            let found = mark::markings_of(object, scope, *reach);
            let texts = |found: BTreeSet<Mark>| found.iter().map(Mark::as_str).collect();
            return question(found.map(|found| sorted(&texts(found))));
        }
        "is_marked" if marks.is_empty() => {
            return question(mark::is_marked(object, scope, *reach).map(Value::Bool));
        }
        "is_marked" => {
            let found = mark::is_marked_with(object, marks, scope, *reach);
            return question(found.map(Value::Bool));
        }
        "add_markings" => mark::add(object, marks, scope, now),
        "remove_markings" => mark::remove(object, marks, scope, now),
        "set_markings" => mark::set(object, marks, scope, *kinds, now),
        "clear_markings" => mark::clear(object, scope, *kinds, now),
        other => panic!("a function `{other}`"),
    };
    compare_outcome(case, edited, is_of)
}

fn sorted(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Array(items) = &mut value {
        items.sort_by_key(Value::to_string);
    }
    value
}

#[test]
fn agrees_with_the_recorded_markings() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/markings-cases.jsonl") else {
        return;
    };
    let mut known = Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/marking-disagreements.txt",
    );
    for (at, case) in cases.enumerate() {
        known.case(&name(at), run(&case.value));
    }
    println!("{:?}", known.finish());
}

fn malware() -> Map<String, Value> {
    map(json!({
        "type": "malware",
        "spec_version": "2.1",
        "id": "malware--9c4638ec-f1de-4ddb-abf4-1b760417654e",
        "created": "2016-04-06T20:03:00.000Z",
        "modified": "2016-04-06T20:03:00.000Z",
        "name": "Cryptolocker",
        "is_family": false,
        "labels": ["one", "two", "three"],
        "external_references": [{ "source_name": "cve", "external_id": "CVE-2014-0160" }],
    }))
}

const SELECTORS: &[&str] = &[
    "external_references",
    "external_references.[0]",
    "external_references.[0].source_name",
    "labels",
    "labels.[0]",
    "labels.[2]",
    "name",
    "type",
];

fn red() -> Mark {
    Tlp::Red.into()
}

/// One line for each edit: the markings it leaves, or why it is refused.
#[test]
fn what_an_edit_leaves() {
    let now = testkit::time::start();
    let parts = |selectors: &[&str]| Scope::parts(selectors).unwrap();
    let marked = {
        let mut object = malware();
        object.insert(
            "object_marking_refs".to_owned(),
            json!([Tlp::Green.id_text()]),
        );
        object.insert(
            "granular_markings".to_owned(),
            json!([
                { "lang": "ja", "selectors": ["name", "labels.[2]"] },
                { "marking_ref": Tlp::Red.id_text(), "selectors": ["name"] },
                { "lang": "ja", "selectors": ["labels.[0]", "name"] },
            ]),
        );
        object
    };
    let with = |name: &str, value: Value| {
        let mut object = marked.clone();
        object.insert(name.to_owned(), value);
        object
    };
    let file = map(json!({
        "type": "file", "id": "file--c27c572c-2e17-5ce1-817e-67bb97629a56", "name": "data.txt",
    }));
    let name = parts(&["name"]);
    let ja = || Mark::read("ja");
    let cases = [
        (
            "add to the object",
            mark::add(&marked, &[red()], &Scope::Object, now),
        ),
        (
            "add what is there",
            mark::add(&marked, &[Tlp::Green.into()], &Scope::Object, now),
        ),
        (
            "add to parts, and take together",
            mark::add(
                &marked,
                &[red(), ja()],
                &parts(&["type", "labels.[2]", "type"]),
                now,
            ),
        ),
        (
            "add to an unversioned observable",
            mark::add(&file, &[red()], &name, now),
        ),
        (
            "add to a marking definition",
            mark::add(
                &map(Tlp::Red.definition()),
                &[Tlp::Clear.into()],
                &Scope::Object,
                now,
            ),
        ),
        (
            "add to a revoked object",
            mark::add(&with("revoked", json!(true)), &[red()], &Scope::Object, now),
        ),
        ("add nothing", mark::add(&marked, &[], &name, now)),
        (
            "add a language to the object",
            mark::add(&marked, &[ja()], &Scope::Object, now),
        ),
        (
            "add an identity",
            mark::add(
                &marked,
                &[Mark::read("identity--311b2d2d-f010-4473-83ec-1edf84858f4c")],
                &name,
                now,
            ),
        ),
        (
            "add a malformed language",
            mark::add(&marked, &[Mark::read("日本語")], &name, now),
        ),
        (
            "add to what is not there",
            mark::add(&marked, &[red()], &parts(&["name", "labels.[3]"]), now),
        ),
        (
            "add to no part",
            mark::add(&marked, &[red()], &Scope::Parts(vec![]), now),
        ),
        (
            "add to an entry with more in it",
            mark::add(
                &with(
                    "granular_markings",
                    json!([{ "lang": "ja", "selectors": ["name"], "x_by": "me" }]),
                ),
                &[red()],
                &name,
                now,
            ),
        ),
        (
            "add where the markings are no list",
            mark::add(&with("granular_markings", json!({})), &[red()], &name, now),
        ),
        (
            "remove from a part",
            mark::remove(&marked, &[ja()], &name, now),
        ),
        (
            "remove the last of a part",
            mark::remove(&marked, &[red()], &name, now),
        ),
        (
            "remove what is not there",
            mark::remove(&marked, &[red()], &parts(&["type", "name"]), now),
        ),
        (
            "remove from what is in the part",
            mark::remove(&marked, &[ja()], &parts(&["labels"]), now),
        ),
        (
            "remove from the object",
            mark::remove(&marked, &[Tlp::Green.into()], &Scope::Object, now),
        ),
        (
            "remove from the object what a part has",
            mark::remove(&marked, &[red()], &Scope::Object, now),
        ),
        (
            "set the object",
            mark::set(&marked, &[red()], &Scope::Object, Kinds::All, now),
        ),
        (
            "set the language of a part",
            mark::set(&marked, &[Mark::read("en")], &name, Kinds::Languages, now),
        ),
        (
            "set all of a part",
            mark::set(&marked, &[Mark::read("en")], &name, Kinds::All, now),
        ),
        (
            "set nothing",
            mark::set(&marked, &[], &Scope::Object, Kinds::All, now),
        ),
        (
            "clear the object",
            mark::clear(&marked, &Scope::Object, Kinds::All, now),
        ),
        (
            "clear the object of languages",
            mark::clear(&marked, &Scope::Object, Kinds::Languages, now),
        ),
        ("clear a part", mark::clear(&marked, &name, Kinds::All, now)),
        (
            "clear a part of its language",
            mark::clear(&marked, &name, Kinds::Languages, now),
        ),
        (
            "clear some marked parts and others",
            mark::clear(&marked, &parts(&["type", "name"]), Kinds::Definitions, now),
        ),
        (
            "clear what is not marked",
            mark::clear(&marked, &parts(&["labels"]), Kinds::All, now),
        ),
        (
            "clear the object of its marked marking",
            mark::clear(
                &with(
                    "granular_markings",
                    json!([{ "marking_ref": Tlp::Red.id_text(), "selectors": ["object_marking_refs"] }]),
                ),
                &Scope::Object,
                Kinds::All,
                now,
            ),
        ),
    ];
    let mut lines = String::new();
    for (what, outcome) in cases {
        let outcome = match outcome {
            Ok(object) => {
                let shown = |name: &str| object.get(name).map_or("–".to_owned(), Value::to_string);
                let text = format!(
                    "{} {} {}",
                    shown("modified"),
                    shown("object_marking_refs"),
                    shown("granular_markings")
                );
                Object::from_properties(object).unwrap();
                text
            }
            Err(error) => {
                let source = std::error::Error::source(&error);
                let source = source.map_or_else(String::new, |source| format!(": {source}"));
                format!("refused: {error}{source} ({})", error.section())
            }
        };
        writeln!(lines, "{what}: {outcome}").unwrap();
    }
    for level in Tlp::ALL {
        lines = lines.replace(level.id_text(), level.label());
    }
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/marking-edits.txt",
        &lines,
    );
}

#[test]
fn edits_are_bounded() {
    let labels: Vec<String> = (0..600).map(|at| at.to_string()).collect();
    let mut object = malware();
    object.insert("labels".to_owned(), json!(labels));
    let scope = Scope::parts((0..600).map(|at| format!("labels.[{at}]"))).unwrap();
    let now = testkit::time::start();
    assert!(mark::add(&object, &[red()], &scope, now).is_ok());
    let both = [red(), Mark::read("ja")];
    assert_eq!(
        mark::add(&object, &both, &scope, now),
        Err(MarkError::TooMany)
    );
    let many = Scope::parts((0..2_000).map(|at| format!("labels.[{at}]")));
    assert_eq!(many, Err(MarkError::TooMany));
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let mark = prop::sample::select(vec![
        Mark::from(Tlp::Amber),
        Mark::from(Tlp::Green),
        Mark::from(Tlp::Red),
        Mark::read("ja"),
        Mark::read("zh-Hant"),
    ]);
    prop::collection::btree_set(mark, 1..4).prop_map(|marks| marks.into_iter().collect())
}

fn parts() -> impl Strategy<Value = Scope> {
    let selector = prop::sample::select(SELECTORS);
    prop::collection::btree_set(selector, 1..4)
        .prop_map(|selectors| Scope::parts(selectors).unwrap())
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![3 => parts(), 1 => Just(Scope::Object)]
}

/// The marks that a scope can bear.
fn fitting(marks: Vec<Mark>, scope: &Scope) -> Vec<Mark> {
    let fits = |mark: &Mark| *scope != Scope::Object || matches!(mark, Mark::Definition(_));
    marks.into_iter().filter(fits).collect()
}

/// An object after some additions.
fn marked() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((marks(), scope()), 0..4).prop_map(|additions| {
        let now = testkit::time::start();
        additions
            .into_iter()
            .fold(malware(), |object, (marks, scope)| {
                let marks = fitting(marks, &scope);
                mark::add(&object, &marks, &scope, now).unwrap_or(object)
            })
    })
}

fn reach() -> impl Strategy<Value = Reach> {
    prop::sample::select(vec![
        Reach::Exact,
        Reach::Inherited,
        Reach::Descendants,
        Reach::Both,
    ])
}

fn without_modified(mut object: Map<String, Value>) -> Map<String, Value> {
    object.remove("modified");
    object
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_added_is_there_and_removing_it_gives_the_original(
        object in marked(),
        marks in marks(),
        scope in scope(),
    ) {
        let now = testkit::time::start();
        // Marks that are nowhere in the scope yet: of others the removal takes more away than the addition brought.
        let single: Vec<Scope> = match &scope {
            Scope::Object => vec![Scope::Object],
            Scope::Parts(parts) => parts.iter().map(|part| Scope::Parts(vec![part.clone()])).collect(),
        };
        let of = |object: &_, scope: &_| mark::markings_of(object, scope, Reach::Exact).unwrap();
        let is_new = |mark: &Mark| single.iter().all(|scope| !of(&object, scope).contains(mark));
        let marks: Vec<Mark> = fitting(marks, &scope).into_iter().filter(is_new).collect();
        prop_assume!(!marks.is_empty());
        let added = mark::add(&object, &marks, &scope, now).unwrap();
        for scope in &single {
            prop_assert!(mark::is_marked_with(&added, &marks, scope, Reach::Exact).unwrap());
        }
        prop_assert!(Object::from_properties(added.clone()).is_ok());
        let removed = mark::remove(&added, &marks, &scope, now).unwrap();
        prop_assert_eq!(without_modified(removed), without_modified(object));
    }

    #[test]
    fn what_is_asked_agrees(object in marked(), marks in marks(), scope in scope(), reach in reach()) {
        let found = mark::markings_of(&object, &scope, reach).unwrap();
        prop_assert_eq!(mark::is_marked(&object, &scope, reach).unwrap(), !found.is_empty());
        let is_marked = mark::is_marked_with(&object, &marks, &scope, reach).unwrap();
        prop_assert_eq!(is_marked, marks.iter().all(|mark| found.contains(mark)));
        for narrower in [Reach::Exact, Reach::Inherited, Reach::Descendants] {
            let both = mark::markings_of(&object, &scope, Reach::Both).unwrap();
            prop_assert!(mark::markings_of(&object, &scope, narrower).unwrap().is_subset(&both));
        }
    }

    #[test]
    fn what_is_set_is_all_there_is(object in marked(), marks in marks(), scope in scope()) {
        let now = testkit::time::start();
        let marks = fitting(marks, &scope);
        prop_assume!(!marks.is_empty());
        let set = mark::set(&object, &marks, &scope, Kinds::All, now).unwrap();
        let found = mark::markings_of(&set, &scope, Reach::Exact).unwrap();
        prop_assert_eq!(found, marks.into_iter().collect::<BTreeSet<_>>());
        let cleared = mark::clear(&set, &scope, Kinds::All, now).unwrap();
        prop_assert!(!mark::is_marked(&cleared, &scope, Reach::Exact).unwrap());
        prop_assert!(Object::from_properties(cleared).is_ok());
    }

    #[test]
    fn entries_are_one_for_each_mark_and_in_order(object in marked()) {
        let entries = object.get("granular_markings").and_then(Value::as_array).cloned().unwrap_or_default();
        let marks: BTreeSet<String> = entries.iter().map(|entry| {
            entry.get("lang").or(entry.get("marking_ref")).unwrap().to_string()
        }).collect();
        prop_assert_eq!(marks.len(), entries.len());
        for entry in &entries {
            let selectors: Vec<Selector> = entry["selectors"].as_array().unwrap().iter()
                .map(|text| Selector::parse(text.as_str().unwrap()).unwrap()).collect();
            prop_assert!(selectors.is_sorted_by(|left, right| left < right));
        }
    }
}
