//! [`Repeated`]: the arguments that an answer repeats, as far as they have room.
//!
//! A call may name fifty paths and two hundred globs, which are more than an answer holds.
//!
//! May import: `limits`.

use crate::limits::cost;

/// What of the call an answer repeats, as far as that has room.
pub(in crate::tools) struct Repeated {
    room: usize,
    /// Characters that are taken.
    pub(in crate::tools) used: usize,
    /// Texts that had no room.
    pub(in crate::tools) left_out: u64,
}

impl Repeated {
    pub(in crate::tools) fn new(room: usize) -> Self {
        Self { room, used: 0, left_out: 0 }
    }

    /// Takes the room for these texts, if there is enough.
    pub(in crate::tools) fn take_room(&mut self, texts: &[&str]) -> bool {
        // As JSON has them: a control character takes six.
        let of = |text: &&str| serde_json::to_string(text).map_or(0, |json| cost(&json) + 1);
        let used = self.used + texts.iter().map(of).sum::<usize>();
        let take_room = used <= self.room;
        if take_room {
            self.used = used;
        } else {
            self.left_out += 1;
        }
        take_room
    }

    pub(in crate::tools) fn one<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        self.take_room(&[text]).then_some(text)
    }

    pub(in crate::tools) fn all<'a>(&mut self, texts: &'a [String]) -> Vec<&'a str> {
        texts.iter().filter_map(|text| self.one(text)).collect()
    }
}
