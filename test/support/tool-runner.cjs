// SPDX-License-Identifier: GPL-2.0-only
// Runs a tool of tools/build as if it were a native program, for upstream's own test-suites: the host's files are
// visible, standard input and output are inherited, and the exit code is the tool's.
//
//   node tool-runner.cjs PROGRAM ARGS...     PROGRAM: name of tools/build/NAME.wasm, or the path of a .wasm file
//
// Environment: handed on whole. KDISK_TOOLS=DIR instead of tools/build; TOOL_ARGV0=NAME for argv[0];
// TOOL_TIMESTAMP=SECONDS fixes the clock, TOOL_SEED=TEXT the random numbers.
// Exit code 134 (as of SIGABRT) after a trap, which is told on standard error.
//
// Needs dist/tool-worker.cjs (npm run build), the same code that runs in the product. wasi-libc does not tell "a/b"
// from "/a/b": a path whose first name is in the working directory, or is not in "/", is meant to be relative.
'use strict';
const {existsSync, readFileSync} = require('node:fs');
const {basename, join} = require('node:path');
const host = require('../../dist/tool-worker.cjs');
const {HostDirectory, HostStream} = require('./tool-host-files.cjs');

const [program, ...args] = process.argv.slice(2);
if (!program) {
  process.stderr.write('usage: node tool-runner.cjs PROGRAM ARGS...\n');
  process.exit(2);
}
const folder = process.env.KDISK_TOOLS || join(__dirname, '..', '..', 'tools', 'build');
const path = program.includes('/') ? program : join(folder, `${program}.wasm`);
if (!existsSync(path)) {
  process.stderr.write(`${path} does not exist; run tools/build.sh\n`);
  process.exit(127);
}

const bytes = readFileSync(path);
const {TOOL_ARGV0, TOOL_TIMESTAMP, TOOL_SEED, ...env} = process.env;
const outcome = host.runModule({
  bytes,
  module: new WebAssembly.Module(bytes),
  mostMemory: 4 * 1024 ** 3,
  args: [TOOL_ARGV0 || basename(path, '.wasm'), ...args],
  env,
  streams: [new HostStream(0), new HostStream(1), new HostStream(2)],
  root: new HostDirectory('/', process.cwd()),
  time: TOOL_TIMESTAMP ? host.fixedTime(Number(TOOL_TIMESTAMP)) : host.hostTime(),
  randomness: TOOL_SEED ? host.seededRandomness(Buffer.from(TOOL_SEED)) : host.hostRandomness,
});
if (outcome.trap) {
  const {reason, where} = outcome.trap;
  process.stderr.write(`${basename(path)}: ${reason}\n${where.map((name) => `    in ${name}\n`).join('')}`);
}
// Nothing is pending: all that was done was synchronous.
process.reallyExit(outcome.trap ? 134 : outcome.exitCode);
