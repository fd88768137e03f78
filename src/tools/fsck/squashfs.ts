// SPDX-License-Identifier: GPL-2.0-only
// squashfs: its project has no checker. The kernel checks what it reads and decompresses, so everything is read.
import type {KernelDriver} from './driver.ts';

export const squashfs: KernelDriver = {
  tool: undefined,
  title: 'reading all of it',
  readOnly:
    'a squashfs is never changed after it was made: make it again from its source, or copy what can be read (kdisk cp -r)',
};
