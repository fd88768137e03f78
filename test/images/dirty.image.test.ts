// SPDX-License-Identifier: GPL-2.0-only
// Images taken while mounted: the log is replayed in memory only, so what is seen is what the referee sees after a
// replay of its copy, and the image keeps its bytes. With asIs nothing is replayed at all.
import {describe, expect, it} from 'vitest';
import {expectSameView, sha256} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory} from '../support/tools.ts';

const dirty = family('dirty');

describe.each(dirty)('$name', (fixture) => {
  it('shows what a replay shows, and is not written to', () => expectSameView(fixture));

  it('keeps its bytes under every command', async () => {
    const before = await sha256(fixture.image);
    const out = temporaryDirectory();
    const late = `${fixture.image}:/late${fixture.name.includes('vfat') ? '' : '/file'}`;
    // The kernel has no replay for jfs, so that what is late is not there.
    const seen = !fixture.name.includes('jfs');
    const results = [
      kdisk(['info', fixture.image]),
      kdisk(['ls', '-l', `${fixture.image}:/files`]),
      kdisk(['cp', '-r', `${fixture.image}:/files`, out]),
    ];
    expect(results.map(({status, stderr}) => ({status, stderr}))).toEqual(results.map(() => ({status: 0, stderr: ''})));
    const cat = kdisk(['cat', late]);
    expect(cat.status).toBe(seen ? 0 : 3);
    if (seen) expect(cat.stdout).toMatch(/^(replayed|late)\n$/);
    for (const words of [['info'], ['ls', '-lR']]) kdisk([...words, '--as-is', fixture.image]);
    expect(await sha256(fixture.image)).toBe(before);
  });

  if (!fixture.second) return;
  it('as it is: shows what lies on the disk', () => expectSameView(fixture, {asIs: true, expected: fixture.manifest2()}));

  // Guards the recipe: a log that changes nothing would prove nothing.
  it('has a log that matters', () => {
    expect(JSON.stringify([...fixture.manifest()])).not.toBe(JSON.stringify([...fixture.manifest2()]));
  });
});
