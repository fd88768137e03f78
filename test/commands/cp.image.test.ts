// SPDX-License-Identifier: GPL-2.0-only
// kdisk cp out of a real image.
import {lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {CpResult} from '../../src/commands/cp.ts';
import {BIG, makeDisks, RAW_NAME, TIME} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory} from '../support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());

/** An empty directory for each test. */
function fresh(): string {
  return temporaryDirectory();
}

describe('kdisk cp', () => {
  it('copies a file with its mode and time', () => {
    const cwd = fresh();
    const {stdout, stderr, status} = kdisk(['cp', `${plain}:/etc/hostname`, `${plain}:/etc/ssh/key`, cwd]);
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
    expect(readFileSync(join(cwd, 'hostname'), 'utf8')).toBe('host\n');
    expect(lstatSync(join(cwd, 'hostname')).mtime).toEqual(TIME);
    expect(lstatSync(join(cwd, 'key')).mode & 0o7777).toBe(0o600);
  });

  it('copies to a new name, and over a file', () => {
    const to = join(fresh(), 'new');
    writeFileSync(to, 'something longer than that');
    expect(kdisk(['cp', `${plain}:/etc/hostname`, to]).status).toBe(0);
    expect(readFileSync(to, 'utf8')).toBe('host\n');
  });

  it('does without mode and time when told to', () => {
    const to = join(fresh(), 'new');
    kdisk(['cp', '--no-preserve', `${plain}:/etc/hostname`, to]);
    expect(lstatSync(to).mtime.getTime()).toBeGreaterThan(TIME.getTime());
  });

  it('copies a tree with links, odd names and holes', () => {
    const cwd = fresh();
    const to = join(cwd, 'all');
    const {status, stderr} = kdisk(['cp', '-r', `${plain}:/`, to]);
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(join(to, 'boot/initrd.gz')).equals(BIG)).toBe(true);
    expect(readlinkSync(join(to, 'link'))).toBe('etc/hostname');
    expect(readlinkSync(join(to, 'absolute'))).toBe('/etc');
    expect(readlinkSync(join(to, 'broken'))).toBe('nowhere');
    expect(lstatSync(join(to, 'etc/ssh')).mtime).toEqual(TIME);
    expect(readdirSync(join(to, 'many'))).toHaveLength(1500);
    expect(readdirSync(join(to, 'odd'), {encoding: 'buffer'}).some((name) => name.equals(RAW_NAME))).toBe(true);
    const sparse = lstatSync(join(to, 'sparse'));
    expect(sparse.size).toBe(64 * 1024 * 1024);
    expect(sparse.blocks).toBeLessThan(100);
  });

  it('puts a tree below a directory that is there, its content with "/."', () => {
    const cwd = fresh();
    kdisk(['cp', '-r', `${gpt}@p2:/deep`, cwd]);
    expect(readdirSync(join(cwd, 'deep/a'))).toEqual(['b']);
    kdisk(['cp', '-r', `${gpt}@p2:/deep/.`, cwd]);
    expect(readdirSync(cwd).sort()).toEqual(['a', 'deep']);
  });

  it('follows a link that is named, but not with -r', () => {
    const cwd = fresh();
    kdisk(['cp', `${plain}:/link`, join(cwd, 'followed')]);
    kdisk(['cp', '-r', `${plain}:/link`, join(cwd, 'kept')]);
    expect(lstatSync(join(cwd, 'followed')).isFile()).toBe(true);
    expect(readlinkSync(join(cwd, 'kept'))).toBe('etc/hostname');
  });

  it('writes to standard output', () => {
    expect(kdisk(['cp', `${plain}:/boot/initrd.gz`, '-']).bytes.equals(BIG)).toBe(true);
  });

  it('counts for programs', () => {
    const result = kdisk(['cp', '--json', '-r', `${plain}:/deep`, `${plain}:/etc`, fresh()]);
    expect(result.json<CpResult>()).toEqual({
      files: 4,
      directories: 5,
      links: 0,
      hardLinks: 0,
      specials: 0,
      kept: 0,
      bytes: 53,
      problems: [],
      lost: [],
    });
  });

  it('leaves directories out without -r, and goes on', () => {
    const cwd = fresh();
    const {status, stderr} = kdisk(['cp', `${plain}:/etc`, `${plain}:/etc/hostname`, cwd]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/:\/etc is a directory; -r copies directories/);
    expect(readdirSync(cwd)).toEqual(['hostname']);
  });

  it('does not overwrite the image with one of its files', () => {
    const before = lstatSync(plain);
    const {status, stderr} = kdisk(['cp', `${plain}:/etc/hostname`, plain]);
    expect(status).toBe(2);
    expect(stderr).toContain('is the image itself');
    expect(lstatSync(plain).mtimeMs).toBe(before.mtimeMs);
  });

  it.each([
    ['a directory over a file', ['-r', ':/etc', 'file'], 2, /not one/],
    ['a file over a directory', [':/etc/hostname', 'tree'], 2, /which is a directory/],
    ['a missing file', [':/nope', '.'], 3, /no such file/],
    ['a missing directory of the host', [':/etc/hostname', 'none/x'], 3, /there is no directory none/],
    ['a copy on the host', ['file', '.'], 2, /neither file nor \. is in an image/],
    ['an image that is not there', [':/etc/hostname', 'x.img:/y'], 3, /no such image/],
    ['a pattern without a match', [':/etc/*.none', '.'], 3, /nothing matches/],
    ['both kinds of destination', ['-T', '-t', 'tree', ':/etc/hostname'], 2, /exclude each other/],
    ['events for nobody', ['--events', ':/etc/hostname', '.'], 2, /needs --json/],
    ['a contradiction', ['-a', '--no-preserve', ':/etc', '.'], 2, /give one of them/],
    ['an owner by name', ['--owner', 'ann', ':/etc/hostname', '.'], 2, /wants numbers/],
    ['a bad range', ['--map-uid', '1:2:0', ':/etc/hostname', '.'], 2, /--map-uid wants/],
    ['no destination', [':/etc/hostname'], 2, /where to\?/],
  ])('refuses %s', (_, words, exitCode, message) => {
    const cwd = fresh();
    writeFileSync(join(cwd, 'file'), '');
    mkdirSync(join(cwd, 'tree/hostname'), {recursive: true});
    const {status, stderr} = kdisk(['cp', '-i', plain, ...words], {cwd});
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(exitCode);
  });

  it.runIf(process.getuid?.() === 0)('reports what the host refuses', () => {
    const cwd = fresh();
    const {status, stderr} = kdisk(['cp', `${plain}:/etc/hostname`, join(cwd, 'x')], {uid: 65534, cwd: '/'});
    expect(status).toBe(7);
    expect(stderr).toMatch(/permission/);
  });
});
