//! What stands in recorded HTTP/1.1 messages, compression and chunks undone.

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};

/// All messages of one direction of a connection as one text: heads and bodies, as whoever received them read them.
///
/// # Errors
/// Where the record is not understood to its last byte: then nothing can be said of it.
pub(crate) fn read(mut bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    while !bytes.is_empty() {
        let end = find(bytes, b"\r\n\r\n").context("a message has no end of its head")?;
        let (head, rest) = split(bytes, end + 4)?;
        let head = std::str::from_utf8(head).context("a head is not UTF-8")?;
        let field = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_ascii_lowercase())
            })
        };
        let (body, rest) = if field("transfer-encoding").as_deref() == Some("chunked") {
            chunks(rest)?
        } else {
            let length = field("content-length").map_or(Ok(0), |length| length.parse::<usize>());
            let (body, rest) = split(rest, length.context("a length is no number")?)?;
            (body.to_vec(), rest)
        };
        text.push_str(head);
        text.push_str(&match field("content-encoding").as_deref() {
            None | Some("identity") => String::from_utf8_lossy(&body).into_owned(),
            Some("gzip") => {
                let mut plain = Vec::new();
                flate2::read::MultiGzDecoder::new(body.as_slice())
                    .take(BODY_BYTES)
                    .read_to_end(&mut plain)
                    .context("a body is not gzip")?;
                String::from_utf8_lossy(&plain).into_owned()
            }
            Some(other) => bail!("a body is encoded as `{other}`"),
        });
        text.push('\n');
        bytes = rest;
    }
    Ok(text)
}

fn chunks(mut bytes: &[u8]) -> Result<(Vec<u8>, &[u8])> {
    let mut body = Vec::new();
    loop {
        let end = find(bytes, b"\r\n").context("a chunk has no length")?;
        let (line, rest) = split(bytes, end)?;
        let digits = std::str::from_utf8(line)?
            .split(';')
            .next()
            .unwrap_or_default();
        let length =
            usize::from_str_radix(digits.trim(), 16).context("a chunk's length is no number")?;
        let (_, rest) = split(rest, 2)?;
        let (chunk, rest) = split(rest, length)?;
        let (_, rest) = split(rest, 2)?;
        body.extend_from_slice(chunk);
        bytes = rest;
        if length == 0 {
            return Ok((body, bytes));
        }
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8])> {
    bytes.split_at_checked(at).context("a message breaks off")
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Longest body that is looked through.
const BODY_BYTES: u64 = 256 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn nothing_hides_in_chunks_or_compression() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHok\r\n3\r\nuto\r\n0\r\n\r\n";
        assert!(read(chunked).unwrap().contains("Hokuto"));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"Hokuto").unwrap();
        let body = gzip.finish().unwrap();
        let mut bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend(body);
        bytes.extend_from_slice(b"HTTP/1.1 204 No Content\r\n\r\n");
        let text = read(&bytes).unwrap();
        assert!(text.contains("Hokuto") && text.contains("204"));
        assert!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").is_err());
    }
}
