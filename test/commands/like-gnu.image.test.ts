// SPDX-License-Identifier: GPL-2.0-only
// The commands that are named after tools of GNU coreutils do what those do: each line is done by kdisk in an image and
// by the tool in a copy of the same tree, and then both look the same, as debugfs sees the image.
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {changeCase, expectSound, summaryOfHost, summaryOfImage} from '../support/changes.ts';
import {kdisk} from '../support/kdisk.ts';

/** Words that begin with ":/" are paths in the tree. */
const lines: string[] = [
  'rm :/etc/hostname',
  'rm :/etc/link',
  'rm :/srv/broken',
  'rm -f :/etc/nope',
  'rm -f :/etc/hostname/x',
  'rm :/etc/nope :/etc/fstab',
  'rm :/etc',
  'rm -d :/srv/empty',
  'rm -d :/srv/full',
  'rm -r :/home',
  'rm -rf :/srv :/nope',
  'rm -r :/srv/ann',
  'rm :/etc/fstab/',
  'rm -r :/etc/.',
  'mkdir :/new',
  'mkdir :/new/',
  'mkdir :/etc',
  'mkdir :/a/b',
  'mkdir -p :/a/b/c :/etc :/srv/ann/more',
  'mkdir -p :/etc/hostname',
  'mkdir -p :/etc/hostname/x',
  'mkdir -p :/srv/broken',
  'mkdir -m 1777 :/new',
  'mkdir -m go-rx :/new',
  'mkdir -m u=rwx,g=s,o= :/new',
  'mkdir -p -m 700 :/a/b',
  'mv :/etc/hostname :/etc/name',
  'mv :/etc/hostname :/etc/fstab',
  'mv :/etc/hostname :/srv',
  'mv :/etc/hostname :/srv/',
  'mv :/etc/hostname :/nope/',
  'mv :/etc/hostname :/nope/x',
  'mv :/etc/hostname :/etc/hard',
  'mv :/etc/hostname :/etc/hostname',
  'mv :/etc/hostname :/etc/./hostname',
  'mv :/etc/hostname :/etc',
  'mv :/etc/link :/srv',
  'mv :/etc/fstab :/srv/ann',
  'mv :/etc/fstab :/srv/broken',
  'mv -T :/etc/fstab :/srv/ann',
  'mv -T :/srv/empty :/srv/full',
  'mv -T :/srv/full :/srv/empty',
  'mv -T :/srv/empty :/etc/fstab',
  'mv -T :/etc/fstab :/srv/empty',
  'mv :/srv :/srv/full',
  'mv :/srv/full :/srv/empty',
  'mv :/srv/full :/home/ann/deep/',
  'mv :/srv/full/ :/home/new/',
  'mv -n :/etc/fstab :/etc/passwd',
  'mv -u :/etc/hostname :/etc/fstab',
  'mv -u :/etc/fstab :/etc/hostname',
  'mv -f :/etc/fstab :/etc/passwd',
  'mv :/etc/fstab :/etc/passwd :/srv/empty',
  'mv :/etc/fstab :/nope :/srv/empty',
  'mv :/etc/fstab :/etc/passwd :/etc/group',
  'mv :/nope :/srv',
  'ln :/etc/fstab :/srv/fstab',
  'ln :/etc/fstab :/srv',
  'ln :/etc/fstab :/etc/passwd',
  'ln -f :/etc/fstab :/etc/passwd',
  'ln -f :/etc/hostname :/etc/hard',
  'ln -f :/etc/hostname :/etc/hostname',
  'ln :/etc :/srv/etc',
  'ln :/etc/fstab :/etc/group :/srv/empty',
  'ln -P :/etc/link :/srv/link',
  'ln :/nope :/srv/x',
  'ln -s ../etc/fstab :/srv/x',
  'ln -s nowhere :/srv/empty',
  'ln -s /etc/fstab :/srv/empty/',
  'ln -s a b :/srv/empty',
  'ln -s x :/etc/fstab',
  'ln -sf x :/etc/fstab',
  'ln -sf x :/srv/ann',
  'ln -sfT x :/srv/ann',
  'ln -sT x :/srv/empty',
  'chmod 600 :/etc/fstab',
  'chmod 4755 :/etc/fstab :/srv',
  'chmod 755 :/srv/ann',
  'chmod u+x,g=u,o-r :/etc/fstab',
  'chmod -r :/etc/fstab',
  'chmod -- -r :/etc/fstab',
  'chmod +w :/etc/ssh/key',
  'chmod -R go-rwx :/',
  'chmod -R a+X,u=rwX :/home',
  'chmod -R 700 :/srv/ann',
  'chmod -R 700 :/srv',
  'chmod 600 :/nope :/etc/fstab',
  'chmod 600 :/etc/link',
  'touch :/etc/fstab :/new',
  'touch -c :/new',
  'touch :/nope/x',
  'touch :/srv/broken',
  'touch -h :/srv/broken',
  'touch :/etc',
  'truncate -s 0 :/etc/fstab',
  'truncate -s 10K :/etc/fstab :/new',
  'truncate -s +5 :/etc/fstab',
  'truncate -s -5 :/etc/fstab',
  'truncate -s -1M :/etc/fstab',
  'truncate -s <3 :/etc/fstab',
  'truncate -s >100 :/etc/fstab',
  'truncate -s /7 :/etc/fstab',
  'truncate -s %4096 :/etc/fstab',
  'truncate -s 1KB :/etc/link',
  'truncate -c -s 5 :/new',
  'truncate -s 5 :/etc',
  'truncate -s 5 :/nope/x',
];

/** Options of the tool that say what kdisk does anyway, so that both are given the same line otherwise. */
const withoutP = (words: string[]) => words.filter((word) => word !== '-P');

describe('as the tool of GNU', () => {
  it.each(lines)('%s', (line) => {
    const {image, host} = changeCase();
    const words = line.split(' ');
    const there = words.map((word) => (word.startsWith(':/') ? join(host, '/') + word.slice(2) : word));
    const {status} = spawnSync(there[0]!, there.slice(1), {stdio: 'ignore'});
    const ours = kdisk([words[0]!, '-i', image, ...withoutP(words.slice(1))]);
    expect([ours.status === 0, ours.stderr]).toEqual([
      status === 0,
      status === 0 ? '' : expect.stringMatching(/^(kdisk: [^\n]+\n)+$/),
    ]);
    expectSound(image);
    expect(summaryOfImage(image)).toEqual(summaryOfHost(host));
  });
});
