//! Nodes kept in tiles: 256 hashes of one height in one piece of bytes, as transparency logs publish them
//! (C2SP tlog-tiles).
//!
//! Of 8 heights one is kept, the others are computed from it: a log of n leaves takes 33 bytes each, and a proof
//! reads a few tiles.

use crate::error::FormatError;
use crate::frontier::Node;
use crate::hash::{HASH_BYTES, Hash};

/// Where the hashes of a tree can be had.
pub trait Nodes {
    /// What goes wrong when they are read.
    type Error;

    /// The hash of a complete subtree.
    ///
    /// # Errors
    /// If it cannot be had.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The place of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its height in tiles: its hashes are nodes of `level * 8`.
    pub level: u32,
    /// Its number among the tiles of its height.
    pub index: u64,
}

/// Where in the tiles the node of a complete subtree is to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The tile.
    pub place: Place,
    /// The first of its hashes that the subtree is made of.
    pub first: usize,
    /// How many they are, a power of two.
    pub count: usize,
}

/// The tiles at the right edge of a tree, to which hashes are appended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    /// For each height the tile that is not full.
    tails: Vec<Vec<u8>>,
}

impl Span {
    /// The span of a node.
    pub fn of(level: u32, index: u64) -> Self {
        let inside = level % HEIGHT;
        let first = index << inside;
        Self {
            place: Place {
                level: level / HEIGHT,
                index: first / WIDTH,
            },
            first: usize::try_from(first % WIDTH).unwrap_or(usize::MAX),
            count: 1 << inside,
        }
    }

    /// The hash of the node, out of the bytes of its tile.
    ///
    /// # Errors
    /// If the tile does not have what the node is made of.
    pub fn hash(&self, tile: &[u8]) -> Result<Hash, FormatError> {
        let start = self.first.saturating_mul(HASH_BYTES);
        let end = start.saturating_add(self.count.saturating_mul(HASH_BYTES));
        let bytes = tile.get(start..end).ok_or(FormatError::Hash)?;
        let mut row: Vec<Hash> = bytes
            .chunks(HASH_BYTES)
            .map(Hash::from_slice)
            .collect::<Result<_, _>>()?;
        // At most 8 times: a tile has 256 hashes.
        while row.len() > 1 {
            row = row
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(Hash::node(*left, *right)),
                    _ => None,
                })
                .collect();
        }
        row.first().copied().ok_or(FormatError::Hash)
    }
}

impl Edge {
    /// How many hashes the tile at the edge of a tree of `size` leaves has, height by height; 0 where it has none.
    pub fn widths(size: u64) -> Vec<(Place, usize)> {
        let mut widths = Vec::new();
        let mut nodes = size;
        // A size has 64 bits: at most 8 heights.
        while nodes > 0 {
            let level = u32::try_from(widths.len()).unwrap_or(u32::MAX);
            let place = Place {
                level,
                index: nodes / WIDTH,
            };
            widths.push((place, usize::try_from(nodes % WIDTH).unwrap_or_default()));
            nodes /= WIDTH;
        }
        widths
    }

    /// The edge of a tree of `size` leaves, out of its tiles; `read` is asked for those that are there.
    ///
    /// # Errors
    /// Those of `read`, and of a tile that does not have as many hashes as the size says.
    pub fn read<E: From<FormatError>>(
        size: u64,
        mut read: impl FnMut(Place) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut tails = Vec::new();
        for (place, width) in Self::widths(size) {
            let tail = if width == 0 { Vec::new() } else { read(place)? };
            if tail.len() != width * HASH_BYTES {
                return Err(FormatError::Hash.into());
            }
            tails.push(tail);
        }
        Ok(Self { tails })
    }

    /// Takes in a node that was completed; a tile that is full by it comes out.
    pub fn push(&mut self, node: Node) -> Option<(Place, Vec<u8>)> {
        if !node.level.is_multiple_of(HEIGHT) {
            return None;
        }
        let level = node.level / HEIGHT;
        let at = usize::try_from(level).ok()?;
        while self.tails.len() <= at {
            self.tails.push(Vec::new());
        }
        let tail = self.tails.get_mut(at)?;
        tail.extend_from_slice(node.hash.as_bytes());
        if tail.len() < TILE_BYTES {
            return None;
        }
        let place = Place {
            level,
            index: node.index / WIDTH,
        };
        Some((place, std::mem::take(tail)))
    }

    /// The tiles that are not full, where they belong in a tree of `size` leaves.
    pub fn partial(&self, size: u64) -> impl Iterator<Item = (Place, &[u8])> {
        let places = Self::widths(size).into_iter().map(|(place, _)| place);
        places
            .zip(self.tails.iter().map(Vec::as_slice))
            .filter(|(_, tail)| !tail.is_empty())
    }
}

/// Heights of nodes from one tile to the next.
const HEIGHT: u32 = 8;
/// Hashes of a full tile.
const WIDTH: u64 = 1 << HEIGHT;
/// Bytes of a full tile.
pub const TILE_BYTES: usize = (1 << HEIGHT) * HASH_BYTES;
