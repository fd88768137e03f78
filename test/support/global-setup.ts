// SPDX-License-Identifier: GPL-2.0-only
// Around all tests: first all fixtures at once, which is many times faster than one by one (nothing is done again while
// the recipes stay the same); in the end the temporary files go, because the processes of the tests are killed.
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {makeFixtures} from './fixtures.ts';

export default function setup(): () => void {
  makeFixtures();
  const temporary = mkdtempSync(join(tmpdir(), 'kdisk-test-'));
  // Some tests run the program as another user.
  chmodSync(temporary, 0o755);
  // Where os.tmpdir() looks; handed down to the processes of the tests.
  process.env.TMPDIR = temporary;
  return () => rmSync(temporary, {recursive: true, force: true});
}
