// SPDX-License-Identifier: GPL-2.0-only
// Signals while an image is being changed: the first one lets the program close the image, so that e2fsck finds nothing
// to do and all that was said to be done is there; a second one ends it at once, and the journal brings the image back.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {expectSound, see} from './support/changes.ts';
import {kdisk} from './support/kdisk.ts';
import {ext4Image, temporaryDirectory, tool} from './support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();
let count = 0;

const newImage = () => ext4Image(join(directory, `disk-${++count}.img`), 32 * MIB);

function start(...words: string[]): {child: ChildProcess; ended: Promise<[stderr: string, ...unknown[]]>} {
  const child = spawn(process.execPath, ['bin/run.js', ...words], {stdio: 'pipe'});
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  // Its end may be met in the middle of a write.
  child.stdin.on('error', () => {});
  return {child, ended: once(child, 'exit').then((how) => [stderr, ...how])};
}

/** Runs commands, and resolves when the last one before `mark` is done. */
async function upTo(child: ChildProcess, commands: string): Promise<void> {
  child.stdin!.write(`${commands}cat :/mark\n`);
  await once(child.stdout!, 'data');
}

describe.each([
  ['SIGINT', 'interrupted'],
  ['SIGTERM', 'terminated'],
  ['SIGHUP', 'hung up'],
] as const)('%s', (signal, word) => {
  it('between two changes: what was done is in the image, and it is clean', async () => {
    const image = newImage();
    tool('debugfs', ['-w', '-R', 'write /etc/passwd mark', image]);
    const {child, ended} = start('run', image);
    await upTo(child, 'mkdir :/a\ntouch :/a/b\n');
    child.kill(signal);
    expect(await ended).toEqual([`kdisk: ${word}; the commands are not complete\n`, null, signal]);
    expectSound(image);
    expect(see(image, '/a/b')).toMatchObject([{type: 'regular'}]);
  });

  it('before any change: it ends at once', async () => {
    const image = newImage();
    tool('debugfs', ['-w', '-R', 'write /etc/passwd mark', image]);
    const {child, ended} = start('run', image);
    await upTo(child, '');
    child.kill(signal);
    expect(await ended).toEqual([`kdisk: ${word}; the commands are not complete\n`, null, signal]);
    expectSound(image);
  });
});

describe('a long change', () => {
  /** Takes some tenths of a second. */
  const FILES = 12_000;
  const image = ext4Image(join(directory, 'tree.img'), 64 * MIB, makeTree());

  function makeTree(): string {
    const tree = join(directory, 'tree');
    const script = 'mkdir -p "$1/many" && cd "$1/many" && seq -f f%g "$2" | xargs touch';
    tool('sh', ['-c', script, 'sh', tree, String(FILES)]);
    return tree;
  }

  it.each([
    ['chmod', ['chmod', '-R', '600', `${image}:/many`]],
    ['rm', ['rm', '-r', `${image}:/many`]],
  ])('%s stops in the middle, and the image is clean', async (name, words) => {
    const {child, ended} = start(...words);
    // The image changes when it is mounted for writing.
    while (child.exitCode === null && !isMounted(image)) await wait(1);
    child.kill('SIGINT');
    expect(await ended).toEqual([`kdisk: interrupted; ${name} is not complete\n`, null, 'SIGINT']);
    expectSound(image);
    // Less than all was done.
    expect(see(image, '/many')).toMatchObject([{type: 'directory'}]);
  });

  it('is not reported with --json, which would be half a result', async () => {
    const {child, ended} = start('chmod', '--json', '-R', '640', `${image}:/`);
    let stdout = '';
    child.stdout!.on('data', (text) => (stdout += text));
    while (child.exitCode === null && !isMounted(image)) await wait(1);
    child.kill('SIGTERM');
    expect(await ended).toEqual(['kdisk: terminated; chmod is not complete\n', null, 'SIGTERM']);
    expect(stdout).toBe('');
    expectSound(image);
  });
});

/** ext4 notes in its superblock that a journal may have to be replayed. */
function isMounted(image: string): boolean {
  return tool('dumpe2fs', ['-h', image]).includes('needs_recovery');
}

describe('a second signal', () => {
  it('ends the program as it is, and the next mount replays the journal', async () => {
    const image = newImage();
    const large = join(directory, 'large');
    writeFileSync(large, Buffer.alloc(8 * MIB, 'x'));
    tool('debugfs', ['-w', '-f', '-', image], `write ${large} large\nwrite /etc/passwd mark\n`);
    const {child, ended} = start('run', image);
    await upTo(child, 'mkdir :/a\n');
    // Nobody takes this, so the first signal finds no way to end it.
    child.stdin!.write('cat :/large\n');
    await once(child.stdout!, 'readable');
    child.stdout!.pause();
    child.kill('SIGINT');
    await wait(200);
    expect(child.exitCode ?? child.signalCode).toBe(null);
    child.kill('SIGINT');
    expect(await ended).toEqual([
      'kdisk: interrupted; the image was not unmounted; its journal will be replayed at the next mount\n',
      null,
      'SIGINT',
    ]);
    expect(isMounted(image)).toBe(true);
    expect(kdisk(['ls', `${image}:/large`])).toMatchObject({status: 0});
    expect(kdisk(['touch', `${image}:/b`])).toMatchObject({status: 0, stderr: ''});
    expectSound(image);
    expect(see(image, '/b', '/large')).toMatchObject([{type: 'regular'}, {size: 8 * MIB}]);
  });
});
