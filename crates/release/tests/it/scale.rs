//! The gate takes time in proportion to what it reads, on what is large and on what is made to be slow.
//!
//! Each shape is decided at one size and at four times that size. Quadratic work would take sixteen times as long;
//! the bound of nine leaves room for the machine's moods and for sorting.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stix::marking::Tlp;

use crate::world::{World, carrier, closed, id, id_of, open, sdo, to_carrier};

fn note(number: u128, to: &[String]) -> Value {
    sdo("note", number, json!({"content": "n", "object_refs": to}))
}

fn report(refs: &[String]) -> Value {
    sdo(
        "report",
        1,
        json!({"name": "r", "published": "2026-02-01T00:00:00Z", "object_refs": refs}),
    )
}

fn timed(build: &dyn Fn(u128) -> Vec<Value>, size: u128) -> Duration {
    let mut world = World::new();
    world.hold_all(&build(size));
    world.release_all(to_carrier());
    let run = || {
        let start = Instant::now();
        world.see(&carrier(), &id(&id_of("report", 1)));
        start.elapsed()
    };
    run().min(run())
}

fn check(name: &str, size: u128, build: &dyn Fn(u128) -> Vec<Value>) {
    // The machine may be busy with something else now and then, not five times in a row.
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let (small, large) = (timed(build, size), timed(build, 4 * size));
        println!("{name}: {size} in {small:?}, {} in {large:?}", 4 * size);
        let ratio = large.as_secs_f64() / small.as_secs_f64().max(0.001);
        ratios.push(ratio);
        if ratio < 9.0 {
            return;
        }
    }
    panic!("{name} is not linear: {ratios:?}");
}

#[test]
fn a_report_of_which_half_is_withheld() {
    check("half withheld", 6_250, &|size| {
        let refs: Vec<String> = (0..size).map(|at| id_of("campaign", 10 + at)).collect();
        let objects = (0..size).map(|at| {
            if at % 2 == 0 {
                open("campaign", 10 + at)
            } else {
                closed("campaign", 10 + at)
            }
        });
        objects.chain([report(&refs)]).collect()
    });
}

#[test]
fn a_chain_of_notes_that_falls_link_by_link_under_a_report() {
    check("falling chain", 2_500, &|size| {
        let mut refs: Vec<String> = (0..size).map(|at| id_of("note", 10 + at)).collect();
        let links = (0..size).map(|at| {
            let next = if at + 1 == size {
                id_of("campaign", 1)
            } else {
                id_of("note", 11 + at)
            };
            note(10 + at, &[next])
        });
        let mut all: Vec<Value> = links.collect();
        refs.push(id_of("campaign", 2));
        all.extend([report(&refs), closed("campaign", 1), open("campaign", 2)]);
        all
    });
}

#[test]
fn editions_that_all_reach_each_other() {
    check("circle of editions", 2_500, &|size| {
        let refs: Vec<String> = (0..size).map(|at| id_of("note", 10 + at)).collect();
        let notes = (0..size).map(|at| note(10 + at, &[id_of("report", 1), id_of("campaign", 1)]));
        let mut all: Vec<Value> = notes.collect();
        all.extend([report(&refs), closed("campaign", 1)]);
        all
    });
}

#[test]
fn a_chain_of_editions() {
    check("chain of editions", 2_500, &|size| {
        let refs: Vec<String> = (0..size).map(|at| id_of("note", 10 + at)).collect();
        let notes = (0..size).map(|at| {
            note(
                10 + at,
                &[
                    id_of("note", 11 + at),
                    id_of("campaign", 1),
                    id_of("campaign", 2),
                ],
            )
        });
        let mut all: Vec<Value> = notes.collect();
        all.extend([report(&refs), closed("campaign", 1), open("campaign", 2)]);
        all
    });
}

#[test]
fn a_thousand_selectors_over_many_references() {
    check("selectors", 6_250, &|size| {
        let refs: Vec<String> = (0..size)
            .map(|at| id_of("campaign", 10 + at % 50))
            .collect();
        let selectors: Vec<String> = (0..1_000).map(|at| format!("object_refs.[{at}]")).collect();
        let mut large = report(&refs);
        large["granular_markings"] =
            json!([{"marking_ref": Tlp::Red.id_text(), "selectors": selectors}]);
        (0..50)
            .map(|at| open("campaign", 10 + at))
            .chain([large])
            .collect()
    });
}
