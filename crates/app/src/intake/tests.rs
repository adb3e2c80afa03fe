use std::sync::Arc;

use base::clock::FixedClock;

use release::held::Consent;

use crate::error::AppError;
use crate::node::Node;
use crate::party::NewOrganisation;
use crate::system::SystemRandom;
use crate::trust::Trust;

const OBJECT: &str = r#"{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001",
    "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"Night heron","is_family":false}"#;

#[test]
fn what_is_written_depends_on_the_trust_of_that_moment() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-01-15T09:00:00Z".parse().unwrap()));
    let node = Node::open(dir.path(), clock, Arc::new(SystemRandom)).unwrap();
    let organisation = |name: &str| NewOrganisation {
        name: name.into(),
        sector: None,
        country: None,
        id: None,
    };
    node.set_up(&organisation("Centre"), "admin", "Admin")
        .unwrap();
    let admin = node.local_caller().unwrap();
    let source = node
        .add_organisation(&admin, &organisation("Carrier"))
        .unwrap()
        .id;
    let taken = |meanwhile: Trust| {
        let arrived = node.judge_all(source, Consent::Given, &[OBJECT])?;
        node.set_trust(&admin, source, meanwhile)?;
        let taken = node
            .store
            .write(|writer| node.take_fetched(writer, source, arrived));
        node.set_trust(&admin, source, Trust::Standard)?;
        taken.map(|taken| (taken.stored.len(), taken.pending.len()))
    };
    assert!(matches!(taken(Trust::Blocked), Err(AppError::Forbidden)));
    assert_eq!(taken(Trust::Probation).unwrap(), (0, 1));
    assert_eq!(taken(Trust::Standard).unwrap(), (1, 0));
}
