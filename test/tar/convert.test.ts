// SPDX-License-Identifier: GPL-2.0-only
// Archives of GNU tar and bsdtar to records of a tree and back to archives, which the same programs judge.
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {extract as tarStream} from 'tar-stream';
import {describe, expect, it} from 'vitest';
import {readArchive} from '../../src/tar/extract.ts';
import {TarPacker} from '../../src/tar/pack.ts';
import {decodeRecords, KIND} from '../../src/tar/records.ts';
import {TarUnpacker} from '../../src/tar/unpack.ts';
import {hasTools, isRoot, temporaryDirectory, tool} from '../support/tools.ts';

const KIB = 1024;
const directory = temporaryDirectory();
const tree = join(directory, 'tree');
makeTree();

function makeTree(): void {
  for (const path of ['dir/deep', 'empty', `${'long'.repeat(30)}/${'x'.repeat(250)}`]) mkdirSync(join(tree, path), {recursive: true});
  const write = (path: string | Buffer, content: string | Buffer) =>
    writeFileSync(typeof path === 'string' ? join(tree, path) : Buffer.concat([Buffer.from(`${tree}/`), path]), content);
  write('dir/file', 'content\n');
  write('dir/deep/nothing', '');
  write('large', Buffer.from(Array.from({length: 700_001}, (_, index) => (index * 7919) >> 3)));
  write(`${'long'.repeat(30)}/${'x'.repeat(250)}/${'y'.repeat(255)}`, 'deep');
  write('two\nlines and = and %3D', 'odd');
  write('ünï 日本', 'unicode');
  write(Buffer.from([0x72, 0xff, 0xfe]), 'raw');
  linkSync(join(tree, 'dir/file'), join(tree, 'hard'));
  symlinkSync('dir/file', join(tree, 'soft'));
  symlinkSync('t'.repeat(3000), join(tree, 'far'));
  execFileSync('mkfifo', [join(tree, 'fifo')]);
  const holes = openSync(join(tree, 'holes'), 'w');
  writeSync(holes, Buffer.alloc(64 * KIB, 'a'), 0, 64 * KIB, 128 * KIB);
  writeSync(holes, Buffer.alloc(100, 'b'), 0, 100, 1024 * KIB);
  truncateSync(join(tree, 'holes'), 2048 * KIB);
  write('hollow', '');
  truncateSync(join(tree, 'hollow'), 300 * KIB);
  chmodSync(join(tree, 'dir/file'), 0o4711);
  chmodSync(join(tree, 'large'), 0);
  chmodSync(join(tree, 'empty'), 0o1777);
  if (isRoot) {
    for (const words of [['null', 'c', '1', '3'], ['disk', 'b', '259', '262143']]) execFileSync('mknod', [join(tree, words[0]!), ...words.slice(1)]);
    lchownSync(join(tree, 'soft'), 70_000, 3_000_000);
    lchownSync(join(tree, 'large'), 4_000_000_000, 12);
    const set = (name: string, value: string, path: string) => execFileSync('setfattr', ['-h', '-n', name, '-v', value, join(tree, path)]);
    set('trusted.binary=odd', '0x00ff0a3d00', 'large');
    set('security.capability', '0x0100000200040000000000000000000000000000', 'large');
    set('security.selinux', '"system_u:object_r:etc_t:s0"', 'dir/file');
    set('system.posix_acl_access', '0x0200000001000600ffffffff02000400e8030000' + '04000400ffffffff10000600ffffffff20000000ffffffff', 'dir/deep/nothing');
    set('system.posix_acl_default', '0x0200000001000700ffffffff04000500ffffffff20000500ffffffff', 'dir');
  }
  for (const [path, time] of [['far', -1_234_567_890.25], ['hollow', 5_000_000_000.5], ['dir/deep', 1_000_000_000.125]] as const)
    lutimesSync(join(tree, path), time, time);
}

/** As the kernel sees them, in the order of names. */
function attributes(root: string): string {
  const find = tool('bash', ['-c', 'cd "$0" && find . -mindepth 1 -printf "%p %y %m %U %G %s %T@ %l %n\\n" | sed "s/ d \\(.* .* .*\\) [0-9]* \\([0-9.-]*\\)  / d \\1 \\2 /" | LC_ALL=C sort', root]);
  const xattrs = tool('bash', ['-c', 'cd "$0" && find . -print0 | LC_ALL=C sort -z | xargs -0 getfattr -h -d -m - -e hex --', root]);
  return find + xattrs;
}

interface Converted {
  bytes: Buffer;
  problems: string[];
  records: ReturnType<typeof collect>;
}

const collect = (bytes: Buffer) => [...decodeRecords(bytes)].map((one) => ({...one, name: one.name.toString(), path: one.path.toString(), target: one.target.toString()}));

/** Archive to records to archive. */
async function convert(source: AsyncIterable<Buffer>, options: {sparse?: boolean; holes?: boolean} = {}): Promise<Converted> {
  const problems: string[] = [];
  const written: Buffer[] = [];
  const all: Buffer[] = [];
  const problem = (name: unknown, what: string) => void problems.push(`${String(name)}: ${what}`);
  const extents = async () => [{offset: 128 * KIB, size: 64 * KIB}, {offset: 1024 * KIB, size: 4 * KIB}];
  const packer = new TarPacker({
    output: async (bytes) => void written.push(Buffer.from(bytes)),
    problem,
    ...(options.holes ? {extents: async (path: Buffer) => (/(^|\/)holes$/.test(path.toString()) ? extents() : undefined)} : {}),
  });
  const unpacker = new TarUnpacker({
    write: async (records) => {
      all.push(records);
      for (const record of decodeRecords(records)) await packer.add(record);
    },
    problem,
    stripped: () => problems.push('stripped'),
    now: 0n,
    ...options,
  });
  for await (const entry of readArchive(source)) await unpacker.add(entry);
  await unpacker.finish();
  await packer.finish();
  return {bytes: Buffer.concat(written), problems, records: collect(Buffer.concat(all))};
}

const chunks = async function* (bytes: Buffer, size = 10_007) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

function unpackWith(program: 'tar' | 'bsdtar', archive: Buffer): string {
  const to = join(temporaryDirectory(), 'out');
  mkdirSync(to);
  const words = program === 'tar' ? ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner', '--warning=no-unknown-keyword'] : ['--numeric-owner', '--xattrs', '--acls'];
  execFileSync(program, ['-xp', ...words, '-f', '-', '-C', to], {
    input: archive,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {...process.env, LC_ALL: 'C.UTF-8'},
  });
  return to;
}

const makers: [string, string[]][] = [
  ['GNU tar, posix', ['tar', '--format=posix', '--xattrs', '--xattrs-include=*', '--acls']],
  ['GNU tar, posix, sparse 1.0', ['tar', '--format=posix', '--xattrs', '--xattrs-include=*', '--acls', '--sparse']],
  ['GNU tar, posix, sparse 0.1', ['tar', '--format=posix', '--xattrs', '--xattrs-include=*', '--acls', '--sparse', '--sparse-version=0.1']],
  ['GNU tar, posix, sparse 0.0', ['tar', '--format=posix', '--xattrs', '--xattrs-include=*', '--acls', '--sparse', '--sparse-version=0.0']],
  ['bsdtar, pax', ['bsdtar', '--format=pax', '--xattrs', '--acls', '--no-read-sparse']],
  ['bsdtar, pax, sparse', ['bsdtar', '--format=pax', '--xattrs', '--acls']],
];

describe.runIf(isRoot && hasTools('tar', 'bsdtar', 'getfattr'))('an archive', () => {
  describe.each(makers)('of %s', (_, [program, ...words]) => {
    const archive = join(directory, `${words.join('')}.tar`);
    execFileSync(program!, [...words, '-cf', archive, '-C', tree, '.'], {env: {...process.env, LC_ALL: 'C.UTF-8'}});

    it.each(['tar', 'bsdtar'] as const)('comes through, as %s sees it', async (judge) => {
      const {bytes, problems} = await convert(createReadStream(archive), {holes: true});
      expect(problems).toEqual([]);
      // bsdtar does not undo how GNU tar writes "=" in the name of an attribute.
      expect(attributes(unpackWith(judge, bytes)).replace('binary%3D', 'binary' + '\\075')).toBe(attributes(tree));
    });
  });

  it('has all that the tree has', async () => {
    const archive = join(directory, `${makers[1]![1].slice(1).join('')}.tar`);
    const {bytes} = await convert(createReadStream(archive), {holes: true});
    const out = unpackWith('tar', bytes);
    expect(tool('rsync', ['-aHAXSn', '--delete', '--itemize-changes', '--numeric-ids', `${tree}/`, out])).toBe('');
    expect(attributes(out)).toBe(attributes(tree));
  });

  it('keeps holes', async () => {
    const archive = join(directory, 'again.tar');
    execFileSync('tar', ['--format=posix', '--sparse', '-cf', archive, '-C', tree, 'holes']);
    const {bytes} = await convert(createReadStream(archive), {holes: true});
    expect(bytes.length).toBeLessThan(100 * KIB);
    const {records} = await convert(createReadStream(archive));
    const offsets = records.filter(({kind}) => kind === KIND.data).map(({offset}) => offset);
    expect(Math.min(...offsets)).toBe(128 * KIB);
  });
});

describe('a file of zeroes', () => {
  it('becomes a hole only when asked', async () => {
    const archive = join(directory, 'zeroes.tar');
    execFileSync('tar', ['--format=posix', '-cf', archive, '-C', tree, 'holes']);
    const sum = ({records}: Converted) => records.reduce((total, {data}) => total + data.length, 0);
    expect(sum(await convert(createReadStream(archive)))).toBe(2048 * KIB);
    const made = await convert(createReadStream(archive), {sparse: true});
    expect(sum(made)).toBeLessThan(300 * KIB);
    expect(made.records.at(-1)).toMatchObject({kind: KIND.end, offset: 2048 * KIB});
  });
});

describe('what is wrong with an archive', () => {
  const made = (...words: string[]) => execFileSync('tar', ['--format=posix', '-C', tree, '-c', ...words]);

  it.each([0, 100, 512, 1500, 3000, 700_000])('is told when it is cut off after %i bytes', async (size) => {
    const whole = made('dir', 'large');
    await expect(convert(chunks(whole.subarray(0, size)))).rejects.toThrow(/cut off/);
  });

  it('is told when it is something else', async () => {
    await expect(convert(chunks(Buffer.alloc(4096, 'no archive')))).rejects.toThrow(/no tar archive/);
  });

  it('is told when an extended header is damaged', async () => {
    const whole = made('ünï 日本');
    const at = whole.indexOf('mtime=') - 3;
    whole.write('99', at);
    await expect(convert(chunks(whole))).rejects.toThrow(/damaged extended header/);
  });

  it('is an old GNU sparse file, which is named', async () => {
    const whole = execFileSync('tar', ['--format=gnu', '--sparse', '-C', tree, '-c', 'hollow', 'dir/file']);
    const {problems} = await convert(chunks(whole));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/hollow: left out: .*--format=posix/);
  });

  it('are names that lead out of the directory', async () => {
    const whole = execFileSync('tar', ['--format=posix', '-P', '--transform', 's,^dir/file,/../../dir/file,;s,^hard$,/hard,', '-C', tree, '-c', 'dir/file', 'large', 'hard']);
    const {problems, records} = await convert(chunks(whole));
    expect(problems).toEqual(['stripped', expect.stringMatching(/\.\./), expect.stringMatching(/\.\./)]);
    expect(records.filter(({kind}) => kind !== KIND.data).map(({name}) => name)).toEqual(['large', '']);
  });
});

describe('a file larger than what may wait', () => {
  it('comes through', async () => {
    const large = Buffer.alloc(24 * 1024 * KIB, 'large');
    const at = join(temporaryDirectory(), 'large');
    writeFileSync(at, large);
    const archive = join(directory, 'large.tar');
    execFileSync('tar', ['--format=posix', '-cf', archive, '-C', join(at, '..'), 'large']);
    const {bytes} = await convert(createReadStream(archive));
    expect(execFileSync('tar', ['-xOf', '-'], {input: bytes, maxBuffer: 2 * large.length}).equals(large)).toBe(true);
  });
});

describe('tar-stream', () => {
  it('reads what we write', async () => {
    const {bytes} = await convert(chunks(execFileSync('tar', ['--format=posix', '-C', tree, '-c', 'dir', 'ünï 日本', 'hard'])));
    const extract = tarStream();
    extract.end(bytes);
    const names: string[] = [];
    for await (const entry of extract) {
      names.push(`${entry.header.type} ${entry.header.name}`);
      entry.resume();
    }
    expect(names.sort()).toEqual(['directory dir/', 'directory dir/deep/', 'file dir/deep/nothing', 'file dir/file', 'file ünï 日本', 'link hard']);
  });
});

describe('directories', () => {
  it('get their times again after what came late', async () => {
    const files = readdirSync(tree).length;
    expect(files).toBeGreaterThan(5);
    const whole = execFileSync('tar', ['--format=posix', '--no-recursion', '-C', tree, '-c', '.', 'dir', 'large', 'dir/file', 'soft', 'dir/deep', 'dir/deep/nothing']);
    const {records} = await convert(chunks(whole));
    const told = records.filter(({kind}) => kind !== KIND.data).map(({kind, name, metadata}) => `${kind} ${name}${metadata ? ' +' : ''}`);
    expect(told).toEqual([
      '1 dir +',
      '2 ',
      '3 large +',
      '5 ',
      '1 dir',
      '3 file +',
      '2 ',
      '7 soft +',
      '1 dir',
      '1 deep +',
      '3 nothing +',
      '2 ',
      '2 ',
      '1  +',
      '2 ',
      '1 dir +',
      '2 ',
    ]);
  });
});
