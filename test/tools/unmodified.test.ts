// SPDX-License-Identifier: GPL-2.0-only
// The file system tools are upstream's: the trees they were built from are the pinned tarballs', byte for byte.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync, realpathSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

const tools = fileURLToPath(new URL('../../tools/', import.meta.url));
const recipes = readdirSync(join(tools, 'recipes')).filter((name) => name.endsWith('.sh')).map((name) => name.slice(0, -'.sh'.length));

/** The lines of tools/sources: package -> its tarball and that one's sha256. */
const pinned = new Map(
  readFileSync(join(tools, 'sources'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [name, file, sha256] = line.split(' ');
    return [name, {file, sha256}] as const;
  }),
);

/** Lines of a program's output; exit status 1 of tar --compare is its way to say that there are differences. */
function lines(program: string, args: string[], statuses = [0]): string[] {
  const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 1 << 28, env: {...process.env, LC_ALL: 'C'}});
  if (!statuses.includes(status ?? -1)) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return `${stdout}${stderr}`.split('\n').filter(Boolean);
}

/** A recipe's programs, as the shell reads them. */
function programs(name: string, variable: string): string[] {
  return lines('bash', ['-c', `. "$1"; echo \${${variable}-}`, 'bash', join(tools, 'recipes', `${name}.sh`)]).join(' ').split(' ').filter(Boolean);
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('the sources of the tools', () => {
  it('are there for the packages that matter', () => {
    expect(recipes).toEqual(expect.arrayContaining(['e2fsprogs', 'btrfs-progs', 'dosfstools']));
  });

  it('come without a patch, and no recipe edits a file in place', () => {
    const files = lines('find', [tools, '-path', join(tools, 'build'), '-prune', '-o', '-type', 'f', '-print']);
    expect(files.filter((path) => /\.(patch|diff|rej|orig)$/.test(path))).toEqual([]);
    const edits = recipes.filter((name) => /\b(patch|quilt)\s+-|\bsed\s+(-\w+\s+)*-i/.test(readFileSync(join(tools, 'recipes', `${name}.sh`), 'utf8')));
    expect(edits).toEqual([]);
  });

  describe.each(recipes)('%s', (name) => {
    const result = join(tools, 'build/packages', name);
    const source = pinned.get(name);

    it('was built from the pinned tarball, every file as it is in there, and no file more', () => {
      const tree = realpathSync(join(result, 'source'));
      const tarball = join(dirname(tree), source?.file ?? '');
      expect(sha256(tarball)).toBe(source?.sha256);
      const found = lines('tar', ['--compare', '--file', tarball, '--directory', tree, '--strip-components=1'], [0, 1]);
      // Owner, mode and times are those of whoever unpacked it; the warning is about the first component, stripped to "".
      expect(found.filter((line) => !/: (Uid|Gid|Mod time|Mode) differs?$|^tar: : Warning: Cannot stat/.test(line))).toEqual([]);
      const inTarball = new Set(lines('tar', ['--list', '--file', tarball]).map((path) => path.replace(/^(\.\/)?[^/]*\//, '').replace(/\/$/, '')));
      const inTree = lines('find', [tree, '-not', '-type', 'd', '-printf', '%P\n']);
      expect(inTree.length).toBeGreaterThan(5);
      expect(inTree.filter((path) => !inTarball.has(path))).toEqual([]);
    }, 60_000);

    it('gave what its recipe says', () => {
      const made = [...programs(name, 'programs').map((program) => `${program}.wasm`), ...programs(name, 'test_programs').map((program) => `test/${program}.wasm`)];
      if (made.length === 0) expect(readdirSync(join(result, 'lib')).length).toBeGreaterThan(0);
      for (const program of made) {
        expect(existsSync(join(tools, 'build', program)), program).toBe(true);
        expect(sha256(join(tools, 'build', program)), program).toBe(sha256(join(result, program)));
      }
    });
  });
});
