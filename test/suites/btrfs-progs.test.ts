// SPDX-License-Identifier: GPL-2.0-only
// The damaged images of btrfs-progs' fsck-tests: our build says and writes what Debian's build of the same version does.
import {spawnSync} from 'node:child_process';
import {copyFileSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {temporaryDirectory, tool} from '../support/tools.ts';

const root = new URL('../../', import.meta.url).pathname;
const native = tool('bash', [join(root, 'tools/native.sh')]).trim();
const runner = join(root, 'test/support/tool-runner.cjs');
const suite = join(root, 'tools/build/packages/btrfs-progs/source/tests/fsck-tests');
const directory = temporaryDirectory();

const images = readdirSync(suite, {recursive: true, encoding: 'utf8'})
  .filter((name) => /\.(img|raw)(\.xz)?$/.test(name))
  .sort();

/** As upstream's tests unpack them: a dump of btrfs-image(8), or the file itself. */
function prepare(name: string): string {
  let path = join(directory, basename(name));
  copyFileSync(join(suite, name), path);
  tool('chmod', ['u+w', path]);
  if (path.endsWith('.xz')) {
    tool('xz', ['-df', path]);
    path = path.slice(0, -3);
  }
  if (path.endsWith('.raw')) return path;
  tool(join(native, 'btrfs-image'), ['-r', path, `${path}.restored`]);
  return `${path}.restored`;
}

/** Of the data and where it lies: most of the images are terabytes of hole. Blocks of zeroes count as holes. */
function digest(path: string): string {
  tool('cp', ['--sparse=always', path, `${path}.sparse`]);
  const archive = 'tar --sparse --hole-detection=seek --mtime=@0 --transform=s/.*/image/ -cf - "$1" | sha256sum';
  const sum = tool('sh', ['-c', archive, 'sh', `${path}.sparse`]);
  tool('rm', [`${path}.sparse`]);
  return sum;
}

interface Said {
  status: number | null;
  text: string;
}

/** What differs between any two runs. */
function comparable(text: string): string {
  return text.replace(/[0-9]+\.[0-9]+ ?s(econds)?\b/g, 'SECONDS').replace(/^\[[0-9/]+\].*\r/gm, '');
}

function run(command: string, first: string[], args: string[], image: string): Said {
  // The same name for both, since it is in the output.
  const path = join(directory, 'image');
  tool('mv', [image, path]);
  const {status, stdout, stderr} = spawnSync(command, [...first, ...args, path], {
    encoding: 'utf8',
    env: {...process.env, LC_ALL: 'C'},
    maxBuffer: 1 << 28,
  });
  tool('mv', [path, image]);
  return {status, text: comparable(stdout) + comparable(stderr)};
}

const STEPS = [['check'], ['check', '--repair', '--force'], ['check'], ['check', '--mode=lowmem']];

describe("btrfs-progs' fsck-tests", () => {
  it('are there', () => {
    expect(images.length).toBeGreaterThan(65);
  });

  it.each(images)('%s', {timeout: 300_000}, (name) => {
    const theirs = prepare(name);
    const ours = `${theirs}.ours`;
    tool('cp', ['--sparse=auto', theirs, ours]);
    for (const step of STEPS) {
      const expected = run(join(native, 'btrfs'), [], step, theirs);
      const found = run(process.execPath, ['--no-warnings', runner, 'btrfs'], step, ours);
      expect(found.status, `exit code of btrfs ${step.join(' ')}: ${found.text}`).toBe(expected.status);
      expect(found.text).toBe(expected.text);
    }
    expect(digest(ours)).toBe(digest(theirs));
    tool('rm', ['-f', ours, theirs]);
  });
});
