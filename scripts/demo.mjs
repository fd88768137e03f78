// SPDX-License-Identifier: GPL-2.0-only
// npm run demo: makes a small disk image, and shows the commands on it with their real output.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {makeDemoImage} from './demo-image.mjs';

const run = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'kdisk-demo-'));
process.on('exit', () => rmSync(directory, {recursive: true, force: true}));

let failed = 0;

function show(words, program = 'kdisk') {
  console.log(`$ ${[program, ...words].map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')}`);
  const [file, args] = program === 'kdisk' ? [process.execPath, [run, ...words]] : [program, words];
  const {status} = spawnSync(file, args, {cwd: directory, stdio: ['ignore', 'inherit', 'inherit']});
  if (status !== 0) failed++;
  console.log();
}

makeDemoImage(directory);
show(['info', 'disk.img']);
show(['ls', '-l', 'disk.img@p2:/etc', 'disk.img@p1:/']);
show(['ls', '-R', 'disk.img@p2:/home']);
show(['cat', 'disk.img@p2:/etc/motd']);
show(['cp', '-r', 'disk.img@p2:/home/ann', 'disk.img@p2:/etc', '.']);
show(['-lRs', '--time-style=long-iso', 'ann', 'etc'], 'ls');
show(['cp', '-a', 'etc', 'disk.img@p2:/srv']);
show(['find', 'disk.img@p2:/srv', '-type', 'f']);
show(['mkfs', '-t', 'ext4', '-L', 'home', '--from', 'ann', 'home.img']);
show(['fsck', '-f', 'home.img']);
console.log(
  failed === 0
    ? 'All of it was read and written by drivers of the Linux kernel inside Node; nothing was mounted on this machine.'
    : `${failed} commands failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
