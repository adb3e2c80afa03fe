//! The right edge of a tree: all that appending needs.

use crate::error::FormatError;
use crate::hash::{HASH_BYTES, Hash};

/// The roots of the complete subtrees that a tree consists of, the largest first.
///
/// INVARIANT: there are as many as `size` has bits set, one for each, so appending costs one hash on average and
/// the memory is at most 64 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

/// A complete subtree: the leaves from `index << level` up to `(index + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its height; 0 is a leaf.
    pub level: u32,
    /// Its number among the nodes of its height.
    pub index: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Frontier {
    /// The edge of a tree whose subtrees' roots were kept, see [`Self::to_bytes`].
    ///
    /// # Errors
    /// If there are not as many as a tree of that size has.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, FormatError> {
        let roots: Vec<Hash> = bytes
            .chunks(HASH_BYTES)
            .map(Hash::from_slice)
            .collect::<Result<_, _>>()?;
        if u32::try_from(roots.len()) != Ok(size.count_ones()) {
            return Err(FormatError::Hash);
        }
        Ok(Self { size, roots })
    }

    /// The roots one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots
            .iter()
            .flat_map(|root| *root.as_bytes())
            .collect()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash; `complete` is told of every subtree that it completes, the leaf itself first.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(Node)) {
        let mut node = Node {
            level: 0,
            index: self.size,
            hash: leaf,
        };
        complete(node);
        while node.index & 1 == 1
            && let Some(left) = self.roots.pop()
        {
            node = Node {
                level: node.level + 1,
                index: node.index >> 1,
                hash: Hash::node(left, node.hash),
            };
            complete(node);
        }
        self.roots.push(node.hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree (RFC 9162 §2.1.1).
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let Some(last) = roots.next() else {
            return Hash::empty_root();
        };
        roots.fold(last, |right, left| Hash::node(left, right))
    }
}
