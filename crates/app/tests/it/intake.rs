//! What is told of objects that others send.

use taxii::message::status::Status;

use super::*;

fn submit(centre: &Centre, caller: &Caller, texts: &[&str]) -> Status {
    TaxiiService(centre.node.clone())
        .add_objects(caller, ROOT, &INBOX.to_string(), texts)
        .unwrap()
}

#[test]
fn an_identifier_of_somebody_elses_is_no_way_to_learn_that_it_is_there() {
    let told = |held: bool| {
        let centre = centre();
        let secret = centre.indicator("192.0.2.8", "secret");
        if held {
            centre
                .node
                .add(&centre.admin, std::slice::from_ref(&secret))
                .unwrap();
        }
        let guess = secret.text().replace("192.0.2.8", "192.0.2.9");
        let status = submit(&centre, &centre.carrier_caller, &[&guess]);
        // What was held stays, and the house finds what was sent in quarantine.
        if held {
            let shown = centre
                .node
                .object(&centre.admin, secret.id())
                .unwrap()
                .unwrap();
            assert!(!shown.json.contains("192.0.2.9"));
        }
        (
            status.success_count,
            status.failure_count,
            status.successes[0].message.clone(),
        )
    };
    assert_eq!(told(true), told(false));
    assert_eq!(told(true), (1, 0, None));
}

#[test]
fn who_was_given_an_object_is_told_that_it_is_anothers() {
    let centre = centre();
    let shared = centre
        .draft("malware")
        .set("name", "Night heron")
        .set("is_family", false)
        .marked(Tlp::Green)
        .finish()
        .unwrap();
    centre
        .node
        .add(&centre.admin, std::slice::from_ref(&shared))
        .unwrap();
    centre.confirm(&[shared.id()], centre.telecom, Tlp::Green);
    centre.pull(&centre.carrier_caller);
    let changed = shared.text().replace("Night heron", "Day heron");
    let status = submit(&centre, &centre.carrier_caller, &[&changed]);
    assert_eq!((status.success_count, status.failure_count), (0, 1));
}

#[test]
fn one_bad_object_costs_no_good_one() {
    let centre = centre();
    let good = centre.indicator("192.0.2.8", "seen");
    let no_pattern = good
        .text()
        .replace("\"pattern_type\":\"stix\"", "\"pattern_type\":7");
    let bad = no_pattern.replace(
        good.id().as_str(),
        "indicator--00000000-0000-4000-8000-000000000001",
    );
    let status = submit(
        &centre,
        &centre.carrier_caller,
        &[&bad, good.text(), "{}", "7"],
    );
    assert_eq!((status.success_count, status.failure_count), (1, 3));
    assert_eq!(status.successes[0].id, good.id().as_str());
    for failure in &status.failures {
        assert!(failure.message.is_some());
    }
    assert!(
        centre
            .node
            .object(&centre.admin, good.id())
            .unwrap()
            .is_some()
    );
}
