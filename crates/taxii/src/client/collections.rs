//! Which collections are meant.

use crate::client::Client;
use crate::client::error::ClientError;
use crate::message::collection::Collection;

impl Client {
    /// The collections that are meant, each with the URL of its API root: each of `names` by id, alias or title; where
    /// nothing is named the only one that fits, or of several the one with the alias `releases` or `inbox`.
    ///
    /// # Errors
    /// [`ClientError::Collection`] where a name means none or several, or not just one fits.
    pub fn find_collections(
        &self,
        names: &[impl AsRef<str>],
        fits: fn(&Collection) -> bool,
    ) -> Result<Vec<(String, Collection)>, ClientError> {
        let mut all = Vec::new();
        for root in self.api_roots()? {
            let collections = self.collections(&root)?.into_iter();
            all.extend(collections.map(|collection| (root.clone(), collection)));
            if all.len() > MAX_COLLECTIONS {
                return Err(ClientError::Collection {
                    wanted: "a server should have fewer collections".to_owned(),
                    found: all.len(),
                    shown: format!("more than {MAX_COLLECTIONS}"),
                });
            }
        }
        if names.is_empty() {
            let wanted = "one collection should fit where none is named";
            return match one(&all, wanted, fits) {
                Ok(found) => Ok(vec![found]),
                Err(error) => match one(&all, wanted, |one| fits(one) && is_usual(one)) {
                    Ok(found) => Ok(vec![found]),
                    Err(_) => Err(error),
                },
            };
        }
        let meant = names.iter().map(|name| {
            let name = name.as_ref();
            one(
                &all,
                &format!("one collection should be called `{name}`"),
                |collection| {
                    collection.id == name
                        || collection.title == name
                        || collection.alias.as_deref() == Some(name)
                },
            )
        });
        meant.collect()
    }
}

/// Whether it is the one that a node of ours means for everything, among those for something special.
fn is_usual(collection: &Collection) -> bool {
    matches!(collection.alias.as_deref(), Some("inbox" | "releases"))
}

/// The one that is meant.
fn one(
    all: &[(String, Collection)],
    wanted: &str,
    is_meant: impl Fn(&Collection) -> bool,
) -> Result<(String, Collection), ClientError> {
    let mut meant = all.iter().filter(|(_, collection)| is_meant(collection));
    match (meant.next(), meant.count()) {
        (Some(one), 0) => Ok(one.clone()),
        (first, more) => {
            let shown = all.iter().take(MAX_SHOWN);
            let shown: Vec<String> = shown
                .map(|(_, one)| format!("`{}` ({})", one.id, one.title))
                .collect();
            Err(ClientError::Collection {
                wanted: wanted.to_owned(),
                found: usize::from(first.is_some()) + more,
                shown: if shown.is_empty() {
                    "none to these credentials".to_owned()
                } else {
                    shown.join(", ")
                },
            })
        }
    }
}

/// Collections of a server that are looked at.
const MAX_COLLECTIONS: usize = 10_000;
/// Collections that an error names: enough to choose from.
const MAX_SHOWN: usize = 20;
