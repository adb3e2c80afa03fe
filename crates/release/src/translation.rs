//! Translations of what is not seen (STIX 2.1 §7.1).

use serde_json::Value;
use stix::selector::Step;

use crate::cuts::Cuts;

/// The translations in a language content's `contents` of what is not seen of the object translated.
///
/// `seen` says whether a property of it is seen whole. What the object does not have in the version that is seen may be translated from one that is withheld. A list is
/// translated as a whole, so one cut item takes its list's translation along.
pub(crate) fn translations(contents: &Value, seen: &dyn Fn(&str) -> bool) -> Cuts {
    let mut cuts = Cuts::default();
    let languages = contents.as_object().into_iter().flatten();
    for (language, texts) in languages {
        let path = vec![
            Step::Property("contents".to_owned()),
            Step::Property(language.clone()),
        ];
        match texts {
            Value::Object(texts) => {
                for name in texts.keys().filter(|name| !seen(name)) {
                    let mut path = path.clone();
                    path.push(Step::Property(name.clone()));
                    cuts.insert(path);
                }
            }
            _ => cuts.insert(path),
        }
    }
    cuts
}
