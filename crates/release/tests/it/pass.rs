//! A pass lets the same text through to the same audience again, and nothing else to anybody.

use std::sync::Arc;

use release::gate::Gate;
use release::party::Audience;
use release::pass::{Pass, PassCheck};
use serde_json::json;

use crate::world::{
    CARRIER, World, carrier, member, now, other, own, person, policy, release, sdo, to_carrier,
};

fn check(audience: &Audience, key_change: u8) -> PassCheck {
    let (mut policy, world) = (policy(), World::new());
    policy.edition_key.0[0] ^= key_change;
    Gate::new(&policy, &world, audience, now()).pass_check()
}

fn audiences() -> Vec<Audience> {
    let of_person = |number| {
        let mut member = member(CARRIER);
        member.person = Some(person(number));
        Audience::Member(member)
    };
    vec![
        carrier(),
        other(),
        of_person(1),
        of_person(2),
        own(),
        Audience::Public,
    ]
}

#[test]
fn a_pass_is_for_one_text_one_audience_and_one_house() {
    let mut world = World::new();
    let of = world.hold(&sdo("campaign", 1, json!({"name": "a"})));
    world.release_all(release(
        [release::terms::Recipient::Public],
        to_carrier().ceiling,
    ));
    world.release_all(to_carrier());
    let seen = world.see(&carrier(), &of);
    let released = seen.released().unwrap();
    let text = || Arc::<str>::from(released.text());
    for (at, given_to) in audiences().iter().enumerate() {
        let pass = check(given_to, 0).pass(released).unwrap();
        for (place, shown_by) in audiences().iter().enumerate() {
            let again = check(shown_by, 0).readmit(&pass, text());
            assert_eq!(again.is_some(), at == place, "{given_to:?} {shown_by:?}");
        }
        assert!(check(given_to, 1).readmit(&pass, text()).is_none());
        assert!(
            check(given_to, 0)
                .readmit(&pass, format!("{} ", text()).into())
                .is_none()
        );
        let kept = Pass::from_bytes(pass.as_bytes()).unwrap();
        let again = check(given_to, 0).readmit(&kept, text()).unwrap();
        assert_eq!(again.text(), released.text());
        assert!(Pass::from_bytes(&pass.as_bytes()[1..]).is_none());
    }
}
