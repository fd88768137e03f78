// SPDX-License-Identifier: GPL-2.0-only
// What the referee kernel (fixtures/referee) sees in any image: for file systems that the host has no driver for, and
// without root.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseManifest, type Manifest} from './manifest.ts';

const inFixtures = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const SECONDS = 60;
const manifestTool = () => join(execFileSync('bash', [inFixtures('tools/build.sh')], {encoding: 'utf8'}).trim(), 'manifest');

/** @param options of the mount */
export function refereeView(type: string, image: string, options: string): Manifest {
  const directory = mkdtempSync(join(tmpdir(), 'kdisk-referee-'));
  const [script, manifest] = [join(directory, 'look.sh'), join(directory, 'manifest')];
  writeFileSync(
    script,
    `set -e
mkdir -p /mnt/at
device=$(losetup -r -f --show '${image}')
mount -i -t ${type} -o ro,${options} $device /mnt/at
'${manifestTool()}' /mnt/at >'${manifest}'
umount -i /mnt/at
losetup -d $device
`,
  );
  execFileSync('bash', [inFixtures('referee/run.sh'), script, String(SECONDS)], {stdio: ['ignore', 'pipe', 'pipe']});
  return parseManifest(readFileSync(manifest, 'utf8'));
}

/** The same of a directory of the host. */
export function hostView(directory: string): Manifest {
  return parseManifest(execFileSync(manifestTool(), [directory], {encoding: 'utf8', maxBuffer: 1 << 28}));
}
