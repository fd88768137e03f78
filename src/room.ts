// SPDX-License-Identifier: GPL-2.0-only
// Descriptors of the kernel are few: who needs one for a moment waits for others who do the same to give theirs back.
import type {KdiskError} from './errors.ts';

/** Have one, or are about to. */
let holders = 0;
const waiting: (() => void)[] = [];

/** `open` again and again while there is no descriptor for it and others have some; leaveRoom() follows when it is closed. */
export async function whenRoom<T>(open: () => Promise<T>): Promise<T> {
  for (;;) {
    holders++;
    try {
      return await open();
    } catch (error) {
      holders--;
      if ((error as KdiskError).code !== 'EMFILE' || holders === 0) {
        waiting.shift()?.();
        throw error;
      }
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

export function leaveRoom(): void {
  holders--;
  waiting.shift()?.();
}
