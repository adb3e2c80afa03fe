use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use ledger::error::{FormatError, ProofError};
use ledger::frontier::Frontier;
use ledger::hash::Hash;
use ledger::proof::{
    MAX_PATH, consistency, inclusion, root_at, verify_consistency, verify_inclusion,
};
use ledger::tile::{Edge, Nodes, Place, Span};

/// RFC 9162 §2.1.1, to the letter.
fn mth(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [one] => Hash::leaf(one),
        _ => {
            let k = k(leaves.len());
            Hash::node(mth(&leaves[..k]), mth(&leaves[k..]))
        }
    }
}

/// The largest power of two smaller than n.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// RFC 9162 §2.1.3.1.
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = k(leaves.len());
    let (mut found, other) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    found.push(other);
    found
}

/// RFC 9162 §2.1.4.1.
fn subproof(m: usize, leaves: &[Vec<u8>], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = k(leaves.len());
    let (mut found, other) = if m <= k {
        (subproof(m, &leaves[..k], whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    found.push(other);
    found
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| format!("leaf {n}").into_bytes())
        .collect()
}

/// A log in memory, kept in tiles as a store keeps it.
#[derive(Default)]
struct Log {
    frontier: Frontier,
    edge: Edge,
    tiles: BTreeMap<Place, Vec<u8>>,
    reads: Cell<usize>,
}

impl Log {
    fn push(&mut self, leaf: Hash) {
        let (edge, tiles) = (&mut self.edge, &mut self.tiles);
        self.frontier.push(leaf, |node| {
            if let Some((place, tile)) = edge.push(node) {
                tiles.insert(place, tile);
            }
        });
    }

    fn flush(&mut self) {
        for (place, tile) in self.edge.partial(self.frontier.size()) {
            self.tiles.insert(place, tile.to_vec());
        }
    }

    /// Forgets everything but what a store keeps.
    fn reopen(self) -> Self {
        let edge = Edge::read(self.frontier.size(), |place| {
            Ok::<_, FormatError>(self.tiles.get(&place).cloned().unwrap_or_default())
        });
        Self {
            frontier: Frontier::from_bytes(self.frontier.size(), &self.frontier.to_bytes())
                .unwrap(),
            edge: edge.unwrap(),
            ..self
        }
    }
}

impl Nodes for Log {
    type Error = FormatError;

    fn node(&self, level: u32, index: u64) -> Result<Hash, FormatError> {
        self.reads.set(self.reads.get() + 1);
        let span = Span::of(level, index);
        span.hash(self.tiles.get(&span.place).ok_or(FormatError::Hash)?)
    }
}

fn log(leaves: &[Vec<u8>]) -> Log {
    let mut log = Log::default();
    for leaf in leaves {
        log.push(Hash::leaf(leaf));
    }
    log.flush();
    log
}

#[test]
fn the_hashes_are_those_of_the_standard() {
    let hex = |hash: Hash| {
        let mut text = String::new();
        for byte in hash.as_bytes() {
            write!(text, "{byte:02x}").unwrap();
        }
        text
    };
    // SHA-256 of nothing, and of a single zero byte: known to everybody (FIPS 180-4, `printf '\0' | sha256sum`).
    assert_eq!(
        hex(Hash::empty_root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        hex(Hash::leaf(b"")),
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    );
    // The eight entries by which implementations of Certificate Transparency compare their trees.
    let entries: Vec<Vec<u8>> = vec![
        vec![],
        vec![0x00],
        vec![0x10],
        vec![0x20, 0x21],
        vec![0x30, 0x31],
        vec![0x40, 0x41, 0x42, 0x43],
        (0x50..=0x57).collect(),
        (0x60..=0x6f).collect(),
    ];
    assert_eq!(
        hex(mth(&entries)),
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    );
    assert_eq!(log(&entries).frontier.root(), mth(&entries));
}

#[test]
fn every_tree_and_every_proof_is_that_of_the_definition() {
    let all = leaves(SIZES);
    let mut edge = Frontier::default();
    let whole = log(&all);
    for size in 0..=SIZES {
        let part = &all[..size];
        let count = size as u64;
        let root = mth(part);
        assert_eq!(edge.root(), root, "size {size}");
        assert_eq!(root_at(&whole, count).unwrap(), root, "size {size}");
        // All places in small trees, some in larger ones.
        let step = if size <= 70 { 1 } else { 37 };
        for place in (0..size).step_by(step) {
            let proof = inclusion(&whole, place as u64, count).unwrap().unwrap();
            assert_eq!(proof, path(place, part), "{place} in {size}");
            let leaf = Hash::leaf(&all[place]);
            verify_inclusion(leaf, place as u64, count, root, &proof).unwrap();
        }
        for old in (1..=size).step_by(step) {
            let proof = consistency(&whole, old as u64, count).unwrap().unwrap();
            assert_eq!(proof, subproof(old, part, true), "{old} of {size}");
            let old_head = (old as u64, mth(&all[..old]));
            verify_consistency(old_head, (count, root), &proof).unwrap();
        }
        assert_eq!(inclusion(&whole, count, count).unwrap(), None);
        assert_eq!(consistency(&whole, count + 1, count).unwrap(), None);
        verify_consistency((0, Hash::empty_root()), (count, root), &[]).unwrap();
        if let Some(next) = all.get(size) {
            edge.push(Hash::leaf(next), |_| {});
        }
    }
}

#[test]
fn a_log_goes_on_where_it_was_kept() {
    let all = leaves(1_000);
    let mut kept = Log::default();
    for (at, leaf) in all.iter().enumerate() {
        if at % 83 == 0 || at % 256 == 0 {
            kept.flush();
            kept = kept.reopen();
        }
        kept.push(Hash::leaf(leaf));
    }
    kept.flush();
    let fresh = log(&all);
    assert_eq!(kept.tiles, fresh.tiles);
    assert_eq!(kept.frontier, fresh.frontier);
    assert_eq!(kept.frontier.root(), mth(&all));
}

#[test]
fn a_proof_reads_few_nodes_of_a_large_tree() {
    let count = 200_000_u64;
    let mut large = Log::default();
    for number in 0..count {
        large.push(Hash::of(&number.to_be_bytes()));
    }
    large.flush();
    let root = large.frontier.root();
    for place in [0, 1, 65_535, 65_536, 131_071, 199_999] {
        large.reads.set(0);
        let proof = inclusion(&large, place, count).unwrap().unwrap();
        // Height 18, and the parts of the one sibling that is not complete.
        assert!(large.reads.get() <= 36, "{}", large.reads.get());
        verify_inclusion(Hash::of(&place.to_be_bytes()), place, count, root, &proof).unwrap();
        let proof = consistency(&large, place + 1, count).unwrap().unwrap();
        let old = root_at(&large, place + 1).unwrap();
        verify_consistency((place + 1, old), (count, root), &proof).unwrap();
    }
}

#[test]
fn what_was_tampered_with_is_refused() {
    let all = leaves(100);
    let whole = log(&all);
    let root = mth(&all);
    for place in [0_u64, 1, 31, 64, 98, 99] {
        let leaf = Hash::leaf(&all[usize::try_from(place).unwrap()]);
        let proof = inclusion(&whole, place, 100).unwrap().unwrap();
        let refused = |leaf, place, size, root, proof: &[Hash]| {
            verify_inclusion(leaf, place, size, root, proof).unwrap_err();
        };
        for at in 0..proof.len() {
            let mut forged = proof.clone();
            forged[at] = Hash::of(b"forged");
            assert_eq!(
                verify_inclusion(leaf, place, 100, root, &forged),
                Err(ProofError::Root)
            );
        }
        refused(leaf, place, 100, root, &proof[1..]);
        refused(leaf, place, 100, root, &[&proof[..], &[root]].concat());
        refused(leaf, place, 100, Hash::of(b""), &proof);
        refused(leaf, place ^ 1, 100, root, &proof);
        refused(Hash::leaf(b"other"), place, 100, root, &proof);
        refused(leaf, 100, 100, root, &proof);
        refused(leaf, 0, 0, root, &[]);
        refused(leaf, place, u64::MAX, root, &vec![root; MAX_PATH + 1]);
    }
    for old in 1..100_u64 {
        let old_root = mth(&all[..usize::try_from(old).unwrap()]);
        let proof = consistency(&whole, old, 100).unwrap().unwrap();
        let verify = |old, new, proof: &[Hash]| verify_consistency(old, new, proof);
        for at in 0..proof.len() {
            let mut forged = proof.clone();
            forged[at] = Hash::of(b"forged");
            verify((old, old_root), (100, root), &forged).unwrap_err();
        }
        verify((old, old_root), (100, root), &[]).unwrap_err();
        verify((old, old_root), (100, root), &proof[1..]).unwrap_err();
        let longer = [&proof[..], &[root]].concat();
        verify((old, old_root), (100, root), &longer).unwrap_err();
        verify((old, Hash::of(b"fork")), (100, root), &proof).unwrap_err();
        verify((old, old_root), (100, Hash::of(b"fork")), &proof).unwrap_err();
        // Rolled back, and two heads of one size.
        verify((100, root), (old, old_root), &proof).unwrap_err();
        verify((old, old_root), (old, root), &[]).unwrap_err();
    }
    verify_consistency((0, root), (100, root), &[]).unwrap_err();
    verify_consistency((0, Hash::empty_root()), (100, root), &[root]).unwrap_err();
    verify_consistency((1, root), (100, root), &vec![root; MAX_PATH + 1]).unwrap_err();
}

proptest::proptest! {
    /// No proof that was not made for it leads from one tree to another.
    #[test]
    fn random_hashes_prove_nothing(
        size in 1_u64..5_000,
        place in 0_u64..5_000,
        path in proptest::collection::vec(proptest::array::uniform32(0_u8..), 0..20),
    ) {
        let path: Vec<Hash> = path.into_iter().map(Hash::new).collect();
        let root = Hash::of(b"root");
        proptest::prop_assert!(verify_inclusion(Hash::leaf(b"x"), place, size, root, &path).is_err());
        let old = (place, Hash::of(b"old"));
        proptest::prop_assert!(verify_consistency(old, (size, root), &path).is_err());
    }
}

/// Trees up to this size are compared: past one tile of 256.
const SIZES: usize = 300;
