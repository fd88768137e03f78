// SPDX-License-Identifier: GPL-2.0-only
// jfs, nilfs2, minix: every fixture looks through kdisk as it does through the referee kernel.
import {describe, it} from 'vitest';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

describe.each(family('others'))('$name', (fixture) => {
  it('is seen as the referee sees it', () => expectSameView(fixture), 60_000);
});
