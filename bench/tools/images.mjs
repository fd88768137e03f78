// SPDX-License-Identifier: GPL-2.0-only
// The images and files that are measured with, made anew for each run when a task first asks, and removed at its end.
import {execFileSync} from 'node:child_process';
import {createHash, randomFillSync} from 'node:crypto';
import {closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const MIB = 1 << 20;
const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};

/** An ext4 of the given size, with what is below `tree`, or empty. */
function makeExt4(image, mebibytes, tree) {
  writeFileSync(image, '');
  truncateSync(image, mebibytes * MIB);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', ...(tree ? ['-d', tree] : []), image], {env: environment});
  return image;
}

/** Memory that holds all of it twice is asked for: copies are made of everything. */
function chooseParent() {
  try {
    const {bavail, bsize} = statfsSync('/dev/shm');
    if (bavail * bsize > 8192 * MIB) return ['/dev/shm', 'in tmpfs'];
  } catch {
    // No such file system here: the directory for temporary files will do.
  }
  return [tmpdir(), 'on disk, in the page cache'];
}

function once(make) {
  const made = new Map();
  return (argument) => {
    if (!made.has(argument)) made.set(argument, make(argument));
    return made.get(argument);
  };
}

/** @param {string} [given] directory to work in */
export function prepareImages(given) {
  const [parent, where] = given ? [given, `below ${given}`] : chooseParent();
  const directory = mkdtempSync(join(parent, 'kdisk-bench-'));
  process.on('exit', () => rmSync(directory, {recursive: true, force: true}));

  /** Image with N empty files besides a hundred with content. */
  const listed = once((count) => {
    const tree = join(directory, 'listed');
    mkdirSync(tree);
    for (let index = 0; index < 100; index++) writeFileSync(join(tree, `file-${index}`), `content ${index}\n`);
    for (let index = 0; index < count; index++) writeFileSync(join(tree, `more-${index}`), '');
    const image = makeExt4(join(directory, `listed-${count}.img`), count > 0 ? 256 : 64, tree);
    rmSync(tree, {recursive: true});
    return image;
  });

  /** One file "big" of N MiB that nothing compresses: `folder` it lies in alone, `image` with it, `empty` to copy it into. */
  const file = once((mebibytes) => {
    const folder = join(directory, `file-${mebibytes}`);
    mkdirSync(folder);
    const path = join(folder, 'big');
    const fd = openSync(path, 'w');
    const block = Buffer.alloc(16 * MIB);
    const hash = createHash('sha256');
    for (let written = 0; written < mebibytes * MIB; written += block.length) {
      hash.update(randomFillSync(block));
      writeSync(fd, block);
    }
    closeSync(fd);
    // Room for a journal and the tables.
    const size = mebibytes + 64 + (mebibytes >> 3);
    return {
      path,
      folder,
      mebibytes: size,
      digest: hash.digest('hex'),
      image: makeExt4(`${folder}.img`, size, folder),
      empty: makeExt4(`${folder}-empty.img`, size),
    };
  });

  /** A directory "tree" with N files of 4 KiB, a hundred to a directory; the rest as for file. */
  const tree = once((count) => {
    const folder = join(directory, `tree-${count}`);
    const path = join(folder, 'tree');
    mkdirSync(path, {recursive: true});
    const content = Buffer.alloc(4096);
    for (let index = 0; index < count; index++) {
      const below = join(path, `directory-${Math.floor(index / 100)}`);
      if (index % 100 === 0) mkdirSync(below);
      writeFileSync(join(below, `file-${index}`), randomFillSync(content));
    }
    const size = 96 + count / 64;
    return {path, folder, mebibytes: size, image: makeExt4(`${folder}.img`, size, folder), empty: makeExt4(`${folder}-empty.img`, size)};
  });

  /** A file system of N small files, a hundred to a directory. */
  const checked = once((count) => {
    const tree = join(directory, `checked-${count}`);
    for (let index = 0; index < count; index++) {
      const below = join(tree, `directory-${Math.floor(index / 100)}`);
      if (index % 100 === 0) mkdirSync(below, {recursive: true});
      writeFileSync(join(below, `file-${index}`), `content ${index}\n`);
    }
    const image = makeExt4(`${tree}.img`, count > 100_000 ? 8192 : 2048, tree);
    rmSync(tree, {recursive: true});
    return image;
  });

  return {
    where,
    directory,
    checked,
    /** Whether writing costs nothing but memory. */
    onDisk: where !== 'in tmpfs',
    get small() {
      return listed(0);
    },
    get many() {
      return listed(10_000);
    },
    file,
    tree,
  };
}
