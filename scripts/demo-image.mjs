// SPDX-License-Identifier: GPL-2.0-only
// The disk image of the demo and of README's examples. Owners, identifiers and times of modification are fixed, so that
// everybody sees what README shows; a test compares.
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';

const SECTOR = 512;
const MIB = 1024 * 1024;
const TIME = new Date('2026-01-02T03:04:05Z');
const ROOT_UUID = '5e1f0a9c-2b7d-4c3e-8f60-a1b2c3d4e5f6';
const ROOT_START = 2048 * SECTOR + 16 * MIB;

const SECONDS = String(TIME.getTime() / 1000);
const environment = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  TZ: 'UTC',
  SOURCE_DATE_EPOCH: SECONDS,
  // What e2fsprogs before 1.47.1 looks at.
  E2FSPROGS_FAKE_TIME: SECONDS,
};

/** What the Linux partition holds. */
function makeTree(root) {
  const write = (path, text, mode = 0o644) => {
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  for (const path of ['', 'etc', 'etc/ssh', 'home', 'home/ann', 'var', 'var/log']) {
    mkdirSync(join(root, path));
    chmodSync(join(root, path), 0o755);
  }
  write('etc/hostname', 'demo\n');
  write('etc/fstab', 'LABEL=root  /          ext4  defaults  0 1\nLABEL=EFI   /boot/efi  vfat  umask=077 0 2\n');
  write('etc/ssh/sshd_config', 'PermitRootLogin no\n', 0o600);
  symlinkSync('../home/ann/motd', join(root, 'etc/motd'));
  write('home/ann/motd', 'read by ext4 of the Linux kernel, inside Node\n');
  write('home/ann/grüße.txt', 'hello\n');
  write('var/log/syslog', 'nothing happened\n'.repeat(5000));
  // A hole of a gigabyte: copies keep it one.
  write('home/ann/sparse.raw', '');
  truncateSync(join(root, 'home/ann/sparse.raw'), 1024 * MIB);
  const paths = readdirSync(root, {recursive: true});
  for (const path of ['', ...paths]) lutimesSync(join(root, path), TIME, TIME);
  const earlier = new Date('2001-02-03T04:05:06Z');
  utimesSync(join(root, 'etc/hostname'), earlier, earlier);
  return paths;
}

/** A GPT disk with an EFI system partition and a Linux one, made without mounting anything. */
export function makeDemoImage(directory) {
  const image = join(directory, 'disk.img');
  const tree = join(directory, 'tree');
  const tool = (name, args, input) =>
    execFileSync(name, args, {cwd: directory, env: environment, input, stdio: ['pipe', 'ignore', 'pipe']});
  const paths = makeTree(tree);
  writeFileSync(image, '');
  truncateSync(image, 64 * MIB);
  tool(
    'sfdisk',
    ['-q', image],
    `label: gpt
label-id: 3d1c6a52-7e84-4b0f-9a21-60f5d8c7b3e4
start=2048, size=16M, type=uefi, name="EFI System", uuid=90b3c1d7-52e6-4f8a-b47c-1de2f3a4b5c6
size=40M, type=linux, name="root", uuid=0a9f8e7d-6c5b-4a39-9287-1f6e5d4c3b2a
`,
  );
  tool('mkfs.vfat', ['--invariant', '-i', '2026a110', '-n', 'EFI', '--offset', '2048', image, String((16 * MIB) / 1024)]);
  tool('mcopy', ['-m', '-i', `${image}@@${2048 * SECTOR}`, join(tree, 'etc/fstab'), '::/note.txt']);
  const extended = `offset=${ROOT_START},hash_seed=${ROOT_UUID},root_owner=0:0`;
  tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'root', '-U', ROOT_UUID, '-d', tree, '-E', extended, image, '40M']);
  // The files belong to whoever runs this, but on the disk to root.
  const owners = paths.flatMap((path) => [`sif "/${path}" uid 0`, `sif "/${path}" gid 0`]);
  tool('debugfs', ['-w', '-f', '-', `${image}?offset=${ROOT_START}`], owners.join('\n'));
  rmSync(tree, {recursive: true});
  return image;
}
