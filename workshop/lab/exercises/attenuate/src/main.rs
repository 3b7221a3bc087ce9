//! Gives a tool the authority that it needs, and runs it on one file: `attenuate GRANT FILE`.

mod tool;

use std::io;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (grant, file) = (args.next().unwrap_or_default(), args.next().unwrap_or_default());
    let grant = Dir::open_ambient_dir(grant, ambient_authority())?;
    let held = tool::hand_out(&grant)?;
    drop(grant);
    println!("{}", tool::run(&held, &file)?);
    Ok(())
}
