// SPDX-License-Identifier: GPL-2.0-only
// A tree goes out of an image to a user who can hold little of it, and comes back whole from the manifest. Needs root:
// to make such a tree, and to see both images through the host's kernel.
import {spawnSync} from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {LIMITS, makeEverything, makeSocket} from '../support/attributes.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk, type Run} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {differences} from '../support/same-tree.ts';
import {hasTools, temporaryDirectory, tool, toolEnvironment} from '../support/tools.ts';

const missing = noLoopMount('ext4');
const NOBODY = {uid: 65_534, gid: 65_534};
const MINUTES = 5 * 60_000;

const said = ({status, stdout, stderr}: Run) => `${status} ${stdout}${stderr}`;

describe.skipIf(missing)('a copy by an ordinary user', () => {
  const directory = missing ? '' : temporaryDirectory();
  const at = (path: string) => join(directory, path);
  const asNobody = (...words: string[]) => said(kdisk(words, {...NOBODY, cwd: directory, timeout: MINUTES}));

  /** An image that the user may write to. */
  function emptyImage(name: string): string {
    const image = makeFileSystem('ext4', at(name), 512);
    chownSync(image, NOBODY.uid, NOBODY.gid);
    return image;
  }

  /** What the two images have not in common, as the host's kernel sees them. */
  function unlike(one: string, other: string, tree = 'tree'): string[] {
    expect(unsound('ext4', at(other))).toBe('');
    using left = loopMount('ext4', at(one), 'ro');
    using right = loopMount('ext4', at(other), 'ro');
    return differences(join(left.path, tree), join(right.path, tree), {flags: LIMITS.ext4.flags});
  }

  beforeAll(async () => {
    chmodSync(directory, 0o777);
    emptyImage('first.img');
    using mounted = loopMount('ext4', at('first.img'));
    await makeEverything(join(mounted.path, 'tree'), LIMITS.ext4);
    await makeSocket(join(mounted.path, 'tree/special/socket'));
  }, MINUTES);

  it('comes back with everything', {timeout: MINUTES}, () => {
    expect(asNobody('cp', '-a', 'first.img:/tree', '.', '--manifest', 'tree.mtree')).toBe('0 ');
    expect(statSync(at('tree.mtree')).mode & 0o777).toBe(0o600);
    expect(statSync(at('tree/owners/1000-1000')).uid).toBe(NOBODY.uid);
    emptyImage('second.img');
    expect(asNobody('cp', '-a', 'tree', 'second.img:/', '--manifest', 'tree.mtree')).toBe('0 ');
    expect(unlike('first.img', 'second.img')).toEqual([]);
  });

  it.skipIf(!hasTools('bsdtar', 'mtree'))('bsdtar and mtree read the manifest', () => {
    const list = spawnSync('bsdtar', ['-tf', 'tree.mtree'], {cwd: directory, env: toolEnvironment, encoding: 'utf8'});
    // mtree(5) has sockets, bsdtar has not.
    const refused = /^(bsdtar: Unrecognized file type "socket"; assuming "file"\nbsdtar: Error exit .*\n)?$/;
    expect(list.stderr).toMatch(refused);
    const entries = Number(/^# kdisk end entries=(\d+) /m.exec(readFileSync(at('tree.mtree'), 'latin1'))![1]);
    expect(entries).toBeGreaterThan(200);
    // A path with a newline in it is written with an escape.
    expect(list.stdout.trimEnd().split('\n').length).toBe(entries);
    const compared = spawnSync('mtree', ['-p', '.', '-f', 'tree.mtree', '-k', 'type,size,link'], {
      cwd: directory,
      env: toolEnvironment,
      encoding: 'latin1',
    });
    // Devices are all that nobody could not make.
    expect(compared.stderr).toBe('');
    expect(compared.stdout.match(/^missing: .*/gm)?.sort()).toEqual(
      ['block', 'high', 'null'].map((name) => `missing: ./tree/special/${name}`),
    );
    expect(compared.stdout).not.toMatch(/ changed$|expected/m);
  });

  it('what the host lost meanwhile is made again', {timeout: MINUTES}, () => {
    // As on a host that has none of these.
    for (const path of ['links/relative', 'links/bytes', 'special/fifo', 'special/socket', 'links/below/third'])
      rmSync(at(`tree/${path}`));
    const {atime, mtime} = statSync(at('tree/links/second'));
    rmSync(at('tree/links/second'));
    copyFileSync(at('tree/links/first'), at('tree/links/second'));
    utimesSync(at('tree/links/second'), atime, mtime);
    // Changed directories keep their new time.
    for (const path of ['links', 'links/below', 'special']) utimesSync(at(`tree/${path}`), 1e9, 1e9);
    emptyImage('third.img');
    expect(asNobody('cp', '-a', 'tree', 'third.img:/', '--manifest', 'tree.mtree')).toBe('0 ');
    expect(unlike('first.img', 'third.img')).toEqual([]);
  });

  it('what was changed on the host stays changed', {timeout: MINUTES}, () => {
    appendFileSync(at('tree/modes/file-4755'), ' edited');
    writeFileSync(at('tree/modes/new'), 'new');
    chmodSync(at('tree/modes/new'), 0o640);
    chownSync(at('tree/modes/new'), NOBODY.uid, NOBODY.gid);
    rmSync(at('tree/modes/file-0644'));
    emptyImage('fourth.img');
    expect(asNobody('cp', '-a', 'tree', 'fourth.img:/', '--manifest', 'tree.mtree')).toBe(
      '1 kdisk: tree/modes/file-0644: no such file or directory\n',
    );
    using mounted = loopMount('ext4', at('fourth.img'), 'ro');
    const edited = join(mounted.path, 'tree/modes/file-4755');
    expect(readFileSync(edited, 'utf8')).toBe('4755 edited');
    expect(statSync(edited).mode & 0o7777).toBe(0o4755);
    expect(statSync(edited).mtimeMs).toBe(statSync(at('tree/modes/file-4755')).mtimeMs);
    expect(statSync(edited).uid).toBe(0);
    expect(statSync(join(mounted.path, 'tree/modes/new')).mode & 0o7777).toBe(0o640);
  });

  it('escaped names come back by the manifest alone', {timeout: MINUTES}, () => {
    const out = ['first.img:/tree/names', 'escaped'];
    expect(asNobody('cp', '-a', '--names', 'windows', ...out, '--manifest', 'names.mtree')).toBe('0 ');
    expect(readFileSync(at('escaped/%43ON'), 'utf8')).toBe('CON');
    expect(readFileSync(at('escaped/colon%3Aat@p1'), 'utf8')).toBe('colon:at@p1');
    emptyImage('fifth.img');
    expect(asNobody('cp', '-a', 'escaped', 'fifth.img:/names', '--manifest', 'names.mtree')).toBe('0 ');
    using left = loopMount('ext4', at('first.img'), 'ro');
    using right = loopMount('ext4', at('fifth.img'), 'ro');
    expect(differences(join(left.path, 'tree/names'), join(right.path, 'names'), {flags: ''})).toEqual([]);
  });

  it('a damaged manifest is refused before anything is written', () => {
    const text = readFileSync(at('tree.mtree'), 'latin1');
    writeFileSync(at('cut.mtree'), text.slice(0, text.length / 2), 'latin1');
    writeFileSync(at('odd.mtree'), text.replace(/mode=0755/, 'mode=0955'), 'latin1');
    emptyImage('sixth.img');
    for (const [name, problem] of [['cut.mtree', /line \d+: /], ['odd.mtree', /line \d+: "mode=0955"/]] as const) {
      chownSync(at(name), NOBODY.uid, NOBODY.gid);
      const answer = asNobody('cp', '-a', 'tree', 'sixth.img:/', '--manifest', name);
      expect(answer).toMatch(/^[1-7] kdisk: /);
      expect(answer).toContain(name);
      expect(answer).toMatch(problem);
      expect(answer.trimEnd().split('\n').length).toBe(1);
    }
    expect(unsound('ext4', at('sixth.img'))).toBe('');
    using mounted = loopMount('ext4', at('sixth.img'), 'ro');
    expect(tool('ls', [mounted.path])).toBe('lost+found\n');
  });
});

describe('docs/manifest.md', () => {
  it.skipIf(!hasTools('bsdtar', 'mtree'))('shows a file that bsdtar and mtree read', () => {
    const page = readFileSync(new URL('../../docs/manifest.md', import.meta.url), 'utf8');
    const example = join(temporaryDirectory(), 'example.mtree');
    writeFileSync(example, /```\n(#mtree\n[\s\S]*?)```/.exec(page)![1]!);
    const list = spawnSync('bsdtar', ['-tvf', example], {env: toolEnvironment, encoding: 'utf8'});
    expect([list.status, list.stderr]).toEqual([0, '']);
    expect(list.stdout).toMatch(/^-rwsr-xr-x .* \.\/etc\/a tool$/m);
    expect(list.stdout).toMatch(/^lrwxrwxrwx .* \.\/etc\/mtab -> \.\.\/proc\/mounts$/m);
    const compared = spawnSync('mtree', ['-p', temporaryDirectory(), '-f', example], {
      env: toolEnvironment,
      encoding: 'utf8',
    });
    expect(compared.stderr).toBe('');
    expect(compared.stdout).toContain('missing: ./etc/a tool');
  });
});
