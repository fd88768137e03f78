// SPDX-License-Identifier: GPL-2.0-only
// A quarter of the damaged images of e2fsprogs' own tests: the report says what e2fsck of the same version says, and a
// repair ends with an image that it finds clean, or with the image as it was.
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {expect, it} from 'vitest';
import {fsck} from '../../src/fsck.ts';
import {checker} from '../support/damage.ts';
import {sha256, temporaryDirectory} from '../support/tools.ts';

const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = execFileSync('bash', [script('fixtures/damaged/e2fsprogs.sh')], {encoding: 'utf8'}).trim();
const native = join(execFileSync('bash', [script('tools/native.sh')], {encoding: 'utf8'}).trim(), 'e2fsck');

/** With -n, e2fsck itself never ends with the first, and writes behind its memory with the second. */
const BROKEN_UPSTREAM = ['f_illitable_flexbg', 'f_h_badroot'];
const LARGEST = 64 * 1024 * 1024;

const directory = temporaryDirectory();
const cases = readdirSync(folder)
  .filter(
    (name) => name.startsWith('f_') && existsSync(join(folder, name, 'image.gz')) && !BROKEN_UPSTREAM.includes(name),
  )
  .sort()
  .filter((_, index) => index % 4 === 1);

let verdicts = 0;

it.each(cases)(
  '%s',
  async (name) => {
    const image = join(directory, `${name}.img`);
    writeFileSync(image, gunzipSync(readFileSync(join(folder, name, 'image.gz'))));
    if (statSync(image).size > LARGEST) return;
    const before = sha256(image);
    const report = await fsck(image);
    expect(sha256(image)).toBe(before);
    // That of e2fsck -n leaves out the journal.
    if (!report.replayed) expect(report.exitCode).toBe(checker(native, '-n', image).status);
    const {state} = await fsck(image, {repair: 'all', force: true});
    if (state === 'repaired' || state === 'clean') expect(checker(native, '-fn', image)).toMatchObject({status: 0});
    else expect([sha256(image), checker(native, '-fn', image).status === 0]).toEqual([before, false]);
    verdicts++;
  },
  60_000,
);

it('nearly all of them were small enough to be looked at', () => expect(verdicts).toBeGreaterThan(cases.length * 0.9));
