//! Zeek's `files.log`: files seen in transfer.

use super::{Field, Holds, Source};
use crate::seen::{Log, Where};

/// The mapping.
pub const SOURCE: Source = Source {
    log: Log::Files,
    path: "files",
    telltales: &["fuid", "analyzers"],
    fields: &[
        Field {
            name: "filename",
            holds: Holds::FileName,
            place: Where::FilesName,
        },
        Field {
            name: "md5",
            holds: Holds::FileMd5,
            place: Where::FilesHash,
        },
        Field {
            name: "sha1",
            holds: Holds::FileSha1,
            place: Where::FilesHash,
        },
        Field {
            name: "sha256",
            holds: Holds::FileSha256,
            place: Where::FilesHash,
        },
    ],
};
