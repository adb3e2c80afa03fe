//! Precision and recall, and the floors they must not fall below.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Counts of what was right and wrong.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
}

impl Score {
    pub(crate) fn of<T: Ord + std::fmt::Debug>(gold: &BTreeSet<T>, found: &BTreeSet<T>) -> Self {
        let missed: Vec<&T> = gold.difference(found).collect();
        let wrong: Vec<&T> = found.difference(gold).collect();
        if !missed.is_empty() || !wrong.is_empty() {
            println!("    missed {missed:?}\n    too much {wrong:?}");
        }
        Self {
            right: gold.intersection(found).count(),
            wrong: wrong.len(),
            missed: missed.len(),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    /// Right answers in a thousand given.
    fn precision(self) -> usize {
        (self.right * 1000)
            .checked_div(self.right + self.wrong)
            .unwrap_or(1000)
    }

    /// Right answers in a thousand there are.
    fn recall(self) -> usize {
        (self.right * 1000)
            .checked_div(self.right + self.missed)
            .unwrap_or(1000)
    }
}

/// The scores of a suite against `tests/floors.txt`: `<suite> <what><TAB><precision><TAB><recall>`, in thousandths.
///
/// A score below its floor fails, and so does one above it until the floor is raised: `UPDATE_EXPECT=1` writes it.
pub(crate) struct Floors {
    suite: &'static str,
    reached: BTreeMap<String, (usize, usize)>,
}

impl Floors {
    pub(crate) fn read(suite: &'static str) -> Self {
        Self {
            suite,
            reached: BTreeMap::new(),
        }
    }

    pub(crate) fn check(&mut self, what: &str, score: &Score) {
        let (precision, recall) = (score.precision(), score.recall());
        println!(
            "{} {what}: precision {}.{}, recall {}.{} ({} right, {} too much, {} missed)",
            self.suite,
            precision / 10,
            precision % 10,
            recall / 10,
            recall % 10,
            score.right,
            score.wrong,
            score.missed
        );
        self.reached.insert(what.to_owned(), (precision, recall));
    }

    #[track_caller]
    pub(crate) fn finish(self) {
        let path = format!("tests/floors/{}.txt", self.suite);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let mut text = String::from(
            "# what, precision and recall in thousandths; a run must reach exactly these\n",
        );
        for (what, (precision, recall)) in &self.reached {
            let _ = writeln!(text, "{what}\t{precision}\t{recall}");
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        for line in known.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let Some((precision, recall)) = self.reached.get(fields[0]) else {
                continue;
            };
            assert!(
                *precision >= fields[1].parse().unwrap(),
                "{line}: precision fell to {precision}"
            );
            assert!(
                *recall >= fields[2].parse().unwrap(),
                "{line}: recall fell to {recall}"
            );
        }
        testkit::golden::check(env!("CARGO_MANIFEST_DIR"), &path, &text);
    }
}
