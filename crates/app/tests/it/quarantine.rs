//! What is not taken in unseen: it waits, somebody decides, and nobody learns more than it may.

use app::error::AppError;
use app::guard::Guards;
use app::quarantine::{
    Judgement, QuarantineDetails, QuarantineKind, QuarantineQuery, QuarantineState,
};
use app::trust::Trust;
use hunt::benign::{List, Lists};
use taxii::message::status::{Progress, Status};
use uuid::Uuid;

use super::*;

fn service(centre: &Centre) -> TaxiiService {
    TaxiiService(centre.node.clone())
}

fn submit(centre: &Centre, caller: &Caller, texts: &[&str]) -> Status {
    service(centre)
        .add_objects(caller, ROOT, &INBOX.to_string(), texts)
        .unwrap()
}

fn status(centre: &Centre, caller: &Caller, id: &str) -> Status {
    let id: Uuid = id.parse().unwrap();
    service(centre).status(caller, ROOT, id).unwrap()
}

/// What is said of each object of a list.
type Messages = Vec<Option<String>>;

/// What a sender sees of a status, without what differs from one request to the next: what is said of what was taken
/// in, refused, and waits.
fn told(status: &Status) -> (Progress, Messages, Messages, Messages) {
    let messages = |list: &[taxii::message::status::StatusDetails]| {
        list.iter().map(|one| one.message.clone()).collect()
    };
    (
        status.status,
        messages(&status.successes),
        messages(&status.failures),
        messages(&status.pendings),
    )
}

/// A valid indicator of somebody else's.
fn indicator(number: u128, pattern: &str, name: &str) -> String {
    let id = Uuid::from_u128(0x4000_8000_0000_0000_0000 + number);
    let at = "2026-01-10T00:00:00.000Z";
    let green = Tlp::Green.id_text();
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{id}","created":"{at}","modified":"{at}","name":"{name}","pattern":"{pattern}","pattern_type":"stix","valid_from":"{at}","object_marking_refs":["{green}"]}}"#
    )
}

fn address(number: u128, address: &str) -> String {
    indicator(number, &format!("[ipv4-addr:value = '{address}']"), "seen")
}

fn open(centre: &Centre) -> Vec<QuarantineDetails> {
    let query = QuarantineQuery {
        state: Some(QuarantineState::Open),
        limit: 100,
        ..QuarantineQuery::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query).unwrap();
    let found = page.entries.iter();
    let details = found.map(|entry| {
        let found = centre.node.quarantined(&centre.admin, entry.number);
        found.unwrap().unwrap()
    });
    details.collect()
}

fn judge(centre: &Centre, number: i64, judgement: Judgement, note: &str) -> Option<String> {
    let judged = centre
        .node
        .judge(&centre.admin, &[number], judgement, note)
        .unwrap();
    judged.first().unwrap().obstacle.clone()
}

fn is_held(centre: &Centre, text: &str) -> bool {
    let object = Object::parse(text).unwrap();
    let found = centre.node.object(&centre.admin, object.id()).unwrap();
    found.is_some()
}

fn house() -> Guards {
    let mut lists = Lists::default();
    lists.add(List::Network, "203.0.113.0/24").unwrap();
    Guards {
        lists,
        ..Guards::default()
    }
}

#[test]
fn an_indicator_of_a_resolver_waits_until_somebody_decides() {
    let centre = centre();
    let carrier = &centre.carrier_caller;
    let good = address(1, "192.0.2.8");
    let (taken, refused) = (address(2, "8.8.8.8"), address(3, "1.1.1.1"));
    let first = submit(&centre, carrier, &[&taken, &good, &refused]);
    assert_eq!(first.status, Progress::Pending);
    assert_eq!(
        (first.total_count, first.success_count, first.pending_count),
        (3, 1, 2)
    );
    let why = "`8.8.8.8` is on the list public-resolver; it waits for a person to decide";
    assert_eq!(first.pendings[0].message.as_deref(), Some(why));
    assert!(is_held(&centre, &good) && !is_held(&centre, &taken));

    // It is told the same until somebody decides, and what is sent again does not wait twice.
    assert_eq!(status(&centre, carrier, &first.id), first);
    let again = submit(&centre, carrier, &[&taken]);
    assert_eq!(again.pending_count, 1);
    let waiting = open(&centre);
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[1].entry.source, "Carrier");
    assert!(waiting[1].json.as_ref().unwrap().contains("8.8.8.8"));
    assert_eq!(waiting[1].obstacle, None);

    centre.clock.advance(SignedDuration::from_secs(60));
    let number = waiting[1].entry.number;
    assert_eq!(judge(&centre, number, Judgement::Accept, "we asked"), None);
    let half = status(&centre, carrier, &first.id);
    assert_eq!(half.status, Progress::Pending);
    assert_eq!((half.success_count, half.pending_count), (2, 1));
    assert!(is_held(&centre, &taken));
    let number = waiting[0].entry.number;
    assert_eq!(
        judge(&centre, number, Judgement::Reject, "everybody asks it"),
        None
    );
    let done = status(&centre, carrier, &first.id);
    let not = Some("not taken in: everybody asks it".to_owned());
    assert_eq!(
        told(&done),
        (Progress::Complete, vec![None, None], vec![not], vec![])
    );
    assert!(!is_held(&centre, &refused));
    let text = serde_json::to_string(&done).unwrap();
    assert!(!text.contains("Admin") && !text.contains("we asked"));
    assert_eq!(
        status(&centre, carrier, &again.id).status,
        Progress::Complete
    );
    // What was rejected stays rejected when it is sent again, and what was taken in is held.
    let third = submit(&centre, carrier, &[&taken, &refused]);
    assert_eq!((third.success_count, third.failure_count), (1, 1));
    assert!(open(&centre).is_empty());
    // A decision is taken once.
    assert!(judge(&centre, number, Judgement::Accept, "").is_some());
    // Nobody but its sender sees a status.
    let id: Uuid = first.id.parse().unwrap();
    let other = service(&centre).status(&centre.partner_caller, ROOT, id);
    assert!(matches!(other, Err(BackendError::NotFound)));
}

#[test]
fn trust_decides_what_is_taken_unseen() {
    let taken = |trust: Trust, text: &str| {
        let centre = centre();
        let node = &centre.node;
        node.set_trust(&centre.admin, centre.carrier.id, trust)
            .unwrap();
        let answer =
            service(&centre).add_objects(&centre.carrier_caller, ROOT, &INBOX.to_string(), &[text]);
        let fate = match &answer {
            Err(BackendError::Forbidden) => "refused",
            Ok(status) if status.pending_count == 1 => "waits",
            Ok(status) if status.success_count == 1 => "taken in",
            other => panic!("{other:?}"),
        };
        let all = QuarantineQuery {
            limit: 10,
            ..QuarantineQuery::default()
        };
        let noted = node.quarantine(&centre.admin, &all).unwrap().entries.len();
        (fate, is_held(&centre, text), noted)
    };
    let (plain, benign) = (address(1, "192.0.2.8"), address(2, "8.8.8.8"));
    assert_eq!(taken(Trust::Blocked, &plain), ("refused", false, 0));
    assert_eq!(taken(Trust::Probation, &plain), ("waits", false, 1));
    assert_eq!(taken(Trust::Probation, &benign), ("waits", false, 1));
    assert_eq!(taken(Trust::Standard, &plain), ("taken in", true, 0));
    assert_eq!(taken(Trust::Standard, &benign), ("waits", false, 1));
    assert_eq!(taken(Trust::Trusted, &plain), ("taken in", true, 0));
    assert_eq!(taken(Trust::Trusted, &benign), ("taken in", true, 1));
}

#[test]
fn who_is_blocked_keeps_what_it_was_given() {
    let centre = centre();
    let node = &centre.node;
    let shared = centre.indicator("192.0.2.8", "secret");
    node.add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::Green);
    let before = centre.pull(&centre.carrier_caller);
    node.set_trust(&centre.admin, centre.carrier.id, Trust::Blocked)
        .unwrap();
    let after = centre.pull(&centre.carrier_caller);
    assert!(!before.is_empty());
    let texts = |objects: &[Object]| -> Vec<String> {
        objects.iter().map(|one| one.text().to_owned()).collect()
    };
    assert_eq!(texts(&before), texts(&after));
    assert!(matches!(
        node.set_trust(&centre.carrier_caller, centre.carrier.id, Trust::Trusted),
        Err(AppError::Denied(_))
    ));
}

#[test]
fn a_flood_fills_the_room_of_its_source_only() {
    let guards = Guards {
        waiting: 5,
        ..Guards::default()
    };
    let centre = centre_with(guards);
    let flood: Vec<String> = (0..8).map(|number| address(number, "8.8.8.8")).collect();
    let flood: Vec<&str> = flood.iter().map(String::as_str).collect();
    let good = address(20, "192.0.2.8");
    let carrier = &centre.carrier_caller;
    let first = submit(&centre, carrier, &[flood.as_slice(), &[&good]].concat());
    assert_eq!(
        (
            first.pending_count,
            first.failure_count,
            first.success_count
        ),
        (5, 3, 1)
    );
    let why = first.failures[0].message.as_deref().unwrap();
    assert!(why.contains("too many"), "{why}");
    // What waits is told again as waiting, and another source has its own room.
    assert_eq!(submit(&centre, carrier, &flood).pending_count, 5);
    let other = address(30, "8.8.8.8");
    assert_eq!(
        submit(&centre, &centre.partner_caller, &[&other]).pending_count,
        1
    );
    // A decision makes room.
    let oldest = open(&centre).pop().unwrap().entry.number;
    judge(&centre, oldest, Judgement::Reject, "");
    let later = submit(&centre, carrier, &flood[5..]);
    assert_eq!((later.pending_count, later.failure_count), (1, 2));
}

#[test]
fn networks_of_others_cannot_be_probed() {
    let answers = |guards: Guards| {
        let centre = centre_with(guards);
        let carrier = &centre.carrier_caller;
        let (hit, near) = (address(1, "203.0.113.9"), address(2, "198.51.100.9"));
        // The same version with other content, the same again, and a later version.
        let other = hit.replace("\"seen\"", "\"changed\"");
        let later = hit.replace("\"modified\":\"2026-01-10", "\"modified\":\"2026-01-11");
        let both = indicator(
            3,
            "[ipv4-addr:value = '203.0.113.9'] OR [ipv4-addr:value = '8.8.8.8']",
            "seen",
        );
        let narrow = indicator(
            4,
            "[ipv4-addr:value = '203.0.113.9'] AND [ipv4-addr:value = '8.8.8.8']",
            "seen",
        );
        let mut answers = Vec::new();
        let requests: [&[&str]; 6] = [
            &[&hit, &near, &both, &narrow],
            &[&other],
            &[&hit],
            &[&later],
            &[&hit, &other],
            &[&both, &narrow],
        ];
        for texts in requests {
            let status = submit(&centre, carrier, texts);
            answers.push(told(&status));
        }
        (answers, open(&centre), is_held(&centre, &hit))
    };
    let (with, waiting, held) = answers(house());
    let (without, others, held_without) = answers(Guards::default());
    assert_eq!(with, without);
    assert!(!held && held_without);
    let secret = |details: &&QuarantineDetails| !details.entry.told;
    assert_eq!(waiting.iter().filter(secret).count(), 3);
    assert_eq!(others.iter().filter(secret).count(), 0);
    let reasons = &waiting.last().unwrap().entry.reasons;
    assert_eq!(reasons, &["`203.0.113.9` is on the list network"]);
}

#[test]
fn what_another_source_has_cannot_be_learnt_by_what_waits() {
    let answers = |held: bool| {
        let centre = centre();
        let text = address(1, "8.8.8.8");
        if held {
            let object = Object::parse(&text).unwrap();
            centre.node.add(&centre.admin, &[object]).unwrap();
        }
        let same = submit(&centre, &centre.carrier_caller, &[&text]);
        let changed = text.replace("\"seen\"", "\"changed\"");
        let changed = submit(&centre, &centre.carrier_caller, &[&changed]);
        (told(&same), told(&changed))
    };
    assert_eq!(answers(true), answers(false));
}

#[test]
fn an_identifier_that_is_taken_meanwhile_is_said_to_whoever_decides() {
    let centre = centre();
    let text = address(1, "8.8.8.8");
    let first = submit(&centre, &centre.carrier_caller, &[&text]);
    let house = Object::parse(&text.replace("\"seen\"", "\"ours\"")).unwrap();
    centre.node.add(&centre.admin, &[house]).unwrap();
    let number = open(&centre)[0].entry.number;
    let obstacle = judge(&centre, number, Judgement::Accept, "").unwrap();
    assert!(obstacle.contains("another source"), "{obstacle}");
    // The sender is told what it would have been told at once; what was held stays, and the house has the other.
    let done = status(&centre, &centre.carrier_caller, &first.id);
    assert_eq!(told(&done).0, Progress::Complete);
    assert_eq!(done.success_count, 1);
    let waiting = open(&centre);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].entry.kind, QuarantineKind::Foreign);
    let id = Object::parse(&text).unwrap().id().clone();
    let held = centre.node.object(&centre.admin, &id).unwrap().unwrap();
    assert!(held.json.contains("ours"));
}

#[test]
fn what_is_foreign_or_not_valid_can_only_be_put_away() {
    let centre = centre();
    let ours = centre.indicator("192.0.2.8", "secret");
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&ours))
        .unwrap();
    let theirs = unsigned(&ours).text().replace("192.0.2.8", "192.0.2.9");
    let invalid = address(1, "192.0.2.8").replace("\"stix\"", "7");
    submit(
        &centre,
        &centre.carrier_caller,
        &[&theirs, &invalid, "{\"type\":\"indicator\""],
    );
    let waiting = open(&centre);
    let kinds: Vec<QuarantineKind> = waiting.iter().map(|one| one.entry.kind).collect();
    assert_eq!(
        kinds,
        [
            QuarantineKind::Invalid,
            QuarantineKind::Invalid,
            QuarantineKind::Foreign
        ]
    );
    // What cannot be read is shown to nobody, and what is wrong with it by its code only.
    assert_eq!(waiting[0].json, None);
    assert!(waiting[0].entry.reasons.len() >= 2);
    for one in waiting {
        assert!(one.obstacle.is_some());
        let number = one.entry.number;
        assert!(judge(&centre, number, Judgement::Accept, "").is_some());
        assert_eq!(judge(&centre, number, Judgement::Reject, ""), None);
    }
    // The same again is not kept again.
    submit(&centre, &centre.carrier_caller, &[&theirs, &invalid]);
    assert!(open(&centre).is_empty());
}

#[test]
fn what_is_red_is_not_shown_to_whoever_decides() {
    let centre = centre();
    let red = address(1, "8.8.8.8").replace(Tlp::Green.id_text(), Tlp::Red.id_text());
    submit(&centre, &centre.carrier_caller, &[&red]);
    let waiting = open(&centre);
    assert_eq!(waiting[0].json, None);
    let said = format!("{:?}", waiting[0]);
    assert!(!said.contains("8.8.8.8"), "{said}");
    let number = waiting[0].entry.number;
    assert!(judge(&centre, number, Judgement::Accept, "").is_some());
    assert_eq!(judge(&centre, number, Judgement::Reject, ""), None);
}

#[test]
fn a_revocation_does_not_wait() {
    let centre = centre();
    let text = address(1, "8.8.8.8");
    let revoked = text.replace("\"name\"", "\"revoked\":true,\"name\"");
    let status = submit(&centre, &centre.carrier_caller, &[&revoked]);
    assert_eq!((status.success_count, status.pending_count), (1, 0));
}

#[test]
fn what_was_decided_is_told_after_it_was_forgotten() {
    let centre = centre();
    let carrier = &centre.carrier_caller;
    let texts = [
        address(1, "8.8.8.8"),
        address(2, "1.1.1.1"),
        address(3, "9.9.9.9"),
    ];
    let first = submit(&centre, carrier, &[&texts[0], &texts[1], &texts[2]]);
    let waiting = open(&centre);
    judge(&centre, waiting[2].entry.number, Judgement::Reject, "no");
    judge(&centre, waiting[0].entry.number, Judgement::Accept, "");
    let before = status(&centre, carrier, &first.id);
    let month = SignedDuration::from_hours(24 * 30);
    let purge = || centre.node.purge_quarantine(&centre.admin, month).unwrap();
    assert_eq!(purge(), 0);
    centre.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(purge(), 2);
    let after = status(&centre, carrier, &first.id);
    assert_eq!(told(&before), told(&after));
    // What still waits can still be decided on.
    judge(&centre, waiting[1].entry.number, Judgement::Accept, "");
    let done = status(&centre, carrier, &first.id);
    assert_eq!((done.success_count, done.failure_count), (2, 1));
    assert_eq!(done.status, Progress::Complete);
}

#[test]
fn what_is_fetched_passes_the_same_guards() {
    let centre = centre();
    let node = &centre.node;
    let (good, benign) = (address(1, "192.0.2.8"), address(2, "8.8.8.8"));
    let source = centre.carrier.id;
    let taken = node
        .take_in(&centre.admin, source, &[&good, &benign, "7", &good])
        .unwrap();
    assert_eq!(
        [
            taken.stored.len(),
            taken.held.len(),
            taken.pending.len(),
            taken.refused.len()
        ],
        [1, 1, 1, 1]
    );
    assert!(taken.refused[0].reason.is_some());
    assert_eq!(open(&centre)[1].entry.source, "Carrier");
    let again = node.take_in(&centre.admin, source, &[&good]).unwrap();
    assert_eq!(again.held.len(), 1);
    // What comes back as it is held here changes nothing.
    let ours = centre.indicator("192.0.2.9", "ours");
    node.add(&centre.admin, std::slice::from_ref(&ours))
        .unwrap();
    let echo = node.take_in(&centre.admin, source, &[ours.text()]).unwrap();
    assert_eq!(echo.held.len(), 1);
    node.set_trust(&centre.admin, source, Trust::Blocked)
        .unwrap();
    let blocked = node.take_in(&centre.admin, source, &[&good]);
    assert!(matches!(blocked, Err(AppError::Forbidden)));
    assert!(matches!(
        node.take_in(&centre.carrier_caller, source, &[&good]),
        Err(AppError::Denied(_))
    ));
}

#[test]
fn only_who_judges_sees_what_waits() {
    let centre = centre();
    let node = &centre.node;
    let query = QuarantineQuery::default();
    for role in Role::ALL {
        let login = format!("house-{}", role.name());
        let person = NewPerson {
            login: login.clone(),
            name: login.clone(),
            organisation: centre.admin.organisation(),
            role,
        };
        node.add_person(&centre.admin, &person).unwrap();
        let token = node
            .create_token(&centre.admin, &login, "cli", None)
            .unwrap();
        let caller = node.caller_by_token(&token).unwrap().unwrap();
        let may = caller.may(Action::JudgeIntake);
        assert_eq!(node.quarantine(&caller, &query).is_ok(), may);
        assert_eq!(node.quarantined(&caller, 1).is_ok(), may);
        assert_eq!(node.judge(&caller, &[], Judgement::Reject, "").is_ok(), may);
        let purge = node.purge_quarantine(&caller, SignedDuration::from_hours(1));
        assert_eq!(purge.is_ok(), may);
    }
    let long = "x".repeat(501);
    for note in [long.as_str(), "a\nb"] {
        let judged = node.judge(&centre.admin, &[], Judgement::Reject, note);
        assert!(matches!(judged, Err(AppError::Invalid(_))));
    }
}

#[test]
fn the_networks_of_organisations_count_and_only_their_owner_hears_of_it() {
    let centre = centre();
    let partner = centre.partner_caller.organisation();
    let network = app::network::Network::parse("203.0.113.0/24").unwrap();
    centre
        .node
        .set_networks(&centre.admin, partner, &[network])
        .unwrap();
    let by_another = address(1, "203.0.113.9");
    let status = submit(&centre, &centre.carrier_caller, &[&by_another]);
    assert_eq!((status.success_count, status.pending_count), (1, 0));
    assert!(!is_held(&centre, &by_another));
    let by_owner = address(2, "203.0.113.10");
    let status = submit(&centre, &centre.partner_caller, &[&by_owner]);
    assert_eq!((status.success_count, status.pending_count), (0, 1));
    let elsewhere = address(3, "198.51.100.9");
    let status = submit(&centre, &centre.partner_caller, &[&elsewhere]);
    assert_eq!((status.success_count, status.pending_count), (1, 0));
}

#[test]
fn of_what_is_red_for_others_a_list_says_nothing() {
    let centre = centre();
    let node = &centre.node;
    let all = QuarantineQuery {
        limit: 2,
        ..QuarantineQuery::default()
    };
    let of_carrier = QuarantineQuery {
        source: Some(centre.carrier.id),
        ..all.clone()
    };
    let plain = |number| address(number, "8.8.8.8");
    let red = |number| plain(number).replace(Tlp::Green.id_text(), Tlp::Red.id_text());
    let unreadable = plain(6).replace("\"2026-01-10T00:00:00.000Z\"", "7");
    let carrier = &centre.carrier_caller;
    submit(&centre, carrier, &[&plain(1), &plain(2), &red(3), &red(4)]);
    submit(&centre, carrier, &[&red(5), &unreadable]);
    let waiting = open(&centre);
    assert_eq!(waiting.len(), 6);
    for details in &waiting {
        let (entry, is_shown) = (&details.entry, details.json.is_some());
        let texts = [&entry.id, &entry.version, &entry.source];
        assert!(texts.iter().all(|text| text.is_empty() != is_shown));
        assert!(is_shown || entry.reasons.last().unwrap().contains("may not see"));
    }
    let shown = waiting.iter().filter(|details| details.json.is_some());
    assert_eq!(shown.count(), 2);
    let page = node.quarantine(&centre.admin, &all).unwrap();
    assert_eq!((page.entries.len(), page.next), (2, Some(5)));
    // Neither entries nor places tell whose the others are.
    let numbers = |before, limit| {
        let query = QuarantineQuery {
            before,
            limit,
            ..of_carrier.clone()
        };
        let page = node.quarantine(&centre.admin, &query).unwrap();
        let numbers = page.entries.iter().map(|entry| entry.number);
        (numbers.collect::<Vec<_>>(), page.next)
    };
    assert_eq!(numbers(None, 1), (vec![2], Some(2)));
    assert_eq!(numbers(Some(2), 4), (vec![1], None));
    assert_eq!(numbers(None, 4), (vec![2, 1], None));
}

#[test]
fn a_list_reads_no_long_texts() {
    let centre = centre();
    let long = indicator(1, "[ipv4-addr:value = '8.8.8.8']", &"x".repeat(70_000));
    submit(
        &centre,
        &centre.carrier_caller,
        &[&long, &address(2, "8.8.8.8")],
    );
    let query = QuarantineQuery {
        limit: 10,
        ..QuarantineQuery::default()
    };
    let page = centre.node.quarantine(&centre.admin, &query).unwrap();
    let [short, listed] = page.entries.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(short.source, "Carrier");
    assert!(listed.id.is_empty() && listed.source.is_empty());
    assert!(listed.reasons[0].contains("look at it alone"), "{listed:?}");
    // Alone it is shown whole.
    let alone = centre
        .node
        .quarantined(&centre.admin, listed.number)
        .unwrap()
        .unwrap();
    assert!(alone.json.unwrap().len() > 70_000);
    assert_eq!(alone.entry.source, "Carrier");
    assert_eq!(alone.obstacle, None);
}
