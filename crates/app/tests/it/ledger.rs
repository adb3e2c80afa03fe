//! The logs: what they tell, to whom, and what they find.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::access::{Caller, Role};
use app::error::AppError;
use app::exchange::{RELEASES, ROOT, TaxiiService};
use app::ledger::verify::LedgerReport;
use app::ledger::{Log, Place};
use app::node::Node;
use app::party::NewPerson;
use base::clock::{Clock as _, FixedClock};
use base::id_source::IdSource;
use jiff::SignedDuration;
use ledger::checkpoint::SignedCheckpoint;
use ledger::hash::Hash;
use ledger::leaf::Leaf;
use ledger::proof::{verify_consistency, verify_inclusion};
use release::conditions::Conditions;
use release::held::Consent;
use release::party::ReleaseId;
use release::terms::Recipient;
use stix::id::Id;
use stix::marking::Tlp;
use taxii::backend::Backend as _;
use taxii::filter::Filter;

use crate::{organisation, release};

/// Ids that count, from a number that can be set: what one world has more than another takes none of its ids.
#[derive(Debug, Default)]
struct Ids(AtomicU64);

impl IdSource for Ids {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            for (to, from) in chunk.iter_mut().zip(number) {
                *to = from;
            }
        }
    }
}

struct World {
    _dir: tempfile::TempDir,
    ids: Arc<Ids>,
    clock: Arc<FixedClock>,
    node: Arc<Node>,
    admin: Caller,
    carrier: Caller,
    partner: Caller,
    telecom: Recipient,
    partners: Recipient,
}

fn open(dir: &Path, clock: &Arc<FixedClock>, ids: &Arc<Ids>) -> Arc<Node> {
    Arc::new(Node::open(dir, clock.clone(), ids.clone()).unwrap())
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(testkit::time::clock());
    let ids = Arc::new(Ids::default());
    let node = open(dir.path(), &clock, &ids);
    node.set_up(&organisation("Centre"), "admin", "Admin")
        .unwrap();
    let admin = node.local_caller().unwrap();
    let member = |name: &str, community: &str| {
        let organisation = node.add_organisation(&admin, &organisation(name)).unwrap();
        let community = node.add_community(&admin, community).unwrap().id;
        node.add_member(&admin, community, organisation.id).unwrap();
        let login = format!("service-{name}");
        let person = NewPerson {
            login: login.clone(),
            name: login.clone(),
            organisation: organisation.id,
            role: Role::Service,
        };
        node.add_person(&admin, &person).unwrap();
        let token = node.create_token(&admin, &login, "taxii", None).unwrap();
        let caller = node.caller_by_token(&token).unwrap().unwrap();
        (caller, Recipient::Community(community))
    };
    let (carrier, telecom) = member("Carrier", "telecom");
    let (partner, partners) = member("Partner", "partners");
    let world = World {
        _dir: dir,
        ids,
        clock,
        node,
        admin,
        carrier,
        partner,
        telecom,
        partners,
    };
    // Their membership is behind them: what comes from now on comes by releases.
    world.poll(&world.carrier, 1);
    world.poll(&world.partner, 1);
    world
}

impl World {
    fn indicator(&self, number: u32, marked: Tlp) -> Id {
        let id = format!("indicator--00000000-0000-4000-8000-{number:012}");
        let text = format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"{id}","created":"2026-01-10T00:00:00.000Z","modified":"2026-01-10T00:00:00.000Z","name":"number {number}","description":"where it was seen","pattern":"[ipv4-addr:value = '192.0.2.{number}']","pattern_type":"stix","valid_from":"2026-01-10T00:00:00Z","object_marking_refs":["{}"],"granular_markings":[{{"marking_ref":"{}","selectors":["description"]}}]}}"#,
            marked.id_text(),
            Tlp::Red.id_text(),
        );
        let report = self.node.import(&self.admin, &[text], 0).unwrap();
        assert_eq!(report.stored, 1, "{report:?}");
        Id::parse(&id).unwrap()
    }

    fn confirm(&self, objects: &[&Id], recipient: Recipient) -> ReleaseId {
        self.clock.advance(SignedDuration::from_secs(1));
        let request = release(objects, recipient, Tlp::Green);
        self.node.confirm(&self.admin, &request).unwrap()
    }

    fn withdraw(&self, release: ReleaseId) {
        self.clock.advance(SignedDuration::from_secs(1));
        assert!(self.node.withdraw(&self.admin, release, "wrong").unwrap());
    }

    /// Polls, at most `limit` objects.
    fn poll(&self, caller: &Caller, limit: usize) -> Vec<String> {
        let service = TaxiiService(self.node.clone());
        let filter = Filter::everything(limit);
        let page = service
            .objects(caller, ROOT, &RELEASES.to_string(), None, &filter)
            .unwrap();
        page.entries
            .iter()
            .map(|entry| entry.text.to_string())
            .collect()
    }

    fn leaves(&self, caller: &Caller, log: Log) -> Vec<String> {
        self.node
            .ledger_leaves(caller, log, 0, 1_000)
            .unwrap()
            .leaves
    }

    fn verify(&self) -> LedgerReport {
        self.node.verify_ledger(&self.admin).unwrap()
    }

    /// A world in which everything has happened once.
    fn eventful() -> Self {
        let world = world();
        let ids: Vec<Id> = (1..=4).map(|n| world.indicator(n, Tlp::Green)).collect();
        world.confirm(&[&ids[0], &ids[1]], world.telecom);
        let taken_back = world.confirm(&[&ids[2]], world.telecom);
        world.poll(&world.carrier, 2);
        world.withdraw(taken_back);
        world.confirm(&[&ids[3]], world.telecom);
        world.poll(&world.carrier, 1);
        world.confirm(&[&ids[0]], world.partners);
        world.poll(&world.partner, 10);
        world
    }
}

fn kinds(leaves: &[String]) -> Vec<&'static str> {
    leaves
        .iter()
        .map(|leaf| match Leaf::parse(leaf.as_bytes()).unwrap() {
            Leaf::Act { .. } => "act",
            Leaf::Began { .. } => "began",
            Leaf::Decided { .. } => "decided",
            Leaf::Delivered { .. } => "delivered",
            Leaf::Given { .. } => "given",
            Leaf::Head { .. } => "head",
            Leaf::Withdrawn { .. } => "withdrawn",
        })
        .collect()
}

#[test]
fn the_logs_tell_what_happened() {
    let world = World::eventful();
    let mut text = String::new();
    for (name, caller, log) in [
        ("house", &world.admin, Log::House),
        ("carrier", &world.carrier, Log::Own),
        ("partner", &world.partner, Log::Own),
    ] {
        let head = world.node.ledger_head(caller, log).unwrap();
        writeln!(text, "== {name}\n{}", head.note).unwrap();
        for (place, leaf) in world.leaves(caller, log).iter().enumerate() {
            writeln!(text, "{place:2} {leaf}").unwrap();
        }
        text.push('\n');
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/ledger.txt", &text);
    let report = world.verify();
    assert_eq!(report.findings, []);
    assert!(report.not_compared.is_empty());
    assert_eq!(
        (report.logs, report.releases, report.entries, report.texts),
        (3, 4, 5, 4)
    );
}

#[test]
fn what_is_handed_over_is_recorded_once() {
    let world = world();
    let ids: Vec<Id> = (1..=3).map(|n| world.indicator(n, Tlp::Green)).collect();
    world.confirm(&ids.iter().collect::<Vec<_>>(), world.telecom);
    let own = |world: &World| kinds(&world.leaves(&world.carrier, Log::Own));
    assert_eq!(world.poll(&world.carrier, 2).len(), 2);
    assert_eq!(
        own(&world),
        ["given", "given", "given", "decided", "delivered"]
    );
    let house = || world.node.ledger_head(&world.admin, Log::House).unwrap();
    let before = house();
    world.poll(&world.carrier, 2);
    assert_eq!(
        house(),
        before,
        "nothing new was handed over, nothing is written"
    );
    world.poll(&world.carrier, 10);
    let leaves = world.leaves(&world.carrier, Log::Own);
    let Leaf::Delivered {
        leaves: given, to, ..
    } = Leaf::parse(leaves[5].as_bytes()).unwrap()
    else {
        panic!("{leaves:?}");
    };
    assert_eq!((given, to), (vec![(2, 2)], world.carrier.person().0));
    let after = house();
    world.poll(&world.carrier, 10);
    assert_eq!(house(), after);
    // The house looks: that is no delivery.
    world
        .node
        .see_as(&world.admin, Some(world.carrier.organisation()))
        .unwrap();
    assert_eq!(own(&world).len(), 6);
    assert_eq!(world.verify().findings, []);
}

#[test]
fn a_partner_can_prove_what_it_was_given() {
    let world = World::eventful();
    let (node, carrier) = (&world.node, &world.carrier);
    let key = node.ledger_key().unwrap();
    let head = node.ledger_head(carrier, Log::Own).unwrap();
    let signed = SignedCheckpoint::parse(&head.note).unwrap();
    let head = signed.verify(&head.head.origin, &key).unwrap().clone();
    for text in world.poll(carrier, 10) {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let place = Place::Object {
            id: value["id"].as_str().unwrap().to_owned(),
            version: None,
        };
        let proof = node
            .ledger_inclusion(carrier, Log::Own, &place, None)
            .unwrap();
        let Leaf::Given { sha256, .. } = Leaf::parse(proof.leaf.as_bytes()).unwrap() else {
            panic!("{proof:?}");
        };
        assert_eq!(sha256, Hash::of(text.as_bytes()));
        let now = node.ledger_head(carrier, Log::Own).unwrap().head;
        let leaf = Hash::leaf(proof.leaf.as_bytes());
        verify_inclusion(leaf, proof.index, now.size, now.root, &proof.path).unwrap();
        // What was given to this audience alone is nobody else's.
        if text.contains("number 4") {
            let theirs = node.ledger_inclusion(&world.partner, Log::Own, &place, None);
            assert!(matches!(theirs, Err(AppError::NotFound)));
        }
    }
    let now = node.ledger_head(carrier, Log::Own).unwrap().head;
    assert!(now.size > head.size, "the rest was handed over");
    let proof = node
        .ledger_consistency(carrier, Log::Own, head.size, None)
        .unwrap();
    verify_consistency((head.size, head.root), (now.size, now.root), &proof.path).unwrap();
    let invalid =
        |result: Result<_, AppError>| assert!(matches!(result, Err(AppError::Invalid(_))));
    invalid(node.ledger_consistency(carrier, Log::Own, 0, Some(now.size + 1)));
    invalid(node.ledger_consistency(carrier, Log::Own, 5, Some(4)));
    let beyond = node.ledger_inclusion(carrier, Log::Own, &Place::Leaf(now.size), None);
    assert!(matches!(beyond, Err(AppError::NotFound)));
}

#[test]
fn each_reads_its_own_log_only() {
    let world = World::eventful();
    let node = &world.node;
    for caller in [&world.carrier, &world.partner] {
        assert!(matches!(
            node.ledger_head(caller, Log::House),
            Err(AppError::Denied(_))
        ));
        assert!(node.verify_ledger(caller).is_err());
        assert!(node.held_hashes(caller, &[]).is_err());
    }
    assert!(node.ledger_head(&world.admin, Log::Own).is_err());
    let own = node.ledger_head(&world.carrier, Log::Own).unwrap().head;
    let other = node.ledger_head(&world.partner, Log::Own).unwrap().head;
    assert_ne!(own.origin, other.origin);
}

/// What the carrier can get of its log, as bytes.
fn seen(world: &World) -> String {
    let (node, carrier) = (&world.node, &world.carrier);
    let mut text = world.poll(carrier, 1).join("\n");
    text.push_str(&world.poll(carrier, 100).join("\n"));
    let head = node.ledger_head(carrier, Log::Own).unwrap();
    text.push_str(&head.note);
    for first in 0..=head.head.size + 1 {
        write!(
            text,
            "{:?} {:?} {:?}",
            node.ledger_leaves(carrier, Log::Own, first, 3),
            node.ledger_inclusion(carrier, Log::Own, &Place::Leaf(first), None),
            node.ledger_consistency(carrier, Log::Own, first, None),
        )
        .unwrap();
    }
    for number in 1..200 {
        let place = Place::Object {
            id: format!("indicator--00000000-0000-4000-8000-{number:012}"),
            version: None,
        };
        write!(
            text,
            "{:?}",
            node.ledger_inclusion(carrier, Log::Own, &place, None)
        )
        .unwrap();
    }
    text
}

/// Two stores that differ in what the carrier may not see: other objects, releases, members, deliveries, withdrawals.
#[test]
fn what_is_withheld_leaves_no_trace_in_a_log() {
    let run = |others: u32| {
        let world = world();
        let mine: Vec<Id> = (1..=3).map(|n| world.indicator(n, Tlp::Green)).collect();
        let hidden = |step: u32| {
            let (now, next) = (world.clock.now(), world.ids.0.load(Ordering::Relaxed));
            for number in 0..others {
                let id = world.indicator(100 + 20 * step + number, Tlp::Green);
                let red = world.indicator(400 + 20 * step + number, Tlp::Red);
                let theirs = world.node.confirm(
                    &world.admin,
                    &release(&[&id, &red, &mine[0]], world.partners, Tlp::Green),
                );
                // Too red for the telecoms, though it is released to them.
                let request = release(&[&red], world.telecom, Tlp::Green);
                world.node.confirm(&world.admin, &request).unwrap();
                world.poll(&world.partner, 100);
                if number % 2 == 0 {
                    world
                        .node
                        .withdraw(&world.admin, theirs.unwrap(), "wrong")
                        .unwrap();
                }
            }
            world
                .ids
                .0
                .store(next.max(10_000 * u64::from(step + 1)), Ordering::Relaxed);
            assert_eq!(world.clock.now(), now);
        };
        hidden(0);
        let first = world.confirm(&[&mine[0], &mine[1]], world.telecom);
        hidden(1);
        let before = seen(&world);
        hidden(2);
        world.withdraw(first);
        world.confirm(&[&mine[2]], world.telecom);
        hidden(3);
        let house = world.leaves(&world.admin, Log::House).len();
        assert_eq!(world.verify().findings, []);
        (before + &seen(&world), house)
    };
    let (alone, house_alone) = run(0);
    assert!(alone.contains("withdrawn") && alone.contains("delivered"));
    for others in [1, 4] {
        let (among, house) = run(others);
        assert!(house > house_alone, "the house's log has the others");
        assert!(
            alone == among,
            "the carrier can tell how much goes to others"
        );
    }
}

#[test]
fn a_node_that_is_older_than_its_logs_begins_them() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::eventful();
    let file = dir.path().join(app::node::DATABASE);
    world.node.back_up(&file).unwrap();
    {
        // As a node of before would have it: the tables are new and empty.
        let database = rusqlite::Connection::open(&file).unwrap();
        database
            .execute_batch(
                "PRAGMA foreign_keys = OFF;
                 DELETE FROM ledger_given; DELETE FROM ledger_tile; DELETE FROM ledger_leaf; DELETE FROM ledger_log;
                 DELETE FROM meta WHERE key = 'ledger_key';
                 INSERT INTO ledger_before SELECT audience, max(position) FROM feed GROUP BY audience;",
            )
            .unwrap();
    }
    let node = open(dir.path(), &world.clock, &world.ids);
    let world = World {
        node: node.clone(),
        ..world
    };
    let report = world.verify();
    assert_eq!(report.findings, []);
    assert_eq!((report.releases, report.entries), (4, 0));
    assert_eq!(report.older, 0, "no log, nothing to compare");
    let fresh = world.indicator(9, Tlp::Green);
    world.confirm(&[&fresh], world.telecom);
    assert_eq!(world.poll(&world.carrier, 10).len(), 5);
    assert_eq!(
        kinds(&world.leaves(&world.carrier, Log::Own)),
        ["given", "decided", "delivered"]
    );
    assert_eq!(world.verify().findings, []);
}

/// What was given by each of these releases: to whom, how many objects, when the first.
fn given_by(world: &World, releases: &[ReleaseId]) -> Vec<Vec<(String, u64, String)>> {
    let life = |id: &ReleaseId| {
        let found = world.node.release_life(&world.admin, *id);
        let given = found.unwrap().unwrap().given.into_iter();
        given
            .map(|one| (one.audience, one.objects, format!("{:.0}", one.first)))
            .collect()
    };
    releases.iter().map(life).collect()
}

#[test]
fn a_release_is_told_to_have_given_what_came_by_it_only() {
    let world = world();
    let ids: Vec<Id> = (1..=3).map(|n| world.indicator(n, Tlp::Green)).collect();
    let first = world.confirm(&[&ids[0], &ids[1]], world.telecom);
    world.poll(&world.carrier, 10);
    world.poll(&world.partner, 10);
    let second = world.confirm(&[&ids[0]], world.partners);
    world.poll(&world.carrier, 10);
    world.poll(&world.partner, 10);
    // The carrier has one of the two.
    let third = world.confirm(&[&ids[1], &ids[2]], world.telecom);
    let nobody = world.confirm(&[&ids[0], &ids[2]], world.telecom);
    world.poll(&world.carrier, 10);
    let row = |name: &str, objects, at: &str| {
        let name = format!("{name} (service-{name})");
        (name, objects, format!("2026-01-15T09:00:{at}Z"))
    };
    let expected = [
        vec![row("Carrier", 2, "01")],
        vec![row("Partner", 1, "02")],
        vec![row("Carrier", 1, "03")],
        vec![],
    ];
    let releases = [first, second, third, nobody];
    assert_eq!(given_by(&world, &releases), expected);
    // What was given stays given, and the notice of its end is none of it.
    world.withdraw(second);
    world.withdraw(first);
    world.poll(&world.carrier, 10);
    world.poll(&world.partner, 10);
    assert_eq!(given_by(&world, &releases), expected);
}

#[test]
fn what_is_changed_through_the_program_is_no_finding() {
    let world = World::eventful();
    let (node, admin) = (&world.node, &world.admin);
    let object = Id::parse("indicator--00000000-0000-4000-8000-000000000001").unwrap();
    let stricter = Conditions::of(Consent::Anonymous);
    node.add_conditions(admin, &object, &stricter).unwrap();
    node.set_disabled(admin, "service-Partner", true).unwrap();
    let carrier = "service-Carrier";
    node.set_role(admin, carrier, Role::Auditor).unwrap();
    world.poll(&world.carrier, 10);
    let report = world.verify();
    assert_eq!(report.findings, []);
    assert!(report.not_compared.is_empty());
}

/// Every tampering with its findings: `tests/it/tamper.txt` is the table, a statement and what is found below it.
#[test]
fn a_changed_row_is_found() {
    let world = World::eventful();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tamper.txt");
    let table = std::fs::read_to_string(&path).unwrap();
    let mut found = String::new();
    for line in table.lines().filter(|line| !line.starts_with("  ")) {
        writeln!(found, "{line}").unwrap();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(app::node::DATABASE);
        world.node.back_up(&file).unwrap();
        {
            let database = rusqlite::Connection::open(&file).unwrap();
            database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            database.execute_batch(line).unwrap();
            assert!(database.changes() > 0, "nothing was changed by {line}");
        }
        let node = open(dir.path(), &world.clock, &world.ids);
        let report = node.verify_ledger(&node.local_caller().unwrap()).unwrap();
        assert!(!report.findings.is_empty(), "not found: {line}");
        for finding in &report.findings {
            writeln!(
                found,
                "  {} · {} · {}",
                finding.table, finding.key, finding.problem
            )
            .unwrap();
        }
        for log in &report.not_compared {
            writeln!(found, "  (what {log} tells was not compared)").unwrap();
        }
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/tamper.txt", &found);
}
