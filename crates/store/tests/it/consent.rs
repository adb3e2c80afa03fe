//! What a reporter consents to, as it is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use release::conditions::Conditions;
use release::decision::Decision;
use release::gate::{EditionKey, Gate, Holdings, Policy};
use release::held::{Consent, Held};
use release::party::{Audience, Member, OrganisationId, ReleaseId};
use release::terms::{Recipient, Release};
use stix::id::Id;
use stix::marking::Tlp;
use store::database::{Reader, Writer};
use store::error::StoreError;
use store::object::Incoming;

use crate::{NOW, indicator, open};

#[test]
fn consent_is_kept_in_its_three_degrees() {
    // What was kept is asked of the gate, since nobody else opens a held object.
    struct Released<'r>(&'r Reader<'r>, Arc<Release>);
    impl Holdings for Released<'_> {
        type Error = StoreError;
        fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, Self::Error> {
            self.0.versions(id)
        }
        fn releases(&self, _: &Held) -> Result<Vec<Arc<Release>>, Self::Error> {
            Ok(vec![Arc::clone(&self.1)])
        }
    }

    let nil = OrganisationId(uuid::Uuid::nil());
    let carrier = OrganisationId(uuid::Uuid::from_u128(2));
    let policy = Policy {
        own_identity: OrganisationId(uuid::Uuid::from_u128(1)).identity(),
        edition_key: EditionKey([7; 32]),
        unmarked: Tlp::Green,
    };
    let release = Arc::new(Release {
        id: ReleaseId(uuid::Uuid::nil()),
        recipients: BTreeSet::from([Recipient::Organisation(carrier)]),
        named: BTreeSet::new(),
        ceiling: Tlp::Green,
        cuts: Vec::new(),
        from: NOW.parse().unwrap(),
        until: None,
        withdrawn: None,
    });
    let audience = Audience::Member(Member {
        organisation: carrier,
        communities: BTreeSet::new(),
        client_of: BTreeSet::new(),
        person: None,
        country: None,
    });
    for (consent, expected) in [
        (Consent::Given, "whole"),
        (Consent::Anonymous, "edition"),
        (Consent::Refused, "nothing"),
    ] {
        let (_dir, store) = open();
        let object = indicator("2026-01-01T00:00:00.000Z", "a");
        let incoming = Incoming {
            object: &object,
            source: nil,
            entered_by: None,
            conditions: &Conditions::of(consent),
            values: &BTreeSet::new(),
            only_own: false,
        };
        let put = |writer: &Writer<'_>| writer.put_objects(&[incoming], NOW.parse().unwrap());
        store.write::<_, StoreError>(put).unwrap();
        let seen = store
            .read(|reader| {
                let holdings = Released(reader, Arc::clone(&release));
                Gate::new(&policy, &holdings, &audience, NOW.parse().unwrap())
                    .decide_one(object.id())
            })
            .unwrap();
        let seen = match seen {
            Decision::Whole(_) => "whole",
            Decision::Edition(_) => "edition",
            Decision::Nothing => "nothing",
        };
        assert_eq!(seen, expected, "{consent:?}");
    }
}
