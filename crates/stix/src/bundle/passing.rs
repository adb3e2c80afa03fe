//! Members that are read into a tree on the way, instead of being looked through for their end first.

use std::borrow::Cow;
use std::io::Read;

use base::diagnostic::Diagnostic;

use super::fault::not_text;
use super::{Reader, State};
use crate::json::fault::Reason;
use crate::json::tree::Tree;

/// One member as it stands in the memory of its reader, read into a tree where that could be done on the way.
#[derive(Debug)]
pub struct Passing<'r> {
    /// The bytes as received: a JSON object.
    pub text: Cow<'r, str>,
    /// The byte in the whole text where the member begins.
    pub offset: u64,
    /// How many members came before, unreadable ones counted.
    pub index: u64,
    /// Whether the tree holds it: otherwise the tree is empty, and the text may be no JSON.
    pub in_tree: bool,
}

impl<R: Read> Reader<R> {
    /// The next member and its tree, read in one pass where the member is in memory as a whole.
    ///
    /// It yields what the iteration yields, and goes on from wherever that stands.
    pub fn next_into(&mut self, tree: &mut Tree) -> Option<Result<Passing<'_>, Diagnostic>> {
        let made = match (self.advance(true), self.state) {
            (None, State::Member { inside }) => {
                if let Some(length) = self.whole_member(tree) {
                    self.state = State::After { inside };
                    let (offset, index) = (self.input.offset, self.index);
                    self.index += 1;
                    return Some(match self.input.pass(length) {
                        Ok(text) => Ok(Passing {
                            text: Cow::Borrowed(text),
                            offset,
                            index,
                            in_tree: true,
                        }),
                        Err(error) => Err(not_text(offset, error)),
                    });
                }
                self.advance(false)
            }
            (made, _) => made,
        };
        tree.clear();
        Some(made?.map(|member| Passing {
            text: Cow::Owned(member.text),
            offset: member.offset,
            index: member.index,
            in_tree: false,
        }))
    }

    /// Reads the member that begins here into the tree, if it is an object without fault and buffered to its end;
    /// answers how many bytes it has. What is anything else is left to those who know what to say of it.
    fn whole_member(&mut self, tree: &mut Tree) -> Option<usize> {
        for _ in 0..WINDOWS_PER_MEMBER {
            let window = self.input.window();
            match tree.read_first(window) {
                Ok(length) if window.starts_with(b"{") => return Some(length),
                Err(fault) if fault.reason == Reason::Ended => {}
                _ => return None,
            }
            if !self.input.widen() {
                return None;
            }
        }
        None
    }
}

/// How often the end of a member that is not all in memory is waited for, before it is looked for byte by byte: once
/// is enough for a file.
const WINDOWS_PER_MEMBER: usize = 3;
