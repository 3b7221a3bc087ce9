#!/usr/bin/env node
// Starts the program that npm chose for this platform. Nothing is downloaded, and nothing runs when it is installed.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `@preopen/${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${platform}/preopen`);
} catch {
  console.error(`preopen: there is no ${platform}\nhint: install without --omit=optional; elsewhere: cargo install preopen`);
  process.exit(1);
}

// It inherits the client's pipes as they are: not a byte of the protocol goes through this process.
const server = spawn(program, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("error", (error) => {
  console.error(`preopen: cannot be started: ${error.code}`);
  process.exit(1);
});
server.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
