// SPDX-License-Identifier: GPL-2.0-only
// Whether an image is open for writing in this process, and the way to stop what goes on then: signals and failures are
// another matter while it is.
import {throwIfAborted} from '../errors.ts';

/** What holds images that may have been changed and are not closed yet. */
export const writing = new Set<object>();

let controller: AbortController | undefined;

/** Aborted when what goes on shall stop soon, so that the images can be closed. */
export function stopSignal(): AbortSignal {
  controller ??= new AbortController();
  return controller.signal;
}

export function stop(): void {
  stopSignal();
  controller!.abort();
}

export function throwIfStopped(): void {
  throwIfAborted(controller?.signal);
}
