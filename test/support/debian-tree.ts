// SPDX-License-Identifier: GPL-2.0-only
// The files of a small Debian system: packages fetched by apt and unpacked, kept in the cache.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {isRoot, tool} from './tools.ts';

// With setuid programs, links of both kinds, many small files, and names that are no ASCII.
const PACKAGES = [
  'base-files', 'bash', 'ca-certificates', 'coreutils', 'dpkg', 'e2fsprogs', 'libc-bin', 'libc6', 'libperl5.36', 'login', 'mount',
  'passwd', 'perl-base', 'perl-modules-5.36', 'tar', 'tzdata', 'util-linux',
];

/** @returns its folder; root and others each have one, because only root can give files away */
export function debianTree(): string {
  const cache = process.env.KDISK_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kdisk');
  const tree = join(cache, `debian-tree-${isRoot ? 'root' : process.getuid!()}`);
  if (existsSync(tree)) return tree;
  mkdirSync(cache, {recursive: true});
  const work = mkdtempSync(join(cache, 'debian-making-'));
  const making = join(work, 'tree');
  mkdirSync(making);
  // apt gives up its rights for a download unless told not to, and then may not write here.
  execFileSync('apt-get', ['-o', 'APT::Sandbox::User=', '-qq', 'download', ...PACKAGES], {cwd: work, stdio: ['ignore', 'ignore', 'pipe']});
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) tool('dpkg-deb', ['-x', join(work, file), making]);
  renameSync(making, tree);
  tool('rm', ['-r', work]);
  return tree;
}
