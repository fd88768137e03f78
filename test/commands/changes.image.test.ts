// SPDX-License-Identifier: GPL-2.0-only
// What the commands that change an image do beside what like-gnu.image.test.ts holds against the tools of GNU: owners,
// times, attributes, patterns, --json. debugfs and e2fsck judge.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {ChmodResult} from '../../src/commands/chmod.ts';
import type {LnResult} from '../../src/commands/ln.ts';
import type {MkdirResult} from '../../src/commands/mkdir.ts';
import type {MvResult} from '../../src/commands/mv.ts';
import type {RmResult} from '../../src/commands/rm.ts';
import type {TouchResult} from '../../src/commands/touch.ts';
import type {TruncateResult} from '../../src/commands/truncate.ts';
import type {XattrResult} from '../../src/commands/xattr.ts';
import {changeCase, expectSound, names, see} from '../support/changes.ts';
import {kdisk} from '../support/kdisk.ts';
import {sha256, temporaryDirectory, tool} from '../support/tools.ts';

/** Runs lines that must work, in one image that must be sound after each. */
function session(): {image: string; host: string; ok: (...words: string[]) => ReturnType<typeof kdisk>} {
  const {image, host} = changeCase();
  const ok = (...words: string[]) => {
    const run = kdisk([words[0]!, '-i', image, ...words.slice(1)]);
    expect([run.stderr, run.status]).toEqual(['', 0]);
    expectSound(image);
    return run;
  };
  return {image, host, ok};
}

describe('kdisk rm', () => {
  it('takes patterns for names in the image', () => {
    const {image, ok} = session();
    const {changes} = ok('rm', '--json', ':/srv/full/*.gz', ':/srv/e?pty', '-d').json<RmResult>();
    expect(changes.map(({path}) => path)).toEqual(['/srv/full/a.gz', '/srv/full/b.gz', '/srv/empty']);
    expect(names(image, '/srv/full', '/srv')).toEqual([['c'], ['ann', 'broken', 'full', 'loop']]);
  });

  it('does not go through a link with a slash behind it', () => {
    const {image} = session();
    const before = sha256(image);
    const {status, stderr} = kdisk(['rm', '-r', `${image}:/srv/ann/`]);
    expect([stderr, status]).toEqual([expect.stringMatching(/srv\/ann\/ is not a directory\n$/), 1]);
    expect(sha256(image)).toBe(before);
  });

  it('goes on after a failure, and says so with --json too', () => {
    const {image} = session();
    const {status, json} = kdisk(['rm', '--json', '-i', image, ':/nope', ':/etc/fstab', ':/etc']);
    const {changes, problems} = json<RmResult>();
    expect([changes.map(({target}) => target), problems.map(({code}) => code), status]).toEqual([
      [':/etc/fstab'],
      ['ENOENT', 'EISDIR'],
      1,
    ]);
    expect(see(image, '/etc/fstab')).toEqual([undefined]);
  });

  it('removes names of any bytes', () => {
    const {image, ok} = session();
    // debugfs takes bytes as they are.
    execFileSync('debugfs', ['-w', '-f', '-', image], {
      input: Buffer.from('mkdir /odd\nmkdir /odd/\xff\xfe\n', 'latin1'),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const {changes} = ok('rm', '--json', '-r', ':/odd/*').json<RmResult>();
    expect(changes).toMatchObject([{pathBase64: Buffer.from('/odd/\xff\xfe', 'latin1').toString('base64')}]);
    expect(names(image, '/odd')).toEqual([[]]);
  });
});

describe('kdisk mkdir', () => {
  it('makes directories of root, as the umask leaves them', () => {
    const {image, ok} = session();
    const {changes} = ok('mkdir', '--json', '-p', ':/a/b', ':/etc').json<MkdirResult>();
    const mode = (0o777 & ~process.umask()).toString(8).padStart(4, '0');
    expect(changes).toEqual([{target: ':/a/b', path: '/a/b', mode}]);
    expect(see(image, '/a', '/a/b')).toMatchObject([{type: 'directory', uid: 0, gid: 0, mode}, {mode}]);
  });

  it('leaves a set-group-ID bit that is inherited', () => {
    const {image, ok} = session();
    ok('chmod', 'g+s', ':/srv');
    ok('chown', ':50', ':/srv');
    ok('mkdir', '-m', '700', ':/srv/new');
    expect(see(image, '/srv/new')).toMatchObject([{mode: '2700', gid: 50}]);
  });
});

describe('kdisk mv', () => {
  it('moves what patterns find, and tells where it is', () => {
    const {image, ok} = session();
    const [before] = see(image, '/srv/full/a.gz');
    const {changes} = ok('mv', '--json', ':/srv/full/*.gz', ':/srv/empty').json<MvResult>();
    expect(changes).toMatchObject([
      {path: '/srv/full/a.gz', to: '/srv/empty/a.gz'},
      {path: '/srv/full/b.gz', to: '/srv/empty/b.gz'},
    ]);
    // The same inode.
    expect(see(image, '/srv/empty/a.gz')).toEqual([before]);
  });

  it('changes the case of a name where that does not count', () => {
    const directory = temporaryDirectory();
    const image = join(directory, 'fat.img');
    execFileSync('truncate', ['-s', '8M', image]);
    tool('mkfs.vfat', [image]);
    expect(kdisk(['touch', `${image}:/name`]).status).toBe(0);
    expect(kdisk(['mv', '-i', image, ':/name', ':/NaMe'])).toMatchObject({stderr: '', status: 0});
    expect(tool('mdir', ['-b', '-i', image, '::/'])).toBe('::/NaMe\n');
  });
});

describe('kdisk ln', () => {
  it('makes a second name of a file, and keeps its inode', () => {
    const {image, ok} = session();
    const {changes} = ok('ln', '--json', ':/etc/fstab', ':/srv/').json<LnResult>();
    expect(changes).toEqual([{target: ':/srv/fstab', path: '/srv/fstab', to: '/etc/fstab', kind: 'hard'}]);
    const [one, other] = see(image, '/etc/fstab', '/srv/fstab');
    expect(one).toEqual(other);
    expect(one).toMatchObject({links: 2});
  });

  it('stores the text of a symbolic link as it is', () => {
    const {image, ok} = session();
    const text = '../a b/ü//./x';
    const {changes} = ok('ln', '--json', '-s', text, ':/srv/new').json<LnResult>();
    expect(changes).toEqual([{target: ':/srv/new', path: '/srv/new', to: text, kind: 'symbolic'}]);
    expect(see(image, '/srv/new')).toMatchObject([{type: 'symlink', target: text, uid: 0}]);
  });

  it('leaves nothing behind when it replaces', () => {
    const {image, ok} = session();
    ok('ln', '-sf', 'x', ':/etc/fstab');
    ok('ln', '-f', ':/etc/passwd', ':/etc/group');
    expect(names(image, '/etc')).toEqual([['fstab', 'group', 'hard', 'hostname', 'link', 'passwd', 'ssh']]);
    expect(see(image, '/etc/group')).toEqual(see(image, '/etc/passwd'));
  });
});

describe('kdisk chmod', () => {
  it('counts what it changed, and leaves the rest alone', () => {
    const {image, ok} = session();
    const {changes} = ok('chmod', '--json', '-R', 'u=rwX,go=', ':/etc').json<ChmodResult>();
    // All but the key; a file with two names counts twice.
    expect(changes).toEqual([{target: ':/etc', path: '/etc', mode: '0700', changed: 7}]);
    expect(see(image, '/etc', '/etc/ssh', '/etc/hard', '/etc/ssh/key').map((found) => found!.mode)).toEqual([
      '0700',
      '0700',
      '0600',
      '0600',
    ]);
    expect(ok('chmod', '--json', '700', ':/etc').json<ChmodResult>().changes).toMatchObject([{changed: 0}]);
  });
});

describe('kdisk chown', () => {
  it.each([
    ['7', {uid: 7, gid: 0}],
    ['7:8', {uid: 7, gid: 8}],
    [':8', {uid: 0, gid: 8}],
    ['4294967294:4294967294', {uid: 4294967294, gid: 4294967294}],
    ['ann', {uid: 1000, gid: 0}],
    ['ann:', {uid: 1000, gid: 1001}],
    ['ann:staff', {uid: 1000, gid: 50}],
    ['1000:', {uid: 1000, gid: 1001}],
  ])('%s', (owner, expected) => {
    const {image, ok} = session();
    // Owners of a tree that an ordinary user made are his.
    tool('debugfs', ['-w', '-f', '-', image], 'sif /etc/fstab uid 0\nsif /etc/fstab gid 0\n');
    ok('chown', owner, ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([expected]);
  });

  it('follows a link, changes it itself with -h, and does not follow with -R', () => {
    const {image, ok} = session();
    ok('chown', '5:5', ':/srv/ann');
    ok('chown', '-h', '6:6', ':/srv/broken');
    expect(see(image, '/srv/ann', '/home/ann', '/srv/broken', '/home/ann/notes').map((found) => found!.uid)).toEqual([
      see(image, '/etc/fstab')[0]!.uid,
      5,
      6,
      see(image, '/etc/fstab')[0]!.uid,
    ]);
    ok('chown', '-R', '9:9', ':/srv');
    const all = see(image, '/srv', '/srv/ann', '/srv/full/c', '/srv/loop', '/home/ann');
    expect(all.map((found) => found!.uid)).toEqual([9, 9, 9, 9, 5]);
  });

  it('takes set-user-ID bits from files, as the kernel does', () => {
    const {image, ok} = session();
    ok('chmod', '4755', ':/etc/fstab');
    ok('chown', '5', ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([{mode: '0755', uid: 5}]);
  });
});

describe('kdisk touch', () => {
  it.each([
    ['2001-02-03T04:05:06.123456789Z', '981173106.123456789'],
    ['1901-12-13T20:45:52Z', '-2147483648.000000000'],
    ['2400-01-01', '13569465600.000000000'],
    // Seconds are counted downwards, and their parts upwards.
    ['@-1.5', '-2.500000000'],
    ['@0', '0.000000000'],
  ])('-d %s', (date, expected) => {
    const {image, ok} = session();
    ok('touch', '-d', date, ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([{atime: expected, mtime: expected}]);
  });

  it('sets one of both', () => {
    const {image, ok} = session();
    const [before] = see(image, '/etc/fstab');
    ok('touch', '-a', '-d', '@7', ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([{atime: '7.000000000', mtime: before!.mtime}]);
    ok('touch', '-m', '-d', '@8', ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([{atime: '7.000000000', mtime: '8.000000000'}]);
  });

  it('takes the times of another file, and of a link itself', () => {
    const {image, ok} = session();
    ok('touch', '-r', ':/etc/hostname', ':/etc/fstab');
    expect(see(image, '/etc/fstab')).toMatchObject([{mtime: '981173106.000000000'}]);
    ok('touch', '-h', '-d', '@9', ':/srv/broken');
    expect(see(image, '/srv/broken')).toMatchObject([{mtime: '9.000000000'}]);
    expect(names(image, '/srv')[0]).not.toContain('nowhere');
  });

  it('makes an empty file with the present time', () => {
    const {image, ok} = session();
    const before = Date.now() / 1000 - 2;
    const {changes} = ok('touch', '--json', ':/new', ':/etc/fstab').json<TouchResult>();
    expect(changes.map(({created}) => created)).toEqual([true, false]);
    const [made, touched] = see(image, '/new', '/etc/fstab');
    expect(made).toMatchObject({type: 'regular', size: 0, uid: 0, gid: 0, links: 1});
    for (const found of [made!, touched!]) expect(Number(found.mtime)).toBeGreaterThan(before);
  });

  it('says when the file system has no room for a time', () => {
    const image = join(temporaryDirectory(), 'old.img');
    execFileSync('truncate', ['-s', '8M', image]);
    tool('mke2fs', ['-q', '-t', 'ext2', '-I', '128', image]);
    const {status, stderr} = kdisk(['touch', '-d', '2100-01-01', `${image}:/x`]);
    expect(stderr).toMatch(
      /^kdisk: .*old\.img:\/x: its file system has no room for 2100-01-01T\S+; it is 2038-01-19T03:14:07\S+ now\n$/,
    );
    expect(status).toBe(1);
  });
});

describe('kdisk truncate', () => {
  it('cuts off, and extends by a hole', () => {
    const {image, ok} = session();
    ok('truncate', '-s', '5', ':/etc/fstab');
    const {changes} = ok('truncate', '--json', '-s', '1G', ':/etc/fstab', ':/new').json<TruncateResult>();
    expect(changes).toMatchObject([
      {size: 2 ** 30, created: false},
      {size: 2 ** 30, created: true},
    ]);
    expect(see(image, '/etc/fstab', '/new')).toMatchObject([{size: 2 ** 30}, {size: 2 ** 30}]);
    const content = Buffer.from(
      execFileSync('sh', ['-c', 'debugfs -R "cat /etc/fstab" "$1" 2>/dev/null | head -c 40', 'sh', image]),
    );
    expect(content).toEqual(Buffer.concat([Buffer.from('LABEL'), Buffer.alloc(35)]));
  });
});

describe('kdisk xattr', () => {
  it('sets what getfattr of debugfs sees, and shows it as getfattr does', () => {
    const {image, ok} = session();
    ok(
      'xattr',
      '--set',
      'user.text=one two',
      '--set',
      'user.hex=0x00ff',
      '--set',
      'trusted.b=0sAQID',
      '--set',
      'user.q="a\\"b\\012c"',
      ':/etc/fstab',
    );
    const value = (name: string) => tool('debugfs', ['-R', `ea_get -V /etc/fstab ${name}`, image]);
    expect([value('user.text'), value('user.q')]).toEqual(['one two\n', 'a"b\nc\n']);
    expect(ok('xattr', ':/etc/fstab').stdout).toBe(
      '# file: /etc/fstab\ntrusted.b=0sAQID\nuser.hex=0sAP8=\nuser.q="a\\"b\\012c"\nuser.text="one two"\n\n',
    );
    expect(ok('xattr', '--hex', '-n', 'user.hex', ':/etc/fstab').stdout).toBe(
      '# file: /etc/fstab\nuser.hex=0x00ff\n\n',
    );
    expect(ok('xattr', '--raw', '-n', 'user.hex', ':/etc/fstab').bytes).toEqual(Buffer.from([0, 0xff]));
    expect(ok('xattr', ':/etc/group').stdout).toBe('');
  });

  it('gives all of it to programs, and removes', () => {
    const {image, ok} = session();
    const set = ok('xattr', '--json', '--set', 'user.a=x', '--set', 'user.b=0xff', ':/etc/fstab').json<XattrResult>();
    const both = [
      {name: 'user.a', text: 'x'},
      {name: 'user.b', base64: '/w=='},
    ];
    expect(set.files).toEqual([{target: ':/etc/fstab', path: '/etc/fstab', attributes: both}]);
    ok('xattr', '--remove', 'user.a', ':/etc/fstab');
    expect(see(image, '/etc/fstab')[0]!.attributes).toEqual(['user.b (1) = ff ']);
    const {status, stderr} = kdisk(['xattr', '--remove', 'user.a', `${image}:/etc/fstab`]);
    expect([stderr, status]).toEqual([expect.stringMatching(/fstab has no attribute "user\.a"\n$/), 3]);
  });

  it('of a link itself, with -h', () => {
    const {image, ok} = session();
    ok('xattr', '-h', '--set', 'trusted.a=link', ':/etc/link');
    ok('xattr', '--set', 'trusted.a=file', ':/etc/link');
    expect(see(image, '/etc/link', '/etc/hostname').map((found) => found!.attributes)).toEqual([
      [expect.stringContaining('trusted.a (4) = "link"')],
      [expect.stringContaining('trusted.a (4) = "file"')],
    ]);
  });

  it('carries access control lists and capabilities', () => {
    const {image, ok} = session();
    const capability = '0x0100000200200000000000000000000000000000';
    ok('xattr', '--set', `security.capability=${capability}`, ':/etc/fstab');
    expect(ok('xattr', '--hex', '-n', 'security.capability', ':/etc/fstab').stdout).toContain(capability);
    expect(see(image, '/etc/fstab')[0]!.attributes[0]).toMatch(/^security\.capability \(20\) = 01 00 00 02 00 20/);
  });
});

it('a file that is only read stays as it is, whatever is looked at', () => {
  const {image, ok} = session();
  const before = readFileSync(image);
  ok('xattr', ':/etc/fstab');
  ok('rm', '-f', ':/nope');
  ok('mkdir', '-p', ':/etc');
  ok('mv', '-n', ':/etc/fstab', ':/etc/group');
  ok('touch', '-c', ':/nope');
  expect(readFileSync(image).equals(before)).toBe(true);
});
