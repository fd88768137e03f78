// SPDX-License-Identifier: GPL-2.0-only
// squashfs, erofs, romfs, cramfs with each compressor: seen through kdisk as through the referee kernel.
import {describe, it} from 'vitest';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

describe.each(family('readonly'))('$name', (fixture) => {
  it('is seen as the referee sees it', () => expectSameView(fixture), 60_000);
});
