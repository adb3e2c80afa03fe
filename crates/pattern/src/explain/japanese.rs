//! 日本語の文言。

use super::{Like, STEPS, Words, constant, constants, is_time, like, name, quoted, refers};
use crate::token;
use crate::tree::{Check, Path, Seconds, Step, Test};

pub(super) struct Japanese;

impl Words for Japanese {
    fn head(&self) -> String {
        "このパターンは、次が観測されたときに一致します。".to_owned()
    }

    fn too_long(&self) -> String {
        "… 以下省略".to_owned()
    }

    fn more(&self, count: usize) -> String {
        format!("… ほか {count} 件")
    }

    fn all_observations(&self) -> String {
        "次のすべて（それぞれ別の観測で）：".to_owned()
    }

    fn any_observation(&self) -> String {
        "次のいずれか：".to_owned()
    }

    fn followed(&self) -> String {
        "次のすべて、この順で（それぞれ別の観測で）：".to_owned()
    }

    fn link(&self, first: bool) -> &'static str {
        if first {
            "まず、"
        } else {
            "それ以降に（同時刻を含む）、"
        }
    }

    fn repeats(&self, times: u64) -> String {
        match times {
            1 => "1 回以上：".to_owned(),
            _ => format!("{times} 回以上（それぞれ別の観測で）："),
        }
    }

    fn within(&self, seconds: Seconds) -> String {
        let (number, longer) = match seconds {
            Seconds::Float(seconds) => (seconds.to_string(), String::new()),
            Seconds::Integer(seconds) => {
                let longer = match seconds.get() {
                    seconds if seconds.is_multiple_of(86_400) => {
                        format!("（{} 日）", seconds / 86_400)
                    }
                    seconds if seconds.is_multiple_of(3_600) => {
                        format!("（{} 時間）", seconds / 3_600)
                    }
                    seconds if seconds.is_multiple_of(60) => format!("（{} 分）", seconds / 60),
                    _ => String::new(),
                };
                (seconds.to_string(), longer)
            }
        };
        format!("すべて {number} 秒{longer}未満の間に：")
    }

    fn window(&self, start: &str, stop: &str) -> String {
        format!("{start} 以降、{stop} より前に：")
    }

    fn object(&self, object_type: &str) -> String {
        format!("型 `{object_type}` のオブジェクト 1 つについて、")
    }

    fn object_of_any(&self) -> String {
        "オブジェクト 1 つについて、".to_owned()
    }

    fn all(&self) -> String {
        "次のすべてが成り立つ：".to_owned()
    }

    fn any(&self) -> String {
        "次のいずれかが成り立つ：".to_owned()
    }

    fn test(&self, test: &Test, with_type: bool) -> String {
        let path = path(&test.path.value);
        let check = check(test);
        if with_type {
            let object_type = &test.path.value.object_type;
            format!("型が `{object_type}` で、{}", spaced(&path, &check))
        } else {
            spaced(&path, &check)
        }
    }
}

fn path(path: &Path) -> String {
    if path.steps.len() > STEPS {
        return format!("`{}`", token::excerpt(&path.to_string()));
    }
    let mut words = format!("`{}`", name(&path.property.text));
    for (at, step) in path.steps.iter().enumerate() {
        let more = match step {
            Step::AnyItem => "のいずれかの項目".to_owned(),
            Step::Item(index) => format!("の {} 番目の項目", index.saturating_add(1)),
            Step::Name(step) if refers(path, at) => {
                format!("が指すオブジェクトの `{}`", name(&step.text))
            }
            Step::Name(step) => format!("の `{}`", name(&step.text)),
        };
        words = spaced(&words, &more);
    }
    words
}

/// Two phrases, with a space where one of them ends or begins in other letters.
fn spaced(left: &str, right: &str) -> String {
    let foreign = left.ends_with(|last: char| last.is_ascii())
        || right.starts_with(|first: char| first.is_ascii());
    let space = if foreign { " " } else { "" };
    format!("{left}{space}{right}")
}

fn check(test: &Test) -> String {
    let check = &test.check.value;
    let time = is_time(check);
    let more = |count| format!("… ほか {count} 件");
    let (yes, no) = match check {
        Check::Equal(value) => is(&constant(value)),
        Check::NotEqual(value) => {
            let (yes, no) = is(&constant(value));
            (no, yes)
        }
        Check::Exists => (
            "が存在する".to_owned(),
            "が存在しない（比較としては決して成立しない）".to_owned(),
        ),
        Check::Greater(value) => order(
            &constant(value),
            if time { "より後で" } else { "より大き" },
            if time { "ある" } else { "い" },
            if time { "ない" } else { "くない" },
        ),
        Check::GreaterOrEqual(value) => order(
            &constant(value),
            if time { "以降で" } else { "以上で" },
            "ある",
            "ない",
        ),
        Check::Less(value) => order(
            &constant(value),
            if time { "より前で" } else { "より小さ" },
            if time { "ある" } else { "い" },
            if time { "ない" } else { "くない" },
        ),
        Check::LessOrEqual(value) => order(
            &constant(value),
            if time { "以前で" } else { "以下で" },
            "ある",
            "ない",
        ),
        Check::In(set) if set.is_empty() => (
            "が空の集合に含まれる（決して成り立たない）".to_owned(),
            "が存在する".to_owned(),
        ),
        Check::In(set) => (
            format!("が次のいずれかである：{}", constants(set, more)),
            format!("が存在し、次のいずれでもない：{}", constants(set, more)),
        ),
        Check::IsSubset(network) => phrase(
            &format!("{network} に含まれ"),
            "る（同じ場合を含む）",
            "ない",
        ),
        Check::IsSuperset(network) => {
            phrase(&format!("{network} を含"), "む（同じ場合を含む）", "まない")
        }
        Check::Like(string) => match like(string) {
            Like::Begins(string) => phrase(&format!("{} で始ま", quoted(string)), "る", "らない"),
            Like::Contains(string) => phrase(&format!("{} を含", quoted(string)), "む", "まない"),
            Like::Ends(string) => phrase(&format!("{} で終わ", quoted(string)), "る", "らない"),
            Like::Equals(string) => phrase(&format!("{} と同じで", quoted(string)), "ある", "ない"),
            Like::Wildcards(string) => phrase(
                &format!(
                    "{}（`%` は任意の文字列、`_` は任意の 1 文字）の形で",
                    quoted(string)
                ),
                "ある",
                "ない",
            ),
        },
        Check::Matches(string) => phrase(
            &format!("正規表現 {} に一致する部分を持", quoted(string)),
            "つ",
            "たない",
        ),
    };
    if test.negated { no } else { yes }
}

fn is(value: &str) -> (String, String) {
    (
        format!("が {value} である"),
        format!("が存在し、{value} ではない"),
    )
}

fn order(value: &str, comparison: &str, yes: &str, no: &str) -> (String, String) {
    phrase(&format!("{value} {comparison}"), yes, no)
}

fn phrase(stem: &str, yes: &str, no: &str) -> (String, String) {
    let yes = spaced("が", &format!("{stem}{yes}"));
    (yes, format!("が存在し、{stem}{no}"))
}
