use std::collections::BTreeSet;
use std::io::{BufReader, Cursor};

use super::*;
use crate::seen::Where;

fn seen(line: &str) -> Vec<(Where, String)> {
    let reader = Reader::new(None);
    let event = reader.read(line.as_bytes()).expect("readable");
    let mut all = Vec::new();
    event
        .each_seen(&mut Scratch::default(), |seen| {
            all.push((seen.place, seen.text.to_owned()));
        })
        .expect("text");
    all
}

#[test]
fn every_name_has_a_slot() {
    let names = Names::of(&source::ALL);
    assert!(names.all().len() < SLOTS, "{}", names.all().len());
    for (slot, name) in names.all().iter().enumerate() {
        let found = names.slot(Quoted {
            bytes: name,
            escaped: false,
        });
        assert_eq!(
            found.map(usize::from),
            Some(slot),
            "{}",
            String::from_utf8_lossy(name)
        );
    }
    for name in ["", "t", "tss", "queries", "id.orig_p"] {
        assert_eq!(
            names.slot(Quoted {
                bytes: name.as_bytes(),
                escaped: false
            }),
            None,
            "{name}"
        );
    }
}

#[test]
fn sources_do_not_tell_each_other() {
    for a in &source::ALL {
        assert!(!a.telltales.is_empty(), "{}", a.path);
        let fields: BTreeSet<_> = a
            .fields
            .iter()
            .map(|field| field.name)
            .chain(a.telltales.iter().copied())
            .collect();
        for b in source::ALL.iter().filter(|b| b.log != a.log) {
            assert!(
                !b.telltales.iter().all(|name| fields.contains(name)),
                "{} looks like {}",
                a.path,
                b.path
            );
        }
        assert_eq!(Log::from_name(a.path), Some(a.log));
    }
}

#[test]
fn values_with_their_places() {
    use Where::{
        ConnOrig, ConnResp, DnsRequest, DnsResponse, HttpHostHeader, HttpUrl, HttpUserAgentHeader,
    };
    for (line, expected) in [
        (
            r#"{"_path":"conn","ts":1.5,"id.orig_h":"10.0.0.1","id.resp_h":"2001:db8::1"}"#,
            vec![(ConnOrig, "10.0.0.1"), (ConnResp, "2001:db8::1")],
        ),
        (
            r#"{ "id.resp_h" : "192.0.2.1" , "x":{"id.orig_h":["}"]}, "_path" : "conn" , "id.orig_h":"10.0.0.1"}"#,
            vec![(ConnOrig, "10.0.0.1"), (ConnResp, "192.0.2.1")],
        ),
        (
            r#"{"id.orig_h":"10.0.0.1","id.resp_h":"192.0.2.1","conn_state":"SF"}"#,
            vec![(ConnOrig, "10.0.0.1"), (ConnResp, "192.0.2.1")],
        ),
        (
            r#"{"_path":"dns","query":"a.example","answers":["b.example","192.0.2.1",7,null]}"#,
            vec![
                (DnsRequest, "a.example"),
                (DnsResponse, "b.example"),
                (DnsResponse, "192.0.2.1"),
            ],
        ),
        (
            r#"{"qu\u0065ry":"\u0061.\u0065xample","qtype":1,"_p\u0061th":"d\u006es"}"#,
            vec![(DnsRequest, "a.example")],
        ),
        (
            r#"{"_path":"http","id.resp_p":8080,"host":"a.example","uri":"/x?\"","user_agent":"U \\ 1"}"#,
            vec![
                (HttpHostHeader, "a.example"),
                (HttpUrl, "http://a.example:8080/x?\""),
                (HttpUserAgentHeader, "U \\ 1"),
            ],
        ),
        (
            r#"{"_path":"http","id.resp_p":8080,"host":"a.example:81","uri":"/"}"#,
            vec![
                (HttpHostHeader, "a.example:81"),
                (HttpUrl, "http://a.example:81/"),
            ],
        ),
        (
            r#"{"_path":"http","id.resp_p":3128,"host":"a.example","uri":"https://b.example/"}"#,
            vec![
                (HttpHostHeader, "a.example"),
                (HttpUrl, "https://b.example/"),
            ],
        ),
        (
            r#"{"_path":"http","id.resp_p":3128,"host":"a.example:443","uri":"a.example:443"}"#,
            vec![(HttpHostHeader, "a.example:443")],
        ),
        (
            r#"{"_path":"http","id.resp_p":80,"host":"[2001:db8::1]:80","uri":"/"}"#,
            vec![
                (HttpHostHeader, "[2001:db8::1]:80"),
                (HttpUrl, "http://[2001:db8::1]:80/"),
            ],
        ),
        (
            r#"{"_path":"ssl","server_name":"a.example","cert_chain_fps":["00ff"]}"#,
            vec![
                (Where::SslServerName, "a.example"),
                (Where::X509Cert, "00ff"),
            ],
        ),
        (
            r#"{"_path":"smtp","mailfrom":"<a@b.example>","to":["X <c@d.example>","nobody"]}"#,
            vec![
                (Where::SmtpMailFrom, "<a@b.example>"),
                (Where::SmtpTo, "X <c@d.example>"),
            ],
        ),
        (
            r#"{"_path":"conn","id.orig_h":7,"id.resp_h":"not an address"}"#,
            vec![],
        ),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(place, text)| (place, text.to_owned()))
            .collect();
        assert_eq!(seen(line), expected, "{line}");
    }
}

#[test]
fn the_host_is_an_address_or_a_name() {
    let line = br#"{"_path":"http","id.resp_p":80,"host":"[2001:DB8::1]:80","uri":"/"}"#;
    let reader = Reader::new(None);
    let mut values = Vec::new();
    reader
        .read(line)
        .unwrap()
        .each_seen(&mut Scratch::default(), |seen| {
            if let Value::Address(address) = seen.value {
                values.push(address.to_string());
            }
        })
        .unwrap();
    assert_eq!(values, ["2001:db8::1"]);
}

#[test]
fn what_is_not_read_says_why() {
    let reader = Reader::new(None);
    for (line, why) in [
        ("", Unread::Malformed),
        ("#fields ts uid", Unread::Malformed),
        ("[]", Unread::Malformed),
        ("{}", Unread::OtherLog),
        (r#"{"_path":"weird","ts":1}"#, Unread::OtherLog),
        (r#"{"_path":7}"#, Unread::OtherLog),
        (
            r#"{"_path":"conn","ts":1,"id.orig_h":"10.0.0.1","id.resp_"#,
            Unread::Malformed,
        ),
        (r#"{"_path":"conn" "ts":1}"#, Unread::Malformed),
        (r#"{"_path":"conn","ts":}"#, Unread::Malformed),
        (
            r#"{"method":"INVITE","uri":"sip:x","user_agent":"y","call_id":"z"}"#,
            Unread::OtherLog,
        ),
    ] {
        assert_eq!(reader.read(line.as_bytes()).err(), Some(why), "{line}");
    }
    let assumed = Reader::new(Some(Log::Conn));
    assert!(assumed.read(br#"{"id.orig_h":"10.0.0.1"}"#).is_ok());
    let bad_escape = reader
        .read(br#"{"_path":"dns","query":"\q","answers":[]}"#)
        .unwrap();
    assert_eq!(
        bad_escape.each_seen(&mut Scratch::default(), |_| {}),
        Err(Unread::Malformed)
    );
    let bad_text = reader
        .read(b"{\"_path\":\"dns\",\"query\":\"\xff\",\"answers\":[]}")
        .unwrap();
    assert_eq!(
        bad_text.each_seen(&mut Scratch::default(), |_| {}),
        Err(Unread::Malformed)
    );
}

#[test]
fn times() {
    let reader = Reader::new(None);
    for (ts, expected) in [
        ("1521911720.865716", Some("2018-03-24T17:15:20.865716Z")),
        ("1521911720", Some("2018-03-24T17:15:20Z")),
        ("0.000000001", Some("1970-01-01T00:00:00.000000001Z")),
        (
            "\"2018-03-24T17:15:20.866586Z\"",
            Some("2018-03-24T17:15:20.866586Z"),
        ),
        (
            "\"2018-03-25T02:15:20+09:00\"",
            Some("2018-03-24T17:15:20Z"),
        ),
        ("-1", None),
        ("1e9", None),
        ("null", None),
        ("\"yesterday\"", None),
        ("999999999999.0", None),
    ] {
        let line = format!(r#"{{"_path":"conn","ts":{ts}}}"#);
        let at = reader.read(line.as_bytes()).unwrap().at();
        assert_eq!(at.map(|at| at.to_string()).as_deref(), expected, "{ts}");
    }
}

#[test]
fn lines_of_any_buffer_size() {
    let long = "x".repeat(lines::LINE_BYTES + 1);
    let just = "y".repeat(lines::LINE_BYTES);
    let stream = format!("a\n\nbcd\n{long}\n{just}\nend");
    for capacity in [1, 3, 7, 8192, 4 << 20] {
        if capacity == 1 && stream.len() > 3 << 20 {
            continue;
        }
        let mut met = Vec::new();
        lines::each_line(
            BufReader::with_capacity(capacity, Cursor::new(&stream)),
            |line| {
                met.push((line.byte, line.bytes.map(<[u8]>::len)));
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        let n = lines::LINE_BYTES;
        let (n64, tail) = (n as u64, 7_u64);
        assert_eq!(
            met,
            [
                (0, Some(1)),
                (2, Some(0)),
                (3, Some(3)),
                (tail, None),
                (tail + n64 + 2, Some(n)),
                (tail + 2 * n64 + 3, Some(3)),
            ],
            "{capacity}"
        );
    }
}
