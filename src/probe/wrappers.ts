// SPDX-License-Identifier: GPL-2.0-only
// Files that hold a disk image in another form: formats of virtual machines, and compressed files. The kernel sees
// their bytes as they lie, so they must be unwrapped first; naming them tells how.
import type {Probe} from './types.ts';

const wrapper = (type: string, ...magic: Probe['magic']): Probe => ({type, usage: 'other', magic});

export const wrapperProbes: Probe[] = [
  wrapper('qcow2', {at: 0, bytes: 'QFI\xfb'}),
  wrapper('vmdk', {at: 0, bytes: 'KDMV'}, {at: 0, bytes: '# Disk DescriptorFile'}),
  wrapper('vdi', {at: 64, bytes: '\x7f\x10\xda\xbe'}),
  wrapper('vhdx', {at: 0, bytes: 'vhdxfile'}),
  wrapper('vpc', {at: 0, bytes: 'conectix'}),
  wrapper('gzip', {at: 0, bytes: '\x1f\x8b\x08'}),
  wrapper('xz', {at: 0, bytes: '\xfd7zXZ\0'}),
  wrapper('zstd', {at: 0, bytes: '\x28\xb5\x2f\xfd'}),
  wrapper('zip', {at: 0, bytes: 'PK\x03\x04'}),
];
