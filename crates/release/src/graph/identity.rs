//! Which identifier an edition has.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use stix::id::Id;

use super::{Graph, Node};
use crate::component::components;
use crate::edition::{edition_id, feed_count, feed_text};

/// How often one edition can be given again after it was revoked: each time somebody decided it.
const MAX_RENEWALS: usize = 100;

impl Graph {
    /// Gives each edition its identifier.
    ///
    /// It must differ where anything differs that the edition shows, and an edition shows the identifiers of the
    /// editions to which it refers. So it covers all that are reached from it; those that reach each other share what
    /// they cover, and are taken together (strongly connected components, the deepest first). Where one of these is
    /// spent all get other identifiers, and so does what reaches them.
    pub(super) fn settle_ids<E>(
        &mut self,
        key: &[u8; 32],
        is_spent: impl Fn(&Id) -> Result<bool, E>,
    ) -> Result<(), E> {
        let edges: Vec<Vec<usize>> = self
            .nodes
            .iter()
            .map(|node| {
                let kept = node.kept.iter().filter(|_| node.visible && node.edition);
                kept.filter_map(|group| self.led_to(*group))
                    .filter(|at| self.nodes.get(*at).is_some_and(|node| node.edition))
                    .collect()
            })
            .collect();
        let mut digests: Vec<Option<[u8; 32]>> = vec![None; self.nodes.len()];
        for component in components(&edges) {
            let mut members: Vec<&Node> = Vec::new();
            let mut below: BTreeSet<[u8; 32]> = BTreeSet::new();
            for at in &component {
                members.extend(self.nodes.get(*at));
                let reached = edges.get(*at).into_iter().flatten();
                below.extend(reached.filter_map(|at| *digests.get(*at)?));
            }
            members.sort_by(|a, b| a.held.id().cmp(b.held.id()));
            let mut hash = Sha256::new();
            feed_count(&mut hash, members.len());
            for member in members {
                feed_text(&mut hash, member.held.id().as_str());
                member.mask.feed(&mut hash);
            }
            for digest in &below {
                hash.update(digest);
            }
            let mut digest: [u8; 32] = hash.finalize().into();
            // What has no identifier left keeps none, and is withheld.
            for _ in 0..=MAX_RENEWALS {
                let mut spent = false;
                for at in &component {
                    let node = self.nodes.get_mut(*at);
                    let Some(node) = node.filter(|node| node.visible && node.edition) else {
                        continue;
                    };
                    node.edition_id = edition_id(key, node.held.id(), &digest);
                    if let Some(id) = &node.edition_id
                        && is_spent(id)?
                    {
                        (spent, node.edition_id) = (true, None);
                    }
                }
                if !spent {
                    break;
                }
                digest = Sha256::digest(digest).into();
            }
            for at in component {
                if let Some(place) = digests.get_mut(at) {
                    *place = Some(digest);
                }
            }
        }
        Ok(())
    }
}
