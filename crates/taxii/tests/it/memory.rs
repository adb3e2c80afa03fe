//! A backend in memory, as plain as can be: the standard's text as code, to test the routes with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use base::diagnostic::{Diagnostic, Place};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use stix::id::Id;
use stix::object::Object;
use taxii::backend::{Backend, BackendError, Entry, Head, Page};
use taxii::cursor;
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::{Collection, Collections};
use taxii::message::discovery::{ApiRoot, Discovery};
use taxii::message::status::{Status, StatusDetails};
use uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who(pub(crate) &'static str);

#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) state: Mutex<State>,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) now: Timestamp,
    pub(crate) discovery: Discovery,
    pub(crate) roots: BTreeMap<String, Root>,
    pub(crate) next_status: u128,
    /// What the next calls answer instead.
    pub(crate) failures: Vec<BackendError>,
}

#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) information: ApiRoot,
    pub(crate) statuses: Vec<(Option<Who>, Status)>,
    pub(crate) collections: Vec<Held>,
}

#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) collection: Collection,
    /// Only this one may know of it.
    pub(crate) only_for: Option<Who>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) text: Arc<str>,
    pub(crate) id: Id,
    pub(crate) version: String,
    pub(crate) date_added: Timestamp,
    pub(crate) spec_version: String,
}

impl Row {
    fn version_instant(&self) -> Timestamp {
        self.version.parse().unwrap()
    }
}

impl Memory {
    /// The data of the recorded exchanges.
    pub(crate) fn from_data(data: &Value) -> Self {
        let mut roots = BTreeMap::new();
        for (name, root) in data.as_object().unwrap() {
            if name.starts_with('/') {
                continue;
            }
            let read = |value: &Value| serde_json::from_value(value.clone()).unwrap();
            let statuses = root["status"].as_array().unwrap().iter();
            let collections = root["collections"].as_array().unwrap().iter();
            roots.insert(
                name.clone(),
                Root {
                    information: serde_json::from_value(root["information"].clone()).unwrap(),
                    statuses: statuses.map(|status| (None, read(status))).collect(),
                    collections: collections.map(held).collect(),
                },
            );
        }
        Self {
            state: Mutex::new(State {
                now: "2026-01-15T09:00:00Z".parse().unwrap(),
                discovery: serde_json::from_value(data["/discovery"].clone()).unwrap(),
                roots,
                next_status: 1,
                failures: Vec::new(),
            }),
        }
    }

    /// One API root `api` with a collection `main` (readable, writable), `drop` (writable), `shelf` (readable) and
    /// `hidden`, which only `insider` may know of; its alias is `secret`.
    pub(crate) fn small() -> Self {
        let collection = |number: u8, title: &str, can_read, can_write| Held {
            collection: Collection {
                id: format!("00000000-0000-4000-8000-0000000000{number:02}"),
                title: title.to_owned(),
                alias: Some(title.to_owned()),
                can_read,
                can_write,
                media_types: vec![taxii::media_type::STIX.to_owned()],
                ..Collection::default()
            },
            only_for: None,
            rows: Vec::new(),
        };
        let mut hidden = collection(4, "hidden", true, true);
        hidden.only_for = Some(Who("insider"));
        let root = Root {
            information: ApiRoot {
                title: "Test".to_owned(),
                versions: vec![taxii::media_type::TAXII.to_owned()],
                max_content_length: 100_000,
                description: None,
            },
            statuses: Vec::new(),
            collections: vec![
                collection(1, "main", true, true),
                collection(2, "drop", false, true),
                collection(3, "shelf", true, false),
                hidden,
            ],
        };
        Self {
            state: Mutex::new(State {
                now: "2026-01-15T09:00:00Z".parse().unwrap(),
                discovery: Discovery {
                    title: "Test server".to_owned(),
                    default: Some("/taxii2/api/".to_owned()),
                    api_roots: vec!["/taxii2/api/".to_owned()],
                    ..Discovery::default()
                },
                roots: BTreeMap::from([("api".to_owned(), root)]),
                next_status: 1,
                failures: Vec::new(),
            }),
        }
    }

    fn with<T>(
        &self,
        root: &str,
        act: impl FnOnce(&mut State) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        let mut state = self.state.lock().unwrap();
        if let Some(failure) = state.failures.pop() {
            return Err(failure);
        }
        if !root.is_empty() && !state.roots.contains_key(root) {
            return Err(BackendError::NotFound);
        }
        act(&mut state)
    }

    fn select(
        &self,
        who: &Who,
        place: (&str, &str),
        object: Option<&Id>,
        filter: &Filter,
        kind: &str,
    ) -> Result<Page<Row>, BackendError> {
        self.with(place.0, |state| {
            let held = state.held(who, place)?;
            if !held.collection.can_read {
                return Err(BackendError::Forbidden);
            }
            if let Some(object) = object
                && !held.rows.iter().any(|row| row.id == *object)
            {
                return Err(BackendError::NotFound);
            }
            let object_text = object.map(ToString::to_string).unwrap_or_default();
            let scope = [kind, place.0, place.1, object_text.as_str()];
            let after = match &filter.next {
                None => -1,
                Some(next) => {
                    cursor::read(next, filter, &scope).map_err(BackendError::BadRequest)?
                }
            };
            let matching = matching(&held.rows, object, filter);
            let rest: Vec<usize> = matching
                .into_iter()
                .filter(|at| i64::try_from(*at).unwrap() > after)
                .collect();
            let entries: Vec<Row> = rest
                .iter()
                .take(filter.limit)
                .map(|at| held.rows[*at].clone())
                .collect();
            let more = rest.len() > entries.len();
            let next = more.then(|| {
                let last = i64::try_from(rest[entries.len() - 1]).unwrap();
                cursor::write(last, filter, &scope)
            });
            Ok(Page {
                entries,
                more,
                next,
            })
        })
    }
}

impl State {
    fn held(&mut self, who: &Who, (root, name): (&str, &str)) -> Result<&mut Held, BackendError> {
        let root = self.roots.get_mut(root).ok_or(BackendError::NotFound)?;
        root.collections
            .iter_mut()
            .filter(|held| held.only_for.as_ref().is_none_or(|only| only == who))
            .find(|held| {
                held.collection.id == name || held.collection.alias.as_deref() == Some(name)
            })
            .ok_or(BackendError::NotFound)
    }
}

/// Positions of the rows that match, in order, as [`Filter`] says.
fn matching(rows: &[Row], object: Option<&Id>, filter: &Filter) -> Vec<usize> {
    let wanted = |row: &Row| {
        object.is_none_or(|object| row.id == *object)
            && filter.ids.as_ref().is_none_or(|ids| ids.contains(&row.id))
            && filter
                .types
                .as_ref()
                .is_none_or(|types| types.iter().any(|t| t == row.id.kind()))
    };
    let by_id = rows.iter().enumerate().filter(|(_, row)| wanted(row));
    let mut latest_spec: BTreeMap<&Id, &str> = BTreeMap::new();
    for (_, row) in by_id.clone() {
        let latest = latest_spec.entry(&row.id).or_insert(&row.spec_version);
        *latest = (*latest).max(&row.spec_version);
    }
    let left: Vec<(usize, &Row)> = by_id
        .filter(|(_, row)| match &filter.spec_versions {
            Some(list) => list.contains(&row.spec_version),
            None => latest_spec[&row.id] == row.spec_version,
        })
        .filter(|(_, row)| {
            filter
                .added_after
                .is_none_or(|after| row.date_added > after)
        })
        .collect();
    let mut chosen = BTreeSet::new();
    for version in &filter.versions {
        for (at, row) in &left {
            let same = left.iter().filter(|(_, other)| other.id == row.id);
            let take = match version {
                VersionMatch::All => true,
                VersionMatch::First => {
                    same.map(|(_, r)| r.version_instant()).min() == Some(row.version_instant())
                }
                VersionMatch::Last => {
                    same.map(|(_, r)| r.version_instant()).max() == Some(row.version_instant())
                }
                VersionMatch::Exact(moment) => row.version_instant() == *moment,
            };
            if take {
                chosen.insert(*at);
            }
        }
    }
    chosen.into_iter().collect()
}

fn held(value: &Value) -> Held {
    let records = value["manifest"].as_array().unwrap();
    let mut rows: Vec<Row> = value["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| {
            let version = object.get("modified").or(object.get("created")).unwrap();
            let record = records
                .iter()
                .find(|record| record["id"] == object["id"] && record["version"] == *version)
                .unwrap();
            let media_type = record["media_type"].as_str().unwrap();
            Row {
                text: object.to_string().into(),
                id: Id::parse(object["id"].as_str().unwrap()).unwrap(),
                version: version.as_str().unwrap().to_owned(),
                date_added: record["date_added"].as_str().unwrap().parse().unwrap(),
                spec_version: media_type.rsplit('=').next().unwrap().to_owned(),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.date_added);
    Held {
        collection: serde_json::from_value(value.clone()).unwrap(),
        only_for: None,
        rows,
    }
}

fn map<T>(page: Page<Row>, to: impl Fn(Row) -> T) -> Page<T> {
    Page {
        entries: page.entries.into_iter().map(to).collect(),
        more: page.more,
        next: page.next,
    }
}

fn head(row: Row) -> Head {
    Head {
        id: row.id,
        version: row.version.into(),
        date_added: row.date_added,
        media_type: format!("application/stix+json;version={}", row.spec_version).into(),
    }
}

impl Backend for Memory {
    type Audience = Who;

    fn discovery(&self, _: &Who) -> Result<Discovery, BackendError> {
        self.with("", |state| Ok(state.discovery.clone()))
    }

    fn api_root(&self, _: &Who, root: &str) -> Result<ApiRoot, BackendError> {
        self.with(root, |state| Ok(state.roots[root].information.clone()))
    }

    fn status(&self, who: &Who, root: &str, id: Uuid) -> Result<Status, BackendError> {
        let id = id.to_string();
        self.with(root, |state| {
            let statuses = &state.roots[root].statuses;
            let mine = statuses
                .iter()
                .find(|(by, status)| status.id == id && by.as_ref().is_none_or(|by| by == who));
            mine.map(|(_, status)| status.clone())
                .ok_or(BackendError::NotFound)
        })
    }

    fn collections(&self, who: &Who, root: &str) -> Result<Collections, BackendError> {
        self.with(root, |state| {
            let known = state.roots[root]
                .collections
                .iter()
                .filter(|held| held.only_for.as_ref().is_none_or(|only| only == who));
            Ok(Collections {
                collections: known.map(|held| held.collection.clone()).collect(),
            })
        })
    }

    fn collection(&self, who: &Who, root: &str, name: &str) -> Result<Collection, BackendError> {
        self.with(root, |state| {
            Ok(state.held(who, (root, name))?.collection.clone())
        })
    }

    fn objects(
        &self,
        who: &Who,
        root: &str,
        name: &str,
        object: Option<&Id>,
        filter: &Filter,
    ) -> Result<Page<Entry>, BackendError> {
        let page = self.select(who, (root, name), object, filter, "objects")?;
        Ok(map(page, |row| Entry {
            text: row.text,
            date_added: row.date_added,
        }))
    }

    fn manifest(
        &self,
        who: &Who,
        root: &str,
        name: &str,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError> {
        let page = self.select(who, (root, name), None, filter, "manifest")?;
        Ok(map(page, head))
    }

    fn versions(
        &self,
        who: &Who,
        root: &str,
        name: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError> {
        let page = self.select(who, (root, name), Some(object), filter, "versions")?;
        Ok(map(page, head))
    }

    fn add_objects(
        &self,
        who: &Who,
        root: &str,
        name: &str,
        objects: &[&str],
    ) -> Result<Status, BackendError> {
        self.with(root, |state| {
            let now = state.now;
            let held = state.held(who, (root, name))?;
            if !held.collection.can_write {
                return Err(BackendError::Forbidden);
            }
            let mut successes = Vec::new();
            let mut failures = Vec::new();
            for text in objects {
                match Object::parse(text) {
                    Ok(object) => successes.push(held.take_in(&object, now)),
                    Err(found) => failures.push(failure(text, &found)),
                }
            }
            state.next_status += 1;
            let id = Uuid::from_u128(0x4000_8000_0000_0000_0000 | state.next_status).to_string();
            let status = Status::complete(id, now, successes, failures);
            let statuses = &mut state.roots.get_mut(root).unwrap().statuses;
            statuses.push((Some(who.clone()), status.clone()));
            Ok(status)
        })
    }

    fn delete(
        &self,
        who: &Who,
        root: &str,
        name: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<(), BackendError> {
        self.with(root, |state| {
            let held = state.held(who, (root, name))?;
            match (held.collection.can_read, held.collection.can_write) {
                (true, true) => {}
                (false, false) => return Err(BackendError::NotFound),
                _ => return Err(BackendError::Forbidden),
            }
            if !held.rows.iter().any(|row| row.id == *object) {
                return Err(BackendError::NotFound);
            }
            for at in matching(&held.rows, Some(object), filter).into_iter().rev() {
                held.rows.remove(at);
            }
            Ok(())
        })
    }
}

impl Held {
    fn take_in(&mut self, object: &Object, now: Timestamp) -> StatusDetails {
        let microsecond = SignedDuration::from_micros(1);
        let date_added = match self.rows.last() {
            Some(row) if row.date_added >= now => row.date_added + microsecond,
            _ => now,
        };
        let same = |row: &&Row| {
            row.id == *object.id()
                && object
                    .version()
                    .is_none_or(|v| v.instant() == row.version_instant())
        };
        // §5.5: an exact duplicate is no error.
        let version = match (self.rows.iter().find(same), object.version()) {
            (Some(row), _) => row.version.clone(),
            (None, version) => {
                let version =
                    version.map_or_else(|| format!("{date_added:.6}"), ToString::to_string);
                let spec_version = match object.string("spec_version") {
                    Some(text) => text,
                    None if object.created().is_none() => "2.1",
                    None => "2.0",
                };
                self.rows.push(Row {
                    text: object.text().into(),
                    id: object.id().clone(),
                    version: version.clone(),
                    date_added,
                    spec_version: spec_version.to_owned(),
                });
                version
            }
        };
        StatusDetails {
            id: object.id().to_string(),
            version,
            message: None,
        }
    }
}

fn failure(text: &str, found: &[Diagnostic]) -> StatusDetails {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let member = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    StatusDetails {
        id: member("id"),
        version: member("modified"),
        message: found.first().map(|finding| {
            assert!(matches!(
                finding.place,
                Place::Whole | Place::Pointer(_) | Place::Bytes { .. }
            ));
            finding.to_string()
        }),
    }
}
