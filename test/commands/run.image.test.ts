// SPDX-License-Identifier: GPL-2.0-only
// kdisk run: many commands in one process, with one image.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {RunLine} from '../../src/commands/run.ts';
import {changeCase, expectSound, names, see} from '../support/changes.ts';
import {kdisk, type Run} from '../support/kdisk.ts';
import {ext4Image, sha256, temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
let count = 0;

function script(...lines: (string | Buffer)[]): string {
  const path = join(directory, `script-${++count}`);
  writeFileSync(
    path,
    Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line as string), Buffer.from('\n')]))),
  );
  return path;
}

const lines = ({stdout}: Run) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunLine);

/** The same with commands on standard input. */
async function fromStdin(image: string, input: string): Promise<{stdout: string; stderr: string; status: number}> {
  const child = spawn(process.execPath, ['bin/run.js', 'run', image], {stdio: 'pipe'});
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number];
  return {stdout, stderr, status};
}

describe('kdisk run', () => {
  it('runs commands that see what those before them did', () => {
    const {image} = changeCase();
    const run = kdisk([
      'run',
      image,
      script(
        '# a comment',
        '',
        'mkdir ":/a b"',
        'kdisk touch ":/a b/x" \':/$y\'',
        'ls ":/a b"',
        'mv :/$y :/z',
        'ls -d :/z',
      ),
    ]);
    expect(run).toMatchObject({
      status: 1,
      stdout: 'x\n',
      stderr: expect.stringMatching(
        /script-1:6: there are no variables here; quote.*\nkdisk: stopped at line 6; what follows was not begun/,
      ),
    });
    expectSound(image);
    expect(names(image, '/', '/a b')).toEqual([['$y', 'a b', 'etc', 'home', 'srv'], ['x']]);
  });

  it('stops at the first failure, with the image closed and what was done in it', () => {
    const {image} = changeCase();
    const path = script('mkdir :/one', 'rm :/nope', 'mkdir :/two');
    const {status, stdout, stderr} = kdisk(['run', image, path]);
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr).toBe(
      `kdisk: ${path}:2: :/nope: no such file or directory; see "kdisk ls :/"\n` +
        'kdisk: stopped at line 2; what follows was not begun (--keep-going goes on)\n',
    );
    expectSound(image);
    expect(see(image, '/one', '/two')).toMatchObject([{type: 'directory'}, undefined]);
  });

  it('goes on with --keep-going', () => {
    const {image} = changeCase();
    const {status, stderr} = kdisk([
      'run',
      '-k',
      image,
      script('rm :/nope', 'mkdir :/two', 'chmod 9 :/two', 'get :/x', 'run x', 'ls "'),
    ]);
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/:1: :\/nope: no such file/),
      expect.stringMatching(/:3: "9" is not a mode/),
      expect.stringMatching(/:4: there is no command "get"; what you want may be "kdisk cp"$/),
      expect.stringMatching(/:5: "run" cannot be a line/),
      expect.stringMatching(/:6: a quote " is not closed$/),
    ]);
    expectSound(image);
    expect(see(image, '/two')).toMatchObject([{type: 'directory'}]);
  });

  it('gives the exit code that all failures have when nothing was done', () => {
    const {image} = changeCase();
    const before = sha256(image);
    expect(kdisk(['run', '-k', image, script('rm :/nope', 'cat :/none')]).status).toBe(3);
    expect(sha256(image)).toBe(before);
  });

  it('writes nothing when nothing is changed, unless asked', () => {
    const {image} = changeCase();
    const before = sha256(image);
    expect(kdisk(['run', image, script('ls :/', 'cat :/etc/hostname')])).toMatchObject({
      status: 0,
      stderr: '',
      stdout: 'etc\nhome\nlost+found\nsrv\nhost\n',
    });
    expect(sha256(image)).toBe(before);
    expect(kdisk(['run', '--write', image, script('cat :/etc/hostname')])).toMatchObject({status: 0, stdout: 'host\n'});
    expectSound(image);
  });

  it('takes other images too, and paths of the same one by name', () => {
    const {image} = changeCase();
    const other = changeCase().image;
    const run = kdisk(['run', image, script(`touch ${other}:/x :/y`, `touch -i ${other} :/z`, `touch ${image}:/w`)]);
    expect([run.stderr, run.status]).toEqual(['', 0]);
    for (const each of [image, other]) expectSound(each);
    expect(names(image, '/')).toEqual([['etc', 'home', 'srv', 'w', 'y']]);
    expect(names(other, '/')).toEqual([['etc', 'home', 'srv', 'x', 'z']]);
  });

  it('tells programs line by line', () => {
    const {image} = changeCase();
    const run = kdisk([
      'run',
      '--json',
      '-k',
      image,
      script('mkdir :/a', '', 'cat :/etc/hostname', 'rm :/nope', 'nope'),
    ]);
    expect([run.stderr, run.status]).toEqual(['', 1]);
    expect(lines(run)).toMatchObject([
      {line: 1, command: 'mkdir :/a', exitCode: 0, result: {changes: [{path: '/a'}], problems: []}},
      {line: 3, command: 'cat :/etc/hostname', exitCode: 0, result: {files: [{text: 'host\n'}]}},
      {line: 4, command: 'rm :/nope', exitCode: 3, result: {changes: [], problems: [{code: 'ENOENT'}]}},
      {line: 5, command: 'nope', exitCode: 2, result: {error: {code: 'ERR_USAGE', exitCode: 2}}},
    ]);
  });

  it('reads standard input, with and without a newline at the end', async () => {
    const {image} = changeCase();
    expect(await fromStdin(image, 'touch :/a\r\ncat :/etc/hostname')).toEqual({
      stdout: 'host\n',
      stderr: '',
      status: 0,
    });
    expect(see(image, '/a')).toMatchObject([{type: 'regular'}]);
    expect(await fromStdin(image, '')).toEqual({stdout: '', stderr: '', status: 0});
  });

  it('does each command as it comes', async () => {
    const {image} = changeCase();
    const child = spawn(process.execPath, ['bin/run.js', 'run', image], {stdio: ['pipe', 'pipe', 'inherit']});
    child.stdin.write('mkdir :/a\ncat :/etc/hostname\n');
    expect(await once(child.stdout, 'data')).toEqual([Buffer.from('host\n')]);
    child.stdin.end('rm -d :/a\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(see(image, '/a')).toEqual([undefined]);
  });

  it.each([
    [
      'an image that is not there',
      () => ['run', join(directory, 'none.img'), script('ls :/')],
      3,
      /none\.img: no such image$/,
    ],
    [
      'a script that is not there',
      (image: string) => ['run', image, join(directory, 'none')],
      3,
      /none: no such file or directory$/,
    ],
    [
      'a script that is a directory',
      (image: string) => ['run', image, directory],
      2,
      /illegal operation on a directory$/,
    ],
    [
      'bytes that are no text',
      (image: string) => ['run', image, script(Buffer.from([0x6c, 0x73, 0xff]))],
      2,
      /line 1 of the commands is not UTF-8$/,
    ],
    ['two images', (image: string) => ['run', '-i', image, image], 2, /the image is the first word/],
  ])('refuses %s', (_, words, exitCode, message) => {
    const {image} = changeCase();
    const before = sha256(image);
    const {status, stdout, stderr} = kdisk(words(image));
    expect(stderr).toMatch(/^kdisk: [^\n]+\n$/);
    expect(stderr.trimEnd()).toMatch(message);
    expect([stdout, status]).toEqual(['', exitCode]);
    expect(sha256(image)).toBe(before);
  });

  it('refuses what is for all commands in one of them', () => {
    const {image} = changeCase();
    const {status, stderr} = kdisk(['run', image, script('ls --memory 128M :/')]);
    expect([stderr, status]).toEqual([
      expect.stringMatching(/:1: --memory is for all commands: kdisk run --memory/),
      2,
    ]);
  });

  it('closes the image when nobody reads what it prints', async () => {
    const {image} = changeCase();
    const child = spawn(process.execPath, ['bin/run.js', 'run', image], {stdio: ['pipe', 'pipe', 'inherit']});
    child.stdout.destroy();
    child.stdin.end('mkdir :/a\ncat :/etc/hostname\nmkdir :/b\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expectSound(image);
    expect(see(image, '/a', '/b')).toMatchObject([{type: 'directory'}, undefined]);
  });

  it('does a thousand lines', () => {
    const image = ext4Image(join(directory, 'many.img'), 16 << 20);
    const each = (index: number) => [`touch :/f${index}`, `mkdir :/d${index}`, `chmod 700 :/d${index}`];
    const all = Array.from({length: 334}, (_, index) => each(index)).flat();
    expect(kdisk(['run', image, script(...all)])).toMatchObject({stdout: '', stderr: '', status: 0});
    expectSound(image);
    expect(names(image, '/')[0]).toHaveLength(668);
    expect(see(image, '/d333')).toMatchObject([{mode: '0700'}]);
  });
});
