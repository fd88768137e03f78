// SPDX-License-Identifier: GPL-2.0-only
// A tool that asks on the terminal: single keys where it wants them, lines otherwise, and Ctrl-C ends it in both.
import {execFileSync, spawn} from 'node:child_process';
import {copyFileSync, mkdtempSync, mkdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {beforeAll, describe, expect, it} from 'vitest';
import {addonPath} from '../../src/binding.ts';
import {buildHostile} from '../support/tool-programs.ts';

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const realTools = process.env.KDISK_TOOLS || inRepository('tools/build');
let program: string;

beforeAll(async () => {
  buildHostile();
  const dist = join(mkdtempSync(join(tmpdir(), 'terminal-')), 'dist');
  mkdirSync(dist);
  copyFileSync(inRepository('dist/tool-worker.cjs'), join(dist, 'tool-worker.cjs'));
  program = join(dist, 'tool-terminal.mjs');
  const entry = inRepository('test/support/tool-terminal.ts');
  const form = {bundle: true, platform: 'node', format: 'esm', target: 'node20'} as const;
  await build({...form, entryPoints: [entry], outfile: program});
});

/**
 * Runs it on a terminal of script(1), where each answer is typed as soon as its prompt is there.
 * @returns all that the terminal showed
 */
async function onTerminal(words: string[], answers: [string, string][], tools?: string): Promise<string> {
  return onTerminalOf([process.execPath, program, ...words].map((word) => `'${word}'`).join(' '), answers, tools);
}

/** The same with a line for the shell. */
async function onTerminalOf(command: string, answers: [string, string][], tools?: string): Promise<string> {
  const env = {...process.env, KDISK_ADDON: addonPath(), ...(tools ? {KDISK_TOOLS: tools} : {})};
  const child = spawn('script', ['-qec', command, '/dev/null'], {env, timeout: 25_000});
  let shown = '';
  let from = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const [prompt, answer] = answers[0] ?? [];
    const at = prompt === undefined ? -1 : shown.indexOf(prompt, from);
    if (at < 0) return;
    from = at + prompt!.length;
    answers.shift();
    // After the prompt the tool still has to begin to read.
    setTimeout(() => child.stdin.write(answer!), 300);
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return shown.replace(/\r/g, '');
}

describe('a tool on a terminal', () => {
  it('reads a single key, then lines, to the end', async () => {
    const shown = await onTerminal(
      ['hostile', '-', 'talk'],
      [
        ['key? ', 'y'],
        ['line? ', 'no\n'],
        ['line? ', '\x04'],
      ],
    );
    // The key is not shown, the line is; 121 = "y", 110 = "n"; 2: a character device.
    expect(shown).toBe('0\nkey? 1\n121\nline? no\n3\n110\nline? 0\n2\nbye ended: exit code 0, raw: false\n');
  });

  it('ends with Ctrl-C in either mode', async () => {
    const raw = await onTerminal(['hostile', '-', 'talk'], [['key? ', '\x03']]);
    expect(raw).toBe('0\nkey? ended: AbortError, raw: false\n');
    const cooked = await onTerminal(
      ['hostile', '-', 'talk'],
      [
        ['key? ', 'y'],
        ['line? ', '\x03'],
      ],
    );
    expect(cooked).toMatch(/line\? (\^C)?ended: AbortError, raw: false\n$/);
  });

  it('that is killed while it waits for a key leaves the terminal as it was', async () => {
    const number = join(dirname(program), 'pid');
    const run = `sh -c 'echo $$ >${number}; exec ${process.execPath} ${program} hostile - talk'`;
    const raw = 'until stty </dev/tty | grep -q -e -icanon; do sleep 0.1; done';
    const shown = await onTerminalOf(`(${raw}; kill $(cat ${number})) & ${run}; echo ended by $?; stty`, []);
    expect(shown).toContain('key? ');
    expect(shown).toContain('ended by 143');
    expect(shown).not.toContain('-icanon');
    expect(shown).not.toContain('-echo\n');
  });

  it('answers the questions of e2fsck by keys', async () => {
    const image = join(mkdtempSync(join(tmpdir(), 'asks-')), 'ext2.img');
    execFileSync('mke2fs', ['-q', '-t', 'ext2', '-F', image, '2M']);
    // An inode that is in no directory.
    execFileSync('debugfs', ['-w', '-R', 'clri <11>', image], {stdio: 'ignore'});
    const shown = await onTerminal(
      ['e2fsck', image, '-f', '/disk'],
      Array.from({length: 9}, () => ['<y>? ', 'y'] as [string, string]),
      realTools,
    );
    expect(shown).toMatch(/<y>\? yes\n/);
    expect(shown).toMatch(/ended: exit code 1, raw: false\n$/);
    expect(() => execFileSync('e2fsck', ['-fn', image], {stdio: 'ignore'})).not.toThrow();
  });
});
