//! Changing a peer without taking it out.

use app::peer::{Edit, PeerChange, PeerChanged, SecretsChange};
use store::database::Store;

use super::*;

/// A server that takes everything; the objects of each request.
fn taking() -> (String, Arc<Mutex<Vec<Vec<u32>>>>) {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let posted = Arc::clone(&posts);
    let url = serve(move |asked| {
        posted.lock().unwrap().push(asked.sent.clone());
        complete(&asked.sent, &[])
    });
    (url, posts)
}

fn secret(text: &str) -> SecretsChange {
    SecretsChange {
        secret: Edit::Set(text.to_owned()),
        ..SecretsChange::default()
    }
}

impl Exchange {
    fn change(&self, change: &PeerChange) -> Result<PeerChanged, AppError> {
        self.node.change_peer(&self.admin, "abroad", change)
    }

    /// What is kept of the credentials.
    fn kept(&self) -> Value {
        let name = format!("peer-secrets/{}.json", self.peer);
        serde_json::from_slice(&std::fs::read(self.dir.path().join(name)).unwrap()).unwrap()
    }

    fn audit(&self) -> Vec<String> {
        let store = Store::open(&self.dir.path().join("noroshi.db")).unwrap();
        let entries = store.read(|reader| reader.audit(100)).unwrap();
        let entries = entries
            .into_iter()
            .filter(|one| one.action.contains("peer"));
        entries
            .map(|one| format!("{} {}", one.action, one.subject))
            .collect()
    }
}

#[test]
fn it_goes_on_from_where_it_was_unless_the_server_or_what_is_asked_of_it_is_another() {
    let (url, posts) = taking();
    let world = exchange(&url, Direction::Push, 10);
    world.release(1..3);
    assert_eq!(world.sync().moved, 2);
    let changed = world.change(&PeerChange {
        interval_secs: Some(5),
        types: Some(vec!["indicator".to_owned()]),
        ..PeerChange::default()
    });
    assert_eq!(
        changed.unwrap(),
        PeerChanged {
            changed: vec!["types", "interval_secs"],
            begins_anew: vec![],
        }
    );
    world.release(3..4);
    assert_eq!(world.sync().moved, 1);
    let settings = world.peer().summary.settings;
    assert_eq!(
        (settings.interval_secs, settings.page_objects, settings.url),
        (5, 10, url)
    );
    // Types that were passed over, and another collection.
    let more = world.change(&PeerChange {
        types: Some(Vec::new()),
        ..PeerChange::default()
    });
    assert_eq!(more.unwrap().begins_anew, [Way::Pull, Way::Push]);
    assert!(world.peer().cursors.is_empty());
    assert_eq!(world.sync().moved, 3);
    let other = world.change(&PeerChange {
        push: Some(vec!["c".to_owned()]),
        ..PeerChange::default()
    });
    assert_eq!(other.unwrap().begins_anew, [Way::Push]);
    assert_eq!(world.sync().moved, 3);
    assert_eq!(
        *posts.lock().unwrap(),
        [vec![1, 2], vec![3], vec![1, 2, 3], vec![1, 2, 3]]
    );
    let said: Vec<String> = world
        .peer()
        .events
        .into_iter()
        .map(|one| one.text)
        .collect();
    assert_eq!(
        said,
        [
            "its settings were changed; it begins anew",
            "its settings were changed; it begins anew",
            "its settings were changed; it goes on from where it was"
        ]
    );
    // What changes nothing leaves nothing.
    let same = world.change(&PeerChange {
        interval_secs: Some(5),
        ..PeerChange::default()
    });
    assert_eq!(same.unwrap(), PeerChanged::default());
    assert_eq!(
        world.audit(),
        [
            "change-peer abroad push",
            "change-peer abroad types",
            "change-peer abroad types,interval_secs",
            "add-peer abroad"
        ]
    );
}

#[test]
fn another_server_gets_everything_and_no_credential_of_the_one_before() {
    let url = serve(|asked| complete(&asked.sent, &[(1, "bad")]));
    let world = exchange(&url, Direction::Push, 10);
    let given = PeerChange {
        secrets: secret("of-the-first"),
        ..PeerChange::default()
    };
    assert_eq!(world.change(&given).unwrap().changed, ["secret"]);
    assert_eq!(world.kept()["secret"], "of-the-first");
    world.release(1..3);
    world.sync();
    assert_eq!(world.peer().refusals.len(), 1);
    let (second, posts) = taking();
    let mut moved = PeerChange {
        url: Some(second.clone()),
        ..PeerChange::default()
    };
    let refused = world.change(&moved);
    let Err(AppError::Invalid(found)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(found[0].code, "APP-PEER-08");
    assert_eq!(world.peer().summary.settings.url, url);
    assert_eq!(world.peer().cursors.len(), 1);
    moved.secrets = secret("of-the-second");
    assert!(!format!("{moved:?}").contains("of-the"));
    let changed = world.change(&moved).unwrap();
    assert_eq!(changed.changed, ["url", "secret"]);
    assert_eq!(changed.begins_anew, [Way::Pull, Way::Push]);
    assert!(world.peer().refusals.is_empty() && world.peer().cursors.is_empty());
    assert_eq!(
        (world.sync().moved, world.kept()["secret"].as_str()),
        (2, Some("of-the-second"))
    );
    assert_eq!(*posts.lock().unwrap(), [vec![1, 2]]);
    // Another path of the same server keeps what is kept.
    let path = PeerChange {
        url: Some(second.trim_end_matches('/').to_owned()),
        ..PeerChange::default()
    };
    assert_eq!(world.change(&path).unwrap().changed, ["url"]);
    assert_eq!(world.kept()["secret"], "of-the-second");
    let gone = PeerChange {
        url: Some(url),
        secrets: SecretsChange {
            secret: Edit::Clear,
            ..SecretsChange::default()
        },
        ..PeerChange::default()
    };
    world.change(&gone).unwrap();
    assert_eq!(world.kept()["secret"], Value::Null);
    assert!(!world.audit().join(" ").contains("of-the"));
}

#[test]
fn what_cannot_be_used_changes_nothing_and_only_administrators_may() {
    let (url, _) = taking();
    let world = exchange(&url, Direction::Push, 10);
    let before = world.peer().summary.settings;
    let bad = [
        PeerChange {
            interval_secs: Some(0),
            ..PeerChange::default()
        },
        PeerChange {
            url: Some("http://other.example/".to_owned()),
            ..PeerChange::default()
        },
        PeerChange {
            user: Edit::Set("somebody".to_owned()),
            ..PeerChange::default()
        },
        PeerChange {
            secrets: SecretsChange {
                key: Edit::Set("k".to_owned()),
                ..SecretsChange::default()
            },
            ..PeerChange::default()
        },
    ];
    for change in bad {
        let refused = world.change(&change);
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    }
    let change = PeerChange {
        interval_secs: Some(9),
        ..PeerChange::default()
    };
    let member = world.caller("abroad-member", world.abroad);
    let refused = world.node.change_peer(&member, "abroad", &change);
    assert!(matches!(refused, Err(AppError::Denied(_))));
    let refused = world.node.change_peer(&world.admin, "nobody", &change);
    assert!(matches!(refused, Err(AppError::NotFound)));
    assert_eq!(world.peer().summary.settings, before);
    assert_eq!(world.audit(), ["add-peer abroad"]);
}

#[test]
fn a_run_on_settings_that_hold_no_more_moves_no_cursor() {
    let who: Late<(Arc<Node>, Caller)> = Arc::default();
    let seen = Arc::clone(&who);
    let url = serve(move |asked| {
        // While the first request is under way, more types are asked for.
        if let Some((node, admin)) = seen.lock().unwrap().take() {
            let change = PeerChange {
                types: Some(Vec::new()),
                ..PeerChange::default()
            };
            node.change_peer(&admin, "abroad", &change).unwrap();
        }
        complete(&asked.sent, &[])
    });
    let world = exchange(&url, Direction::Push, 10);
    let some = PeerChange {
        types: Some(vec!["indicator".to_owned()]),
        ..PeerChange::default()
    };
    world.change(&some).unwrap();
    *who.lock().unwrap() = Some((world.node.clone(), world.admin.clone()));
    world.release(1..3);
    let report = world.sync();
    assert_eq!(
        (report.moved, report.failure.as_deref()),
        (0, Some("stopped before the end"))
    );
    let peer = world.peer();
    assert!(peer.cursors.is_empty());
    assert_eq!(peer.summary.ways[0].failures, 0);
    assert_eq!(world.sync().moved, 2);
}

#[test]
fn credentials_that_are_missing_can_be_given_again() {
    let (url, _) = taking();
    let world = exchange(&url, Direction::Push, 10);
    std::fs::remove_dir_all(world.dir.path().join("peer-secrets")).unwrap();
    assert!(world.sync().failure.unwrap().contains("missing"));
    let change = PeerChange {
        interval_secs: Some(9),
        ..PeerChange::default()
    };
    world.change(&change).unwrap();
    assert!(world.sync().failure.unwrap().contains("missing"));
    let given = PeerChange {
        secrets: secret("again"),
        ..PeerChange::default()
    };
    world.change(&given).unwrap();
    assert_eq!(world.sync().failure, None);
}
