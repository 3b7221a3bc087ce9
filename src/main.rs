//! The program: startup as a recipe. Parse, mint, open, seal, serve; everything else is the library.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;
use preopen::allowlist::Allowlist;
use preopen::audit::Sink;
use preopen::authority::{self, AmbientAuthority, Permit, Refusal};
use preopen::cap::Grants;
use preopen::cli::{Cli, Command, Sandbox, Serve};
use preopen::dispatch::{Dispatcher, NoSuchTool};
use preopen::doctor::Report;
use preopen::tools::TOOLS;
use preopen::{explain, installing, protocol, sandbox};

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
        Some(Command::Install(install)) => return installing::install(&install, ambient),
        Some(Command::Doctor { serve, client, json }) => (serve, Some((client, json))),
        None => (cli.serve, None),
    };
    let level = serve.log.as_str().parse().unwrap_or(tracing::Level::WARN);
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_max_level(level).init();
    let list = serve.on_top_of(read_config(&serve, ambient)?);
    let permit = Permit { home: serve.allow_home, one_file_system: serve.one_file_system };
    let granted = authority::open_grants(
        &list.allow,
        &serve.alias,
        permit,
        serve.config.as_deref(),
        ambient,
    )?;
    if let Some((client, json)) = doctor {
        list.audit.as_deref().map_or(Ok(()), |f| authority::check_audit(f, &granted, ambient))?;
        let sealed = sandbox::tried(&granted.grants);
        let bound = client.map(|client| installing::bound(client, "preopen", ambient));
        let report = Report::new(&granted.rows, &granted.grants, &sealed, &list.limits, bound);
        return say(&mut io::stdout(), &if json { report.json() } else { report.text() });
    }
    let open = |file| authority::open_audit(file, &granted, ambient);
    let audit = list.audit.as_deref().map(open).transpose()?;
    if let Some(given_up) = authority::give_up(inherited, ambient)? {
        say(&mut io::stderr(), &format!("preopen: {given_up}\n"))?;
    }
    seal(serve.sandbox, &granted.grants, ambient)?;
    for row in &granted.rows {
        if let Err(reason) = &row.place {
            say(
                &mut io::stderr(),
                &format!("preopen: `{}` is not available: {reason}\n", row.announced),
            )?;
        }
    }
    let audit = audit.map(|file| Sink::new(file, authority::wall_clock(ambient)));
    let clock = authority::clock(ambient);
    let dispatcher =
        Dispatcher::new(TOOLS, granted.grants, list.limits, clock, audit, &serve.tools)
            .map_err(no_such_tool)?;
    let (input, output) = authority::protocol_streams(ambient)?;
    Ok(protocol::serve(dispatcher, input, output)?)
}

fn read_config(serve: &Serve, ambient: AmbientAuthority) -> Result<Allowlist, Refusal> {
    let Some(path) = &serve.config else { return Ok(Allowlist::default()) };
    let (text, directory) = authority::read_config(path, ambient)?;
    Allowlist::parse(&text, &directory).map_err(|why| Refusal {
        sentence: format!("the config file `{}` is wrong: {why}", path.display()),
        hint: "the README shows a whole file; `preopen explain limits` lists the limits".into(),
    })
}

/// Gives up all other authority, and says on standard error what holds.
fn seal(mode: Sandbox, grants: &Grants, ambient: AmbientAuthority) -> Result<(), Refusal> {
    if mode == Sandbox::Off {
        return say(
            &mut io::stderr(),
            "preopen: handles and types hold; the kernel's sandbox is off\n",
        );
    }
    let sealed = sandbox::seal(grants);
    let powerless = authority::is_gone(ambient);
    if mode == Sandbox::Require && !(sealed.suffices() && powerless) {
        return Err(Refusal {
            sentence: format!("`--sandbox require`, but {sealed}"),
            hint: "a newer kernel, or a container that permits both; or leave `--sandbox` out"
                .into(),
        });
    }
    let rest = if powerless { "" } else { "; files outside can still be named" };
    say(&mut io::stderr(), &format!("preopen: handles and types hold; {sealed}{rest}\n"))
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
