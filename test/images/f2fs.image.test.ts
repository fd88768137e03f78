// SPDX-License-Identifier: GPL-2.0-only
// f2fs: every fixture looks through kdisk as it does through the referee kernel.
import {describe, it} from 'vitest';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

describe.each(family('f2fs'))('$name', (fixture) => {
  it('is seen as the referee sees it', () => expectSameView(fixture), 60_000);
});
