//! `blocking_io_in_async`: a coroutine waits without `await` and blocks all others.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use crate::context::Context;
use crate::names::Value;
use crate::report::{Category, Confidence};

/// Functions that block, and what to use instead.
const BLOCKING: &[(&[&str], &str)] = &[
    (&["time.sleep"], "await asyncio.sleep(..)"),
    (
        &[
            "requests.delete",
            "requests.get",
            "requests.head",
            "requests.options",
            "requests.patch",
            "requests.post",
            "requests.put",
            "requests.request",
            "httpx.delete",
            "httpx.get",
            "httpx.head",
            "httpx.options",
            "httpx.patch",
            "httpx.post",
            "httpx.put",
            "httpx.request",
            "httpx.stream",
            "urllib.request.urlopen",
            "urllib.request.urlretrieve",
        ],
        CLIENT,
    ),
    (&["open", "io.open", "codecs.open", "gzip.open", "bz2.open"], FILES),
    (
        &[
            "subprocess.call",
            "subprocess.check_call",
            "subprocess.check_output",
            "subprocess.getoutput",
            "subprocess.getstatusoutput",
            "subprocess.run",
            "os.system",
            "os.popen",
        ],
        "await asyncio.create_subprocess_exec(..)",
    ),
    (
        &[
            "input",
            "socket.create_connection",
            "socket.getaddrinfo",
            "socket.gethostbyname",
            "shutil.copy",
            "shutil.copy2",
            "shutil.copyfile",
            "shutil.copytree",
            "shutil.move",
            "shutil.rmtree",
        ],
        "await asyncio.to_thread(..)",
    ),
];
const CLIENT: &str =
    "a client with coroutines (httpx.AsyncClient, aiohttp), or await asyncio.to_thread(..)";
const FILES: &str = "read and write the file in await asyncio.to_thread(..), or with aiofiles";
/// Methods of `pathlib.Path` that open a file.
const OF_PATHS: &[&str] = &["read_bytes", "read_text", "write_bytes", "write_text"];
/// Methods of a session of `requests`.
const OF_SESSIONS: &[&str] =
    &["delete", "get", "head", "options", "patch", "post", "put", "request"];

pub(super) fn call(context: &mut Context<'_>, call: &ExprCall) {
    // An awaited call does not block, whatever its name is.
    if !context.is_async() || context.awaited == Some(call.range()) {
        return;
    }
    let Some((suggestion, confidence)) = blocking(context, call) else { return };
    context.found(
        call,
        (Category::BlockingIoInAsync, confidence),
        |context| {
            format!(
                "`{}` blocks every other coroutine while it waits",
                context.excerpt(&*call.func)
            )
        },
        suggestion,
    );
}

fn blocking(context: &Context<'_>, call: &ExprCall) -> Option<(&'static str, Confidence)> {
    if let Some(meaning) = context.names.meaning(&call.func) {
        let row = BLOCKING.iter().find(|(names, _)| names.contains(&meaning.path.as_str()));
        if let Some((_, suggestion)) = row {
            let sure = if meaning.is_certain { Confidence::High } else { Confidence::Medium };
            return Some((suggestion, sure));
        }
    }
    let Expr::Attribute(method) = &*call.func else { return None };
    let name = method.attr.as_str();
    if OF_PATHS.contains(&name) {
        let is_path = matches!(&*method.value, Expr::Call(made) if context
            .names
            .meaning(&made.func)
            .is_some_and(|meaning| meaning.path == "pathlib.Path"));
        return Some((FILES, if is_path { Confidence::High } else { Confidence::Medium }));
    }
    if let Expr::Name(owner) = &*method.value
        && OF_SESSIONS.contains(&name)
        && context.names.value_before(&owner.id, context.scope(), call.start())
            == Some(Value::Requests)
    {
        return Some((CLIENT, Confidence::High));
    }
    None
}
