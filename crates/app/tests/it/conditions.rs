//! Under which conditions objects are given, by every way in.

use app::conditions::NewConditions;
use app::error::AppError;
use app::exchange::ANONYMOUS_INBOX;
use release::conditions::Conditions;
use release::held::Consent;

use super::*;

fn malware(centre: &Centre, name: &str) -> Object {
    let draft = centre.sent("malware").set("name", name);
    let draft = draft.set("is_family", false).marked(Tlp::Green);
    draft.finish().unwrap()
}

fn import(centre: &Centre, object: &Object, new: &NewConditions) {
    let conditions = centre.node.conditions(&centre.admin, new).unwrap();
    let texts = [object.text().to_owned()];
    let report = centre
        .node
        .import_under(&centre.admin, &texts, 0, &conditions)
        .unwrap();
    assert!(report.refused.is_empty());
}

fn to_both(centre: &Centre, object: &Object) -> ReleaseRequest {
    ReleaseRequest {
        recipients: vec![centre.telecom, centre.partners],
        ..release(&[object.id()], centre.telecom, Tlp::Green)
    }
}

/// Who has something of this type that is not revoked: carrier, partner.
fn have(centre: &Centre, kind: &str) -> (bool, bool) {
    let has = |caller| {
        let given = centre.pull(caller);
        let mut given = given.iter();
        given.any(|object| object.kind() == kind && !object.is_revoked())
    };
    (has(&centre.carrier_caller), has(&centre.partner_caller))
}

fn person(centre: &Centre, login: &str, role: Role) -> Caller {
    let new = NewPerson {
        login: login.into(),
        name: login.into(),
        organisation: centre.admin.organisation(),
        role,
    };
    centre.node.add_person(&centre.admin, &new).unwrap();
    let token = centre.node.create_token(&centre.admin, login, "t", None);
    let caller = centre.node.caller_by_token(&token.unwrap()).unwrap();
    caller.unwrap()
}

fn send(centre: &Centre, collection: uuid::Uuid, texts: &[&str]) -> (u64, u64) {
    let status = TaxiiService(centre.node.clone())
        .add_objects(&centre.carrier_caller, ROOT, &collection.to_string(), texts)
        .unwrap();
    (status.success_count, status.pending_count)
}

fn consent(centre: &Centre, object: &Object) -> Consent {
    let shown = centre.node.object(&centre.admin, object.id()).unwrap();
    shown.unwrap().conditions.consent
}

#[test]
fn a_caveat_of_the_house_keeps_an_object_from_one_member_and_the_preview_says_so() {
    let centre = centre();
    let object = malware(&centre, "Night heron");
    let only_carrier = NewConditions {
        only_to: vec!["Carrier".to_owned()],
        ..NewConditions::NONE
    };
    import(&centre, &object, &only_carrier);
    let request = to_both(&centre, &object);
    let preview = centre.node.preview(&centre.admin, &request).unwrap();
    let row = preview
        .rows
        .iter()
        .find(|row| row.object.id == *object.id());
    let cells = preview.audiences.iter().zip(&row.unwrap().cells);
    for (audience, cell) in cells {
        let expected = audience.contains("Carrier") || audience.contains("telecom");
        assert_eq!(*cell == Outcome::Whole, expected, "{audience}: {cell:?}");
    }
    centre.node.confirm(&centre.admin, &request).unwrap();
    assert_eq!(have(&centre, "malware"), (true, false));
    let shown = centre.node.object(&centre.admin, object.id()).unwrap();
    let caveats = shown.unwrap().conditions.caveats;
    assert_eq!(caveats[0].only_to, ["Carrier"]);
    // A name that nobody has is no caveat at all.
    let unknown = NewConditions {
        not_to: vec!["Nobody".to_owned()],
        ..NewConditions::NONE
    };
    let read = centre.node.conditions(&centre.admin, &unknown);
    assert!(matches!(read, Err(AppError::Invalid(_))));
}

/// What the preview of a release of one object to both says in its warnings.
fn warned(centre: &Centre, object: &Object) -> String {
    let request = ReleaseRequest {
        with_references: false,
        ..to_both(centre, object)
    };
    let preview = centre.node.preview(&centre.admin, &request).unwrap();
    preview.warnings.join("\n")
}

#[test]
fn a_preview_says_why_an_object_reaches_nobody() {
    let centre = centre();
    let until = centre.clock.now() + SignedDuration::from_hours(1);
    let conditions = [
        (Consent::Refused, None, "did not consent"),
        (Consent::Given, Some(until), "embargo until 2026-01-15T10:"),
    ];
    for (consent, embargo_until, why) in conditions {
        let object = malware(&centre, "Night heron");
        let conditions = NewConditions {
            consent,
            embargo_until,
            ..NewConditions::NONE
        };
        import(&centre, &object, &conditions);
        let said = warned(&centre, &object);
        assert!(said.contains(why) && !said.contains("marking"), "{said}");
    }
    let caveat = NewConditions {
        only_to: vec!["Centre".to_owned()],
        ..NewConditions::NONE
    };
    let object = malware(&centre, "Grey heron");
    import(&centre, &object, &caveat);
    let said = warned(&centre, &object);
    assert!(said.contains("a caveat keeps it from them"), "{said}");
    // A relationship is nothing without its ends.
    let (one, other) = (malware(&centre, "One"), malware(&centre, "Other"));
    let relationship = Draft::object("relationship", centre.clock.now(), centre.node.ids())
        .set("relationship_type", "related-to")
        .set("source_ref", one.id().as_str())
        .set("target_ref", other.id().as_str())
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    for object in [&one, &other, &relationship] {
        import(&centre, object, &NewConditions::NONE);
    }
    let said = warned(&centre, &relationship);
    assert!(said.contains("--with-references"), "{said}");
    for (level, why) in [
        (Some(Tlp::Red), "TLP:RED is above"),
        (None, "has no TLP marking"),
    ] {
        let mut draft = Draft::object("malware", centre.clock.now(), centre.node.ids())
            .set("name", "Red heron")
            .set("is_family", false);
        if let Some(level) = level {
            draft = draft.marked(level);
        }
        let object = draft.finish().unwrap();
        import(&centre, &object, &NewConditions::NONE);
        let said = warned(&centre, &object);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_preview_tells_what_is_new_from_what_is_held_already() {
    let centre = centre();
    let object = malware(&centre, "Night heron");
    import(&centre, &object, &NewConditions::NONE);
    let to = |recipients: Vec<Recipient>| ReleaseRequest {
        recipients,
        ..to_both(&centre, &object)
    };
    let both = to_both(&centre, &object).recipients;
    let request = to(both[..1].to_vec());
    centre.node.confirm(&centre.admin, &request).unwrap();
    let mut all = both.clone();
    all.push(Recipient::Public);
    let preview = centre.node.preview(&centre.admin, &to(all)).unwrap();
    let row = &preview.rows[0];
    assert_eq!(row.source, "Centre");
    let mut cells: Vec<_> = preview
        .audiences
        .iter()
        .zip(&row.cells)
        .zip(&row.already)
        .collect();
    cells.sort_by_key(|((name, _), _)| name.as_str());
    let cells: Vec<_> = cells
        .iter()
        .map(|((name, cell), already)| (name.as_str(), **cell == Outcome::Whole, **already))
        .collect();
    let expected = [
        ("Carrier", true, true),
        ("Partner", true, false),
        ("public", false, false),
    ];
    assert_eq!(cells, expected);
    let warnings = &preview.warnings;
    assert!(
        warnings
            .iter()
            .any(|one| one.starts_with("nothing new goes to `telecom`")),
        "{warnings:?}"
    );
    assert!(
        warnings
            .iter()
            .any(|one| one == "nothing of it goes to `public`"),
        "{warnings:?}"
    );
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}

#[test]
fn an_embargo_keeps_an_object_in_the_house_until_its_time_has_come() {
    let centre = centre();
    let object = malware(&centre, "Night heron");
    let until = centre.clock.now() + SignedDuration::from_hours(1);
    let embargo = NewConditions {
        embargo_until: Some(until),
        ..NewConditions::NONE
    };
    import(&centre, &object, &embargo);
    centre
        .node
        .confirm(&centre.admin, &to_both(&centre, &object))
        .unwrap();
    assert_eq!(have(&centre, "malware"), (false, false));
    centre.clock.advance(SignedDuration::from_secs(3599));
    assert_eq!(have(&centre, "malware"), (false, false));
    centre.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(have(&centre, "malware"), (true, true));
}

#[test]
fn a_member_that_is_not_to_be_named_is_not_named() {
    for (collection, named) in [(INBOX, true), (ANONYMOUS_INBOX, false)] {
        let centre = centre();
        let carrier = centre.carrier.id.identity();
        let object = Draft::object("malware", centre.clock.now(), centre.node.ids())
            .created_by(&carrier)
            .set("name", "Night heron")
            .set("is_family", false)
            .marked(Tlp::Green)
            .finish()
            .unwrap();
        let identity = format!(
            r#"{{"type": "identity", "spec_version": "2.1", "id": "{carrier}", "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z", "name": "Carrier", "identity_class": "organization",
            "object_marking_refs": ["{}"]}}"#,
            Tlp::Green.id_text()
        );
        assert_eq!(send(&centre, INBOX, &[&identity]), (1, 0));
        assert_eq!(send(&centre, collection, &[object.text()]), (1, 0));
        centre
            .node
            .confirm(
                &centre.admin,
                &release(&[object.id()], centre.partners, Tlp::Green),
            )
            .unwrap();
        let given = centre.pull(&centre.partner_caller);
        assert!(given.iter().any(|one| one.kind() == "malware"));
        let says = |text: &str| given.iter().any(|one| one.text().contains(text));
        assert_eq!(says(carrier.as_str()), named);
        assert_eq!(says(object.id().as_str()), named);
    }
}

#[test]
fn what_is_to_go_unnamed_and_names_its_giver_waits() {
    let centre = centre();
    let networks = ["hokuto.example", "203.0.113.0/24", "2001:db8:5::/48"];
    let networks = networks.map(|one| app::network::Network::parse(one).unwrap());
    centre
        .node
        .set_networks(&centre.admin, centre.carrier.id, &networks)
        .unwrap();
    centre
        .node
        .set_trust(&centre.admin, centre.carrier.id, app::trust::Trust::Trusted)
        .unwrap();
    let naming = [
        ("found at CARRIER's office", "carrier"),
        ("ＣＡＲＲＩＥＲにて確認", "carrier"),
        ("they logged in to vpn.hokuto.example.", "hokuto.example"),
        ("mail from soc@Hokuto[.]example", "hokuto.example"),
        ("https://203.0.113.9:8443/login", "203.0.113.9"),
        ("from 203.0.113[.]7, twice", "203.0.113.7"),
        ("from [2001:DB8:5::1]", "2001:db8:5::1"),
        ("scans of 203.0.113.128/25.", "203.0.113.128/25"),
    ];
    for (text, word) in naming {
        let object = malware(&centre, text);
        let status = TaxiiService(centre.node.clone())
            .add_objects(
                &centre.carrier_caller,
                ROOT,
                &ANONYMOUS_INBOX.to_string(),
                &[object.text()],
            )
            .unwrap();
        assert_eq!(status.pending_count, 1, "{text}");
        let why = status.pendings[0].message.as_deref().unwrap();
        assert!(
            why.starts_with(&format!("`{word}` names who gave it")),
            "{why}"
        );
        assert!(
            centre
                .node
                .object(&centre.admin, object.id())
                .unwrap()
                .is_none()
        );
    }
    // What only resembles it, what is another's, and what the giver may be named with.
    let others = "Carriers, nothokuto.example, 203.0.114.9, Partner, 1203.0.113.9";
    let harmless = malware(&centre, others);
    assert_eq!(send(&centre, ANONYMOUS_INBOX, &[harmless.text()]), (1, 0));
    let named = malware(&centre, naming[0].0);
    assert_eq!(send(&centre, INBOX, &[named.text()]), (1, 0));
    // A person may take it in, and it still goes unnamed.
    let query = app::quarantine::QuarantineQuery {
        limit: 10,
        ..Default::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query).unwrap();
    let accept = app::quarantine::Judgement::Accept;
    let entry = &page.entries[0];
    let judged = centre
        .node
        .judge(&centre.admin, &[entry.number], accept, "");
    assert_eq!(judged.unwrap()[0].obstacle, None);
    let taken = Id::parse(&entry.id).unwrap();
    let shown = centre.node.object(&centre.admin, &taken).unwrap().unwrap();
    assert_eq!(shown.conditions.consent, Consent::Anonymous);
}

#[test]
fn what_waits_keeps_the_consent_with_which_it_was_sent() {
    let centre = centre();
    let benign = centre.sent_indicator("8.8.8.8", "seen");
    assert_eq!(send(&centre, INBOX, &[benign.text()]), (0, 1));
    // Whoever sends it once more without a name wants that of it.
    assert_eq!(send(&centre, ANONYMOUS_INBOX, &[benign.text()]), (0, 1));
    let query = app::quarantine::QuarantineQuery {
        limit: 10,
        ..Default::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query).unwrap();
    assert_eq!(page.entries[0].consent, Some(Consent::Anonymous));
    let number = page.entries[0].number;
    let accept = app::quarantine::Judgement::Accept;
    centre
        .node
        .judge(&centre.admin, &[number], accept, "we asked")
        .unwrap();
    assert_eq!(consent(&centre, &benign), Consent::Anonymous);
    // The same of what is held, and of its next version.
    let held = centre.sent_indicator("192.0.2.8", "seen");
    send(&centre, INBOX, &[held.text()]);
    assert_eq!(consent(&centre, &held), Consent::Given);
    send(&centre, ANONYMOUS_INBOX, &[held.text()]);
    assert_eq!(consent(&centre, &held), Consent::Anonymous);
    centre.clock.advance(SignedDuration::from_secs(1));
    let next = stix::version::revoke(held.properties(), centre.clock.now()).unwrap();
    let next = Object::from_properties(next).unwrap();
    assert_eq!(send(&centre, INBOX, &[next.text()]), (1, 0));
    assert_eq!(consent(&centre, &next), Consent::Anonymous);
}

#[test]
fn stricter_conditions_reach_who_holds_the_object() {
    let centre = centre();
    let node = &centre.node;
    let object = malware(&centre, "Night heron");
    node.add(&centre.admin, std::slice::from_ref(&object))
        .unwrap();
    node.confirm(&centre.admin, &to_both(&centre, &object))
        .unwrap();
    assert_eq!(have(&centre, "malware"), (true, true));
    centre.clock.advance(SignedDuration::from_secs(60));
    let analyst = person(&centre, "analyst", Role::Analyst);
    let not_partner = NewConditions {
        not_to: vec!["Partner".to_owned()],
        ..NewConditions::NONE
    };
    let not_partner = node.conditions(&analyst, &not_partner).unwrap();
    node.set_conditions(&analyst, object.id(), &not_partner)
        .unwrap();
    assert_eq!(have(&centre, "malware"), (true, false));
    // Who held it is told.
    assert_eq!(have(&centre, "note"), (false, true));
    // What is held is entered again under stricter conditions: they hold.
    let refused = NewConditions {
        consent: Consent::Refused,
        ..NewConditions::NONE
    };
    import(&centre, &object, &refused);
    assert_eq!(have(&centre, "malware"), (false, false));
}

#[test]
fn who_is_not_to_be_named_any_more_is_taken_out_of_what_was_given() {
    let centre = centre();
    let node = &centre.node;
    let object = malware(&centre, "Night heron");
    send(&centre, INBOX, &[object.text()]);
    let request = release(&[object.id()], centre.partners, Tlp::Green);
    node.confirm(&centre.admin, &request).unwrap();
    let is_whole = |one: &Object| one.id() == object.id();
    assert!(centre.pull(&centre.partner_caller).iter().any(is_whole));
    centre.clock.advance(SignedDuration::from_secs(60));
    send(&centre, ANONYMOUS_INBOX, &[object.text()]);
    let after = centre.pull(&centre.partner_caller);
    assert!(!after.iter().any(is_whole));
    let is_edition = |one: &Object| one.kind() == "malware" && !one.is_revoked();
    assert!(after.iter().any(is_edition), "an edition takes its place");
    let told = after.iter().find(|one| one.kind() == "note").unwrap();
    assert!(told.text().contains(object.id().as_str()));
}

#[test]
fn looser_conditions_are_a_releasers_and_of_what_no_release_names() {
    let centre = centre();
    let node = &centre.node;
    let object = malware(&centre, "Night heron");
    let refused = NewConditions {
        consent: Consent::Refused,
        ..NewConditions::NONE
    };
    import(&centre, &object, &refused);
    let id = node
        .confirm(&centre.admin, &to_both(&centre, &object))
        .unwrap();
    let analyst = person(&centre, "analyst", Role::Analyst);
    let releaser = person(&centre, "releaser", Role::Releaser);
    let anonymous = Conditions::of(Consent::Anonymous);
    let loosen = |who: &Caller| node.set_conditions(who, object.id(), &anonymous);
    assert!(matches!(loosen(&analyst), Err(AppError::Denied(_))));
    assert!(matches!(loosen(&releaser), Err(AppError::Conflict(_))));
    assert_eq!(have(&centre, "malware"), (false, false));
    node.withdraw(&centre.admin, id, "to release it anew")
        .unwrap();
    assert!(matches!(loosen(&analyst), Err(AppError::Denied(_))));
    loosen(&releaser).unwrap();
    assert_eq!(consent(&centre, &object), Consent::Anonymous);
    assert!(matches!(
        loosen(&centre.carrier_caller),
        Err(AppError::Denied(_))
    ));
    // What a person may not see, a person may not change, nor learn of.
    let red = centre.draft("campaign").set("name", "secret");
    let red = red.marked(Tlp::Red).finish().unwrap();
    node.add(&centre.admin, std::slice::from_ref(&red)).unwrap();
    let changed = node.set_conditions(&analyst, red.id(), &anonymous);
    assert!(matches!(changed, Err(AppError::NotFound)));
}
