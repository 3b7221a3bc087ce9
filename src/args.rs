//! Arguments: from the JSON that agents really send to a tool's typed ones. One place for all tools.
//!
//! The tool's own type is the only definition: its schema is derived, shown to clients, and read
//! here to know each argument's name and kind. Names that other servers use for them are understood
//! (`spellings`); what has no clear meaning is refused with the argument's name, what was expected,
//! and an example.
//!
//! May import: `error`, `path`. This module does not know MCP or any tool.

mod doubled;
mod nested;
mod object;
mod parse;
mod schema;
mod spellings;
mod texts;
mod values;

pub use doubled::{Doubled, doubled, doubled_argument};
pub use nested::unwrapped;
pub use object::{Object, PATH};
pub use parse::parse;
pub use schema::{KNOWN, for_clients, schema};
pub use texts::{LARGE, MAX_VALUES, end_of_string, has_too_many_values};
pub use values::wanted;
