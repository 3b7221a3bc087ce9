//! The program: startup as a recipe. Parse, mint, open, seal, serve; everything else is the library.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use preopen::allowlist::Allowlist;
use preopen::audit::{self, Sink, Start, StartedGrant};
use preopen::authority::{self, AmbientAuthority, Permit, Refusal};
use preopen::cap::Grants;
use preopen::cli::{Cli, Command, Sandbox, Serve};
use preopen::dispatch::{Dispatcher, NoSuchTool};
use preopen::doctor::{Report, Row};
use preopen::logging::Log;
use preopen::path::printable;
use preopen::sandbox::{self, Wall};
use preopen::tools::TOOLS;
use preopen::{auditing, explain, installing, protocol};

/// How long the end waits until standard error has taken the last lines: perhaps nobody reads it.
const LOG_PATIENCE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let log = Log::default();
    let code = match run(Cli::parse(), &log, authority::mint()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            let text = format!("preopen: {}\nhint: {}", refusal.sentence, refusal.hint);
            // It may name what lies in somebody else's tree, or quote it.
            let safe: String = text.lines().map(|line| printable(line) + "\n").collect();
            log.say(&safe);
            ExitCode::from(2)
        }
    };
    // It may have ended before it served. Without a thread for it there is nobody to tell.
    let _ = log.start(io::stderr());
    log.finish(LOG_PATIENCE);
    code
}

fn run(cli: Cli, log: &Log, ambient: AmbientAuthority) -> Result<(), Refusal> {
    let inherited = authority::inherited(ambient);
    let (serve, doctor) = match cli.command {
        Some(Command::Explain { page }) => return say(&mut io::stdout(), &explain::page(page)),
        Some(Command::Audit { how }) => return auditing::audit(&how, ambient),
        Some(Command::Install(install)) => return installing::install(&install, ambient),
        Some(Command::Doctor { serve, client, json }) => (serve, Some((client, json))),
        None => (cli.serve, None),
    };
    log.install(serve.log.as_str().parse().unwrap_or(tracing::Level::WARN));
    let (config, hash) = read_config(&serve, ambient)?;
    let list = serve.on_top_of(config);
    let permit = Permit { home: serve.granted.allow_home, one_file_system: serve.one_file_system };
    let mut granted = authority::open_grants(
        &list.allow,
        &serve.alias,
        permit,
        serve.granted.config.as_deref(),
        ambient,
    )?;
    granted.grants = granted.grants.writing_in_place(list.in_place);
    if let Some((client, json)) = doctor {
        list.audit.as_deref().map_or(Ok(()), |f| authority::check_audit(f, &granted, ambient))?;
        authority::warn_of_path(&mut granted, ambient);
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
        log.say(&format!("preopen: {sentence}\n"));
    }
    // Before the first byte from a client is read, so that nothing a client sends meets more authority than this; and
    // while there is one thread, since Landlock does not bind threads that are there already.
    let walls = seal(serve.sandbox, &granted.grants, root, ambient)?;
    log.say(&format!("preopen: {walls}\n"));
    log.start(io::stderr())?;
    for row in &granted.rows {
        let unavailable =
            row.place.as_ref().err().map(|reason| format!("is not available: {reason}"));
        let warnings = row.warnings.iter().map(|warning| format!("WARNING: {warning}"));
        for what in unavailable.into_iter().chain(warnings) {
            log.say(&format!("preopen: `{}` {what}\n", row.written_as));
        }
    }
    let audit = audit.map(|file| {
        let start = started(&granted.rows, hash, walls);
        let now = authority::wall_clock(ambient);
        Sink::beside(file.writer, file.last, now, file.session, &file.end, start)
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
        hint: "`allowlist.toml` beside the README is an example; `preopen explain limits` lists the limits".into(),
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

/// Gives up all other authority, and says what holds. `root` is what became of the attempt to leave the
/// host's tree; none was made where the sandbox is off.
fn seal(
    mode: Sandbox,
    grants: &Grants,
    root: Option<Wall>,
    ambient: AmbientAuthority,
) -> Result<String, Refusal> {
    let Some(root) = root else {
        return Ok("handles and types hold; the kernel's sandbox is off".into());
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
    Ok(format!("handles and types hold; {sealed}{rest}"))
}

fn no_such_tool(NoSuchTool(name): NoSuchTool) -> Refusal {
    Refusal {
        sentence: format!("`--tools` names `{name}`, which is not a tool"),
        hint: "`preopen explain tools` lists them".into(),
    }
}

/// Prints. A reader that has seen enough (`| head`) is not a failure.
#[expect(clippy::unnecessary_wraps, reason = "printing is the end of what it was for")]
fn say(out: &mut impl Write, text: &str) -> Result<(), Refusal> {
    let _ = out.write_all(text.as_bytes());
    Ok(())
}
