// SPDX-License-Identifier: GPL-2.0-only
// Each type that `kdisk mkfs` makes: sound by its own checker, called as asked by blkid, and of use to both kernels.
import {existsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {failed, judgeOf, MIB, mkfs, SIZES, tag, type Writable} from '../support/new-image.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

const types = Object.keys(SIZES) as Writable[];
/** FAT and exFAT have a number, NTFS one that nobody chooses. */
const idOf = (type: Writable) => (type === 'ntfs' ? undefined : type.includes('fat') ? '1234-ABCD' : UUID);

describe.each(types)('%s', (type) => {
  const image = join(directory, `${type}.img`);
  const id = idOf(type);

  it('is made with label, UUID and size', () => {
    const made = mkfs(['-t', type, '--size', `${SIZES[type]}M`, '-L', 'LABEL', ...(id ? ['-U', id] : []), image]);
    expect(failed(made)).toBe('');
    expect(made.stdout).toMatch(new RegExp(`^${image}: ${type} "LABEL", ${SIZES[type]} MiB, UUID [-0-9A-Fa-f]+\n$`));
    expect(statSync(image).size).toBe(SIZES[type] * MIB);
    expect(tag(image, 'TYPE')).toBe(type);
    expect(tag(image, 'LABEL')).toBe('LABEL');
    if (id) expect(tag(image, 'UUID')).toBe(id);
    else expect(made.stdout).toContain(tag(image, 'UUID'));
  });

  it('is sound', () => expect(unsound(judgeOf(type), image)).toBe(''));

  it('can be written to by kdisk, and is sound then', () => {
    expect(kdisk(['mkdir', `${image}:/new`]).stderr).toBe('');
    expect(kdisk(['ls', image]).stdout).toContain('new');
    expect(unsound(judgeOf(type), image)).toBe('');
  });

  it('can be mounted by the host', ({skip}) => {
    const missing = noLoopMount(type);
    skip(missing !== '', missing);
    using seen = loopMount(type, image);
    expect(existsSync(join(seen.path, 'new'))).toBe(true);
  });

  it('is not made over another without --force', () => {
    const {status, stderr} = mkfs(['-t', 'ext2', image]);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`^kdisk: ${image} holds ${type} labelled "LABEL", .* used; .* add --force\n$`));
    expect(tag(image, 'TYPE')).toBe(type);
  });

  it('leaves nothing of itself when something else takes its place', () => {
    expect(failed(mkfs(['-t', 'ext2', '--force', image]))).toBe('');
    expect(tool('blkid', ['-p', '-s', 'TYPE', '-o', 'value', image]).trim()).toBe('ext2');
    expect(unsound('ext4', image)).toBe('');
  });
});

describe('further kinds', () => {
  it.each([
    ['ext4', ['--block-size', '1024'], '1024'],
    ['ext4', ['--block-size', '4K'], '4096'],
    ['ext4', ['--block-size', '64K'], '65536'],
    ['xfs', ['--block-size', '1K'], '512'],
    ['vfat', ['--block-size', '4K'], '512'],
  ])('%s %j', (type, words, blockSize) => {
    const image = join(directory, `${type}-${words[1]}.img`);
    expect(failed(mkfs(['-t', type, '--size', '512M', ...words, image]))).toBe('');
    expect(tag(image, 'BLOCK_SIZE')).toBe(blockSize);
    expect(unsound(judgeOf(type as Writable), image)).toBe('');
  });

  it.each(['fat12', 'fat16', 'fat32'])('%s', (kind) => {
    const image = join(directory, `${kind}.img`);
    expect(failed(mkfs(['-t', kind, '--size', kind === 'fat12' ? '1M' : '40M', image]))).toBe('');
    const version = tool('blkid', ['-p', '-s', 'VERSION', '-o', 'value', image]).trim();
    expect(version.toLowerCase()).toBe(kind);
  });

  it('16 TiB of ext4 in a sparse file', {timeout: 120_000}, () => {
    const image = join(directory, 'huge.img');
    expect(failed(mkfs(['-t', 'ext4', '--size', '15.9T', image]))).toBe('');
    expect(statSync(image).blocks * 512).toBeLessThan(512 * MIB);
    expect(tool('dumpe2fs', ['-h', image])).toMatch(/Filesystem state: +clean/);
  });
});
