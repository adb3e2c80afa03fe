//! Content codings of answers and of request bodies, RFC 9110 §8.4 and §12.5.3.
//!
//! INVARIANT: what is decoded never takes more memory than its limit, however small what came in was.

use std::io::{Read as _, Write as _};

use thiserror::Error;

use crate::limits;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 9110 §8.4.1.3.
    Gzip,
    /// Not at all.
    Identity,
    /// RFC 8878, with the window that RFC 9659 allows.
    Zstd,
}

/// Why a packed body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodingError {
    /// It is not what its header says, or broke off.
    #[error("the body is not what `Content-Encoding` says, or broke off")]
    Malformed,
    /// Unpacked it is longer than is allowed.
    #[error("the body is too long once it is unpacked")]
    TooLarge,
}

impl Coding {
    /// The best coding for an answer to who sent these `Accept-Encoding` headers: the one of the greatest weight; of
    /// two that are as welcome, the one that costs less: zstd, then gzip.
    ///
    /// Where nothing is acceptable the answer goes out as it is, as RFC 9110 §12.5.3 allows.
    pub fn choose<'h>(headers: impl Iterator<Item = &'h str>) -> Self {
        let (mut gzip, mut identity, mut zstd, mut others) = (None, None, None, None);
        for part in headers.flat_map(|header| header.split(',')) {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight(parameters);
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => &mut gzip,
                "identity" => &mut identity,
                "zstd" => &mut zstd,
                "*" => &mut others,
                _ => continue,
            };
            *place = (*place).max(Some(weight));
        }
        let others = others.unwrap_or(0);
        let gzip = gzip.unwrap_or(others);
        let zstd = zstd.unwrap_or(others);
        // Who names no weight for it takes it, but likes any other better.
        let identity = identity.unwrap_or(0);
        if zstd > 0 && zstd >= gzip && zstd >= identity {
            Self::Zstd
        } else if gzip > 0 && gzip >= identity {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The coding that `Content-Encoding` names, none if we do not read it.
    ///
    /// One coding is read, not one over the other: nobody packs twice who means well.
    pub fn of_body<'h>(mut headers: impl Iterator<Item = &'h str>) -> Option<Self> {
        let Some(header) = headers.next() else {
            return Some(Self::Identity);
        };
        if headers.next().is_some() {
            return None;
        }
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name in `Content-Encoding`; none where the header is left out.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
            Self::Zstd => Some("zstd"),
        }
    }

    /// Packs a body; none where it cannot be packed, which only a lack of memory explains.
    pub fn pack(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Gzip => {
                let level = flate2::Compression::fast();
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(body).ok()?;
                encoder.finish().ok()
            }
            Self::Identity => None,
            Self::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL).ok(),
        }
    }

    /// Unpacks a body that has at most `max_bytes` unpacked.
    ///
    /// # Errors
    /// Where it is malformed or longer.
    pub fn unpack(self, body: Vec<u8>, max_bytes: usize) -> Result<Vec<u8>, CodingError> {
        match self {
            Self::Gzip => bounded(
                flate2::bufread::MultiGzDecoder::new(body.as_slice()),
                max_bytes,
            ),
            Self::Identity if body.len() > max_bytes => Err(CodingError::TooLarge),
            Self::Identity => Ok(body),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(body.as_slice())
                    .map_err(|_| CodingError::Malformed)?;
                decoder
                    .window_log_max(limits::ZSTD_WINDOW_LOG)
                    .map_err(|_| CodingError::Malformed)?;
                bounded(decoder, max_bytes)
            }
        }
    }
}

/// Reads to the end, but never more than one byte beyond `max_bytes`.
fn bounded(reader: impl std::io::Read, max_bytes: usize) -> Result<Vec<u8>, CodingError> {
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    // Room for all of it: one that grows by doubling takes twice as much. What is not written to takes no memory.
    let mut read = Vec::with_capacity(max_bytes.saturating_add(1));
    reader
        .take(most.saturating_add(1))
        .read_to_end(&mut read)
        .map_err(|_| CodingError::Malformed)?;
    if read.len() > max_bytes {
        return Err(CodingError::TooLarge);
    }
    Ok(read)
}

/// The weight in thousandths, RFC 9110 §12.4.2: 1,000 where none is named, 0 where it cannot be read.
pub(crate) fn weight<'t>(parameters: &'t str) -> u16 {
    let named = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let named: Option<&'t str> = name
            .trim()
            .eq_ignore_ascii_case("q")
            .then_some(value.trim());
        named
    });
    let Some(text) = named else { return 1_000 };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match (whole, format!("{fraction:0<3}").parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(0)) => 1_000,
        _ => 0,
    }
}

/// The fast level: envelopes shrink to an eighth, at 350 MB/s of one core.
const ZSTD_LEVEL: i32 = 1;
