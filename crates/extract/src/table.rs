//! Reading the data files of this crate: lines of tab-separated fields, `#` begins a comment line, `-` stands for
//! an empty field, `|` separates the items of a list.

/// The rows of a data file.
pub(crate) fn rows(file: &'static str) -> impl Iterator<Item = Row> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| Row {
            fields: line.split('\t').collect(),
        })
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    fields: Vec<&'static str>,
}

impl Row {
    /// The field at `column`; nothing for `-` and for a column that is not there.
    pub(crate) fn field(&self, column: usize) -> Option<&'static str> {
        self.fields
            .get(column)
            .copied()
            .filter(|field| !field.is_empty() && *field != "-")
    }

    /// The items of the list at `column`.
    pub(crate) fn list(&self, column: usize) -> impl Iterator<Item = &'static str> {
        self.field(column)
            .into_iter()
            .flat_map(|field| field.split('|'))
    }
}
