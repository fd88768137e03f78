// SPDX-License-Identifier: GPL-2.0-only
// The kernel is stock: the tree that was built from is the tarball's, byte for byte, plus arch/lkl.
import {spawnSync} from 'node:child_process';
import {existsSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

const tree = realpathSync(join(root, 'lkl/build/source'));
const tarball = `${tree}.tar`;

/** Lines of a program's output; exit status 1 of tar --compare is its way to say that there are differences. */
function lines(program: string, args: string[], statuses = [0]): string[] {
  const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 1 << 28, env: {...process.env, LC_ALL: 'C'}});
  if (!statuses.includes(status ?? -1)) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return `${stdout}${stderr}`.split('\n').filter(Boolean);
}

describe('the kernel source', () => {
  it('is there as the tarball that the build was given', () => {
    expect(existsSync(tarball), `${tarball} is missing; with KDISK_KERNEL_SOURCE as a tree there is nothing to compare it with`).toBe(true);
  });

  it('has no file that differs from the tarball', () => {
    const found = lines('tar', ['--compare', '--file', tarball, '--directory', tree, '--strip-components=1'], [0, 1]);
    // Owner and times are those of whoever unpacked it; the warning is about the first component itself, stripped to "".
    const real = found.filter((line) => !/: (Uid|Gid|Mod time|Mode) differs?$|^tar: : Warning: Cannot stat/.test(line));
    expect(real).toEqual([]);
  }, 300_000);

  it('has no file more than the tarball, outside arch/lkl', () => {
    const inTarball = new Set(lines('tar', ['--list', '--file', tarball]).map((path) => path.replace(/^[^/]*\//, '').replace(/\/$/, '')));
    const inTree = lines('find', [tree, '-mindepth', '1', '-not', '-path', join(tree, 'arch/lkl'), '-not', '-path', join(tree, 'arch/lkl/*'), '-printf', '%P\n']);
    expect(inTarball.size).toBeGreaterThan(50_000);
    expect(inTree.length).toBeGreaterThan(50_000);
    expect(inTree.filter((path) => !inTarball.has(path))).toEqual([]);
  }, 300_000);

  it('has in arch/lkl what is in lkl/, and nothing else', () => {
    const list = (folder: string) => lines('find', [folder, '-type', 'f', '-printf', '%P\n']).sort();
    const ours = [...list(join(root, 'lkl/arch/lkl')), ...list(join(root, 'lkl/include')).map((name) => `include/asm/${name}`)];
    expect(list(join(tree, 'arch/lkl'))).toEqual(ours.sort());
  });
});
