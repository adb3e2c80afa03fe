//! Crates depend on lower layers only, as the table in ARCHITECTURE.md says.
//!
//! The table has the columns `layer | crate | job | may depend on`. A row may hold several crates. The last
//! column is a list, split at commas, of crates of ours, `layers 0–2`, `the type crates` (layers 1 to 3)
//! or `all above`; a dash is nothing. What follows a semicolon is a remark, of which `never x` is checked.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata};

use super::finding::Finding;
use super::repository::Repository;

/// The file with the table.
pub(crate) const FILE: &str = "ARCHITECTURE.md";
const RULE: &str = "layers";

/// Crates that must not name `store`, whatever the table says: objects leave a node through `release` only.
const WITHOUT_STORE: [&str; 3] = ["cli", "server", "taxii"];

/// A crate of the workspace and what its manifest names of ours.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The crate's folder from the project's folder.
    pub(crate) folder: String,
    /// Dependencies on crates of ours.
    pub(crate) ours: Vec<Dependency>,
    /// Names of normal and build dependencies on crates of others.
    pub(crate) others: Vec<String>,
}

/// A line of a manifest.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) dev: bool,
}

impl Member {
    /// The workspace's crates.
    pub(crate) fn all(metadata: &Metadata) -> Vec<Self> {
        let names: BTreeSet<&str> = metadata
            .packages
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        let root = &metadata.workspace_root;
        metadata
            .packages
            .iter()
            .map(|package| {
                let folder = package.manifest_path.parent().unwrap_or(root);
                let (ours, others): (Vec<_>, Vec<_>) = package
                    .dependencies
                    .iter()
                    .map(|dependency| Dependency {
                        name: dependency.name.clone(),
                        dev: dependency.kind == DependencyKind::Development,
                    })
                    .partition(|dependency| names.contains(dependency.name.as_str()));
                Self {
                    name: package.name.to_string(),
                    folder: folder
                        .strip_prefix(root)
                        .unwrap_or(folder)
                        .as_str()
                        .to_owned(),
                    ours,
                    others: others
                        .into_iter()
                        .filter(|other| !other.dev)
                        .map(|other| other.name)
                        .collect(),
                }
            })
            .collect()
    }

    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// A layer: a number, or beside the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Number(u32),
    Dev,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    line: usize,
    layer: Option<Layer>,
    crates: Vec<String>,
    may: String,
}

impl Table {
    /// Reads the table, or says that there is none.
    pub(crate) fn read(repository: &Repository) -> Result<Self, Finding> {
        let Some(text) = repository.text(FILE) else {
            return Err(Finding::new(
                FILE,
                1,
                RULE,
                "is absent: layers cannot be checked",
            ));
        };
        let mut rows = Vec::new();
        let mut inside = false;
        for (at, line) in text.lines().enumerate() {
            let cells = cells(line);
            if !inside {
                inside = matches!(cells.as_slice(), [a, b, _, d] if a == "layer" && b == "crate" && d == "may depend on");
                continue;
            }
            let [layer, crates, _, may] = cells.as_slice() else {
                break;
            };
            if layer.chars().all(|c| matches!(c, '-' | ':')) {
                continue;
            }
            rows.push(Row {
                line: at + 1,
                layer: if layer == "dev" {
                    Some(Layer::Dev)
                } else {
                    layer.parse().ok().map(Layer::Number)
                },
                crates: crates
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect(),
                may: may.clone(),
            });
        }
        if rows.is_empty() {
            let message = "no table with the columns `layer | crate | job | may depend on`: layers cannot be checked";
            return Err(Finding::new(FILE, 1, RULE, message));
        }
        Ok(Self { rows })
    }

    /// The layer of each crate in the table.
    pub(crate) fn layers(&self) -> BTreeMap<&str, Layer> {
        self.rows
            .iter()
            .filter_map(|row| Some((row.layer?, row)))
            .flat_map(|(layer, row)| row.crates.iter().map(move |name| (name.as_str(), layer)))
            .collect()
    }
}

/// The cells of a table line in lower case without code and bold marks; empty for other lines.
fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|') else {
        return Vec::new();
    };
    inner
        .strip_suffix('|')
        .unwrap_or(inner)
        .split('|')
        .map(|cell| cell.replace(['`', '*'], "").trim().to_lowercase())
        .collect()
}

/// Compares the table with the manifests.
pub(crate) fn check(table: &Table, repository: &Repository, members: &[Member]) -> Vec<Finding> {
    let layers = table.layers();
    let mut findings = Vec::new();
    let mut rows: BTreeMap<&str, &Row> = BTreeMap::new();
    for row in &table.rows {
        let mut at_row =
            |message: String| findings.push(Finding::new(FILE, row.line, RULE, message));
        if row.layer.is_none() {
            at_row("the layer is neither a number nor `dev`".to_owned());
        }
        for name in &row.crates {
            if !members.iter().any(|member| member.name == *name) {
                at_row(format!("there is no crate `{name}`"));
            }
            if rows.insert(name, row).is_some() {
                at_row(format!("crate `{name}` is in two rows"));
            }
        }
        for word in allowed(row, &layers).unknown {
            at_row(format!("`{word}` is neither a crate nor a group of crates"));
        }
    }
    for member in members {
        let manifest = member.manifest();
        let Some(row) = rows.get(member.name.as_str()) else {
            let line = repository.line_beginning(&manifest, "name");
            findings.push(Finding::new(
                &manifest,
                line,
                RULE,
                format!("crate `{}` is not in the table", member.name),
            ));
            continue;
        };
        let Some(layer) = row.layer else { continue };
        let allowed = allowed(row, &layers);
        for dependency in &member.ours {
            if let Some(message) = judge(member, layer, dependency, &allowed, &layers) {
                let line = repository.line_beginning(&manifest, &dependency.name);
                findings.push(Finding::new(&manifest, line, RULE, message));
            }
        }
    }
    findings
}

fn judge(
    member: &Member,
    layer: Layer,
    dependency: &Dependency,
    allowed: &Allowed<'_>,
    layers: &BTreeMap<&str, Layer>,
) -> Option<String> {
    let (name, of) = (member.name.as_str(), dependency.name.as_str());
    if of == "store" && WITHOUT_STORE.contains(&name) || allowed.never.contains(of) {
        return Some(format!("`{name}` must not name `{of}`"));
    }
    let other = *layers.get(of)?;
    if dependency.dev {
        let fine = of == "testkit" || other < layer && other != Layer::Dev;
        return (!fine).then(|| {
            format!("`{name}` may use only `testkit` and lower layers in tests, not `{of}`")
        });
    }
    if other >= layer {
        return Some(format!(
            "`{name}` depends on `{of}`, which is in no lower layer"
        ));
    }
    (!allowed.names.contains(of))
        .then(|| format!("`{name}` may not depend on `{of}` by the table in {FILE}"))
}

#[derive(Debug, Default)]
struct Allowed<'a> {
    names: BTreeSet<&'a str>,
    never: BTreeSet<&'a str>,
    unknown: Vec<&'a str>,
}

fn allowed<'a>(row: &'a Row, layers: &BTreeMap<&'a str, Layer>) -> Allowed<'a> {
    let mut allowed = Allowed::default();
    let (list, remarks) = row.may.split_once(';').unwrap_or((&row.may, ""));
    let within = |low: u32, high: u32| {
        layers
            .iter()
            .filter(move |(_, layer)| matches!(layer, Layer::Number(n) if (low..=high).contains(n)))
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
    };
    for word in list
        .split(',')
        .flat_map(|part| part.split(" and "))
        .map(str::trim)
    {
        match word {
            "" | "–" | "—" | "-" | "nothing" => {}
            "all above" | "everything above" => match row.layer {
                Some(Layer::Number(n)) => allowed.names.extend(
                    n.checked_sub(1)
                        .map(|high| within(0, high))
                        .unwrap_or_default(),
                ),
                Some(Layer::Dev) | None => allowed.names.extend(within(0, u32::MAX)),
            },
            "the type crates" | "type crates" => allowed.names.extend(within(1, 3)),
            _ => match (layers.get_key_value(word), range(word)) {
                (Some((name, _)), _) => {
                    allowed.names.insert(name);
                }
                (None, Some((low, high))) => allowed.names.extend(within(low, high)),
                (None, None) => allowed.unknown.push(word),
            },
        }
    }
    for remark in remarks.split([';', ',']).map(str::trim) {
        allowed
            .never
            .extend(remark.strip_prefix("never ").map(str::trim));
    }
    allowed
}

/// `layer 1`, `layers 0–2` or `layers 0 to 2`.
fn range(word: &str) -> Option<(u32, u32)> {
    let numbers = word
        .strip_prefix("layers ")
        .or_else(|| word.strip_prefix("layer "))?;
    let mut ends = numbers
        .split(['–', '-'])
        .flat_map(|part| part.split(" to "))
        .map(|part| part.trim().parse().ok());
    let low = ends.next()??;
    let high = ends.next().unwrap_or(Some(low))?;
    Some((low, high))
}
