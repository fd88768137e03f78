// SPDX-License-Identifier: GPL-2.0-only
// The images that are measured with, made anew for each run and removed at its end.
import {execFileSync} from 'node:child_process';
import {createHash, randomFillSync} from 'node:crypto';
import {closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const MIB = 1 << 20;
const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};

function makeExt4(image, tree, mebibytes, options) {
  writeFileSync(image, '');
  truncateSync(image, mebibytes * MIB);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', ...options, '-d', tree, image], {env: environment});
}

/** @param {boolean} withLarge whether a task needs the 1 GiB file */
export function prepareImages(withLarge) {
  let parent = tmpdir();
  let where = 'on disk, in the page cache';
  try {
    const {bavail, bsize} = statfsSync('/dev/shm');
    if (bavail * bsize > 4096 * MIB) [parent, where] = ['/dev/shm', 'in tmpfs'];
  } catch {
    // No such file system here: the directory for temporary files will do.
  }
  const directory = mkdtempSync(join(parent, 'kdisk-bench-'));
  process.on('exit', () => rmSync(directory, {recursive: true, force: true}));
  const tree = join(directory, 'tree');
  mkdirSync(tree);

  for (let index = 0; index < 100; index++) writeFileSync(join(tree, `file-${index}`), `content ${index}\n`);
  const small = join(directory, 'small.img');
  makeExt4(small, tree, 64, ['-b', '4096']);

  for (let index = 0; index < 10_000; index++) writeFileSync(join(tree, `more-${index}`), '');
  const many = join(directory, 'many.img');
  makeExt4(many, tree, 256, ['-b', '4096']);
  rmSync(tree, {recursive: true});

  const images = {where, small, images: [small, many], large: undefined, largeDigest: undefined};
  if (withLarge) {
    mkdirSync(tree);
    const fd = openSync(join(tree, 'big'), 'w');
    const block = Buffer.alloc(16 * MIB);
    const hash = createHash('sha256');
    for (let written = 0; written < 1024 * MIB; written += block.length) {
      hash.update(randomFillSync(block));
      writeSync(fd, block);
    }
    closeSync(fd);
    images.largeDigest = hash.digest('hex');
    images.large = join(directory, 'large.img');
    makeExt4(images.large, tree, 1200, ['-b', '4096', '-m', '0']);
    rmSync(tree, {recursive: true});
  }
  return images;
}
