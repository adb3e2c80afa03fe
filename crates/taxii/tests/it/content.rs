//! Content: negotiation, packing both ways, entity tags, OPTIONS.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{Request, Response, StatusCode};
use taxii::authorization::Authorization;
use taxii::coding::{Coding, CodingError};
use taxii::media_type::{TAXII, accepts_taxii};

use crate::http::{MAIN, Server, header, indicator, json, request};

#[test]
fn the_best_coding_is_chosen() {
    for (header, coding) in [
        ("", Coding::Identity),
        ("gzip, deflate", Coding::Gzip),
        ("gzip, deflate, br, zstd", Coding::Zstd),
        ("zstd;q=0.5, gzip;q=0.8", Coding::Gzip),
        ("zstd;q=0.8, gzip;q=0.8", Coding::Zstd),
        ("ZSTD", Coding::Zstd),
        ("x-gzip", Coding::Gzip),
        ("*", Coding::Zstd),
        ("*;q=0.1, zstd;q=0", Coding::Gzip),
        ("*;q=0", Coding::Identity),
        ("gzip;q=0.5, identity", Coding::Identity),
        ("gzip;q=0, zstd;q=0.000", Coding::Identity),
        ("gzip;q=2", Coding::Identity),
        ("gzip;q=0.0001", Coding::Identity),
        ("gzip;q=", Coding::Identity),
        ("gzip ; Q=1.000", Coding::Gzip),
        ("br", Coding::Identity),
    ] {
        assert_eq!(Coding::choose([header].into_iter()), coding, "{header}");
    }
    assert_eq!(Coding::choose(std::iter::empty()), Coding::Identity);
    assert_eq!(Coding::choose(["gzip", "zstd"].into_iter()), Coding::Zstd);
}

#[test]
fn the_most_specific_range_decides() {
    for (header, accepted) in [
        ("*/*;q=0, application/taxii+json;version=2.1", true),
        ("*/*, application/taxii+json;version=2.1;q=0", false),
        ("*/*, application/taxii+json;q=0", false),
        (
            "application/taxii+json;q=0, application/taxii+json;version=2.1",
            true,
        ),
        ("application/*;q=0, */*", false),
        ("application/taxii+json;version=2.0, */*;q=0.1", true),
        ("application/taxii+json;version=2.1;q=0.001", true),
        ("application/taxii+json;version=2.1;q=0.000", false),
        ("application/taxii+json;version=2.1;q=x", false),
        ("application/taxii+json;version=2.2", false),
        ("application/taxii+json;charset=utf-8;version=2.1", true),
        ("application/json", false),
        (",,", true),
    ] {
        assert_eq!(accepts_taxii([header].into_iter()), accepted, "{header}");
    }
}

#[test]
fn what_is_packed_unpacks_and_nothing_gets_too_large() {
    let text = "a page of indicators ".repeat(5_000).into_bytes();
    for coding in [Coding::Gzip, Coding::Zstd] {
        let packed = coding.pack(&text).unwrap();
        assert!(packed.len() < text.len() / 10);
        assert_eq!(coding.unpack(packed.clone(), text.len()), Ok(text.clone()));
        assert_eq!(
            coding.unpack(packed.clone(), text.len() - 1),
            Err(CodingError::TooLarge)
        );
        // Members one after the other are one body (RFC 1952 §2.2, RFC 8878 §3.1), under one limit.
        let twice = [packed.clone(), packed.clone()].concat();
        assert_eq!(
            coding.unpack(twice.clone(), 2 * text.len()).unwrap().len(),
            2 * text.len()
        );
        assert_eq!(coding.unpack(twice, text.len()), Err(CodingError::TooLarge));
        let broken_off = packed[..packed.len() - 5].to_vec();
        assert_eq!(
            coding.unpack(broken_off, text.len()),
            Err(CodingError::Malformed)
        );
        assert_eq!(
            coding.unpack(text.clone(), text.len()),
            Err(CodingError::Malformed)
        );
    }
}

#[test]
fn a_zstd_window_larger_than_http_allows_is_refused() {
    // RFC 8878 §3.1.1: magic number, a descriptor without anything, a window of 2^27 bytes, one empty last block.
    let frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    assert_eq!(
        Coding::Zstd.unpack(frame, 1_000),
        Err(CodingError::Malformed)
    );
    let small = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3, 0x01, 0x00, 0x00];
    assert_eq!(Coding::Zstd.unpack(small, 1_000), Ok(Vec::new()));
}

fn packed(coding: Option<&str>, body: Vec<u8>) -> Request<Body> {
    let mut request = request("POST", MAIN, "partner");
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, TAXII.parse().unwrap());
    headers.insert(CONTENT_LENGTH, body.len().into());
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
    }
    *request.body_mut() = Body::from(body);
    request
}

#[tokio::test]
async fn bodies_come_packed_within_the_same_limit() {
    let server = Server::new();
    let envelope = format!("{{\"objects\":[{}]}}", indicator(1)).into_bytes();
    let gzip = |text: &[u8]| Coding::Gzip.pack(text).unwrap();
    let zstd = |text: &[u8]| Coding::Zstd.pack(text).unwrap();
    // The server takes 100,000 bytes.
    let long = format!("{{\"objects\":[{}{}]}}", indicator(2), " ".repeat(100_000)).into_bytes();
    let mut bomb = Vec::new();
    let mut encoder = flate2::write::GzEncoder::new(&mut bomb, flate2::Compression::best());
    for _ in 0..1_000 {
        encoder.write_all(&vec![b' '; 65_536]).unwrap();
    }
    encoder.finish().unwrap();
    assert!(bomb.len() < 100_000);
    for (coding, body, status) in [
        (None, envelope.clone(), 202),
        (Some("identity"), envelope.clone(), 202),
        (Some("gzip"), gzip(&envelope), 202),
        (Some("X-GZIP"), gzip(&envelope), 202),
        (Some("zstd"), zstd(&envelope), 202),
        (Some("gzip"), gzip(&long), 413),
        (Some("zstd"), zstd(&long), 413),
        (None, long.clone(), 413),
        (Some("gzip"), bomb.clone(), 413),
        // One over the other: not even unpacked once.
        (Some("gzip, gzip"), gzip(&gzip(&envelope)), 415),
        (Some("gzip"), gzip(&bomb), 422),
        (Some("br"), envelope.clone(), 415),
        (Some("gzip"), envelope.clone(), 400),
        (Some("zstd"), gzip(&envelope), 400),
        (None, gzip(&envelope), 422),
    ] {
        let answer = server.send(packed(coding, body)).await;
        assert_eq!(
            answer.status().as_u16(),
            status,
            "{coding:?} {}",
            json(&answer)
        );
        assert_eq!(header(&answer, "content-type"), TAXII);
        if status > 202 {
            assert_eq!(json(&answer)["http_status"], status.to_string());
        }
    }
}

#[tokio::test]
async fn answers_go_out_packed_as_asked() {
    let server = Server::new();
    server.add(1..6).await;
    let plain = server.get(&format!("{MAIN}?limit=5")).await;
    for (accepted, coding) in [
        ("zstd", "zstd"),
        ("gzip", "gzip"),
        ("br", ""),
        ("gzip, zstd", "zstd"),
    ] {
        let mut asked = request("GET", &format!("{MAIN}?limit=5"), "partner");
        asked
            .headers_mut()
            .insert("accept-encoding", accepted.parse().unwrap());
        let answer = server.send(asked).await;
        assert_eq!(header(&answer, "content-encoding"), coding);
        assert_eq!(header(&answer, "vary"), "Accept, Accept-Encoding");
        assert_eq!(header(&answer, "etag"), header(&plain, "etag"));
        let mut body = Vec::new();
        match coding {
            "zstd" => {
                body = Coding::Zstd
                    .unpack(answer.body().to_vec(), 1_000_000)
                    .unwrap();
            }
            "gzip" => {
                flate2::read::GzDecoder::new(&answer.body()[..])
                    .read_to_end(&mut body)
                    .unwrap();
            }
            _ => body.extend_from_slice(answer.body()),
        }
        assert_eq!(body, plain.body()[..]);
    }
}

async fn again(server: &Server, method: &str, path: &str, tag: &str) -> Response<Bytes> {
    let mut request = request(method, path, "partner");
    request
        .headers_mut()
        .insert(IF_NONE_MATCH, tag.parse().unwrap());
    server.send(request).await
}

#[tokio::test]
async fn a_poller_is_not_sent_what_it_has() {
    let server = Server::new();
    server.add(1..3).await;
    for path in [
        "/taxii2/",
        "/taxii2/api/",
        "/taxii2/api/collections/",
        "/taxii2/api/collections/main/",
        "/taxii2/api/collections/main/manifest/",
        MAIN,
    ] {
        let first = server.get(path).await;
        let tag = header(&first, ETAG.as_str()).to_owned();
        for same in [
            tag.as_str(),
            tag.strip_prefix("W/").unwrap(),
            "*",
            &format!("\"x\" , {tag}"),
        ] {
            for method in ["GET", "HEAD"] {
                let second = again(&server, method, path, same).await;
                assert_eq!(second.status(), StatusCode::NOT_MODIFIED, "{path} {same}");
                assert!(second.body().is_empty());
                for name in ["etag", "vary", "x-taxii-date-added-last"] {
                    assert_eq!(header(&second, name), header(&first, name));
                }
            }
        }
        for other in ["\"x\"", "", tag.get(..tag.len() - 2).unwrap()] {
            let second = again(&server, "GET", path, other).await;
            assert_eq!(second.status(), StatusCode::OK, "{path} {other}");
            assert_eq!(second.body(), first.body());
        }
    }
    let before = server.get(MAIN).await;
    server.add(3..4).await;
    let after = again(&server, "GET", MAIN, header(&before, "etag")).await;
    assert_eq!(after.status(), StatusCode::OK);
    // The same body has the same tag, whoever asks, wherever it comes from.
    let other = Server::new();
    other.add(1..3).await;
    assert_eq!(
        header(&other.get(MAIN).await, "etag"),
        header(&before, "etag")
    );
    // Refusals have none, and no condition hides them.
    let nowhere = again(&server, "GET", "/taxii2/nowhere/", "*").await;
    assert_eq!(
        (nowhere.status(), header(&nowhere, "etag")),
        (StatusCode::NOT_FOUND, "")
    );
    let posted = again(&server, "POST", MAIN, "*").await;
    assert_eq!(posted.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn options_say_what_there_is() {
    let server = Server::new();
    let object = format!("{MAIN}indicator--00000000-0000-4000-8000-000000000001/");
    for (path, status, allowed) in [
        ("/taxii2/", 204, "GET, HEAD, OPTIONS"),
        (MAIN, 204, "GET, HEAD, OPTIONS, POST"),
        (&object, 204, "DELETE, GET, HEAD, OPTIONS"),
        ("/taxii2/a/b/", 404, ""),
    ] {
        let answer = server.send(request("OPTIONS", path, "partner")).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "allow")),
            (status, allowed)
        );
        let mut nobody = request("OPTIONS", path, "partner");
        nobody.extensions_mut().clear();
        assert_eq!(server.send(nobody).await.status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn authorization_is_read() {
    let basic = |login: &str, password: &str| {
        Some(Authorization::Basic {
            login: login.to_owned(),
            password: password.to_owned(),
        })
    };
    for (value, read) in [
        ("Bearer abc", Some(Authorization::Bearer("abc".to_owned()))),
        (
            "bEARER  abc ",
            Some(Authorization::Bearer("abc".to_owned())),
        ),
        ("Bearer ", None),
        ("Bearer", None),
        ("Basic dTpwOnE=", basic("u", "p:q")),
        ("basic Og==", basic("", "")),
        ("Basic dXA=", None),
        ("Basic !!", None),
        ("Basic /w==", None),
        ("Digest a", None),
        ("", None),
    ] {
        assert_eq!(Authorization::parse(value), read, "{value}");
    }
    let long = format!("Bearer {}", "a".repeat(10_000));
    assert_eq!(Authorization::parse(&long), None);
    let shown = format!("{:?}", Authorization::parse("Bearer secret").unwrap());
    assert_eq!(shown, "Bearer");
}

#[tokio::test]
async fn hostile_envelopes_are_refused() {
    let server = Server::new();
    let many = format!("{{\"objects\":[{}1]}}", "1,".repeat(100_000 / 2));
    let deep = format!(
        "{{\"objects\":[{}{}]}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let deep_beside = format!(
        "{{\"x\":{}{},\"objects\":[1]}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let mut keys = String::new();
    for number in 0..8_000 {
        write!(keys, "\"k{number}\":1,").unwrap();
    }
    let keys = format!("{{\"objects\":[{{{keys}\"type\":\"indicator\"}}]}}");
    for (body, status) in [
        (many, 413),
        (deep, 202),
        (deep_beside, 202),
        (keys, 202),
        ("{\"objects\":[]}".to_owned(), 422),
        ("{\"objects\":{}}".to_owned(), 422),
        ("[]".to_owned(), 422),
        ("{\"objects\":[1],\"objects\":[2]}".to_owned(), 422),
        (String::new(), 422),
    ] {
        let answer = server.post(MAIN, TAXII, &body).await;
        let shown = json(&answer);
        assert_eq!(answer.status().as_u16(), status, "{shown}");
        if status == 202 {
            assert_eq!(
                (&shown["failure_count"], &shown["success_count"]),
                (&1.into(), &0.into())
            );
        }
    }
}

#[test]
fn an_envelope_of_too_many_objects_is_read_no_further() {
    use taxii::limits::OBJECTS_READ_PER_ENVELOPE;
    use taxii::message::envelope::Envelope;
    let envelope = |count: usize| format!("{{\"objects\":[{}1]}}", "1,".repeat(count - 1));
    let most = envelope(OBJECTS_READ_PER_ENVELOPE);
    assert_eq!(
        Envelope::parse(&most).unwrap().objects().len(),
        OBJECTS_READ_PER_ENVELOPE
    );
    let error = Envelope::parse(&envelope(1_000_000)).unwrap_err();
    assert!(error.to_string().contains("send them in parts"), "{error}");
    assert!(
        error.column() < 2 * OBJECTS_READ_PER_ENVELOPE + 20,
        "{error}"
    );
}
