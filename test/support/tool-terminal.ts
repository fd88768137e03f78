// SPDX-License-Identifier: GPL-2.0-only
// A program that runs a tool on its own terminal, for host-terminal.test.ts, which bundles it:
// `node tool-terminal.mjs TOOL IMAGE|- ARGS...`. Ctrl-C ends the tool and is told.
import {writeSync} from 'node:fs';
import {binding} from '../../src/binding.ts';
import {runTool} from '../../src/tools/run.ts';

const [tool = '', image = '-', ...args] = process.argv.slice(2);
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
// As src/cli/interruption.ts: the end is the signal's, not an exit.
process.once('SIGTERM', () => process.kill(process.pid, 'SIGTERM'));

const open = image === '-' ? [] : [await binding().openDisk(image, 'read-write')];
const disks = open.map(({handle, size}) => ({handle, size, writable: true}));
const onOutput = (_: string, chunk: Buffer) => void writeSync(1, chunk);
const ended = await runTool({tool, args}, {disks, stdin: 'terminal', signal: controller.signal, onOutput}).then(
  ({exitCode}) => `exit code ${exitCode}`,
  (error: Error) => error.name,
);
for (const {handle} of open) await binding().closeDisk(handle);
writeSync(1, `ended: ${ended}, raw: ${process.stdin.isRaw}\n`);
