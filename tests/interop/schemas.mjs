// Every line that the program emits, in each revision of the protocol, against the published JSON
// schema of that revision. The schemas are the ones that the conformance suite carries in its bundle.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import vm from "node:vm";
import readline from "node:readline";
import { spawn } from "node:child_process";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const program = process.argv[2];
const bundle = fs.readFileSync(
  new URL("node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url), "utf8");

/// The schemas in the bundle: object literals with the definitions of the protocol.
function schemas() {
  const found = [];
  for (const match of bundle.matchAll(/\{\$schema:`http[^`]*`,(?:\$defs|definitions):\{A/g)) {
    const schema = vm.runInNewContext(`(${literal(match.index)})`);
    const definitions = schema.$defs ?? schema.definitions;
    if (definitions.CallToolResult) found.push({ schema, definitions });
  }
  // Each revision by what it alone has.
  const has = (...names) => found.find(({ definitions }) => names.every((name) => definitions[name]));
  return {
    "2025-06-18": has("ElicitResult", "JSONRPCError"),
    "2025-11-25": has("Task", "JSONRPCErrorResponse"),
    "2026-07-28": has("DiscoverResult"),
  };
}

function literal(start) {
  let depth = 0, quote = null;
  for (let i = start; ; i++) {
    const c = bundle[i];
    if (quote) { if (c === "\\") i++; else if (c === quote) quote = null; }
    else if (c === "`" || c === '"' || c === "'") quote = c;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return bundle.slice(start, i + 1);
  }
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "preopen-"));
fs.writeFileSync(path.join(dir, "a.txt"), "one\ntwo\n");
fs.writeFileSync(path.join(dir, "p.png"), Buffer.from("89504e470d0a1a0a", "hex")); // pragma: allowlist secret
fs.writeFileSync(path.join(dir, "b.mp3"), Buffer.from("49443303000000000000", "hex"));
fs.writeFileSync(path.join(dir, "b.bin"), Buffer.from([0, 1, 2]));

async function lines(version) {
  const modern = version === "2026-07-28";
  const meta = modern ? {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "schemas", version: "1" },
  } : {};
  const call = (name, args) => ["tools/call", { name, arguments: args }, "CallToolResult"];
  const requests = [
    modern ? ["server/discover", {}, "DiscoverResult"]
      : ["initialize", { protocolVersion: version, capabilities: {}, clientInfo: { name: "schemas", version: "1" } }, "InitializeResult"],
    ["tools/list", {}, "ListToolsResult"],
    call("list_allowed_directories", {}), call("list_directory", { sizes: true }),
    call("read_text_file", { path: "a.txt" }), call("read_text_file", { path: "../x" }),
    call("read_text_file", {}), call("read_multiple_files", { paths: ["a.txt", "none"] }),
    call("read_media_file", { path: "p.png" }), call("read_media_file", { path: "b.mp3" }),
    call("read_media_file", { path: "b.bin" }), call("get_file_info", { path: "a.txt", hash: true }),
    ["tools/call", { name: "no_such_tool", arguments: {} }, null],
    ["tools/call", {}, null], ["no/such", {}, null], ["tools/list", { cursor: "x" }, null],
  ];
  const child = spawn(program, [dir], { stdio: ["pipe", "pipe", "ignore"] });
  const output = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const emitted = [];
  for (const [id, [method, params, result]] of requests.entries()) {
    child.stdin.write(JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } }) + "\n");
    emitted.push({ line: (await output.next()).value, what: `${method} ${JSON.stringify(params)}`, result });
  }
  for (const line of ["not json", "[]", '{"jsonrpc":"2.0","id":99,"method":5}']) {
    child.stdin.write(line + "\n");
    emitted.push({ line: (await output.next()).value, what: line, result: null, loose: true });
  }
  child.stdin.end();
  return emitted;
}

let failures = 0, checked = 0;
for (const [version, found] of Object.entries(schemas())) {
  const { schema, definitions } = found;
  const ajv = new (schema.$defs ? Ajv2020 : Ajv)({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(schema, "mcp");
  const at = schema.$defs ? "$defs" : "definitions";
  const validate = (name, value) => {
    const check = ajv.getSchema(`mcp#/${at}/${name}`) ?? ajv.compile({ $ref: `mcp#/${at}/${name}` });
    return check(value) ? null : ajv.errorsText(check.errors).slice(0, 300);
  };
  // The check bites, or it shows nothing.
  const bites = validate("JSONRPCMessage", { id: 1, result: {} }) && validate("CallToolResult", { content: "x" });
  if (!bites) throw new Error(`the schema of ${version} takes everything`);
  for (const { line, what, result, loose } of await lines(version)) {
    const message = JSON.parse(line);
    // Before 2025-11-25 the schema has no error without an id, though JSON-RPC needs one.
    if (loose && !definitions.JSONRPCErrorResponse) message.id ??= 0;
    const wrong = validate("JSONRPCMessage", message) ?? (result ? validate(result, message.result) : message.error ? null : "no error");
    checked++;
    if (wrong) { failures++; console.log(`FAIL ${version} ${what}: ${wrong}\n     ${line.slice(0, 200)}`); }
  }
}
fs.rmSync(dir, { recursive: true });
console.log(`${failures ? "FAIL" : "ok  "} ${checked} lines against the schemas of three revisions, ${failures} invalid`);
process.exit(failures ? 1 : 0);
