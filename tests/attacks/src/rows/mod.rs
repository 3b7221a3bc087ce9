//! The rows, a file for each [`Kind`](crate::Kind).

mod aliases;
mod changes;
mod limits;
mod links;
mod shared;
mod special;
mod spelling;

use crate::row::Row;

/// Returns every attack.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [spelling::ROWS, links::ROWS, special::ROWS, aliases::ROWS, changes::ROWS, limits::ROWS]
        .into_iter()
        .flatten()
}
