// SPDX-License-Identifier: GPL-2.0-only
// Sizes as truncate(1) of the host understands them.
import {spawnSync} from 'node:child_process';
import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parseSizeChange} from '../../src/cli/size-change.ts';
import {temporaryDirectory} from '../support/tools.ts';

const file = join(temporaryDirectory(), 'file');

describe('a size', () => {
  it.each([
    '0',
    '5',
    '1K',
    '1k',
    '1KB',
    '1kB',
    '1KiB',
    '2M',
    '1MB',
    '+3',
    '-3',
    '-100',
    '<5',
    '<50',
    '>5',
    '>50',
    '/7',
    '%7',
    '%10',
    '/10',
    '+1K',
  ])('%s is what truncate takes it for', (text) => {
    writeFileSync(file, 'x'.repeat(10));
    expect(spawnSync('truncate', ['-s', text, file]).status).toBe(0);
    expect(parseSizeChange(text)!(10)).toBe(statSync(file).size);
  });

  it.each(['', 'x', '1.5M', '1Q', '/0', '%0', '--1', '5 M', '9E', '99999999999999999999'])('%s is none', (text) => {
    expect(parseSizeChange(text)).toBeUndefined();
  });
});
