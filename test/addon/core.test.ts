// SPDX-License-Identifier: GPL-2.0-only
// The addon's own tests in C++ (addon/test), which need neither Node nor the kernel.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';

const program = fileURLToPath(new URL('../../addon/build/kdisk-core-test', import.meta.url));

it('kdisk-core-test passes', () => {
  const {status, signal, stdout, stderr, error} = spawnSync(program, {encoding: 'utf8', timeout: 120_000});
  if (error) throw error;
  expect({status, signal}, stdout + stderr).toEqual({status: 0, signal: null});
  // It ran them all: none of its files is missing.
  for (const name of ['Elf', 'Virtio', 'Kernel', 'Overlay', 'OpenDisk', 'Crc32c', 'Redo', 'HostTree', 'HostCopy', 'Queue', 'Records', 'Filter', 'Names', 'Manifest', 'Engine']) expect(stdout).toMatch(`ok   ${name}`);
}, 150_000);
