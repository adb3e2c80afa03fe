//! What was likely meant by a misspelt name.

/// The name of `names` that is nearest to `name`, if one is near: the same but for case and hyphens, or with few
/// letters wrong. Of several the first.
pub(super) fn nearest(name: &str, names: &[impl AsRef<str>]) -> Option<String> {
    let wanted = plain(name);
    if wanted.len() > NAME_CHARACTERS {
        return None;
    }
    // One letter in four, and at most three: beyond that the names are just different.
    let most = (wanted.len() / 4).clamp(1, 3);
    names
        .iter()
        .map(AsRef::as_ref)
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Lower case without hyphens and underscores: `SHA256` and `SHA-256` are one.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .take(NAME_CHARACTERS + 1)
        .collect()
}

/// How many letters must be inserted, dropped, changed, or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    // Rows of the table of distances between beginnings: two rows back, one back, this one.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut previous: Option<&char> = None;
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let at =
            |list: &[usize], column: usize| list.get(column).copied().unwrap_or(usize::MAX / 2);
        for (column, other) in right.iter().enumerate() {
            let change = at(&above, column) + usize::from(letter != other);
            let mut least = change
                .min(at(&above, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = column
                .checked_sub(1)
                .filter(|earlier| previous == Some(other) && right.get(*earlier) == Some(letter));
            if let Some(earlier) = swapped {
                least = least.min(at(&before, earlier) + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
        previous = Some(letter);
    }
    above.last().copied().unwrap_or_default()
}

/// Longer names are not looked for: those of the standard have at most half as many characters.
const NAME_CHARACTERS: usize = 80;
