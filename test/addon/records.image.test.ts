// SPDX-License-Identifier: GPL-2.0-only
// Trees as records: what is read can be written again, damaged records are refused, nothing stays open.
import {linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {addon, boot, copyIn, mount} from '../support/addon.mjs';
import {ext4Image, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [ENOENT, EEXIST, EINVAL] = [2, 17, 22];
const HEAD = 32;
const [ENTER, LEAVE, FILE, DATA, END, SYMLINK, HARD_LINK, PROBLEM] = [1, 2, 3, 4, 5, 7, 8, 10];
const directory = temporaryDirectory();
const tree = join(directory, 'tree');

interface Record {kind: number; bits: number; offset: number; name: string; path: string; target: string; data: Buffer}

function parse(bytes: Buffer): Record[] {
  const records: Record[] = [];
  for (let at = 0, length; at < bytes.length; at += length) {
    length = bytes.readUInt32LE(at);
    expect(length % 8).toBe(0);
    const bits = bytes.readUInt16LE(at + 6);
    let place = at + HEAD + (bits & 1 ? 256 : 0);
    const cut = (size: number) => bytes.subarray(place, (place += size));
    const [name, path, target] = [24, 26, 28].map((field) => cut(bytes.readUInt16LE(at + field)).toString());
    for (let left = bytes.readUInt16LE(at + 30); left > 0; left--) place += 8 + bytes.readUInt16LE(place) + bytes.readUInt32LE(place + 4);
    records.push({
      kind: bytes.readUInt16LE(at + 4), bits, offset: Number(bytes.readBigUInt64LE(at + 8)),
      name: name!, path: path!, target: target!, data: cut(bytes.readUInt32LE(at + 16)),
    });
  }
  return records;
}

/** A record without metadata. */
function record(kind: number, {name = '', target = '', offset = 0, bits = 0, data = Buffer.alloc(0)} = {}): Buffer {
  const body = Buffer.concat([Buffer.from(name), Buffer.from(target), data]);
  const bytes = Buffer.alloc((HEAD + body.length + 7) & ~7);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(kind, 4);
  bytes.writeUInt16LE(bits, 6);
  bytes.writeBigUInt64LE(BigInt(offset), 8);
  bytes.writeUInt32LE(data.length, 16);
  bytes.writeUInt16LE(Buffer.byteLength(name), 24);
  bytes.writeUInt16LE(Buffer.byteLength(target), 28);
  body.copy(bytes, HEAD);
  return bytes;
}

let count = 0;
async function volume() {
  const image = ext4Image(join(directory, `${count++}.img`), 32 * MIB);
  const disk = await addon.attach(image, 'read-write');
  const {root, unmount} = await mount(disk.device);
  const close = async () => {
    await unmount();
    await addon.detach(disk.id);
    tool('e2fsck', ['-fn', image]);
  };
  return {image, root, close};
}

async function readAll(root: number | null, from: string, options = {}): Promise<Buffer> {
  const number = await addon.openTree(root, [{from: Buffer.from(from), to: Buffer.from('top')}], {recursive: true, ...options});
  const chunks: Buffer[] = [];
  for (let chunk; (chunk = await addon.readTree(number)).length > 0; ) chunks.push(chunk);
  await addon.closeTree(number);
  return Buffer.concat(chunks);
}

beforeAll(async () => {
  mkdirSync(join(tree, 'sub'), {recursive: true});
  writeFileSync(join(tree, 'large'), Buffer.alloc(3 * MIB + 5, 'large'));
  writeFileSync(join(tree, 'sparse'), 'x');
  truncateSync(join(tree, 'sparse'), 20 * MIB);
  writeFileSync(join(tree, 'sub/small'), 'small');
  linkSync(join(tree, 'sub/small'), join(tree, 'sub/again'));
  symlinkSync('sub/small', join(tree, 'link'));
  await boot();
});

describe('records that were read', () => {
  it('are all there is, and make the same tree', async () => {
    const [one, two] = [await volume(), await volume()];
    await copyIn(one.root, [[tree, '/tree']], {recursive: true});
    const bytes = await readAll(one.root, '/tree');
    const records = parse(bytes);
    expect(records[0]).toMatchObject({kind: ENTER, name: 'top', path: '/tree'});
    expect(records.at(-1)!.kind).toBe(LEAVE);
    const kinds = (kind: number) => records.filter((each) => each.kind === kind);
    expect(kinds(SYMLINK)).toMatchObject([{name: 'link', target: 'sub/small'}]);
    expect(kinds(HARD_LINK)).toHaveLength(1);
    expect(kinds(END).map(({offset}) => offset).sort()).toEqual([20 * MIB, 3 * MIB + 5].sort());
    expect(kinds(DATA).reduce((sum, {data}) => sum + data.length, 0)).toBeLessThan(4 * MIB);

    const number = await addon.createTree(two.root, Buffer.from('/'), {});
    // One at a time: they may end anywhere.
    for (let at = 0, end; at < bytes.length; at = end) {
      end = at + bytes.readUInt32LE(at);
      expect(await addon.writeTree(number, bytes.subarray(at, end))).toBe(true);
    }
    expect(await addon.finishTree(number)).toMatchObject({problems: [], lost: [], files: 3, hardLinks: 1, links: 1});
    // Not in the same order, which is the file system's: it takes another seed each time.
    const again = parse(await readAll(two.root, '/top'));
    const essence = (all: Record[]) => all.filter(({kind}) => kind === SYMLINK || kind === END || kind === ENTER)
      .map(({kind, offset, name, target}) => `${kind} ${name} ${offset} ${target}`).sort();
    expect(essence(again)).toEqual(essence(records));
    expect(again).toHaveLength(records.length);
    await one.close();
    await two.close();
    tool('debugfs', ['-R', `dump /top/large ${join(directory, 'large')}`, two.image]);
    expect(readFileSync(join(directory, 'large')).equals(readFileSync(join(tree, 'large')))).toBe(true);
  });

  it('may do without content, and tell what could not be read', async () => {
    const records = parse(await readAll(null, tree, {content: false, exclude: ['sub']}));
    expect(records.map(({kind, name}) => [kind, name]).sort()).toEqual(
      [[ENTER, 'top'], [FILE, 'large'], [FILE, 'sparse'], [SYMLINK, 'link'], [LEAVE, '']].sort(),
    );
    expect(parse(await readAll(null, join(tree, 'missing')))).toMatchObject([{kind: PROBLEM, offset: ENOENT, target: 'stat'}]);
  });
});

describe('a volume with a tree open', () => {
  it('can be unmounted after the tree is closed', async () => {
    const {root, close} = await volume();
    await copyIn(root, [[tree, '/tree']], {recursive: true});
    const reading = await addon.openTree(root, [{from: Buffer.from('/tree'), to: Buffer.from('x')}], {recursive: true});
    await addon.readTree(reading);
    const writing = await addon.createTree(root, Buffer.from('/'), {});
    await addon.writeTree(writing, Buffer.concat([record(ENTER, {name: 'd'}), record(FILE, {name: 'half'})]));
    await addon.closeTree(reading);
    expect(await addon.finishTree(writing)).toMatchObject({problems: [], files: 0, directories: 1});
    await close();
    await expect(addon.readTree(reading)).rejects.toMatchObject({code: 'EBADF'});
  });
});

describe('records that a program made', () => {
  const whole = (name: string, data: string) => record(FILE, {name, bits: 2, data: Buffer.from(data)});
  const write = async (root: number, bytes: Buffer) => {
    const number = await addon.createTree(root, Buffer.from('/'), {});
    try {
      await addon.writeTree(number, bytes);
      return await addon.finishTree(number);
    } finally {
      await addon.closeTree(number);
    }
  };

  it('do not leave the directory', async () => {
    const {root, close} = await volume();
    const names = ['..', '.', 'a/b', '/etc', '', 'nul\0'];
    const result = await write(root, Buffer.concat(names.map((name) => whole(name, 'x'))));
    expect(result.problems).toHaveLength(names.length);
    expect(result.files).toBe(0);
    const trap = [record(SYMLINK, {name: 'trap', target: '/'}), record(ENTER, {name: 'trap'}), whole('x', 'x'), record(LEAVE)];
    const trapped = await write(root, Buffer.concat(trap));
    expect(trapped.problems).toMatchObject([{errno: EEXIST, step: 'mkdir'}]);
    expect(trapped.files).toBe(0);
    const link = [record(HARD_LINK, {name: 'h', target: '../../x'}), record(HARD_LINK, {name: 'i', target: 'trap/lost+found'})];
    const linked = await write(root, Buffer.concat(link));
    expect(linked.problems).toHaveLength(2);
    expect(linked.hardLinks).toBe(0);
    await close();
  });

  it.each([
    ['cut off', whole('f', 'content').subarray(0, 36)],
    ['of no kind', record(77)],
    ['longer than they are', (() => { const bytes = whole('f', 'x'); bytes.writeUInt32LE(8000, 0); return bytes; })()],
    ['with a name beyond their end', (() => { const bytes = whole('f', 'x'); bytes.writeUInt16LE(999, 24); return bytes; })()],
    ['data without a file', record(DATA, {data: Buffer.from('x')})],
    ['an end too many', record(LEAVE)],
    ['a file within a file', Buffer.concat([record(FILE, {name: 'a'}), record(FILE, {name: 'b'})])],
  ])('are refused when they are %s', async (_, bytes) => {
    const {root, close} = await volume();
    await expect(write(root, bytes)).rejects.toMatchObject({code: 'EINVAL', errno: -EINVAL});
    await close();
  });
});
