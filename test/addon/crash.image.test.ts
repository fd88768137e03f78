// SPDX-License-Identifier: GPL-2.0-only
// The kernel dies: every call rejects from then on, with its last words, and Node ends as if nothing had been.
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {runChild} from '../support/child.ts';
import {ext4Image, temporaryDirectory} from '../support/tools.ts';

const image = ext4Image(join(temporaryDirectory(), 'disk.img'), 8 << 20);

const LAST_WORDS = {
  panic: /Kernel panic - not syncing: the host asked for it/,
  bug: /BUG: failure at [^\n]*crash\(\)!\n.*Kernel panic - not syncing: BUG!/s,
  fault: /kernel fault \(signal 11\) at address 0x8, image offset 0x[0-9a-f]+/,
};

describe.each(Object.entries(LAST_WORDS))('%s', (how, words) => {
  it('rejects all calls, and only those', async () => {
    const {status, signal, stdout, stderr} = await runChild('crash', [how, image]);
    expect({status, signal, stderr}).toEqual({status: 0, signal: null, stderr: ''});
    const {code, message, after, log} = JSON.parse(stdout);
    expect(code).toBe('EKERNELDEAD');
    expect(message).toMatch(words);
    expect(log).toMatch(words);
    // From the first line on: the log outlives the kernel.
    expect(log).toMatch(/^Linux version /);
    expect(new Set(Object.values(after))).toEqual(new Set(['EKERNELDEAD']));
    expect(Object.keys(after)).toHaveLength(10);
  });
});
