//! Proofs that a leaf is in a tree, and that one tree is the beginning of another (RFC 9162 §2.1.3, §2.1.4).

use crate::error::ProofError;
use crate::hash::Hash;
use crate::tile::Nodes;

/// The proof that the leaf `index` is in the tree of the first `size` leaves (RFC 9162 §2.1.3.1); nothing if it is not.
///
/// Reads O(log size) nodes.
///
/// # Errors
/// If a node cannot be had.
pub fn inclusion<N: Nodes>(
    nodes: &N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let mut path = Vec::new();
    let (mut start, mut leaf, mut size) = (0, index, size);
    while size > 1 {
        let left = split(size);
        if leaf < left {
            path.push(root(nodes, start + left, size - left)?);
            size = left;
        } else {
            path.push(root(nodes, start, left)?);
            start += left;
            leaf -= left;
            size -= left;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// The proof that the tree of the first `old` leaves is the beginning of that of the first `new` (RFC 9162 §2.1.4.1);
/// nothing if there are not so many. It is empty where `old` is 0 or `new`.
///
/// Reads O(log new) nodes.
///
/// # Errors
/// If a node cannot be had.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Option<Vec<Hash>>, N::Error> {
    if old > new {
        return Ok(None);
    }
    let mut path = Vec::new();
    if old == 0 {
        return Ok(Some(path));
    }
    let (mut start, mut old, mut new) = (0, old, new);
    let mut whole = true;
    while old < new {
        let left = split(new);
        if old <= left {
            path.push(root(nodes, start + left, new - left)?);
            new = left;
        } else {
            path.push(root(nodes, start, left)?);
            start += left;
            old -= left;
            new -= left;
            whole = false;
        }
    }
    if !whole {
        path.push(root(nodes, start, new)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// The root of the tree of the first `size` leaves (RFC 9162 §2.1.1).
///
/// # Errors
/// If a node cannot be had.
pub fn root_at<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    root(nodes, 0, size)
}

/// Checks that a leaf is in a tree (RFC 9162 §2.1.3.2).
///
/// # Errors
/// If the proof does not show it.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    root: Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { place: index, size });
    }
    if path.len() > MAX_PATH {
        return Err(ProofError::Length);
    }
    let (mut place, mut last, mut reached) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place & 1 == 1 || place == last {
            reached = Hash::node(*sibling, reached);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            reached = Hash::node(reached, *sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if reached == root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Checks that one tree is the beginning of another (RFC 9162 §2.1.4.2). The empty tree is the beginning of every one.
///
/// # Errors
/// If the proof does not show it.
pub fn verify_consistency(
    old: (u64, Hash),
    new: (u64, Hash),
    path: &[Hash],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::Beyond {
            place: old_size,
            size: new_size,
        });
    }
    if path.len() > MAX_PATH {
        return Err(ProofError::Length);
    }
    if old_size == 0 || old_size == new_size {
        let expected = if old_size == 0 {
            Hash::empty_root()
        } else {
            new_root
        };
        return if !path.is_empty() {
            Err(ProofError::Length)
        } else if old_root == expected {
            Ok(())
        } else {
            Err(ProofError::Root)
        };
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let mut rest = path.iter().copied();
    // A complete old tree is a node of the new one: its root need not be sent.
    let first = if old_size.is_power_of_two() {
        old_root
    } else {
        rest.next().ok_or(ProofError::Length)?
    };
    if path.is_empty() {
        return Err(ProofError::Length);
    }
    let (mut of_old, mut of_new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if place & 1 == 1 || place == last {
            of_old = Hash::node(sibling, of_old);
            of_new = Hash::node(sibling, of_new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            of_new = Hash::node(of_new, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if of_old == old_root && of_new == new_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// The root over `size` leaves from `start`, which is a multiple of the largest power of two in `size`.
fn root<N: Nodes>(nodes: &N, start: u64, size: u64) -> Result<Hash, N::Error> {
    let mut parts = Vec::new();
    let mut at = start;
    for level in (0..u64::BITS).rev() {
        if size >> level & 1 == 1 {
            parts.push(nodes.node(level, at >> level)?);
            at += 1 << level;
        }
    }
    let mut parts = parts.into_iter().rev();
    let Some(last) = parts.next() else {
        return Ok(Hash::empty_root());
    };
    Ok(parts.fold(last, |right, left| Hash::node(left, right)))
}

/// The largest power of two below `size`, which is at least 2 (RFC 9162 §2.1.1).
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// A tree of 2^64 leaves is 64 high, and a consistency proof has one hash more.
pub const MAX_PATH: usize = 65;
