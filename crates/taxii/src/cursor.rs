//! `next`: where a reader goes on, §3.5.
//!
//! A cursor holds all that it needs, so that it survives restarts and is understood by every node over the same
//! data. It is bound to the request it was given for: with other conditions it is refused, because the reader would
//! get wrong data. It is no secret and gives no right: what it points to is what `added_after` could ask for.

use base::diagnostic::{Diagnostic, Place};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::filter::Filter;

/// Writes a cursor that goes on after `position`, for the same `filter` on the same `scope`.
///
/// The backend chooses the position; `date_added` in microseconds suits, since it is unique within a collection. A
/// sequence number suits only where the audience may know how many entries lie between two that it sees. `scope`
/// names what was asked: the kind of request, API root, collection, object.
pub fn write(position: i64, filter: &Filter, scope: &[&str]) -> String {
    let mut bytes = Vec::with_capacity(LENGTH);
    bytes.push(FORMAT);
    bytes.extend_from_slice(&position.to_be_bytes());
    bytes.extend_from_slice(&binding(filter, scope).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads the position out of a cursor.
///
/// # Errors
/// Where the text is no cursor, or was given for another request.
pub fn read(text: &str, filter: &Filter, scope: &[&str]) -> Result<i64, Diagnostic> {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let parts = bytes
        .split_first_chunk::<1>()
        .filter(|([format], _)| *format == FORMAT)
        .and_then(|(_, rest)| rest.split_first_chunk::<8>())
        .and_then(|(position, rest)| {
            let binding: [u8; 8] = rest.try_into().ok()?;
            Some((i64::from_be_bytes(*position), u64::from_be_bytes(binding)))
        });
    match parts {
        None => Err(refused(
            "TAXII-QUERY-06",
            "`next` is not a value that this server gave",
        )),
        Some((_, found)) if found != binding(filter, scope) => Err(refused(
            "TAXII-QUERY-11",
            "`next` was given for a request with other parameters",
        )
        .with_help("repeat all parameters of the first request beside `next`")),
        Some((position, _)) => Ok(position),
    }
}

fn refused(code: &'static str, message: &str) -> Diagnostic {
    Diagnostic::error(code, Place::Whole, message).with_section("TAXII 2.1 §3.5")
}

/// A short form of what was asked, but for `limit` and `next`, which may change from page to page.
///
/// FNV-1a: it finds mistakes, it keeps nobody out.
fn binding(filter: &Filter, scope: &[&str]) -> u64 {
    let conditions = Filter {
        limit: 0,
        next: None,
        ..filter.clone()
    };
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |text: &str| {
        // 0xff stands in no UTF-8 text, so that texts cannot run into each other.
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    take(&conditions.to_query());
    for part in scope {
        take(part);
    }
    hash
}

/// First byte of a cursor, so that another format can follow.
const FORMAT: u8 = 1;

/// Format, position, binding.
const LENGTH: usize = 17;
