//! The program: startup as a recipe. Parse, mint, open, seal, serve; everything else is the library.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;
use preopen::allowlist::Allowlist;
use preopen::audit::{self, Sink, Start, StartedGrant};
use preopen::authority::{self, AmbientAuthority, Permit, Refusal};
use preopen::cap::Grants;
use preopen::cli::{Cli, Command, Sandbox, Serve};
use preopen::dispatch::{Dispatcher, NoSuchTool};
use preopen::doctor::{Report, Row};
use preopen::path::printable;
use preopen::sandbox::{self, Wall};
use preopen::tools::TOOLS;
use preopen::{auditing, explain, installing, protocol};

fn main() -> ExitCode {
    match run(Cli::parse(), authority::mint()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            let _ = say(
                &mut io::stderr(),
                &format!("preopen: {}\nhint: {}\n", refusal.sentence, refusal.hint),
            );
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let inherited = authority::inherited(ambient);
    let (serve, doctor) = match cli.command {
        Some(Command::Explain { page }) => return say(&mut io::stdout(), &explain::page(page)),
        Some(Command::Audit { how }) => return auditing::audit(&how, ambient),
        Some(Command::Install(install)) => return installing::install(&install, ambient),
        Some(Command::Doctor { serve, client, json }) => (serve, Some((client, json))),
        None => (cli.serve, None),
    };
    let level = serve.log.as_str().parse().unwrap_or(tracing::Level::WARN);
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_max_level(level).init();
    let (config, hash) = read_config(&serve, ambient)?;
    let list = serve.on_top_of(config);
    let permit = Permit { home: serve.granted.allow_home, one_file_system: serve.one_file_system };
    let granted = authority::open_grants(
        &list.allow,
        &serve.alias,
        permit,
        serve.granted.config.as_deref(),
        ambient,
    )?;
    if let Some((client, json)) = doctor {
        list.audit.as_deref().map_or(Ok(()), |f| authority::check_audit(f, &granted, ambient))?;
        let bound = client.map(|client| installing::bound(client, "preopen", ambient));
        // What holds is tried: from here on this process can only print.
        let root = authority::leave_host_tree(granted.grants.rights(), ambient);
        let sealed = sandbox::seal(&granted.grants, root);
        let report = Report::new(&granted.rows, &granted.grants, &sealed, &list.limits, bound);
        return say(&mut io::stdout(), &if json { report.json() } else { report.text() });
    }
    if serve.audit_required && list.audit.is_none() {
        return Err(Refusal {
            sentence: "`--audit-required`, but there is no audit file".into(),
            hint: "add `--audit FILE`".into(),
        });
    }
    let open = |file| authority::open_audit(file, &granted, audit::LONGEST, ambient);
    let audit = list.audit.as_deref().map(open).transpose()?;
    authority::leave_terminal(ambient);
    // It takes a capability, so it comes before they are given up.
    let is_sealed = serve.sandbox != Sandbox::Off;
    let root = is_sealed.then(|| authority::leave_host_tree(granted.grants.rights(), ambient));
    for sentence in authority::give_up(inherited, ambient)? {
        say(&mut io::stderr(), &format!("preopen: {sentence}\n"))?;
    }
    let walls = seal(serve.sandbox, &granted.grants, root, ambient)?;
    for row in &granted.rows {
        if let Err(reason) = &row.place {
            say(
                &mut io::stderr(),
                &format!("preopen: `{}` is not available: {reason}\n", row.announced),
            )?;
        }
    }
    let audit = audit.map(|file| {
        let start = started(&granted.rows, hash, walls);
        Sink::new(file.writer, authority::wall_clock(ambient), file.session, &file.end, start)
    });
    let audit = audit.transpose()?;
    let clock = authority::clock(ambient);
    let dispatcher =
        Dispatcher::new(TOOLS, granted.grants, list.limits, clock, audit, &serve.tools)
            .map_err(no_such_tool)?
            .recording(serve.audit_required);
    let (input, output) = authority::protocol_streams(ambient)?;
    Ok(protocol::serve(dispatcher, input, output)?)
}

/// What the config file says, and its hash.
fn read_config(
    serve: &Serve,
    ambient: AmbientAuthority,
) -> Result<(Allowlist, Option<String>), Refusal> {
    let Some(path) = &serve.granted.config else { return Ok((Allowlist::default(), None)) };
    let (text, directory) = authority::read_config(path, ambient)?;
    let list = Allowlist::parse(&text, &directory).map_err(|why| Refusal {
        sentence: format!("the config file `{}` is wrong: {why}", path.display()),
        hint: "the README shows a whole file; `preopen explain limits` lists the limits".into(),
    })?;
    Ok((list, Some(audit::sha256(text.as_bytes()))))
}

/// The first record of the audit trail.
fn started(rows: &[Row], config: Option<String>, walls: String) -> Start {
    let place = |row: &Row| row.place.as_ref().ok().map(|place| (place.device, place.inode));
    let grant = |row: &Row| StartedGrant {
        name: printable(&row.name),
        rights: row.rights.to_string(),
        place: place(row),
    };
    Start {
        version: env!("CARGO_PKG_VERSION"),
        config,
        grants: rows.iter().map(grant).collect(),
        walls: vec![walls],
    }
}

/// Gives up all other authority, and says what holds, on standard error as well. `root` is what became of
/// the attempt to leave the host's tree; none was made where the sandbox is off.
fn seal(
    mode: Sandbox,
    grants: &Grants,
    root: Option<Wall>,
    ambient: AmbientAuthority,
) -> Result<String, Refusal> {
    let Some(root) = root else {
        return told("handles and types hold; the kernel's sandbox is off".into());
    };
    let sealed = sandbox::seal(grants, root);
    let powerless = authority::is_gone(ambient);
    if mode == Sandbox::Require && !(sealed.suffices() && powerless) {
        return Err(Refusal {
            sentence: format!("`--sandbox require`, but {sealed}"),
            hint: "a newer kernel, or a container that permits both; or leave `--sandbox` out"
                .into(),
        });
    }
    let rest = if powerless { "" } else { "; files outside can still be named" };
    told(format!("handles and types hold; {sealed}{rest}"))
}

fn told(what: String) -> Result<String, Refusal> {
    say(&mut io::stderr(), &format!("preopen: {what}\n"))?;
    Ok(what)
}

fn no_such_tool(NoSuchTool(name): NoSuchTool) -> Refusal {
    Refusal {
        sentence: format!("`--tools` names `{name}`, which is no tool"),
        hint: "`preopen explain tools` lists them".into(),
    }
}

/// Prints; a reader that has seen enough (`| head`) is no failure.
#[expect(clippy::unnecessary_wraps, reason = "printing is the end of what it was for")]
fn say(out: &mut impl Write, text: &str) -> Result<(), Refusal> {
    let _ = out.write_all(text.as_bytes());
    Ok(())
}
