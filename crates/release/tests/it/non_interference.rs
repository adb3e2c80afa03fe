//! Two holdings that differ only in what an audience may not see give that audience the same bytes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use release::gate::{Asked, Gate};
use release::held::{Consent, Provenance};
use release::party::{Audience, OrganisationId, ReleaseId};
use release::terms::{Cut, Recipient};
use release::withdrawal::{Notice, Withdrawn};
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::marking::caveat::Caveat;
use stix::selector::Selector;
use stix::validate::{Options, validate};
use uuid::Uuid;

use crate::policy::{caveat, iep};
use crate::world::{
    CARRIER, OWN, TELECOM, World, at, carrier, id, id_of, member, now, policy, provenance, release,
    sco, sdo,
};

/// Objects that the audience may or may not see are numbered below this; those of one holding only, above.
const SHARED: usize = 8;

/// How an object is kept from the audience.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// It is not.
    Not,
    Red,
    UnknownMarking,
    NoConsent,
    Embargo,
    NotReleased,
    /// By a caveat that the giver defined.
    Caveat,
    /// By a caveat that came with it.
    GivenCaveat,
    /// By a policy that has ended.
    EndedPolicy,
    /// Its release was withdrawn.
    Withdrawn,
}

/// What the giver of an object that is not kept says of being named.
#[derive(Debug, Clone, Copy)]
enum Naming {
    Free,
    Anonymous,
    /// A policy forbids it.
    Forbidden,
    /// A policy demands it.
    Demanded,
}

/// What two holdings have in common.
#[derive(Debug, Clone)]
struct Plan {
    objects: Vec<Node>,
    /// What the releaser cut by hand from all.
    hand: bool,
    as_community: bool,
}

#[derive(Debug, Clone)]
struct Node {
    kind: usize,
    kept: Kept,
    naming: Naming,
    /// References to numbers; those beyond the plan lead to what is held in one holding only, or in none.
    refs: Vec<usize>,
    /// Whether the description is cut.
    cut: bool,
    /// Which of the labels are cut.
    labels: Vec<bool>,
    second: Option<Second>,
}

/// A second version, where there is one.
#[derive(Debug, Clone, Copy)]
enum Second {
    Visible,
    Red,
    /// All that it refers to is withheld.
    Stranded,
}

/// What differs: the content of everything that is withheld.
#[derive(Debug, Clone)]
struct Secrets {
    salt: u16,
    /// Which of the withheld objects are held at all.
    held: Vec<bool>,
    /// How many labels are cut before each that stays.
    more_labels: usize,
    /// To what withheld objects refer.
    refs: Vec<usize>,
    /// Whether more is released to others.
    others: bool,
    /// Who gave what is given without a name.
    giver: u128,
}

const KINDS: [&str; 24] = [
    "campaign",
    "note",
    "report",
    "relationship",
    "sighting",
    "file",
    "directory",
    "language-content",
    "grouping",
    "observed-data",
    "opinion",
    "malware",
    "malware-analysis",
    "indicator",
    "incident",
    "event",
    "impact",
    "task",
    "network-traffic",
    "email-message",
    "process",
    "user-account",
    "location",
    "x-made-up",
];

fn is_observable(kind: &str) -> bool {
    matches!(
        kind,
        "file" | "directory" | "network-traffic" | "email-message" | "process" | "user-account"
    )
}

const ENDED_POLICY: &str = "marking-definition--00000000-0000-4000-8000-00000000e001";
const CLOSED_CAVEAT: &str = "marking-definition--00000000-0000-4000-8000-00000000e002";
const NAMELESS: &str = "marking-definition--00000000-0000-4000-8000-00000000e003";
const NAMED: &str = "marking-definition--00000000-0000-4000-8000-00000000e004";

/// The markings of the house that objects carry.
fn definitions() -> Vec<Value> {
    let named = |mut value: Value, id: &str| {
        value["id"] = json!(id);
        value
    };
    vec![
        named(
            iep(json!({"end_date": "2026-03-01T00:00:00Z"})),
            ENDED_POLICY,
        ),
        named(
            caveat(json!({"releasable_to_countries": ["NZ"]})),
            CLOSED_CAVEAT,
        ),
        named(iep(json!({"provider_attribution": "must-not"})), NAMELESS),
        named(iep(json!({"provider_attribution": "must"})), NAMED),
    ]
}

fn giver_of(secrets: &Secrets) -> OrganisationId {
    OrganisationId(Uuid::from_u128(0x9000_0000_0000 + secrets.giver))
}

fn kind_of(plan: &Plan, number: usize) -> &'static str {
    plan.objects
        .get(number)
        .map_or("campaign", |node| KINDS[node.kind])
}

fn name_of(plan: &Plan, number: usize) -> String {
    id_of(kind_of(plan, number), number as u128 + 1)
}

/// One object with `secret` wherever the audience may not look.
fn build(plan: &Plan, number: usize, secrets: &Secrets, version: usize, hidden: bool) -> Value {
    let node = &plan.objects[number];
    let kind = KINDS[node.kind];
    let secret = format!("SECRET {} {number} {version}", secrets.salt);
    let refs = if hidden && !secrets.refs.is_empty() {
        &secrets.refs
    } else {
        &node.refs
    };
    let refs: Vec<String> = refs.iter().map(|to| name_of(plan, *to)).collect();
    let first = refs[0].clone();
    let last = refs[refs.len() - 1].clone();
    let text = if hidden {
        secret.clone()
    } else {
        format!("open {number} {version}")
    };
    let mut more = match kind {
        "note" => json!({"content": text, "object_refs": refs}),
        "report" => json!({"name": text, "published": "2026-02-01T00:00:00Z", "object_refs": refs}),
        "relationship" => {
            json!({"relationship_type": "related-to", "source_ref": first, "target_ref": last})
        }
        "sighting" => json!({"sighting_of_ref": first, "where_sighted_refs": refs}),
        "file" => json!({"name": text, "parent_directory_ref": first, "contains_refs": refs}),
        "directory" => json!({"path": text, "contains_refs": refs}),
        "language-content" => {
            json!({"object_ref": first, "contents": {"de": {"name": text, "description": format!("Übersetzt {number}")}}})
        }
        "grouping" => json!({"context": "suspicious-activity", "name": text, "object_refs": refs}),
        "observed-data" => {
            let mut more = json!({"first_observed": "2026-02-01T00:00:00Z", "last_observed": "2026-02-01T00:00:00Z", "number_observed": 1});
            if number.is_multiple_of(2) {
                more["object_refs"] = json!(refs);
            } else {
                more["objects"] = json!({
                    "0": {"type": "file", "name": text, "x_about_ref": first},
                    "1": {"type": "directory", "path": "/", "contains_refs": ["0"]},
                    "2": {"type": "url", "value": "https://a.example/"},
                });
            }
            more
        }
        "opinion" => json!({"opinion": "agree", "explanation": text, "object_refs": refs}),
        "malware" => {
            json!({"is_family": number.is_multiple_of(2), "name": text, "sample_refs": refs, "operating_system_refs": [last]})
        }
        "malware-analysis" => {
            json!({"product": "p", "host_vm_ref": first, "analysis_sco_refs": refs, "sample_ref": last})
        }
        "indicator" => {
            json!({"pattern": "[url:value = 'https://a.example/']", "pattern_type": "stix", "valid_from": "2026-02-01T00:00:00Z", "name": text})
        }
        "incident" => {
            json!({"name": text, "extensions": {INCIDENT: {"extension_type": "property-extension", "determination": "confirmed",
                "investigation_status": "open", "event_refs": refs, "impact_refs": [first]}}})
        }
        "event" => {
            json!({"status": "occurred", "name": text, "sighting_refs": [last], "extensions": {EVENT: {"extension_type": "new-sdo"}},
                "changed_objects": [{"state_change_type": "affected", "initial_ref": first}, {"state_change_type": "affected", "result_ref": last}]})
        }
        "impact" => {
            json!({"description": text, "impact_category": "availability", "impacted_refs": refs, "superseded_by_ref": first,
                "end_time": "2026-02-01T00:00:00Z", "extensions": {IMPACT: {"extension_type": "new-sdo"}, "availability-ext": {"availability_impact": 5}}})
        }
        "task" => {
            json!({"outcome": "successful", "name": text, "impacted_entity_counts": {"individual": 1}, "extensions": {TASK: {"extension_type": "new-sdo"}}})
        }
        "network-traffic" => {
            json!({"protocols": ["tcp"], "src_ref": first, "dst_ref": last, "encapsulates_refs": refs})
        }
        "email-message" => {
            json!({"is_multipart": true, "from_ref": first, "to_refs": refs, "subject": text,
                "body_multipart": [{"body_raw_ref": first, "content_type": "a/b"}, {"body": "open", "content_type": "a/b"}]})
        }
        "process" => {
            json!({"child_refs": refs, "image_ref": first, "extensions": {"windows-service-ext": {"service_dll_refs": refs}}})
        }
        "user-account" => json!({"user_id": text, "x_about": [first, {"more_refs": refs}]}),
        "location" => {
            json!({"name": text, "region": "eastern-asia", "latitude": 1.5, "longitude": 2.5, "x_about_ref": first})
        }
        "x-made-up" => {
            json!({"x_said": text, "x_by": {first.clone(): "by key", "rest": [last]},
                "extensions": {"extension-definition--00000000-0000-4000-8000-000000000001": {"extension_type": "new-sdo"}}})
        }
        _ => json!({"name": text, "x_about": {"who_ref": first}}),
    };
    let nameless = !hidden && matches!(node.naming, Naming::Anonymous | Naming::Forbidden);
    if nameless {
        // All that names the giver is the giver's secret.
        let giver = giver_of(secrets).identity().as_str().to_owned();
        more["x_contact"] = json!(secret);
        if !is_observable(kind) {
            more["created_by_ref"] = json!(giver);
            more["external_references"] = json!([
                {"source_name": secret, "description": giver},
                {"source_name": "cve", "external_id": "CVE-2026-1234", "url": secret},
            ]);
        }
        if matches!(kind, "note" | "opinion") {
            more["authors"] = json!([secret]);
        }
        if matches!(kind, "report" | "grouping") {
            more["object_refs"]
                .as_array_mut()
                .unwrap()
                .push(json!(giver));
        }
    }
    let mut selectors = Vec::new();
    if node.cut {
        more["description"] = json!(secret);
        selectors.push("description".to_owned());
    }
    let mut labels = Vec::new();
    for (at, cut) in node.labels.iter().enumerate() {
        if *cut {
            for more in 0..=secrets.more_labels {
                selectors.push(format!("labels.[{}]", labels.len()));
                labels.push(format!("{secret} {more}"));
            }
        } else {
            labels.push(format!("label {at}"));
        }
    }
    if !labels.is_empty() {
        more["labels"] = json!(labels);
    }
    let mut granular = Vec::new();
    if !selectors.is_empty() {
        granular.push(json!({"marking_ref": Tlp::Red.id_text(), "selectors": selectors}));
    }
    if let Some(at) = labels.iter().rposition(|label| label.starts_with("label")) {
        granular.push(
            json!({"marking_ref": Tlp::Green.id_text(), "selectors": [format!("labels.[{at}]")]}),
        );
    }
    if !granular.is_empty() {
        more["granular_markings"] = json!(granular);
    }
    let numbered = number as u128 + 1;
    let mut value = if is_observable(kind) {
        sco(kind, numbered, Tlp::Green, more)
    } else {
        sdo(kind, numbered, more)
    };
    if version > 1 && !is_observable(kind) {
        value["modified"] = json!("2026-03-01T00:00:00.000Z");
    }
    if hidden {
        value["object_marking_refs"] = match node.kept {
            Kept::UnknownMarking => json!([
                "marking-definition--00000000-0000-4000-8000-00000000bbbb",
                Tlp::Clear.id_text()
            ]),
            Kept::Caveat => json!([CLOSED_CAVEAT, Tlp::Clear.id_text()]),
            Kept::EndedPolicy => json!([ENDED_POLICY, Tlp::Clear.id_text()]),
            _ => json!([Tlp::Red.id_text()]),
        };
    } else {
        match node.naming {
            Naming::Free | Naming::Anonymous => {}
            Naming::Forbidden => {
                value["object_marking_refs"] = json!([Tlp::Green.id_text(), NAMELESS]);
            }
            Naming::Demanded => {
                value["object_marking_refs"] = json!([Tlp::Green.id_text(), NAMED]);
            }
        }
    }
    value
}

fn world(plan: &Plan, secrets: &Secrets) -> World {
    let mut world = World::new();
    world.hold_all(&definitions());
    let (mut released, mut withdrawn): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
    for (number, node) in plan.objects.iter().enumerate() {
        let hidden = !matches!(node.kept, Kept::Not);
        if hidden && !secrets.held.get(number).copied().unwrap_or(true) {
            continue;
        }
        let value = build(plan, number, secrets, 1, hidden);
        let nameless = !hidden && matches!(node.naming, Naming::Anonymous | Naming::Forbidden);
        let new_zealand = Caveat {
            releasable_to_countries: ["NZ".parse().unwrap()].into(),
            ..Caveat::default()
        };
        let provenance = Provenance {
            source: if nameless { giver_of(secrets) } else { OWN },
            consent: match (node.kept, node.naming) {
                (Kept::NoConsent, _) => Consent::Refused,
                (Kept::Not, Naming::Anonymous) => Consent::Anonymous,
                _ => Consent::Given,
            },
            embargo_until: matches!(node.kept, Kept::Embargo).then(|| at("2027-01-01T00:00:00Z")),
            caveats: match node.kept {
                Kept::GivenCaveat => vec![new_zealand],
                _ => Vec::new(),
            },
            ..provenance()
        };
        // What is kept back otherwise than by its marking carries none that would keep it.
        let mut value = value;
        if matches!(
            node.kept,
            Kept::NoConsent
                | Kept::Embargo
                | Kept::NotReleased
                | Kept::GivenCaveat
                | Kept::Withdrawn
        ) {
            value["object_marking_refs"] = json!([Tlp::Clear.id_text()]);
        }
        let of = world.hold_from(&value, provenance.clone());
        match node.kept {
            Kept::NotReleased => {}
            Kept::Withdrawn => withdrawn.push(of),
            _ => released.push(of),
        }
        let held = secrets.held.get(number).copied().unwrap_or(true);
        match node.second {
            _ if is_observable(KINDS[node.kind]) => {}
            Some(Second::Visible) => {
                world.hold_from(&build(plan, number, secrets, 2, hidden), provenance);
            }
            Some(Second::Red) if held => {
                world.hold_from(&build(plan, number, secrets, 2, true), provenance);
            }
            Some(Second::Stranded) if held && matches!(KINDS[node.kind], "note" | "report") => {
                let mut value = build(plan, number, secrets, 2, true);
                value["object_marking_refs"] = json!([Tlp::Green.id_text()]);
                value["object_refs"] = json!([id_of("campaign", SHARED as u128 + 9)]);
                world.hold_from(&value, provenance);
            }
            _ => {}
        }
    }
    for extra in 0..usize::from(secrets.salt % 3) {
        let value = sdo(
            "campaign",
            (SHARED + 1 + extra) as u128,
            json!({"name": "SECRET extra", "object_marking_refs": [Tlp::Red.id_text()]}),
        );
        released.push(world.hold(&value));
    }
    let mut to_audience = release(
        [
            Recipient::Organisation(CARRIER),
            Recipient::Community(TELECOM),
        ],
        Tlp::AmberStrict,
    );
    if plan.hand {
        to_audience.cuts = ["x_about", "labels.[0]"]
            .map(|part| Cut {
                object: None,
                part: Selector::parse(part).unwrap(),
            })
            .into();
    }
    let definitions = definitions();
    released.extend(
        definitions
            .iter()
            .map(|one| id(one["id"].as_str().unwrap())),
    );
    // What was withdrawn before the moment for which revocations are asked is as if it had never been.
    let mut over = to_audience.clone();
    over.withdrawn = Some(at("2026-03-01T00:00:00Z"));
    world.release_ids(withdrawn, over);
    world.release_ids(released.clone(), to_audience);
    if secrets.others {
        let somebody = OrganisationId(Uuid::from_u128(0x77));
        let all = world.ids();
        world.release_ids(
            all,
            release([Recipient::Organisation(somebody)], Tlp::AmberStrict),
        );
    }
    world
}

fn node() -> impl Strategy<Value = Node> {
    (
        0..KINDS.len(),
        prop_oneof![
            9 => Just(Kept::Not),
            1 => Just(Kept::Red),
            1 => Just(Kept::UnknownMarking),
            1 => Just(Kept::NoConsent),
            1 => Just(Kept::Embargo),
            1 => Just(Kept::NotReleased),
            1 => Just(Kept::Caveat),
            1 => Just(Kept::GivenCaveat),
            1 => Just(Kept::EndedPolicy),
            1 => Just(Kept::Withdrawn),
        ],
        prop_oneof![
            6 => Just(Naming::Free),
            1 => Just(Naming::Anonymous),
            1 => Just(Naming::Forbidden),
            1 => Just(Naming::Demanded),
        ],
        prop::collection::vec(0..SHARED + 3, 1..4),
        any::<bool>(),
        prop::collection::vec(any::<bool>(), 0..4),
        prop::option::of(prop_oneof![
            Just(Second::Visible),
            Just(Second::Red),
            Just(Second::Stranded)
        ]),
    )
        .prop_map(|(kind, kept, naming, refs, cut, labels, second)| Node {
            kind,
            kept,
            naming,
            refs,
            cut,
            labels,
            second,
        })
}

fn secrets() -> impl Strategy<Value = Secrets> {
    (
        any::<u16>(),
        prop::collection::vec(any::<bool>(), SHARED),
        0..3_usize,
        prop::collection::vec(0..SHARED + 3, 0..3),
        any::<bool>(),
        0..4_u128,
    )
        .prop_map(|(salt, held, more_labels, refs, others, giver)| Secrets {
            salt,
            held,
            more_labels,
            refs,
            others,
            giver,
        })
}

fn texts(world: &World, audience: &Audience, plan: &Plan) -> Vec<Option<String>> {
    let numbers = 0..SHARED + 3;
    let names: Vec<Id> = numbers.map(|number| id(&name_of(plan, number))).collect();
    let newest = names.iter().map(|id| Asked {
        id: id.clone(),
        version: None,
    });
    let exact = ["2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"]
        .into_iter()
        .flat_map(|version| {
            let version = stix::timestamp::Timestamp::parse(version).unwrap();
            names.iter().map(move |id| Asked {
                id: id.clone(),
                version: Some(version.clone()),
            })
        });
    let asked: Vec<Asked> = newest.chain(exact).collect();
    let decisions = world.decide(audience, &asked);
    decisions
        .iter()
        .map(|decision| {
            decision
                .released()
                .map(|released| released.text().to_owned())
        })
        .collect()
}

/// What the audience is told when all that it knows is withdrawn.
fn told(world: &World, audience: &Audience, plan: &Plan) -> Vec<Option<String>> {
    let policy = policy();
    let gate = Gate::new(&policy, world, audience, now());
    let at = at("2026-05-01T00:00:00Z");
    let numbers = 0..SHARED + 3;
    let withdrawn: Vec<Withdrawn> = numbers
        .map(|number| Withdrawn {
            id: id(&name_of(plan, number)),
            version: None,
            at,
        })
        .collect();
    let Ok(revoked) = gate.revoked(&withdrawn);
    let known: Vec<Id> = texts(world, audience, plan)
        .iter()
        .flatten()
        .map(|text| stix::object::Object::parse(text).unwrap().id().clone())
        .collect();
    let release = ReleaseId(Uuid::from_u128(5));
    let notice = gate.notice(&Notice {
        release,
        at,
        objects: known,
    });
    let told = revoked.into_iter().chain([notice]);
    told.map(|one| one.map(|one| one.text().to_owned()))
        .collect()
}

/// How many cases: thousands with every change, as many as one likes with `NOROSHI_CASES`.
fn cases() -> u32 {
    let asked = testkit::setting::read("NOROSHI_CASES");
    asked.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

/// What is wrong with an object beside what it refers to, which is left to chance here.
fn faults(object: &stix::object::Object) -> BTreeSet<&'static str> {
    let found = validate(object, &Options::ERRORS);
    found
        .iter()
        .map(|one| one.code)
        .filter(|code| !code.starts_with("STIX-REF"))
        .collect()
}

const INCIDENT: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
const EVENT: &str = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e";
const IMPACT: &str = "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9";
const TASK: &str = "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030";

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn what_is_withheld_leaves_no_trace(
        objects in prop::collection::vec(node(), SHARED),
        hand in prop::bool::weighted(0.2),
        as_community in any::<bool>(),
        a in secrets(),
        b in secrets(),
    ) {
        // A list cut by hand at a place is cut at the place where it stands as held: then lists are the same in both.
        let b = Secrets { more_labels: if hand { a.more_labels } else { b.more_labels }, ..b };
        let plan = Plan { objects, hand, as_community };
        let audience = if plan.as_community {
            let mut member = member(OrganisationId(Uuid::from_u128(0x66)));
            member.communities.insert(TELECOM);
            Audience::Member(member)
        } else {
            carrier()
        };
        let (first, second) = (world(&plan, &a), world(&plan, &b));
        let seen = texts(&first, &audience, &plan);
        prop_assert_eq!(&seen, &texts(&second, &audience, &plan));
        let told = told(&first, &audience, &plan);
        prop_assert_eq!(&told, &self::told(&second, &audience, &plan));
        for text in told.iter().flatten() {
            prop_assert!(!text.contains("SECRET"), "{}", text);
            let object = stix::object::Object::parse(text).unwrap();
            prop_assert_eq!(faults(&object), BTreeSet::new(), "{}", text);
        }
        for text in seen.iter().flatten() {
            prop_assert!(!text.contains("SECRET"), "{}", text);
            // An edition or whole, it reads again, and whatever it refers to can be had or is the house.
            let object = stix::object::Object::parse(text);
            prop_assert!(object.is_ok());
            prop_assert_eq!(faults(&object.unwrap()), BTreeSet::new(), "{}", text);
        }
        let known: Vec<&str> = seen.iter().flatten().filter_map(|text| text.split("\"id\":\"").nth(1)?.split('"').next()).collect();
        for text in seen.iter().take(SHARED).flatten() {
            let object = stix::object::Object::parse(text).unwrap();
            for reference in stix::reference::references(object.properties()) {
                let target = reference.target.as_str();
                prop_assert!(
                    reference.is_marking() || known.contains(&target) || target == OWN.identity().as_str(),
                    "{} dangles in {}", target, text
                );
            }
        }
    }
}
