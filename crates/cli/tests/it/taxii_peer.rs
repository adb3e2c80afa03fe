//! A node as other people's TAXII clients see it, and as those see it who mean harm.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::serve::bundle_of;
use crate::tool::{Serving, run, run_with};

/// A node with a partner to whom `count` indicators were released, and the partner's token.
fn site(folder: &Path, count: usize) -> (Serving, String) {
    let serving = Serving::start(folder);
    let dir = folder.to_str().unwrap();
    let at = |arguments: &[&str]| run(&[&["--dir", dir], arguments].concat()).ended(0).stdout;
    at(&["organisation", "add", "Minato Net", "--sector", "ports"]);
    at(&["community", "add", "harbours"]);
    at(&["community", "join", "harbours", "Minato Net"]);
    let person = [
        "person", "add", "minato", "--name", "M", "--role", "service",
    ];
    at(&[&person[..], &["--organisation", "Minato Net"]].concat());
    let token = at(&["token", "create", "minato"]).trim().to_owned();
    let bundle = bundle_of(count);
    run_with(&["--dir", dir, "import", "-"], bundle.as_bytes()).ended(0);
    let bundle: serde_json::Value = serde_json::from_str(&bundle).unwrap();
    let mut terms = vec![
        "release", "confirm", "--to", "harbours", "--reason", "a test",
    ];
    terms.extend(["--ceiling", "green"]);
    for object in bundle["objects"].as_array().unwrap() {
        terms.extend(["--object", object["id"].as_str().unwrap()]);
    }
    at(&terms);
    (serving, token)
}

#[test]
fn taxii2_client_walks_everything() {
    let Some(python) = crate::python::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (serving, token) = site(folder.path(), 25);
    let mut envelope: serde_json::Value = serde_json::from_str(&bundle_of(28)).unwrap();
    // Three are new, one is no object, and one is the house's.
    let mut objects = envelope["objects"].take().as_array().unwrap()[24..].to_vec();
    objects.push(serde_json::json!({"id": "indicator--bad"}));
    let file = folder.path().join("envelope.json");
    std::fs::write(&file, serde_json::json!({ "objects": objects }).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/taxii2_client.py");
    let output = Command::new(python)
        .arg(script)
        .args([&format!("{}/taxii2/", serving.url), "minato", &token])
        .arg(&file)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = serde_json::to_string_pretty(&found).unwrap() + "\n";
    let found = found.replace(&serving.url, "http://node");
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/data/taxii2_client.json",
        &found,
    );
    assert_eq!(serving.terminate(), Some(0));
}

/// Sends a POST to the inbox; the status of the answer.
fn post(address: &str, token: &str, coding: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /taxii2/noroshi/collections/inbox/objects/ HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/taxii+json;version=2.1\r\n\
         Content-Encoding: {coding}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server may refuse before it has read all.
    let _ = stream.write_all(body);
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    // What is left unread would be a reset for the server.
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

/// A gibibyte of blanks.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..1_024 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A zstd frame of 8 MiB windows whose blocks each repeat one byte (RFC 8878 §3.1.1.2.2): two gibibytes.
fn zstd_bomb() -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3];
    for _ in 0..16_384_u32 {
        // Not the last, repeated, 128 KiB.
        let header = (1_u32 << 1) | (131_072 << 3);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b' ');
    }
    frame.extend_from_slice(&[0x01, 0x00, 0x00]);
    frame
}

#[test]
fn memory_stays_flat_whatever_a_partner_sends() {
    if !Path::new("/proc/self/clear_refs").exists() {
        testkit::skip::because("memory is measured through /proc, which this system does not have");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (serving, token) = site(folder.path(), 1);
    let address = serving.url.strip_prefix("http://").unwrap().to_owned();
    let (bomb, zstd_bomb) = (bomb(), zstd_bomb());
    let mut nested = GzEncoder::new(Vec::new(), Compression::best());
    nested.write_all(&bomb).unwrap();
    let nested = nested.finish().unwrap();
    let mut keys = String::new();
    for number in 0..1_000_000 {
        write!(keys, "\"{number:x}\":1,").unwrap();
    }
    let million_keys = format!("{{\"objects\":[{{{keys}\"type\":\"indicator\"}}]}}");
    let few_keys = keys.get(..7 << 20).unwrap();
    let few_keys = few_keys.rsplit_once(',').unwrap().0;
    let keys_allowed = format!("{{\"objects\":[{{{few_keys},\"type\":\"indicator\"}}]}}");
    let million_objects = format!("{{\"objects\":[{}{{}}]}}", "{},".repeat(999_999));
    let objects_allowed = format!("{{\"objects\":[{}{{}}]}}", "{},".repeat(49_999));
    let more_objects = format!("{{\"objects\":[{}{{}}]}}", "{},".repeat(50_000));
    let deep = format!(
        "{{\"objects\":[{}{}]}}",
        "[".repeat(8 << 20),
        "]".repeat(8 << 20)
    );
    let too_long = vec![b' '; 33 << 20];
    let cases: [(&str, &str, &[u8], &str); 10] = [
        ("gzip bomb", "gzip", &bomb, "413"),
        ("zstd bomb", "zstd", &zstd_bomb, "413"),
        ("nested bomb", "gzip", &nested, "422"),
        ("too long", "identity", &too_long, "413"),
        ("a million keys", "identity", million_keys.as_bytes(), "202"),
        (
            "as many keys as are read",
            "identity",
            keys_allowed.as_bytes(),
            "202",
        ),
        (
            "a million objects",
            "identity",
            million_objects.as_bytes(),
            "422",
        ),
        (
            "more objects than are taken",
            "identity",
            more_objects.as_bytes(),
            "422",
        ),
        (
            "as many objects as are taken",
            "identity",
            objects_allowed.as_bytes(),
            "202",
        ),
        ("deep", "identity", deep.as_bytes(), "202"),
    ];
    let mut figures = Vec::new();
    for (name, coding, body, status) in cases {
        let (before, peak) = serving.peak_during(|| {
            assert_eq!(post(&address, &token, coding, body), status, "{name}");
        });
        figures.push((name, peak.saturating_sub(before) >> 10));
    }
    // Many at once wait for their turn instead of unpacking side by side.
    let (before, peak) = serving.peak_during(|| {
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| post(&address, &token, "gzip", &bomb));
            }
        });
    });
    figures.push(("32 bombs at once", peak.saturating_sub(before) >> 10));
    println!("peak above the level before, in MiB: {figures:?}");
    for (name, mebibytes) in figures {
        assert!(mebibytes < 256, "{name}: {mebibytes} MiB");
    }
    assert_eq!(serving.terminate(), Some(0));
}
