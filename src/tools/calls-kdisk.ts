// SPDX-License-Identifier: GPL-2.0-only
// The module "kdisk": the few things that disks and terminals have and preview 1 has not. Declared for programs in
// tools/compat/include/kdisk_host.h.
import {type Calls, LONGEST_PATH, safeNumber} from './calls.ts';
import type {WasiHost} from './host.ts';
import {Errno, FileType, FOLLOW, Refused} from './preview1.ts';

/** What mode() and path_mode() give where there is nothing to tell: no st_mode looks like it. */
const NO_MODE = 0xffff_ffff;

export function kdiskCalls(host: WasiHost): Calls {
  const {memory, descriptors} = host;

  const orNone = (mode: () => number) => {
    try {
      return mode();
    } catch {
      return NO_MODE;
    }
  };

  return {
    /** @returns preview 1 errno; afterwards the range reads as zeroes */
    discard: (fd: number, offset: bigint, length: bigint) => {
      const {node, write} = descriptors.get(fd);
      if (!write) throw new Refused(Errno.BADF);
      if (!node.discard) throw new Refused(Errno.NOTSUP);
      node.discard(safeNumber(offset), safeNumber(length));
    },

    /** @returns st_mode */
    mode: (fd: number) => orNone(() => descriptors.get(fd).node.stat().mode),

    path_mode: (fd: number, address: number, length: number, flags: number) =>
      orNone(() => {
        const path = memory.string(address, Math.min(length >>> 0, LONGEST_PATH));
        return descriptors.directory(fd).statOf(path, (flags & FOLLOW) !== 0).mode;
      }),

    /** tcsetattr() of a terminal, as far as it matters: single keys that are not shown, or lines. */
    terminal_keys: (fd: number, single: number) => {
      if (descriptors.get(fd).node.type !== FileType.CHARACTER_DEVICE) throw new Refused(Errno.NOTTY);
      host.options.onKeys?.(single !== 0);
    },

    /** @returns a second number for the same open file, or a negative preview 1 errno */
    dup: (fd: number) => {
      try {
        return descriptors.add(descriptors.get(fd));
      } catch (error) {
        if (error instanceof Refused) return -error.errno;
        throw error;
      }
    },
  };
}
