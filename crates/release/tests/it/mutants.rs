//! That the list of mistakes to plant fits the code: whether they are noticed is for `cargo xtask mutants`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn each_mistake_has_its_place() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(crate_folder.join("tests/it/mutants.txt")).unwrap();
    let mut names = BTreeSet::new();
    for entry in list.split("\n= ").skip(1) {
        let (head, body) = entry.split_once('\n').unwrap();
        let (name, file) = head.split_once(": ").unwrap();
        assert!(names.insert(name), "`{name}` stands twice");
        let lines = |sign| -> Vec<&str> {
            body.lines()
                .filter_map(|line| line.strip_prefix(sign))
                .collect()
        };
        let (found, planted) = (lines('-').join("\n"), lines('+').join("\n"));
        let text = fs::read_to_string(crate_folder.join("src").join(file)).unwrap();
        assert_eq!(text.matches(&found).count(), 1, "`{name}` in {file}");
        assert_ne!(found, planted, "`{name}`");
    }
    assert!(names.len() > 80, "{} mistakes", names.len());
}
