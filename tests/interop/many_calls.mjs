// The TypeScript clients, 1.x and 2.x: five hundred calls at once, each answered with its own answer.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Transport2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/stdio.js";

const CALLS = 500;
const program = process.argv[2];
const work = fs.mkdtempSync(path.join(os.tmpdir(), "preopen-"));
const contents = Array.from({ length: CALLS }, (_, i) => `this is file ${i}\n`);
contents.forEach((content, i) => fs.writeFileSync(path.join(work, `${i}.txt`), content));

const of = (name) => JSON.parse(fs.readFileSync(
  new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
const [first, second] = [of("@modelcontextprotocol/sdk"), of("@modelcontextprotocol/client")];

let failures = 0;
for (const [what, Client, Transport, options] of [
  [`TypeScript ${first}`, Client1, Transport1, {}],
  [`TypeScript ${second}, legacy`, Client2, Transport2, {}],
  [`TypeScript ${second}, modern`, Client2, Transport2, { versionNegotiation: { mode: "auto" } }],
]) {
  const client = new Client({ name: "many-calls", version: "1" }, options);
  await client.connect(new Transport({ command: program, args: [work], stderr: "ignore" }));
  const own = await Promise.all(contents.map(async (content, i) => {
    const result = await client.callTool({ name: "read_text_file", arguments: { path: `${i}.txt` } });
    return result.content[0].text.startsWith(content);
  }));
  const era = client.getProtocolEra?.();
  await client.close();
  const missed = own.filter((is) => !is).length;
  const isWrong = missed > 0 || (era && !what.endsWith(era));
  failures += isWrong;
  console.log(`${isWrong ? "FAIL" : "ok  "} ${what}: ${CALLS} calls at once, ${missed} without an answer of their own`);
}
fs.rmSync(work, { recursive: true });
process.exit(failures ? 1 : 0);
