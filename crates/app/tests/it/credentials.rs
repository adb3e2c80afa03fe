//! What is remembered of credentials, and for how long.

use std::path::Path;
use std::sync::Arc;

use app::node::Node;
use app::party::NewOrganisation;
use app::sign_in::SignInError;
use app::system::{SystemClock, SystemRandom};

fn open(folder: &Path) -> Node {
    Node::open(folder, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

#[test]
fn a_password_is_hashed_once_and_a_new_one_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = open(folder.path());
    let own = NewOrganisation {
        name: "House".to_owned(),
        sector: None,
        country: None,
        id: None,
    };
    node.set_up(&own, "admin", "Admin").unwrap();
    let admin = node.local_caller().unwrap();
    let old = "correct horse battery";
    node.set_password(&admin, old).unwrap();
    assert_eq!(node.remembered("admin", old).unwrap(), None);
    node.caller_by_password("admin", old, "here").unwrap();
    // Known without hashing now, and only as a whole.
    assert_eq!(
        node.remembered("admin", old).unwrap().unwrap().login(),
        "admin"
    );
    assert_eq!(node.remembered("admi", &format!("n{old}")).unwrap(), None);
    assert_eq!(node.remembered("admin", "another password").unwrap(), None);

    // Another process sets a new one: what this one remembers is worth nothing from then on.
    let other = open(folder.path());
    other.set_password(&admin, "staple staple staple").unwrap();
    assert_eq!(node.remembered("admin", old).unwrap(), None);
    let refused = node.caller_by_password("admin", old, "here");
    assert!(matches!(refused, Err(SignInError::Refused)), "{refused:?}");
    node.caller_by_password("admin", "staple staple staple", "here")
        .unwrap();

    // A token goes as a password too, with its own login only.
    let token = node.create_token(&admin, "admin", "test", None).unwrap();
    assert_eq!(
        node.remembered("admin", &token).unwrap().unwrap().login(),
        "admin"
    );
    let refused = node.remembered("other", &token);
    assert!(matches!(refused, Err(SignInError::Refused)), "{refused:?}");
}
