//! The pattern that matches an observable.

use pattern::build;
use pattern::tree::{Path, Test};

use crate::candidate::CandidateKind;

/// The pattern for a value; nothing where a value alone says too little.
pub(super) fn pattern(kind: CandidateKind, value: &str) -> Option<String> {
    let test = match kind {
        CandidateKind::Domain => build::domain_name(value),
        CandidateKind::Email => build::email_addr(value),
        CandidateKind::FilePath => return path(value),
        CandidateKind::Ipv4 => build::ipv4_addr(value),
        CandidateKind::Ipv6 => build::ipv6_addr(value),
        CandidateKind::Ipv4Network | CandidateKind::Ipv6Network => {
            build::within_network(&pattern::network::Network::parse(value)?)
        }
        CandidateKind::Mac => build::mac_addr(value),
        CandidateKind::Md5 => build::file_hash("MD5", value),
        CandidateKind::RegistryKey => build::equal(Path::new("windows-registry-key", "key"), value),
        CandidateKind::Sha1 => build::file_hash("SHA-1", value),
        CandidateKind::Sha256 => build::file_hash("SHA-256", value),
        CandidateKind::Sha512 => build::file_hash("SHA-512", value),
        CandidateKind::Url => build::url(value),
        _ => return None,
    };
    written([test])
}

/// A path is a directory and a name in it (STIX 2.1 §6.7); both on the same file.
fn path(value: &str) -> Option<String> {
    let (folder, name) = value.rsplit_once(['\\', '/'])?;
    if folder.is_empty() || name.is_empty() {
        return None;
    }
    let folder = build::equal(
        Path::new("file", "parent_directory_ref").then("path"),
        folder,
    );
    written([build::file_name(name), folder])
}

fn written<const N: usize>(tests: [Test; N]) -> Option<String> {
    build::all_of(tests).ok().map(|pattern| pattern.to_string())
}
