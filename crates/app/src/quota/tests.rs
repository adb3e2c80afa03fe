use super::*;
use uuid::Uuid;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + secs).unwrap()
}

fn quota() -> Quota {
    let quota = Quota::new();
    quota.with(|used| {
        used.allowance = Allowance {
            requests_per_minute: 6,
            objects_per_hour: 100,
            mebibytes_per_day: 1,
            unknown_per_minute: 2,
        };
    });
    quota
}

fn organisation(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}

#[test]
fn a_burst_then_one_at_a_time() {
    let quota = quota();
    let one = organisation(1);
    for _ in 0..6 {
        assert_eq!(quota.request(one, at(0)), Ok(()));
    }
    let wait = |secs| {
        Err(Exceeded {
            retry_after_secs: secs,
        })
    };
    assert_eq!(quota.request(one, at(0)), wait(10));
    assert_eq!(quota.request(one, at(7)), wait(3));
    assert_eq!(quota.request(one, at(10)), Ok(()));
    assert_eq!(quota.request(one, at(10)), wait(10));
    // A clock that goes back refuses no longer than one that stands.
    assert!(quota.request(one, at(-5)).is_err());
    assert_eq!(quota.request(one, at(80)), Ok(()));
}

#[test]
fn what_one_does_costs_no_other() {
    let quota = quota();
    for _ in 0..1_000 {
        let _ = quota.request(organisation(1), at(0));
    }
    for _ in 0..6 {
        assert_eq!(quota.request(organisation(2), at(0)), Ok(()));
    }
    assert_eq!(quota.objects(organisation(1), 100, 10, at(0)), Ok(()));
}

#[test]
fn objects_and_bytes_are_both_counted_and_a_refusal_costs_neither() {
    let quota = quota();
    let one = organisation(1);
    assert_eq!(quota.objects(one, 90, 1 << 10, at(0)), Ok(()));
    // Too many objects: the bytes were not counted either.
    assert!(quota.objects(one, 20, 1 << 20, at(0)).is_err());
    assert_eq!(quota.objects(one, 1, (1 << 20) - (1 << 10), at(0)), Ok(()));
    let refused = quota.objects(one, 1, 1 << 19, at(0)).unwrap_err();
    assert_eq!(refused.retry_after_secs, 43_200);
    // More than is ever allowed at once is taken by who sent nothing before: one object cannot be cut in two.
    assert_eq!(quota.objects(organisation(2), 1, 3 << 20, at(0)), Ok(()));
    assert!(quota.objects(organisation(2), 1, 1, at(86_400)).is_err());
}

#[test]
fn an_address_is_its_network() {
    let quota = quota();
    let ask = |text: &str| quota.unknown(text.parse().unwrap(), at(0));
    assert_eq!(ask("2001:db8:1:2::1"), Ok(()));
    assert_eq!(ask("2001:db8:1:2::2"), Ok(()));
    assert!(ask("2001:db8:1:2:3::3").is_err());
    assert_eq!(ask("192.0.2.1"), Ok(()));
    assert_eq!(ask("::ffff:192.0.2.1"), Ok(()));
    assert!(ask("192.0.2.1").is_err());
}

#[test]
fn a_million_addresses_take_no_more_memory() {
    let quota = quota();
    for number in 0..1_000_000_u32 {
        let _ = quota.unknown(IpAddr::V4(number.into()), at(0));
    }
    quota.with(|used| assert_eq!(used.addresses.len(), PLACES));
}

#[test]
fn what_was_used_goes_on_after_a_restart() {
    let before = quota();
    let one = organisation(1);
    assert_eq!(before.objects(one, 100, 1 << 19, at(0)), Ok(()));
    let row = before.row(one, at(600));
    assert_eq!(row.objects_us, 3_000_000_000);
    let after = |secs| {
        let quota = quota();
        quota.restore(&[row], at(secs));
        quota
    };
    for secs in [600, 1_800, 3_000] {
        let (stands, restarted) = (before.row(one, at(secs)), after(secs).row(one, at(secs)));
        assert_eq!(stands, restarted, "after {secs}");
    }
    let refused = after(1_800).objects(one, 60, 1, at(1_800)).unwrap_err();
    assert_eq!(refused.retry_after_secs, 360);
    assert_eq!(after(3_600).objects(one, 100, 1, at(3_600)), Ok(()));
    // What others do is their own.
    assert_eq!(after(600).objects(organisation(2), 100, 1, at(600)), Ok(()));
    // A clock that was set back by a year costs what is left and no year.
    let year = 365 * 24 * 3_600;
    let refused = after(-year).objects(one, 20, 1, at(-year)).unwrap_err();
    assert_eq!(refused.retry_after_secs, 120);
}
