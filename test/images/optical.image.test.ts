// SPDX-License-Identifier: GPL-2.0-only
// ISO 9660, UDF and the discs for Macs: seen through kdisk as through the referee kernel.
import {describe, it} from 'vitest';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

describe.each(family('optical'))('$name', (fixture) => {
  it('is seen as the referee sees it', () => {
    const {partition} = fixture;
    return expectSameView(fixture, {selectors: partition === undefined ? [{kind: 'disk'}] : [{kind: 'partition', number: partition}]});
  }, 60_000);
});
