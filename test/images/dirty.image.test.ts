// SPDX-License-Identifier: GPL-2.0-only
// Images taken while mounted: the log is replayed in memory only, so what is seen is what the referee sees after a
// replay of its copy, and the image keeps its bytes. With asIs nothing is replayed at all.
import {describe, expect, it} from 'vitest';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

const dirty = family('dirty');

describe.each(dirty)('$name', (fixture) => {
  it('shows what a replay shows, and is not written to', () => expectSameView(fixture));

  if (!fixture.second) return;
  it('as it is: shows what lies on the disk', () => expectSameView(fixture, {asIs: true, expected: fixture.manifest2()}));

  // Guards the recipe: a log that changes nothing would prove nothing.
  it('has a log that matters', () => {
    expect(JSON.stringify([...fixture.manifest()])).not.toBe(JSON.stringify([...fixture.manifest2()]));
  });
});
