// SPDX-License-Identifier: GPL-2.0-only
// Damaged ext2/3/4 images of e2fsprogs' own tests: reading all of each may fail, but must not crash, hang or write.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {sha256} from '../support/compare.ts';
import {kdisk} from '../support/kdisk.ts';
import {readSafely, type Reading} from '../support/read-safely.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const SECONDS_EACH = 10;

const script = fileURLToPath(new URL('../../fixtures/damaged/e2fsprogs.sh', import.meta.url));
const folder = execFileSync('bash', [script], {encoding: 'utf8'}).trim();
const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'image.gz'))).sort();

describe('the damaged images of e2fsprogs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kdisk-damaged-'));
  const imageOf = (name: string) => join(directory, `${name}.img`);
  const before = new Map<string, string>();
  let readings = new Map<string, Reading>();

  beforeAll(async () => {
    for (const name of cases) {
      writeFileSync(imageOf(name), gunzipSync(readFileSync(join(folder, name, 'image.gz'))));
      before.set(name, await sha256(imageOf(name)));
    }
    readings = await readSafely(cases.map(imageOf), SECONDS_EACH);
  }, 600_000);

  afterAll(() => rmSync(directory, {recursive: true}));

  it.each(cases)('%s: read without crash, hang or write', async (name) => {
    expect(readings.get(imageOf(name))?.fatal).toBeUndefined();
    expect(readings.has(imageOf(name))).toBe(true);
    expect(await sha256(imageOf(name))).toBe(before.get(name));
  });

  // Guards the tests above against passing because nothing was read.
  it('mount for the most part, and give content', () => {
    const all = [...readings.values()];
    expect(cases.length).toBeGreaterThan(200);
    expect(all.filter(({mounted}) => mounted > 0).length).toBeGreaterThan(cases.length / 2);
    expect(all.reduce((sum, {bytes}) => sum + bytes, 0)).toBeGreaterThan(10_000_000);
    expect(all.some(({errors}) => Object.keys(errors).length > 0)).toBe(true);
  });
});

describe('an ext4 image that asks for a panic at the first error', () => {
  it('gives errors, and the rest of its content', () => {
    const directory = temporaryDirectory();
    const tree = join(directory, 'tree');
    mkdirSync(join(tree, 'broken'), {recursive: true});
    writeFileSync(join(tree, 'kept'), 'kept\n');
    const image = emptyImage(join(directory, 'panic.img'), 8 * 1024 * 1024);
    tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-e', 'panic', '-d', tree, image]);
    tool('debugfs', ['-w', '-R', 'clri /broken', image]);
    const listing = kdisk(['ls', '-l', image]);
    expect(listing.stdout).toContain('kept');
    expect(listing.stderr).toContain('needs repair');
    expect(kdisk(['cat', `${image}:/kept`]).stdout).toBe('kept\n');
  });
});
