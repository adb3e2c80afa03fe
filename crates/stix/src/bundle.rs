//! Many objects in one text: read one at a time in bounded memory, and written.
//!
//! [`Reader`] takes a bundle (STIX 2.1 §8), a TAXII envelope (TAXII 2.1 §3.7), a JSON list of objects, one object,
//! or objects one after the other, a line each or not. It yields every member byte for byte, with its place.
//! INVARIANT: at most one member and one buffer are held, whatever the input.
//!
//! | code | meaning |
//! | --- | --- |
//! | `STIX-JSON-01` | not readable as JSON here |
//! | `STIX-JSON-02` | something else than an object stands where an object belongs |
//! | `STIX-JSON-03` | a member is too large |
//! | `STIX-JSON-04` | a member is nested too deep |
//! | `STIX-JSON-05` | the text ends too early |
//! | `STIX-JSON-06` | bytes that are not UTF-8 |
//! | `STIX-JSON-07` | the source could not be read further |
//! | `STIX-BUNDLE-01` | `objects` is not a list, or stands twice |
//! | `STIX-BUNDLE-02` | `spec_version` on a bundle |
//! | `STIX-BUNDLE-03` | a bundle's `id` is missing or not that of a bundle |
//! | `STIX-BUNDLE-04` | a bundle property that the standard does not have |
//! | `STIX-BUNDLE-05` | `objects` in something that is not a bundle |
//! | `STIX-BUNDLE-06` | the UUID of a bundle's `id` is not of version 4 |

mod fault;
mod head;
mod input;
mod passing;
mod scan;

use std::io::{self, Read};

use base::diagnostic::Diagnostic;
use base::limits::{DIAGNOSTICS_PER_DOCUMENT, OBJECT_BYTES};

use crate::id::Id;
use fault::{ENDS_IN_OBJECT, diagnostic, fault_diagnostic, not_text};
use head::{Head, Top};
use input::{Capture, Input, Stop};
pub use passing::Passing;
use scan::Fault;

/// One member of a text with many objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The bytes as received: a JSON object, not yet parsed.
    pub text: String,
    /// The byte in the whole text where the member begins.
    pub offset: u64,
    /// How many members came before, unreadable ones counted.
    pub index: u64,
}

/// What the text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A bundle, STIX 2.1 §8.
    Bundle,
    /// A TAXII envelope, TAXII 2.1 §3.7.
    Envelope,
    /// A JSON list of objects.
    List,
    /// Single objects, one or many.
    Objects,
}

/// Reads members one at a time.
///
/// An error costs the member it is about; a text that breaks off or loses its structure ends the iteration after
/// the error that says so. Reading never fails otherwise and never panics.
///
/// ```
/// let text = br#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[{"a":1},{"b":[2]}]}"#;
/// let members: Vec<_> = stix::bundle::Reader::new(text.as_slice()).map(|member| member.unwrap().text).collect();
/// assert_eq!(members, [r#"{"a":1}"#, r#"{"b":[2]}"#]);
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    input: Input<R>,
    state: State,
    /// Whether the text is known to hold one object a line.
    lines: bool,
    /// Whether the object read last stood on one line.
    one_line: bool,
    form: Option<Form>,
    head: Head,
    index: u64,
    findings: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between values at the top.
    Between,
    /// After a fault at the top: the next line that begins with `{` is looked for.
    Lost,
    /// In a list of members, before one; `inside` says whether braces stand around the list.
    Before {
        inside: bool,
        first: bool,
    },
    /// In a list of members, where one begins.
    Member {
        inside: bool,
    },
    /// In a list of members, after one.
    After {
        inside: bool,
    },
    /// In a container, after its list.
    Tail,
    Finished,
}

impl<R: Read> Reader<R> {
    /// A reader of what `source` gives; it buffers by itself.
    pub fn new(source: R) -> Self {
        Self {
            input: Input::new(source),
            state: State::Between,
            lines: false,
            one_line: false,
            form: None,
            head: Head::default(),
            index: 0,
            findings: Vec::new(),
        }
    }

    /// What the text is, once its first member is read.
    pub fn form(&self) -> Option<Form> {
        self.form
    }

    /// The envelope's `more`, complete when all members are read.
    pub fn more(&self) -> Option<bool> {
        self.head.more
    }

    /// The envelope's `next`, complete when all members are read.
    pub fn next_page(&self) -> Option<&str> {
        self.head.next.as_deref()
    }

    /// Findings about the bundle itself that cost no member, complete when all members are read.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// Why the source could not be read further, where `STIX-JSON-07` said so.
    pub fn io_error(&self) -> Option<&io::Error> {
        self.input.failure.as_ref()
    }

    /// The next member or fault; none at the end, and where a member begins that is not to be read.
    fn advance(&mut self, stop_at_member: bool) -> Option<Result<Member, Diagnostic>> {
        loop {
            match self.state {
                State::Finished => return None,
                State::Between => {
                    let broke = self.input.skip_space();
                    if usize::try_from(self.input.offset)
                        .ok()
                        .and_then(|at| BYTE_ORDER_MARK.get(at))
                        .is_some_and(|byte| self.input.peek() == Some(*byte))
                    {
                        self.input.consume(1);
                        continue;
                    }
                    let byte = self.input.peek();
                    self.lines |= broke && self.one_line;
                    match byte {
                        None => return self.finish(None),
                        Some(b'{') => {
                            if let Some(found) = self.top() {
                                return Some(found);
                            }
                        }
                        Some(b'[') => {
                            self.form.get_or_insert(Form::List);
                            self.input.consume(1);
                            self.state = State::Before {
                                inside: false,
                                first: true,
                            };
                        }
                        Some(_) => {
                            let offset = self.input.offset;
                            self.input.skip_line();
                            self.state = if self.lines {
                                State::Between
                            } else {
                                State::Lost
                            };
                            return Some(Err(diagnostic(
                                "STIX-JSON-02",
                                offset,
                                self.input.offset,
                                "neither a JSON object nor a list begins here",
                            )));
                        }
                    }
                }
                State::Lost => match self.input.peek() {
                    None => return self.finish(None),
                    Some(b'{') => {
                        self.lines = true;
                        self.state = State::Between;
                    }
                    Some(_) => self.input.skip_line(),
                },
                State::Before { inside, first } => {
                    self.input.skip_space();
                    match self.input.peek() {
                        None => {
                            return self.finish(Some("the text ends within the list of objects"));
                        }
                        Some(b']') => {
                            let offset = self.input.offset;
                            self.input.consume(1);
                            self.state = after_list(inside);
                            if !first {
                                return Some(Err(diagnostic(
                                    "STIX-JSON-01",
                                    offset,
                                    offset,
                                    "a comma stands before the end of the list",
                                )));
                            }
                        }
                        Some(_) => self.state = State::Member { inside },
                    }
                }
                State::Member { .. } if stop_at_member => return None,
                State::Member { inside } => {
                    self.state = State::After { inside };
                    return Some(self.member());
                }
                State::After { inside } => {
                    self.input.skip_space();
                    match self.input.peek() {
                        None => {
                            return self.finish(Some("the text ends within the list of objects"));
                        }
                        Some(b',') => {
                            self.input.consume(1);
                            self.state = State::Before {
                                inside,
                                first: false,
                            };
                        }
                        Some(b']') => {
                            self.input.consume(1);
                            self.state = after_list(inside);
                        }
                        Some(byte) => {
                            let offset = self.input.offset;
                            if byte == b'{' {
                                self.state = State::Before {
                                    inside,
                                    first: false,
                                };
                            } else {
                                // What it is nobody knows; the next comma or bracket is where the list goes on.
                                let _ = self.input.value(&mut [], false, true);
                                if self.input.offset == offset {
                                    self.input.consume(1);
                                }
                            }
                            return Some(Err(diagnostic(
                                "STIX-JSON-01",
                                offset,
                                self.input.offset,
                                "a comma or the end of the list belongs here",
                            )));
                        }
                    }
                }
                State::Tail => match self.names(&mut Capture::with_limit(0), true) {
                    Ok(_) => {
                        self.check_head();
                        self.state = State::Between;
                    }
                    Err(found) => {
                        self.check_head();
                        return Some(Err(found));
                    }
                },
            }
        }
    }

    /// Reads a value at the top that begins with a brace; nothing if it is a container.
    fn top(&mut self) -> Option<Result<Member, Diagnostic>> {
        let offset = self.input.offset;
        self.head = Head::default();
        let mut capture = Capture::with_limit(OBJECT_BYTES);
        capture.push(b"{");
        self.input.consume(1);
        match self.names(&mut capture, false) {
            Ok(Top::Container) => {
                self.state = State::Before {
                    inside: true,
                    first: true,
                };
                None
            }
            Ok(Top::Empty) => {
                self.check_head();
                self.state = State::Between;
                None
            }
            Ok(Top::Single(bytes)) => {
                self.form.get_or_insert(Form::Objects);
                self.state = State::Between;
                let overflow = capture.overflow;
                self.one_line = !overflow && memchr::memchr(b'\n', &bytes).is_none();
                Some(self.finished(bytes, overflow, offset))
            }
            Err(found) => {
                self.index += 1;
                Some(Err(found))
            }
        }
    }

    /// Reads names and values of an object whose opening brace is consumed, up to the list `objects` of a container
    /// or the closing brace.
    fn names(&mut self, capture: &mut Capture, tail: bool) -> Result<Top, Diagnostic> {
        // After the list a comma or the end must come, else a name or the end.
        let mut after_value = tail;
        let mut after_comma = false;
        loop {
            self.space_within(capture, tail)?;
            match self.input.peek() {
                None => return Err(self.ended(ENDS_IN_OBJECT)),
                Some(b'}') if !after_comma => {
                    capture.push(b"}");
                    self.input.consume(1);
                    return Ok(self.sort_out(capture, tail));
                }
                Some(b',') if after_value => {
                    capture.push(b",");
                    self.input.consume(1);
                    after_value = false;
                    after_comma = true;
                    continue;
                }
                Some(b'"') if !after_value => {}
                Some(_) => return Err(self.lost("a name, a comma or `}` belongs here")),
            }
            let name_offset = self.input.offset;
            let name = self.value_within(capture, tail)?;
            let name = name.string().unwrap_or_default();
            self.space_within(capture, tail)?;
            match self.input.peek() {
                Some(b':') => {
                    capture.push(b":");
                    self.input.consume(1);
                }
                None => return Err(self.ended(ENDS_IN_OBJECT)),
                Some(_) => return Err(self.lost("a colon belongs here")),
            }
            self.space_within(capture, tail)?;
            if name == "objects" && self.head.may_be_container() {
                let bad = if tail {
                    Some("`objects` stands twice; the second is not read")
                } else if self.input.peek() == Some(b'[') {
                    self.head.objects = true;
                    self.form.get_or_insert(match self.head.kind {
                        Some(_) => Form::Bundle,
                        None => Form::Envelope,
                    });
                    self.input.consume(1);
                    return Ok(Top::Container);
                } else if self.head.kind.is_some() {
                    Some("`objects` of a bundle is a list")
                } else {
                    None
                };
                if let Some(message) = bad {
                    self.find(
                        diagnostic("STIX-BUNDLE-01", name_offset, self.input.offset, message)
                            .with_section("STIX 2.1 §8.1"),
                    );
                }
            }
            let value = self.value_within(capture, tail)?;
            self.head.note(name, &value);
            after_value = true;
            after_comma = false;
        }
    }

    /// Reads one name or value of a top-level object; the answer keeps it if it is small.
    fn value_within(&mut self, whole: &mut Capture, tail: bool) -> Result<Capture, Diagnostic> {
        let mut head = Capture::with_limit(HEAD_BYTES);
        let one_line = self.lines && !tail;
        match self.input.value(&mut [whole, &mut head], one_line, false) {
            Ok(()) => Ok(head),
            Err(Stop::Ended) => Err(self.ended(ENDS_IN_OBJECT)),
            Err(Stop::Fault { fault, offset }) => {
                let found = fault_diagnostic(fault, offset);
                self.lost("");
                Err(found)
            }
        }
    }

    /// Passes over white space between the tokens of a top-level object.
    fn space_within(&mut self, capture: &mut Capture, tail: bool) -> Result<(), Diagnostic> {
        let offset = self.input.offset;
        if self.input.skip_space_into(capture) && self.lines && !tail {
            self.state = State::Between;
            return Err(fault_diagnostic(Fault::LineEnd, offset));
        }
        Ok(())
    }

    /// What the object whose closing brace was read is.
    fn sort_out(&mut self, capture: &mut Capture, tail: bool) -> Top {
        let head = &self.head;
        let envelope_only = head.kind.is_none()
            && head.id.is_none()
            && head.unknown.is_none()
            && !head.spec_version;
        if tail {
            return Top::Empty;
        }
        if head.kind.as_deref() == Some("bundle") {
            self.form.get_or_insert(Form::Bundle);
            return Top::Empty;
        }
        if envelope_only {
            self.form.get_or_insert(Form::Envelope);
            return Top::Empty;
        }
        Top::Single(std::mem::take(&mut capture.bytes))
    }

    /// Says what is wrong with the container itself, once it is read.
    fn check_head(&mut self) {
        if self.head.kind.as_deref() == Some("bundle") {
            self.form = Some(Form::Bundle);
        }
        for finding in self.head.check() {
            self.find(finding);
        }
    }

    /// Reads one member of a list.
    fn member(&mut self) -> Result<Member, Diagnostic> {
        let offset = self.input.offset;
        let first = self.input.peek();
        let mut capture = Capture::with_limit(OBJECT_BYTES);
        let result = self.input.value(&mut [&mut capture], false, true);
        if result.is_ok() && first == Some(b'{') {
            return self.finished(capture.bytes, capture.overflow, offset);
        }
        self.index += 1;
        match result {
            Err(Stop::Fault { fault, offset }) => Err(fault_diagnostic(fault, offset)),
            Err(Stop::Ended) => Err(self.ended(ENDS_IN_OBJECT)),
            Ok(()) => Err(diagnostic(
                "STIX-JSON-02",
                offset,
                self.input.offset,
                "a member that is not an object",
            )),
        }
    }

    /// A member of the bytes read, unless they are too many or not text.
    fn finished(
        &mut self,
        bytes: Vec<u8>,
        overflow: bool,
        offset: u64,
    ) -> Result<Member, Diagnostic> {
        let index = self.index;
        self.index += 1;
        if overflow {
            let message = format!(
                "an object of {} bytes, more than {OBJECT_BYTES}",
                self.input.offset - offset
            );
            return Err(diagnostic(
                "STIX-JSON-03",
                offset,
                self.input.offset,
                message,
            ));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Member {
                text,
                offset,
                index,
            }),
            Err(error) => Err(not_text(offset, error.utf8_error())),
        }
    }

    /// Ends the iteration, with an error if the text broke off.
    fn finish(&mut self, broke_off: Option<&str>) -> Option<Result<Member, Diagnostic>> {
        let broken = broke_off.is_some() || self.input.failure.is_some();
        let found = broken.then(|| self.ended(broke_off.unwrap_or_default()));
        self.state = State::Finished;
        self.check_head();
        found.map(Err)
    }

    /// The error of a text that breaks off here; nothing is read after it.
    fn ended(&mut self, message: &str) -> Diagnostic {
        self.state = State::Finished;
        match &self.input.failure {
            Some(error) => diagnostic(
                "STIX-JSON-07",
                self.input.offset,
                self.input.offset,
                format!("the source could not be read further: {error}"),
            ),
            None => diagnostic(
                "STIX-JSON-05",
                self.input.offset,
                self.input.offset,
                message,
            ),
        }
    }

    /// The error of a top-level object that makes no sense from here on; the next line may begin another.
    fn lost(&mut self, message: &str) -> Diagnostic {
        let offset = self.input.offset;
        // A brace at the beginning of a line: the object before was a line that lacks its end.
        if self.input.last == b'\n' && self.input.peek() == Some(b'{') {
            self.lines = true;
            self.state = State::Between;
        } else {
            self.state = if self.lines {
                State::Between
            } else {
                State::Lost
            };
            self.input.skip_line();
        }
        diagnostic("STIX-JSON-01", offset, offset, message)
    }

    fn find(&mut self, finding: Diagnostic) {
        if self.findings.len() < DIAGNOSTICS_PER_DOCUMENT {
            self.findings.push(finding);
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Member, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance(false)
    }
}

/// The text of a bundle of `objects`, each as it is; without objects it has no `objects` (§2.12).
pub fn write<'t>(id: &Id, objects: impl IntoIterator<Item = &'t str>) -> String {
    let mut text = format!(r#"{{"type":"bundle","id":"{id}""#);
    let mut any = false;
    for object in objects {
        text.push_str(if any { ",\n" } else { ",\"objects\":[\n" });
        text.push_str(object);
        any = true;
    }
    text.push_str(if any { "\n]}\n" } else { "}\n" });
    text
}

fn after_list(inside: bool) -> State {
    if inside { State::Tail } else { State::Between }
}

/// Most bytes of a container's name or value that are looked at.
const HEAD_BYTES: usize = 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
