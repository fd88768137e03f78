// SPDX-License-Identifier: GPL-2.0-only
// npm run demo: makes a small disk image, and shows the commands on it with their real output.
import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const run = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'kdisk-demo-'));
process.on('exit', () => rmSync(directory, {recursive: true, force: true}));

const SECTOR = 512;
const MIB = 1024 * 1024;
const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};

function tool(name, args, input) {
  execFileSync(name, args, {cwd: directory, env: environment, input, stdio: ['pipe', 'ignore', 'pipe']});
}

/** What the Linux partition holds. */
function makeTree(root) {
  const write = (path, text) => writeFileSync(join(root, path), text);
  for (const path of ['etc/ssh', 'home/ann', 'var/log']) mkdirSync(join(root, path), {recursive: true});
  write('etc/hostname', 'demo\n');
  write('etc/fstab', 'LABEL=root  /          ext4  defaults  0 1\nLABEL=EFI   /boot/efi  vfat  umask=077 0 2\n');
  write('etc/ssh/sshd_config', 'PermitRootLogin no\n');
  chmodSync(join(root, 'etc/ssh/sshd_config'), 0o600);
  symlinkSync('../home/ann/motd', join(root, 'etc/motd'));
  write('home/ann/motd', 'read by ext4 of the Linux kernel, inside Node\n');
  write('home/ann/grüße.txt', 'hello\n');
  write('var/log/syslog', 'nothing happened\n'.repeat(5000));
  // A hole of a gigabyte: copies keep it one.
  write('home/ann/sparse.raw', '');
  truncateSync(join(root, 'home/ann/sparse.raw'), 1024 * MIB);
  utimesSync(join(root, 'etc/hostname'), new Date(0), new Date('2001-02-03T04:05:06Z'));
}

/** A GPT disk with an EFI system partition and a Linux one, made without mounting anything. */
function makeImage() {
  const image = join(directory, 'disk.img');
  const tree = join(directory, 'tree');
  makeTree(tree);
  writeFileSync(image, '');
  truncateSync(image, 64 * MIB);
  tool(
    'sfdisk',
    ['-q', image],
    'label: gpt\nstart=2048, size=16M, type=uefi, name="EFI System"\nsize=40M, type=linux, name="root"\n',
  );
  tool('mkfs.vfat', ['-n', 'EFI', '--offset', '2048', image, String((16 * MIB) / 1024)]);
  tool('mcopy', ['-s', '-i', `${image}@@${2048 * SECTOR}`, join(tree, 'etc/fstab'), '::/note.txt']);
  const start = 2048 * SECTOR + 16 * MIB;
  tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'root', '-d', tree, '-E', `offset=${start}`, image, '40M']);
  rmSync(tree, {recursive: true});
}

let failed = 0;

function show(words, program = 'kdisk') {
  console.log(`$ ${[program, ...words].map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')}`);
  const [file, args] = program === 'kdisk' ? [process.execPath, [run, ...words]] : [program, words];
  const {status} = spawnSync(file, args, {cwd: directory, stdio: ['ignore', 'inherit', 'inherit']});
  if (status !== 0) failed++;
  console.log();
}

makeImage();
show(['info', 'disk.img']);
show(['ls', '-l', 'disk.img@p2:/etc', 'disk.img@p1:/']);
show(['ls', '-R', 'disk.img@p2:/home']);
show(['cat', 'disk.img@p2:/etc/motd']);
show(['cp', '-r', 'disk.img@p2:/home/ann', 'disk.img@p2:/etc', '.']);
show(['-lRs', '--time-style=long-iso', 'ann', 'etc'], 'ls');
console.log(
  failed === 0
    ? 'All of it was read by drivers of the Linux kernel inside Node; nothing was mounted on this machine.'
    : `${failed} commands failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
