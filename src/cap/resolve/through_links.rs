//! How a walk goes on where a symbolic link leads: down, back up, or out of the grant and perhaps into another.
//!
//! May import: `path`, `error`, `limits`. This module opens nothing but the link itself.

use crate::cap::grants::grant::Grant;
use cap_std::fs::Dir;
use rustix::io::Errno;
use std::sync::Arc;

use crate::cap::handle::step::read_link;
use crate::cap::resolve::walk::{PathWalk, Step};
use crate::cap::rights::Rights;
use crate::error::ToolError;
use crate::path::Name;

/// Most links that one path may lead through: the kernel's own bound.
const MAX_LINKS: u8 = 40;
/// Most times that a path may leave a grant by a link and be found in a grant again.
const MAX_JUMPS: u8 = 8;

impl PathWalk<'_> {
    /// Puts the names of the link's text before what is left of the path.
    pub(in crate::cap) fn follow(&mut self, parent: &Dir, name: Name) -> Result<(), ToolError> {
        let text = match read_link(parent, &name) {
            Ok(text) => text,
            Err(Errno::INVAL | Errno::NOENT) => {
                self.todo.push_front(Step::Down(name));
                return Ok(());
            }
            Err(errno) => return Err(self.os("read the link", errno)),
        };
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(self.circle());
        }
        self.said_left = self.said_left.min(self.todo.len());
        if self.todo.is_empty() {
            self.dir_only |= text.ends_with(b"/") || text.ends_with(b"/.");
        }
        for part in text.split(|byte| *byte == b'/').rev() {
            match (part, Name::from_bytes(part)) {
                (b"..", _) => self.todo.push_front(Step::Up),
                (_, Some(name)) => self.todo.push_front(Step::Down(name)),
                (_, None) => {}
            }
        }
        if text.starts_with(b"/") {
            return self.relocate(vec![], None);
        }
        Ok(())
    }

    /// `..` at the root of the grant: a link leads out, perhaps into another grant.
    pub(in crate::cap) fn climb(&mut self) -> Result<(), ToolError> {
        let mut host = self.grant.canonical().to_vec();
        host.pop();
        let left = Arc::clone(&self.grant);
        self.relocate(host, Some(&left))
    }

    /// Finds, only by names, the grant that the path goes on in: `host` is where it is now, and
    /// exists as spelled. A path that climbs out of a grant may not come back into the same one.
    fn relocate(
        &mut self,
        mut host: Vec<Name>,
        except: Option<&Arc<Grant>>,
    ) -> Result<(), ToolError> {
        let mut known = true;
        let (grant, depth) = loop {
            match self.grants.inner().spelled(&host) {
                Some((grant, depth)) if Some(grant) != except => break (Arc::clone(grant), depth),
                _ => {}
            }
            match self.todo.pop_front() {
                Some(Step::Down(name)) => {
                    host.push(name);
                    known = false;
                }
                // `..` after a name that was never looked up is undefined; refuse it.
                Some(Step::Up) if known => {
                    host.pop();
                }
                Some(Step::Up) | None => return Err(ToolError::escapes_grant(self.requested)),
            }
        };
        self.jumps += 1;
        let readable = grant.rights.contains(Rights::READ);
        // A link that somebody planted must not redirect a change into another grant, nor read from one that may
        // only be written to. It is refused like a link that leads outside, so it does not tell which grants exist.
        if !readable || (self.changes && grant != self.start) {
            return Err(ToolError::escapes_grant(self.requested));
        }
        if self.jumps > MAX_JUMPS {
            return Err(self.circle());
        }
        self.said_left = self.said_left.min(self.todo.len());
        for name in host.split_off(depth).into_iter().rev() {
            self.todo.push_front(Step::Down(name));
        }
        self.grant = grant;
        self.stack.clear();
        Ok(())
    }
}
