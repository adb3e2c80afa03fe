//! The neighbourhood of an object as a picture: what points at it on the left, what it points at on the right.

use app::object::{ObjectSummary, Relation};

use crate::view::shortened;

/// A drawing; coordinates are in pixels of its view box.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) height: usize,
    pub(crate) centre: Node,
    pub(crate) edges: Vec<Edge>,
    /// Relations that did not fit.
    pub(crate) more: usize,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) x: usize,
    pub(crate) y: usize,
}

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) label: String,
    pub(crate) outgoing: bool,
    pub(crate) other: Node,
    pub(crate) path: String,
    pub(crate) label_x: usize,
    pub(crate) label_y: usize,
}

impl Node {
    fn of(object: &ObjectSummary, x: usize, y: usize) -> Self {
        Self {
            id: object.id.to_string(),
            kind: shortened(&object.kind, 26),
            title: shortened(&object.title, 26),
            x,
            y,
        }
    }

    /// Where its texts begin.
    pub(crate) fn text_x(&self) -> usize {
        self.x + 10
    }

    pub(crate) fn kind_y(&self) -> usize {
        self.y + 15
    }

    pub(crate) fn title_y(&self) -> usize {
        self.y + 31
    }
}

impl Graph {
    /// The picture; none where there is nothing around the object.
    pub(crate) fn of(centre: &ObjectSummary, relations: &[Relation]) -> Option<Self> {
        if relations.is_empty() {
            return None;
        }
        let side = |outgoing| {
            let on_side = move |relation: &&Relation| relation.outgoing == outgoing;
            relations
                .iter()
                .filter(on_side)
                .take(MAX_PER_SIDE)
                .collect::<Vec<_>>()
        };
        let (left, right) = (side(false), side(true));
        let rows = left.len().max(right.len());
        let height = rows * ROW + MARGIN;
        let middle = height / 2;
        let mut edges = Vec::new();
        for (column, outgoing) in [(&left, false), (&right, true)] {
            let top = (height - column.len() * ROW) / 2 + (ROW - NODE_HEIGHT) / 2;
            for (row, relation) in column.iter().enumerate() {
                let y = top + row * ROW;
                let at = y + NODE_HEIGHT / 2;
                let (x, from, to) = if outgoing {
                    let from = (CENTRE_X + NODE_WIDTH, middle);
                    (RIGHT_X, from, (RIGHT_X - ARROW, at))
                } else {
                    let from = (LEFT_X + NODE_WIDTH, at);
                    (LEFT_X, from, (CENTRE_X - ARROW, middle))
                };
                let bend = usize::midpoint(from.0, to.0);
                let (label_x, label_y) = if outgoing {
                    (RIGHT_X - ARROW - LABEL_GAP, at)
                } else {
                    (LEFT_X + NODE_WIDTH + LABEL_GAP, at)
                };
                edges.push(Edge {
                    label: shortened(&relation.relationship_type, 16),
                    outgoing,
                    other: Node::of(&relation.other, x, y),
                    path: format!(
                        "M{} {}C{bend} {} {bend} {} {} {}",
                        from.0, from.1, from.1, to.1, to.0, to.1
                    ),
                    label_x,
                    label_y: label_y.saturating_sub(5),
                });
            }
        }
        let more = relations.len() - edges.len();
        let centre = Node::of(centre, CENTRE_X, middle - NODE_HEIGHT / 2);
        Some(Self {
            height,
            centre,
            edges,
            more,
        })
    }
}

/// More rows than this nobody looks at; the list below the picture has them all.
const MAX_PER_SIDE: usize = 12;

const ROW: usize = 52;
const MARGIN: usize = 16;
const NODE_WIDTH: usize = 200;
const NODE_HEIGHT: usize = 40;
const LEFT_X: usize = 0;
const CENTRE_X: usize = 350;
const RIGHT_X: usize = 700;
const ARROW: usize = 7;
const LABEL_GAP: usize = 6;
