//! Organisations with their networks, communities, persons, and the house.

use std::sync::Arc;

use app::access::{Action, Role};
use app::error::AppError;
use app::membership::PROPOSED_COMMUNITIES;
use app::network::Network;
use app::node::Node;
use app::object::ObjectQuery;
use app::party::NewOrganisation;
use app::peer::{NewPeer, PeerSecrets, PeerSettings};
use app::system::SystemRandom;
use app::trust::Trust;
use base::clock::FixedClock;
use release::terms::Recipient;
use stix::marking::Tlp;

use crate::{centre, organisation};

#[test]
fn networks_have_one_form_each() {
    let shown = |text: &str| Network::parse(text).map(|one| format!("{} {one}", one.kind()));
    for (text, expected) in [
        ("AS64500", Some("asn AS64500")),
        ("as4200000001", Some("asn AS4200000001")),
        ("64500", Some("asn AS64500")),
        ("AS4294967296", None),
        ("AS0", None),
        ("192.0.2.7/24", Some("prefix 192.0.2.0/24")),
        ("192.0.2.7", Some("prefix 192.0.2.7/32")),
        ("2001:DB8::1/32", Some("prefix 2001:db8::/32")),
        ("192.0.2.0/33", None),
        ("Example.CO.JP.", Some("domain example.co.jp")),
        ("北斗.example", Some("domain xn--djr834b.example")),
        ("localhost", None),
        ("a b.example", None),
        ("-a.example", None),
        ("", None),
    ] {
        assert_eq!(shown(text).as_deref(), expected, "{text}");
        let again = Network::parse(text).and_then(|one| Network::parse(&one.to_string()));
        assert_eq!(again, Network::parse(text), "{text}");
    }
}

#[test]
fn an_owner_is_whoever_has_the_longest_claim() {
    let centre = centre();
    let node = &centre.node;
    let parse = |texts: &[&str]| -> Vec<Network> {
        texts
            .iter()
            .map(|text| Network::parse(text).unwrap())
            .collect()
    };
    let partner = centre.partner_caller.organisation();
    let set = |id, texts: &[&str]| node.set_networks(&centre.admin, id, &parse(texts));
    set(
        centre.carrier.id,
        &["192.0.2.0/24", "2001:db8::/32", "AS64500", "example.co.jp"],
    )
    .unwrap();
    set(partner, &["192.0.2.128/25", "lab.example.co.jp"]).unwrap();
    for wide in ["0.0.0.0/0", "10.0.0.0/7", "2000::/3"] {
        assert!(set(partner, &[wide]).is_err(), "{wide}");
    }
    let owner = |value: &str| {
        let found = node.owner_of(&centre.admin, value).unwrap();
        found
            .iter()
            .map(|one| format!("{} by {}", one.name, one.by))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (value, expected) in [
        ("192.0.2.7", "Carrier by 192.0.2.0/24"),
        ("192.0.2.200", "Partner by 192.0.2.128/25"),
        ("192.0.2.0/23", ""),
        ("192.0.3.1", ""),
        ("2001:db8:1::7", "Carrier by 2001:db8::/32"),
        ("AS64500", "Carrier by AS64500"),
        ("AS64501", ""),
        ("www.Example.co.jp", "Carrier by example.co.jp"),
        ("a.lab.example.co.jp", "Partner by lab.example.co.jp"),
        ("notexample.co.jp", ""),
        ("co.jp", ""),
    ] {
        assert_eq!(owner(value), expected, "{value}");
    }
    assert!(node.owner_of(&centre.admin, "what?").is_err());
    assert!(node.owner_of(&centre.carrier_caller, "192.0.2.7").is_err());
    set(partner, &[]).unwrap();
    assert_eq!(owner("192.0.2.200"), "Carrier by 192.0.2.0/24");
}

#[test]
fn a_member_knows_its_own_communities_and_who_is_in_them_only_where_they_say_so() {
    let centre = centre();
    let node = &centre.node;
    let Recipient::Community(telecom) = centre.telecom else {
        panic!()
    };
    let known = |caller| node.memberships(caller).unwrap();
    let hidden = known(&centre.carrier_caller);
    assert_eq!(hidden.len(), 1);
    assert_eq!(
        (&*hidden[0].community, &hidden[0].members),
        ("telecom", &None)
    );
    let partner = centre.partner_caller.organisation();
    node.add_member(&centre.admin, telecom, partner).unwrap();
    assert_eq!(
        known(&centre.carrier_caller),
        hidden,
        "that somebody joined is not to be seen"
    );
    node.set_members_visible(&centre.admin, telecom, true)
        .unwrap();
    let members = Some(vec!["Carrier".to_owned(), "Partner".to_owned()]);
    assert_eq!(known(&centre.carrier_caller)[0].members, members);
    assert_eq!(known(&centre.partner_caller).len(), 2);
    node.remove_member(&centre.admin, telecom, partner).unwrap();
    assert_eq!(known(&centre.partner_caller)[0].community, "partners");
    assert!(node.remove_member(&centre.admin, telecom, partner).is_err());
    for outside in [&centre.carrier_caller, &centre.partner_caller] {
        assert!(node.set_members_visible(outside, telecom, true).is_err());
        assert!(node.networks(outside, centre.carrier.id).is_err());
    }
    assert!(node.memberships(&centre.admin).is_err());
    node.add_proposed_communities(&centre.admin).unwrap();
    let all = node.communities(&centre.admin).unwrap();
    assert_eq!(all.len(), PROPOSED_COMMUNITIES.len());
}

#[test]
fn who_leaves_a_community_sees_no_more_what_it_gave() {
    let centre = centre();
    let node = &centre.node;
    let indicator = centre.indicator("192.0.2.1", "secret");
    node.add(&centre.admin, std::slice::from_ref(&indicator))
        .unwrap();
    centre.confirm(&[indicator.id()], centre.telecom, Tlp::Green);
    assert_eq!(centre.kinds(&centre.carrier_caller, "indicator").len(), 1);
    let Recipient::Community(telecom) = centre.telecom else {
        panic!()
    };
    node.remove_member(&centre.admin, telecom, centre.carrier.id)
        .unwrap();
    let token = node
        .create_token(&centre.admin, "service-Carrier", "again", None)
        .unwrap();
    let left = node.caller_by_token(&token).unwrap().unwrap();
    let told = centre.kinds(&left, "indicator");
    assert!(told.iter().all(stix::object::Object::is_revoked));
}

#[test]
fn organisations_are_changed_and_removed_only_where_nothing_names_them() {
    let centre = centre();
    let node = &centre.node;
    let changed = NewOrganisation {
        name: "Carrier Holdings".into(),
        country: Some("JP".into()),
        ..organisation("x")
    };
    let id = centre.carrier.id;
    let set = node.set_organisation(&centre.admin, id, &changed).unwrap();
    assert_eq!((set.name, set.id), ("Carrier Holdings".to_owned(), id));
    let taken = organisation("Partner");
    assert!(node.set_organisation(&centre.admin, id, &taken).is_err());
    let remove = |id| node.remove_organisation(&centre.admin, id);
    assert!(remove(id).is_err(), "it has a person");
    assert!(remove(centre.admin.organisation()).is_err(), "it is ours");
    let named = node
        .add_organisation(&centre.admin, &organisation("Named"))
        .unwrap();
    let indicator = centre.indicator("192.0.2.1", "secret");
    node.add(&centre.admin, std::slice::from_ref(&indicator))
        .unwrap();
    let recipient = Recipient::Organisation(named.id);
    centre.confirm(&[indicator.id()], recipient, Tlp::Green);
    assert!(remove(named.id).is_err(), "a release names it");
    let idle = node
        .add_organisation(&centre.admin, &organisation("Idle"))
        .unwrap();
    // What the house thinks of it goes along; a peer keeps it.
    node.set_trust(&centre.admin, idle.id, Trust::Probation)
        .unwrap();
    let peer = NewPeer {
        name: "idle".into(),
        organisation: idle.id,
        settings: PeerSettings::of_url("https://idle.example/taxii2/"),
        secrets: PeerSecrets::default(),
    };
    node.add_peer(&centre.admin, &peer).unwrap();
    assert!(matches!(remove(idle.id), Err(AppError::Conflict(why)) if why.contains("peer")));
    node.remove_peer(&centre.admin, "idle").unwrap();
    remove(idle.id).unwrap();
    assert!(matches!(remove(idle.id), Err(AppError::NotFound)));
}

#[test]
fn a_closed_account_is_out_at_once_and_its_secrets_stay_dead() {
    let centre = centre();
    let node = &centre.node;
    centre.person("analyst", Role::Analyst);
    let token = node
        .create_token(&centre.admin, "analyst", "cli", None)
        .unwrap();
    let by_token = || node.caller_by_token(&token).unwrap();
    assert!(by_token().is_some());
    node.set_disabled(&centre.admin, "analyst", true).unwrap();
    assert!(by_token().is_none());
    node.set_disabled(&centre.admin, "analyst", false).unwrap();
    assert!(by_token().is_none(), "an old token does not come back");
    node.set_role(&centre.admin, "analyst", Role::Releaser)
        .unwrap();
    let as_releaser = node.local_caller_as("analyst").unwrap();
    assert_eq!(as_releaser.role(), Role::Releaser);
    let own = |result: Result<(), AppError>| assert!(result.is_err());
    own(node.set_role(&centre.admin, "admin", Role::Releaser));
    own(node.set_disabled(&centre.admin, "admin", true));
    let other = centre.person("other-admin", Role::Administrator);
    node.set_disabled(&other, "admin", true).unwrap();
    own(node.set_role(&other, "other-admin", Role::Analyst));
}

#[test]
fn an_administrator_of_a_large_house_manages_and_reads_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-01-15T09:00:00Z".parse().unwrap()));
    let node = Node::open(dir.path(), clock, Arc::new(SystemRandom)).unwrap();
    node.set_up_house(&organisation("Centre"), "admin", "Admin", false)
        .unwrap();
    let admin = node.local_caller().unwrap();
    assert!(!node.is_small_house().unwrap());
    for action in Action::ALL {
        let manages = matches!(
            action,
            Action::ManageNode | Action::ManageParties | Action::ReadParties
        );
        assert_eq!(admin.may(action), manages, "{}", action.name());
    }
    assert!(node.objects(&admin, &ObjectQuery::default()).is_err());
    assert!(node.releases(&admin, 10).is_err());
}
