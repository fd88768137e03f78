// SPDX-License-Identifier: GPL-2.0-only
// The commands that change an image, on file systems of other kinds: the checker of each finds nothing, and what the
// tools of GNU make of the same lines in a directory of the host is what the image holds, seen by the host's own kernel
// where it can mount it.
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {FindResult} from '../../src/commands/find.ts';
import {summaryOfHost} from '../support/changes.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();

const lines = [
  'mkdir -p :/a/b/c :/d',
  'touch :/a/one :/a/two :/a/b/three',
  ...Array.from({length: 200}, (_, index) => `touch :/d/file-with-a-rather-long-name-${index}`),
  'truncate -s 100000 :/a/one',
  'truncate -s 50 :/a/one',
  'truncate -s 3M :/a/two',
  'ln :/a/one :/a/b/link',
  'ln -s ../a/one :/d/symbolic',
  'ln -sf elsewhere :/d/symbolic',
  'mv :/a/b :/moved',
  'mv :/d/file-with-a-rather-long-name-7 :/d/file-with-a-rather-long-name-8',
  'mv :/a/two :/moved',
  'chmod -R u=rwX,go=rX :/',
  'chmod 4750 :/moved/link',
  'chmod 1777 :/d',
  'touch -d 2001-02-03T04:05:06Z :/moved/three',
  'mkdir -p :/gone/x/y',
  'touch :/gone/x/y/z :/gone/w',
  'rm -r :/gone',
  'rm :/d/file-with-a-rather-long-name-9 :/moved/three',
];

describe.each(['ext4', 'xfs', 'btrfs', 'f2fs'] as const)('%s', (type) => {
  it('holds what GNU would make of it', () => {
    const image = makeFileSystem(type, join(directory, `${type}.img`));
    const script = join(directory, `${type}.script`);
    writeFileSync(script, lines.map((line) => `${line}\n`).join(''));
    const run = kdisk(['run', image, script]);
    expect([run.stderr, run.status]).toEqual(['', 0]);
    expect(unsound(type, image)).toBe('');

    const host = join(directory, `${type}.host`);
    mkdirSync(host);
    const there = lines.map((line) => line.replaceAll(' :/', ` ${host}/`));
    execFileSync('sh', ['-ec', there.join('\n')]);
    const expected = summaryOfHost(host);
    expect(Object.keys(expected).length).toBeGreaterThan(200);

    const {matches} = kdisk(['find', '--json', image]).json<FindResult>();
    const paths = matches.map(({path}) => path).filter((path) => path !== '/' && !path.startsWith('/lost+found'));
    expect(paths.sort()).toEqual(Object.keys(expected).sort());
    if (noLoopMount(type)) return;
    using mounted = loopMount(type, image, 'ro');
    const seen = Object.entries(summaryOfHost(mounted.path)).filter(([path]) => path !== '/lost+found');
    expect(Object.fromEntries(seen)).toEqual(expected);
  });
});
