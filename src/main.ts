// SPDX-License-Identifier: GPL-2.0-only
// Entry of the program. A command is run straight from its oclif class with the little configuration that it needs;
// oclif's own start, which loads plugins and help, is left for --help. The kernel boots in its thread meanwhile.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {boot} from './binding.ts';
import {EXIT, failure} from './cli/failure.ts';
import {unknownCommand} from './cli/habits.ts';
import {watchSignals} from './cli/interruption.ts';
import {say, writeOut} from './cli/output.ts';
import Cat from './commands/cat.ts';
import Chmod from './commands/chmod.ts';
import Chown from './commands/chown.ts';
import Cp from './commands/cp.ts';
import Df from './commands/df.ts';
import Du from './commands/du.ts';
import Find from './commands/find.ts';
import Fsck from './commands/fsck.ts';
import Info from './commands/info.ts';
import Label from './commands/label.ts';
import Ln from './commands/ln.ts';
import Ls from './commands/ls.ts';
import Mkdir from './commands/mkdir.ts';
import Mkfs from './commands/mkfs.ts';
import Mv from './commands/mv.ts';
import Rm from './commands/rm.ts';
import Run from './commands/run.ts';
import Stat from './commands/stat.ts';
import Sum from './commands/sum.ts';
import Tar from './commands/tar.ts';
import Touch from './commands/touch.ts';
import Truncate from './commands/truncate.ts';
import Uuid from './commands/uuid.ts';
import Xattr from './commands/xattr.ts';
import {parseSize} from './format/size.ts';
import {packageRoot} from './package-root.ts';

/** Looked up by oclif too, when it prints help. */
export const COMMANDS = {
  cat: Cat,
  chmod: Chmod,
  chown: Chown,
  cp: Cp,
  df: Df,
  du: Du,
  find: Find,
  fsck: Fsck,
  info: Info,
  label: Label,
  ln: Ln,
  ls: Ls,
  mkdir: Mkdir,
  mkfs: Mkfs,
  mv: Mv,
  rm: Rm,
  run: Run,
  stat: Stat,
  sum: Sum,
  tar: Tar,
  touch: Touch,
  truncate: Truncate,
  uuid: Uuid,
  xattr: Xattr,
};

function version(): string {
  const {version} = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {version: string};
  return `kdisk/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** What Command asks of oclif's Config when it parses and runs. */
const config = {
  bin: 'kdisk',
  runHook: async () => ({successes: [], failures: []}),
  scopedEnvVar: () => undefined,
  scopedEnvVarKeys: () => [],
  /** For the command that runs others. */
  commands: COMMANDS,
};

/** The size in --memory, if it is a good one; the parser will complain about a bad one. */
function wantedMemory(argv: string[]): number | undefined {
  const at = argv.findIndex((word) => word === '--memory' || word.startsWith('--memory='));
  const text = at < 0 ? undefined : argv[at]!.startsWith('--memory=') ? argv[at]!.slice(9) : argv[at + 1];
  return text === undefined ? undefined : parseSize(text);
}

/** Booting takes as long as reading the command line: begin before it is known to be right. */
function bootEarly(argv: string[]): void {
  const memory = wantedMemory(argv);
  if (memory === undefined && argv.some((word) => word.startsWith('--memory'))) return;
  // Whoever needs the kernel gets the error.
  boot(memory).catch(() => {});
}

async function help(argv: string[]): Promise<void> {
  const {execute} = await import('@oclif/core/execute');
  await execute({args: argv, dir: packageRoot});
}

function isHelp(argv: string[]): boolean {
  const end = argv.indexOf('--');
  return argv.length === 0 || argv.slice(0, end < 0 ? undefined : end).includes('--help');
}

async function run(argv: string[]): Promise<void> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-V' || name === 'version') return writeOut(version() + '\n');
  if (name === 'help') return help([...rest, '--help']);
  if (isHelp(argv)) return help(argv.length === 0 ? ['--help'] : argv);
  const command = Object.hasOwn(COMMANDS, name!) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
  if (!command) {
    say(`kdisk: ${unknownCommand(name!, COMMANDS)}`);
    process.exitCode = EXIT.usage;
    return;
  }
  if (command.bootsEarly) bootEarly(rest);
  command.id = name!;
  await command.runWith(rest, config);
}

/** Ends the process: the kernel's thread would live on. */
export async function main(argv: string[]): Promise<never> {
  watchSignals();
  // Work that nobody carries on any more must not pass for done.
  process.once('beforeExit', () => {
    say('kdisk: internal error: the work came to a halt before its end');
    process.exit(EXIT.host);
  });
  try {
    await run(argv);
  } catch (error) {
    const {message, exitCode} = failure(error);
    say(`kdisk: ${message}`);
    process.exit(exitCode);
  }
  process.exit();
}
