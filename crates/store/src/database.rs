//! The database as a whole: opening, snapshots, the one writer, checks, backup.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::OpenOptions;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::release::held::Held;
use ::release::terms::Release;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use stix::id::Id;

use crate::error::{Result, StoreError};
use crate::ledger::OpenLog;
use crate::schema::migrate;

/// A node's database.
pub struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
}

/// One consistent view of the database.
///
/// INVARIANT: everything read through one `Reader` is of one moment, so a page and its count agree.
pub struct Reader<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) held: RefCell<HashMap<Id, Vec<Arc<Held>>>>,
    pub(crate) remembered_bytes: Cell<usize>,
    pub(crate) releases: RefCell<HashMap<String, Arc<Release>>>,
}

/// The one writer; it reads what it has written.
pub struct Writer<'c> {
    reader: Reader<'c>,
    /// The logs that were appended to and not written back yet.
    pub(crate) logs: RefCell<BTreeMap<String, OpenLog>>,
}

/// What a check of the database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Problems, in words; empty if all is well.
    pub problems: Vec<String>,
    /// The schema version.
    pub schema: i64,
    /// How many versions of objects are held.
    pub objects: u64,
    /// The size of the database file.
    pub bytes: u64,
}

impl Store {
    /// Opens the database, creating it and bringing its schema up to date as needed.
    ///
    /// INVARIANT: the file that is created is its owner's alone, whatever the umask, and SQLite gives the log and the
    /// shared memory beside it the same mode.
    ///
    /// # Errors
    /// If the file cannot be opened, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        own(OpenOptions::new().append(true).create(true))
            .open(path)
            .map_err(|error| failed(cannot_open(&error)))?;
        let mut writer = Connection::open(path).map_err(failed)?;
        configure(&writer).map_err(failed)?;
        migrate(&mut writer)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            idle_readers: Mutex::new(Vec::new()),
        })
    }

    /// Reads at one moment.
    ///
    /// # Errors
    /// Those of `work`, and of beginning the snapshot.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let connection = self.reader().map_err(E::from)?;
        connection
            .execute_batch("BEGIN DEFERRED")
            .map_err(StoreError::from)?;
        let reader = Reader::over(&connection);
        let outcome = work(&reader);
        drop(reader);
        connection
            .execute_batch("ROLLBACK")
            .map_err(StoreError::from)?;
        let mut idle = lock(&self.idle_readers);
        if idle.len() < MAX_IDLE_READERS {
            idle.push(connection);
        }
        outcome
    }

    /// Writes: all of `work` or nothing of it. When this returns with success, it is on the disk.
    ///
    /// # Errors
    /// Those of `work` (then nothing was written), and of the commit.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut connection = lock(&self.writer);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let outcome = {
            let writer = Writer {
                reader: Reader::over(&transaction),
                logs: RefCell::default(),
            };
            let outcome = work(&writer)?;
            writer.close_logs().map_err(E::from)?;
            outcome
        };
        transaction.commit().map_err(StoreError::from)?;
        Ok(outcome)
    }

    /// Checks the database: its pages, its foreign keys, and that every object reads back as itself.
    ///
    /// `progress` is told how many objects were looked at.
    ///
    /// # Errors
    /// If the check itself fails.
    pub fn check(&self, mut progress: impl FnMut(u64)) -> Result<Health> {
        self.read(|reader| {
            let connection = reader.connection;
            let mut problems = Vec::new();
            let mut statement = connection.prepare("PRAGMA integrity_check")?;
            for row in statement.query_map([], |row| row.get::<_, String>(0))? {
                let row = row?;
                if row != "ok" {
                    problems.push(format!("integrity check: {row}"));
                }
            }
            let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
            for row in statement.query_map([], |row| row.get::<_, String>(0))? {
                problems.push(format!("a row of table `{}` refers to nothing", row?));
            }
            let journal: String =
                connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
            if journal != "wal" {
                problems.push(format!("journal mode is `{journal}`, not `wal`"));
            }
            let mut objects = 0;
            let mut statement = connection.prepare("SELECT id, version, text FROM object")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (id, text): (String, String) = (row.get(0)?, row.get(2)?);
                objects += 1;
                if objects % 1_000 == 0 {
                    progress(objects);
                }
                let reads = stix::object::Object::parse(&text)
                    .is_ok_and(|object| object.id().as_str() == id);
                if !reads && problems.len() < MAX_PROBLEMS {
                    problems.push(format!("object `{id}` does not read back"));
                }
            }
            let schema = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let page_bytes: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            let bytes = u64::try_from(pages.saturating_mul(page_bytes)).unwrap_or_default();
            Ok(Health {
                problems,
                schema,
                objects,
                bytes,
            })
        })
    }

    /// Writes a consistent copy of the database to a new file, which is its owner's alone.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        let connection = self.reader()?;
        // SQLite writes into a file that is there as long as it is empty.
        own(OpenOptions::new().write(true).create_new(true))
            .open(to)
            .map_err(|error| StoreError::Open {
                path: to.to_owned(),
                source: cannot_open(&error),
            })?;
        let copied = connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
        if let Err(error) = copied {
            // What failed is told; a beginning of a copy must not be taken for one.
            let _ = std::fs::remove_file(to);
            return Err(error.into());
        }
        Ok(())
    }

    /// Writes the log into the database and empties it, so that the file alone is the whole database; as far as
    /// readers of other processes let it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle(&self) -> Result<()> {
        lock(&self.idle_readers).clear();
        let connection = lock(&self.writer);
        connection.busy_timeout(SETTLE_TIMEOUT)?;
        let settled = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(settled?)
    }

    fn reader(&self) -> Result<Connection> {
        if let Some(connection) = lock(&self.idle_readers).pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        keep_plans(&connection)?;
        connection.pragma_update(None, "cache_size", -READER_CACHE_KIBIBYTES)?;
        connection.pragma_update(None, "mmap_size", MMAP_BYTES)?;
        Ok(connection)
    }
}

impl<'c> Reader<'c> {
    pub(crate) fn over(connection: &'c Connection) -> Self {
        Self {
            connection,
            held: RefCell::default(),
            remembered_bytes: Cell::default(),
            releases: RefCell::default(),
        }
    }

    /// A value that belongs to the database as a whole.
    ///
    /// # Errors
    /// If the database fails.
    pub fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }
}

impl<'c> Deref for Writer<'c> {
    type Target = Reader<'c>;

    fn deref(&self) -> &Self::Target {
        &self.reader
    }
}

impl Writer<'_> {
    /// Sets a value that belongs to the database as a whole.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_meta(&self, key: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
        self.connection.prepare_cached(sql)?.execute((key, value))?;
        Ok(())
    }

    /// Forgets what was read before a write: what comes next is read anew.
    pub(crate) fn forget(&self) {
        self.reader.held.borrow_mut().clear();
        self.reader.remembered_bytes.set(0);
        self.reader.releases.borrow_mut().clear();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    keep_plans(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // INVARIANT: a commit that returned is on the disk; NORMAL would lose the last ones at power loss.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    connection.pragma_update(None, "mmap_size", MMAP_BYTES)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(())
}

/// Makes the files of these options their owner's alone, where they are created.
fn own(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// What SQLite says of a file that cannot be opened, with the system's reason.
fn cannot_open(error: &std::io::Error) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    rusqlite::Error::SqliteFailure(code, Some(error.to_string()))
}

/// Keeps statements as they were prepared.
///
/// Left alone, SQLite prepares a statement again each time that other values are bound to it, where a value could decide
/// whether a partial index serves: a tenth of a millisecond for each row.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while the lock was held left a transaction that SQLite rolled back: the connection is good.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a connection waits for another process (`noroshi import` beside `noroshi serve`).
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long emptying the log waits for the readers of other processes: whoever ends a process waits too.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(2);
/// Prepared statements kept for each connection: more than this crate has.
const STATEMENTS: usize = 128;
/// Page cache of the writer.
const CACHE_KIBIBYTES: i64 = 64 * 1024;
/// Page cache of each reader, for what is not in the memory map: the end of the log, and what lies behind the map.
const READER_CACHE_KIBIBYTES: i64 = 8 * 1024;
/// Pages of the write-ahead log, 16 MiB in all, after which they are copied into the database: identifiers come in no
/// order, so the same pages of indexes are written again and again, and the more of that one copy takes the better.
const LOG_PAGES: i64 = 4 * 1024;
/// To what the file of the log is cut when a reader that took long had let it grow.
const LOG_BYTES: i64 = 64 * 1024 * 1024;
/// Memory map of the database file.
const MMAP_BYTES: i64 = 256 * 1024 * 1024;
/// Connections kept open for readers.
const MAX_IDLE_READERS: usize = 8;
/// Problems reported of one check.
const MAX_PROBLEMS: usize = 100;
