use super::{Verdict, is_public, judge};

#[track_caller]
fn check(name: &str, plain: Verdict, certain: Verdict) {
    assert_eq!(judge(name, false), plain, "{name} written plainly");
    assert_eq!(judge(name, true), certain, "{name} written as an address");
}

#[test]
fn names_are_judged() {
    use Verdict::{Domain, DomainOrName, File, Neither};
    check("evil.example.net", Domain, Domain);
    check("update.kumoi.example", Domain, Domain);
    check("EXAMPLE.COM", Domain, Domain);
    check("Booking.com", DomainOrName, Domain);
    check("setup.py", File, Domain);
    check("install.sh", File, Domain);
    check("cdn.files.zip", Domain, Domain);
    check("report.pdf", File, File);
    check("cmd.exe", File, File);
    check("System.Net", Neither, Domain);
    check("ASP.NET", Neither, Domain);
    check("end.The", Neither, Neither);
    check("co.uk", Neither, Neither);
    check("router.local", Neither, Neither);
    check("version.unknowntld", Neither, Neither);
}

#[test]
fn documentation_names_are_public() {
    for name in [
        "a.example",
        "b.test",
        "c.invalid",
        "example.com",
        "example.org",
    ] {
        assert!(is_public(name), "{name}");
    }
}
