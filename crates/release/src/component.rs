//! Strongly connected components.

/// The strongly connected components of a graph, each after those that it reaches (Tarjan's algorithm, without
/// recursion, because a chain of references may be as long as the batch).
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    #[derive(Clone, Copy, Default)]
    struct Mark {
        /// The order in which it was found, from 1; 0 for not yet.
        found: usize,
        low: usize,
        stacked: bool,
    }
    let mut marks = vec![Mark::default(); edges.len()];
    let mark = |marks: &Vec<Mark>, at: usize| marks.get(at).copied().unwrap_or_default();
    let mut components = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    let mut found = 0;
    for root in 0..edges.len() {
        if mark(&marks, root).found > 0 {
            continue;
        }
        // Each entry is a node and how many of its edges were followed.
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((at, followed)) = path.pop() {
            if followed == 0 && mark(&marks, at).found == 0 {
                found += 1;
                stack.push(at);
                if let Some(mark) = marks.get_mut(at) {
                    *mark = Mark {
                        found,
                        low: found,
                        stacked: true,
                    };
                }
            }
            if let Some(next) = edges.get(at).and_then(|edges| edges.get(followed)) {
                path.push((at, followed + 1));
                let there = mark(&marks, *next);
                if there.found == 0 {
                    path.push((*next, 0));
                } else if there.stacked
                    && let Some(mark) = marks.get_mut(at)
                {
                    mark.low = mark.low.min(there.found);
                }
                continue;
            }
            let here = mark(&marks, at);
            if let Some((above, _)) = path.last()
                && let Some(mark) = marks.get_mut(*above)
            {
                mark.low = mark.low.min(here.low);
            }
            if here.low == here.found {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(mark) = marks.get_mut(member) {
                        mark.stacked = false;
                    }
                    component.push(member);
                    if member == at {
                        break;
                    }
                }
                components.push(component);
            }
        }
    }
    components
}
