//! Styles and pictures, part of the binary; their addresses change with their content.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};

use crate::error::Failure;

/// Serves one asset.
pub(crate) async fn serve(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or_else(Failure::not_found)?;
    let tag = format!("\"{:016x}\"", asset.hash);
    let cached = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let head = [
        (CONTENT_TYPE, asset.media_type.to_owned()),
        (
            CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (ETAG, tag.clone()),
    ];
    if cached == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, asset.text).into_response())
}

/// The address of the style sheet.
pub(crate) fn style() -> String {
    address(&STYLE)
}

/// The address of the logo.
pub(crate) fn logo() -> String {
    address(&LOGO)
}

fn address(asset: &Asset) -> String {
    format!("/assets/{}?v={:016x}", asset.name, asset.hash)
}

struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
    hash: u64,
}

impl Asset {
    const fn new(name: &'static str, media_type: &'static str, text: &'static str) -> Self {
        Self {
            name,
            media_type,
            text,
            hash: hash(text),
        }
    }
}

/// FNV-1a: it tells our own files' versions apart, nothing more.
#[expect(clippy::indexing_slicing, reason = "the index is below the length")]
const fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

const STYLE: Asset = Asset::new(
    "noroshi.css",
    "text/css; charset=utf-8",
    include_str!("../assets/noroshi.css"),
);

const LOGO: Asset = Asset::new(
    "noroshi.svg",
    "image/svg+xml",
    include_str!("../assets/noroshi.svg"),
);

static ASSETS: [Asset; 2] = [STYLE, LOGO];
