//! The store against a real SQLite database in a temporary directory.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod consent;

use std::collections::BTreeSet;

use release::conditions::Conditions;
use release::gate::Holdings;
use release::party::OrganisationId;
use stix::id::Id;
use stix::object::Object;
use store::database::Store;
use store::error::StoreError;
use store::feed::{FeedEntry, FeedQuery, FeedState, Kept, VersionFilter};
use store::object::{Incoming, Put};

const NOW: &str = "2026-01-15T09:00:00Z";

fn indicator(modified: &str, name: &str) -> Object {
    Object::parse(&format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001",
        "created":"2026-01-01T00:00:00.000Z","modified":"{modified}","name":"{name}","pattern":"[ipv4-addr:value = '192.0.2.1']",
        "pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}"#
    ))
    .unwrap()
}

fn put(store: &Store, object: &Object) -> Put {
    let values = BTreeSet::from(["192.0.2.1".to_owned()]);
    let incoming = Incoming {
        object,
        source: OrganisationId(uuid::Uuid::nil()),
        entered_by: None,
        conditions: &Conditions::NONE,
        values: &values,
        only_own: false,
    };
    let put = |writer: &store::database::Writer<'_>| {
        writer.put_objects(&[incoming], NOW.parse().unwrap())
    };
    store.write::<_, StoreError>(put).unwrap()[0]
}

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("noroshi.db")).unwrap();
    (dir, store)
}

#[test]
fn versions_are_kept_apart_to_the_last_digit() {
    let (_dir, store) = open();
    let first = indicator("2026-01-02T00:00:00.000Z", "one");
    assert_eq!(put(&store, &first), Put::Stored { seq: 1 });
    assert_eq!(put(&store, &first), Put::AlreadyHeld);
    assert_eq!(
        put(&store, &indicator("2026-01-02T00:00:00.000Z", "other")),
        Put::Conflict
    );
    assert_eq!(
        put(&store, &indicator("2026-01-02T00:00:00.0000000001Z", "two")),
        Put::Stored { seq: 2 }
    );
    assert_eq!(
        put(&store, &indicator("2026-01-01T12:00:00.000Z", "late")),
        Put::Stored { seq: 3 }
    );
    let keys = store
        .read::<_, StoreError>(|reader| reader.version_keys(first.id()))
        .unwrap();
    let versions: Vec<&str> = keys.iter().map(|key| key.version.as_str()).collect();
    assert_eq!(
        versions,
        [
            "2026-01-02T00:00:00.0000000001",
            "2026-01-02T00:00:00.000000000",
            "2026-01-01T12:00:00.000000000"
        ]
    );
    let newest = store
        .read::<_, StoreError>(|reader| reader.newest_objects(None, None, 10))
        .unwrap();
    assert_eq!(
        newest.len(),
        1,
        "an older version that comes late does not become the newest"
    );
    assert_eq!(
        store
            .read::<_, StoreError>(|reader| reader.versions(first.id()))
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn words_are_found_in_both_languages() {
    let (_dir, store) = open();
    put(
        &store,
        &indicator(
            "2026-01-02T00:00:00.000Z",
            "北斗通信のルーターへの攻撃 Volt Typhoon",
        ),
    );
    let more = store
        .write::<_, StoreError>(|writer| writer.index_words(10))
        .unwrap();
    assert!(!more);
    for (query, hits) in [
        ("攻撃", 1),
        ("北斗通信", 1),
        ("volt typh", 1),
        ("ルータ", 1),
        ("防御", 0),
        ("", 0),
        ("\" OR 1", 0),
        ("typhoon 攻撃", 1),
        ("撃", 0),
    ] {
        let found = store
            .read::<_, StoreError>(|reader| reader.search(query, None, None, 10))
            .unwrap();
        assert_eq!(found.len(), hits, "{query}");
    }
    let by_value = |value| {
        store
            .read::<_, StoreError>(|reader| reader.objects_with_value(value, 10))
            .unwrap()
            .len()
    };
    assert_eq!((by_value("192.0.2.1"), by_value("192.0.2.2")), (1, 0));
}

#[test]
fn a_failed_write_leaves_nothing() {
    let (_dir, store) = open();
    let outcome = store.write::<(), StoreError>(|writer| {
        writer.set_meta("a", b"1")?;
        Err(StoreError::Exists { what: "something" })
    });
    assert!(outcome.is_err());
    assert_eq!(
        store
            .read::<_, StoreError>(|reader| reader.meta("a"))
            .unwrap(),
        None
    );
}

#[test]
fn feeds_filter_by_version_and_position() {
    let (_dir, store) = open();
    let id = Id::parse("indicator--00000000-0000-4000-8000-000000000001").unwrap();
    let entry = |at: &str, version: &str| FeedEntry {
        position: at.parse().unwrap(),
        id: id.clone(),
        version: version.into(),
        source: id.clone(),
        source_version: version.into(),
        withdrawn: None,
    };
    store
        .write::<_, StoreError>(|writer| {
            assert!(writer.append_feed(
                "a",
                &entry("2026-01-01T00:00:00.000001Z", "1"),
                b"x",
                &Kept::default()
            )?);
            assert!(writer.append_feed(
                "a",
                &entry("2026-01-01T00:00:00.000002Z", "2"),
                b"y",
                &Kept::default()
            )?);
            assert!(!writer.append_feed(
                "a",
                &entry("2026-01-01T00:00:00.000003Z", "2"),
                b"y",
                &Kept::default()
            )?);
            writer.set_feed_state(
                "a",
                FeedState {
                    change: 1,
                    step: 0,
                    position: 2,
                },
            )
        })
        .unwrap();
    let count = |query: &FeedQuery| {
        store
            .read::<_, StoreError>(|reader| reader.feed("a", query, 10))
            .unwrap()
            .len()
    };
    let with = |versions: Vec<VersionFilter>| FeedQuery {
        versions,
        ..FeedQuery::default()
    };
    assert_eq!(count(&with(vec![])), 2);
    assert_eq!(count(&with(vec![VersionFilter::First])), 1);
    assert_eq!(
        count(&with(vec![VersionFilter::First, VersionFilter::Last])),
        2
    );
    assert_eq!(count(&with(vec![VersionFilter::Exact("2".into())])), 1);
    assert_eq!(
        count(&FeedQuery {
            after: "2026-01-01T00:00:00.000001Z".parse().ok(),
            ..FeedQuery::default()
        }),
        1
    );
    assert_eq!(
        store
            .read::<_, StoreError>(|reader| reader.feed("b", &FeedQuery::default(), 10))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_check_finds_a_changed_row() {
    let (dir, store) = open();
    put(&store, &indicator("2026-01-02T00:00:00.000Z", "one"));
    assert_eq!(store.check(|_| {}).unwrap().problems, Vec::<String>::new());
    let raw = rusqlite::Connection::open(dir.path().join("noroshi.db")).unwrap();
    raw.execute("UPDATE object SET text = '{}'", []).unwrap();
    assert_eq!(store.check(|_| {}).unwrap().problems.len(), 1);
}

#[test]
fn a_newer_database_is_refused() {
    let (dir, store) = open();
    drop(store);
    let path = dir.path().join("noroshi.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::Newer { found: 99, .. })
    ));
}
