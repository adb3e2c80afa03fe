//! What can go wrong in the store.

use std::path::PathBuf;

use thiserror::Error;

/// A failing operation on the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database could not be opened.
    #[error("could not open the database `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("a database operation failed")]
    Sql(#[from] rusqlite::Error),
    /// The database was written by a newer version of the program.
    #[error(
        "the database has schema {found}, this program knows up to {known}: use the newer program"
    )]
    Newer {
        /// The schema of the database.
        found: i64,
        /// The newest schema known.
        known: i64,
    },
    /// A row does not read back as what was written.
    #[error("the database holds a {what} that cannot be read: run `noroshi doctor`")]
    Corrupt {
        /// What kind of row.
        what: &'static str,
    },
    /// There is more of something than is kept.
    #[error("there are too many {what}")]
    Excessive {
        /// Of what.
        what: &'static str,
    },
    /// Something that must be unique is there already.
    #[error("{what} is there already")]
    Exists {
        /// What.
        what: &'static str,
    },
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, StoreError>;
