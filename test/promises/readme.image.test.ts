// SPDX-License-Identifier: GPL-2.0-only
// README shows what happens: its commands print what stands below them, and its program runs.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {transform} from 'esbuild';
import {describe, expect, it} from 'vitest';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory} from '../support/tools.ts';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const cwd = temporaryDirectory();
const {makeDemoImage} = (await import(new URL('scripts/demo-image.mjs', root).href)) as {
  makeDemoImage(directory: string): string;
};
makeDemoImage(cwd);

/** Content of the fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!);
}

describe('the commands of README', () => {
  const shown = blocks('console')
    .join('\n')
    .split(/^\$ kdisk /m)
    .slice(1)
    .map((text) => {
      const [line, ...output] = text.trimEnd().split('\n');
      return {line: line!, output: output.join('\n')};
    });

  it('are five at least', () => expect(shown.length).toBeGreaterThanOrEqual(5));

  it.each(shown)('kdisk $line', ({line, output}) => {
    const {stdout, stderr} = kdisk(line.split(' '), {cwd});
    expect((stdout + stderr).trimEnd()).toBe(output);
  });
});

describe('the program of README', () => {
  const [program] = blocks('js');

  it('prints what its comments say', async () => {
    // Node learned "await using" after the oldest version that we support.
    const {code} = await transform(program!.replace("'kdisk'", `'${new URL('dist/index.js', root).href}'`), {
      target: 'node20',
      format: 'esm',
    });
    const path = join(cwd, 'example.mjs');
    writeFileSync(path, code);
    const expected = [...program!.matchAll(/\/\/ (.*)$/gm)].map(([, text]) => text);
    const output = execFileSync(process.execPath, [path], {cwd, encoding: 'utf8', timeout: 20_000});
    expect(output.split('\n').filter(Boolean)).toEqual(expected);
  });
});

describe('the links of README', () => {
  it.each([...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!).filter((to) => !/^https?:/.test(to)))(
    '%s',
    (target) => expect(existsSync(new URL(target, root))).toBe(true),
  );
});
