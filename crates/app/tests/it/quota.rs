//! Allowances over a restart.

use app::quota::Allowance;

use super::*;

const ALLOWANCE: Allowance = Allowance {
    objects_per_hour: 4,
    ..Allowance::STANDARD
};

/// Sends objects of which none is good: what counts is that they are sent.
fn send(node: &Arc<Node>, caller: &Caller, count: usize) -> Result<(), u32> {
    let service = TaxiiService(node.clone());
    match service.add_objects(caller, ROOT, &INBOX.to_string(), &vec!["{}"; count]) {
        Ok(_) => Ok(()),
        Err(BackendError::TooManyRequests { retry_after_secs }) => Err(retry_after_secs),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_restart_gives_nobody_a_new_hour() {
    let centre = centre();
    let restarted = || {
        let node = Node::open(
            centre.dir.path(),
            centre.clock.clone(),
            Arc::new(SystemRandom),
        );
        let node = node.unwrap();
        node.allow(ALLOWANCE);
        Arc::new(node)
    };
    centre.node.allow(ALLOWANCE);
    let carrier = &centre.carrier_caller;
    assert_eq!(send(&centre.node, carrier, 3), Ok(()));
    assert_eq!(send(&centre.node, carrier, 1), Ok(()));
    assert_eq!(send(&centre.node, carrier, 1), Err(900));
    for _ in 0..3 {
        assert_eq!(send(&restarted(), carrier, 1), Err(900));
    }
    assert_eq!(send(&restarted(), &centre.partner_caller, 4), Ok(()));
    centre.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(send(&restarted(), carrier, 1), Err(300));
    centre.clock.advance(SignedDuration::from_mins(5));
    let node = restarted();
    assert_eq!(send(&node, carrier, 1), Ok(()));
    // What the second process took in counts in the third.
    assert_eq!(send(&restarted(), carrier, 1), Err(900));
}
