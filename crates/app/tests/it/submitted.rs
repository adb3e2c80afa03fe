//! What members read back of what they sent.

use app::exchange::{ANONYMOUS_INBOX, SUBMISSIONS};
use taxii::filter::VersionMatch;

use super::*;

fn send(centre: &Centre, caller: &Caller, collection: uuid::Uuid, texts: &[&str]) -> (u64, u64) {
    let status = TaxiiService(centre.node.clone())
        .add_objects(caller, ROOT, &collection.to_string(), texts)
        .unwrap();
    (status.success_count, status.pending_count)
}

fn back_with(centre: &Centre, caller: &Caller, mut filter: Filter) -> Vec<String> {
    let service = TaxiiService(centre.node.clone());
    let (mut found, mut last) = (Vec::new(), None);
    loop {
        let collection = SUBMISSIONS.to_string();
        let page = service.objects(caller, ROOT, &collection, None, &filter);
        let page = page.unwrap();
        for entry in page.entries {
            assert!(last < Some(entry.date_added), "unique and increasing");
            last = Some(entry.date_added);
            found.push(entry.text.to_string());
        }
        match page.next {
            Some(next) => filter.next = Some(next),
            None => return found,
        }
    }
}

/// Every version, two objects a page.
fn back(centre: &Centre, caller: &Caller) -> Vec<String> {
    let filter = Filter {
        versions: vec![VersionMatch::All],
        ..Filter::everything(2)
    };
    back_with(centre, caller, filter)
}

#[test]
fn an_organisation_reads_back_every_version_that_it_sent_and_nobody_else_does() {
    let centre = centre();
    let carrier = &centre.carrier_caller;
    let one = centre.sent_indicator("192.0.2.8", "seen");
    let odd = one.text().replace("\"name\":", " \"name\" :  ");
    centre.clock.advance(SignedDuration::from_secs(1));
    let two = stix::version::revoke(one.properties(), centre.clock.now()).unwrap();
    let two = Object::from_properties(two).unwrap();
    let other = centre.sent_indicator("192.0.2.9", "seen");
    assert_eq!(send(&centre, carrier, INBOX, &[&odd, "{}"]), (1, 0));
    assert_eq!(send(&centre, carrier, SUBMISSIONS, &[two.text()]), (1, 0));
    let texts = [other.text(), &odd];
    assert_eq!(send(&centre, carrier, ANONYMOUS_INBOX, &texts), (2, 0));
    let all = [odd.as_str(), two.text(), other.text()];
    assert_eq!(back(&centre, carrier), all, "as it was sent, each once");
    assert!(back(&centre, &centre.partner_caller).is_empty());
    // What the house holds besides, and what it gave, is not there.
    let own = centre.indicator("192.0.2.10", "ours");
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&own))
        .unwrap();
    centre.confirm(&[own.id()], centre.telecom, Tlp::Green);
    assert_eq!(back(&centre, carrier), all);
    let of = |version| Filter {
        ids: Some(vec![one.id().clone()]),
        versions: vec![version],
        ..Filter::everything(10)
    };
    assert_eq!(
        back_with(&centre, carrier, of(VersionMatch::First)),
        all[..1]
    );
    assert_eq!(
        back_with(&centre, carrier, of(VersionMatch::Last)),
        all[1..2]
    );
    let service = TaxiiService(centre.node.clone());
    let collection = SUBMISSIONS.to_string();
    let filter = of(VersionMatch::All);
    let versions = service.versions(carrier, ROOT, &collection, one.id(), &filter);
    assert_eq!(versions.unwrap().entries.len(), 2);
    let everything = Filter::everything(10);
    let unknown = service.objects(carrier, ROOT, &collection, Some(own.id()), &everything);
    assert!(matches!(unknown, Err(BackendError::NotFound)));
    // Those of the house read everything otherwise.
    let refused = service.objects(&centre.admin, ROOT, &collection, None, &everything);
    assert!(matches!(refused, Err(BackendError::Forbidden)));
}

#[test]
fn what_waits_is_read_back_once_it_is_taken_in() {
    let centre = centre();
    let carrier = &centre.carrier_caller;
    let texts = ["8.8.8.8", "1.1.1.1"].map(|address| centre.sent_indicator(address, "seen"));
    let sent = texts.each_ref().map(Object::text);
    assert_eq!(send(&centre, carrier, INBOX, &sent), (0, 2));
    assert!(back(&centre, carrier).is_empty());
    let query = app::quarantine::QuarantineQuery {
        limit: 10,
        ..Default::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query).unwrap();
    let judge = |number, judgement| {
        let judged = centre.node.judge(&centre.admin, &[number], judgement, "so");
        judged.unwrap();
    };
    judge(page.entries[1].number, app::quarantine::Judgement::Accept);
    judge(page.entries[0].number, app::quarantine::Judgement::Reject);
    assert_eq!(back(&centre, carrier), sent[..1]);
}

#[test]
fn what_is_refused_as_anothers_is_not_read_back() {
    let centre = centre();
    let shared = centre.indicator("192.0.2.8", "seen");
    let node = &centre.node;
    node.add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::AmberStrict);
    centre.pull(&centre.carrier_caller);
    let changed = shared.text().replace("seen", "never seen");
    let counts = send(&centre, &centre.carrier_caller, INBOX, &[&changed]);
    assert_eq!(counts, (0, 0), "it is told that it is another's");
    assert!(back(&centre, &centre.carrier_caller).is_empty());
}

#[test]
fn what_is_read_back_does_not_tell_what_others_gave() {
    let told = |held: bool, same: bool| {
        let centre = centre();
        let text = r#"{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000009",
            "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"one","is_family":false}"#;
        let guess = if same {
            text.to_owned()
        } else {
            text.replace("one", "two")
        };
        if held {
            send(&centre, &centre.partner_caller, INBOX, &[text]);
        }
        let counts = send(&centre, &centre.carrier_caller, SUBMISSIONS, &[&guess]);
        (counts, back(&centre, &centre.carrier_caller), guess)
    };
    for same in [true, false] {
        let (counts, back, guess) = told(true, same);
        assert_eq!((counts, &back), ((1, 0), &vec![guess]));
        assert_eq!(told(true, same).1, told(false, same).1);
    }
}

#[test]
fn what_was_sent_together_comes_back_in_its_order_each_once() {
    let centre = centre();
    let carrier = &centre.carrier_caller;
    let texts: Vec<Object> = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]
        .map(|address| centre.sent_indicator(address, "seen"))
        .into();
    let sent: Vec<&str> = texts.iter().map(Object::text).collect();
    // One in the middle is held from the house: its sender is told that it is taken in.
    centre.node.add(&centre.admin, &texts[1..2]).unwrap();
    let other = sent[1].replace("seen", "seen elsewhere");
    let mixed = [sent[0], other.as_str(), sent[2], sent[0], sent[3]];
    assert_eq!(send(&centre, carrier, INBOX, &mixed), (5, 0));
    // Again before anybody read, and again afterwards.
    assert_eq!(send(&centre, carrier, INBOX, &sent[2..]), (2, 0));
    let all = [sent[0], other.as_str(), sent[2], sent[3]];
    assert_eq!(back(&centre, carrier), all);
    assert_eq!(send(&centre, carrier, INBOX, &sent[2..]), (2, 0));
    let more = centre.sent_indicator("192.0.2.5", "seen");
    assert_eq!(send(&centre, carrier, INBOX, &[more.text()]), (1, 0));
    assert_eq!(back(&centre, carrier)[4..], [more.text()]);
}
