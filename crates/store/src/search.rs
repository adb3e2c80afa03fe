//! Words to objects, in English and Japanese.

use stix::id::Id;
use stix::json::tree::{Value, View};
use stix::object::Object;

use crate::convert::id;
use crate::database::{Reader, Writer};
use crate::error::Result;

/// One hit of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Where the hit stands in the order of results: continue a page after it.
    pub seq: i64,
    /// The object.
    pub id: Id,
}

impl Reader<'_> {
    /// The objects that hold every word of `query`, the most recently received first.
    ///
    /// The last word also matches as a beginning. A query without any word finds nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub fn search(
        &self,
        query: &str,
        kind: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<SearchHit>> {
        let Some(expression) = expression(query) else {
            return Ok(Vec::new());
        };
        let sql =
            "SELECT search.rowid, object.id FROM search JOIN object ON object.seq = search.rowid
                   WHERE search MATCH ?1 AND (?2 IS NULL OR object.kind = ?2) AND search.rowid < ?3
                   ORDER BY search.rowid DESC LIMIT ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let before = before.unwrap_or(i64::MAX);
        let rows = statement.query_map((expression, kind, before, limit), |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (seq, text) = row?;
            Ok(SearchHit {
                seq,
                id: id(&text)?,
            })
        })
        .collect()
    }
}

impl Reader<'_> {
    /// Whether objects are held whose words are not in the index yet.
    ///
    /// # Errors
    /// If the database fails.
    pub fn has_unindexed(&self) -> Result<bool> {
        let newest: Option<i64> = self
            .connection
            .prepare_cached("SELECT max(seq) FROM object")?
            .query_row([], |row| row.get(0))?;
        Ok(newest.unwrap_or_default() > self.indexed()?)
    }

    /// The place up to which words are in the index.
    fn indexed(&self) -> Result<i64> {
        let known = self.meta(INDEXED)?;
        let bytes = known.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        Ok(bytes.map(i64::from_be_bytes).unwrap_or_default())
    }
}

impl Writer<'_> {
    /// Puts the words of objects into the index that are held and not in it, at most `limit`; returns whether more
    /// are left.
    ///
    /// # Errors
    /// If the database fails.
    pub fn index_words(&self, limit: u32) -> Result<bool> {
        let from = self.indexed()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, text, latest FROM object WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut insert = self
            .connection
            .prepare_cached("INSERT INTO search (rowid, words) VALUES (?1, ?2)")?;
        let mut rows = statement.query((from, limit))?;
        let (mut last, mut count) = (from, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            count += 1;
            if !row.get::<_, bool>(2)? {
                continue;
            }
            let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            // What does not read back is found by the check of the database.
            if let Ok(object) = Object::parse(text) {
                insert.execute((last, words(&object)))?;
            }
        }
        if last > from {
            self.set_meta(INDEXED, &last.to_be_bytes())?;
        }
        Ok(count >= limit)
    }
}

/// The words of an object's texts, for the index.
fn words(object: &Object) -> String {
    let mut out = String::new();
    for (name, value) in object.members() {
        if matches!(
            name,
            "type"
                | "spec_version"
                | "created"
                | "modified"
                | "object_marking_refs"
                | "granular_markings"
        ) {
            continue;
        }
        collect(value, &mut out);
    }
    out
}

fn collect(value: Value<'_>, out: &mut String) {
    if out.len() > MAX_INDEXED_BYTES {
        return;
    }
    match value.view() {
        // A reference is found through the references, not as a word.
        View::String(text) if Id::parse(text).is_err() => split(text, |word| {
            out.push_str(word);
            out.push(' ');
        }),
        View::Array(items) => items.iter().for_each(|item| collect(item, out)),
        View::Object(members) => members.values().for_each(|item| collect(item, out)),
        _ => {}
    }
}

/// An FTS5 expression for a query: all words, the last as a prefix.
fn expression(query: &str) -> Option<String> {
    let mut terms: Vec<String> = Vec::new();
    let short: String = query.chars().take(MAX_QUERY_CHARS).collect();
    split(&short, |word| {
        if terms.len() < MAX_QUERY_WORDS {
            terms.push(format!("\"{word}\""));
        }
    });
    let last = terms.last_mut()?;
    if !short.ends_with(char::is_whitespace) && last.is_ascii() {
        last.push('*');
    }
    Some(terms.join(" AND "))
}

/// Splits a text into words: runs of letters and digits; runs of Chinese and Japanese characters into pairs, since
/// they are written without spaces.
fn split(text: &str, mut word: impl FnMut(&str)) {
    let mut run = String::new();
    let mut previous: Option<char> = None;
    let mut alone = false;
    let flush = |run: &mut String, word: &mut dyn FnMut(&str)| {
        if !run.is_empty() {
            word(run);
            run.clear();
        }
    };
    for character in text.chars() {
        if is_unspaced(character) {
            flush(&mut run, &mut word);
            if let Some(before) = previous {
                word(&[before, character].iter().collect::<String>());
                alone = false;
            } else {
                alone = true;
            }
            previous = Some(character);
            continue;
        }
        if let (true, Some(single)) = (alone, previous) {
            word(single.encode_utf8(&mut [0; 4]));
        }
        (previous, alone) = (None, false);
        if character.is_alphanumeric() {
            if run.len() < MAX_WORD_BYTES {
                run.extend(character.to_lowercase());
            }
        } else {
            flush(&mut run, &mut word);
        }
    }
    flush(&mut run, &mut word);
    if let (true, Some(single)) = (alone, previous) {
        word(single.encode_utf8(&mut [0; 4]));
    }
}

/// Hiragana, katakana with its length mark, and Han.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Text indexed of one object: beyond that it is found by value or identifier.
const MAX_INDEXED_BYTES: usize = 256 * 1024;
/// Longest word indexed.
const MAX_WORD_BYTES: usize = 64;
/// Longest query.
const MAX_QUERY_CHARS: usize = 500;
/// Most words of a query.
const MAX_QUERY_WORDS: usize = 32;
/// Where it is kept how far the index of words has come.
const INDEXED: &str = "words_indexed";
