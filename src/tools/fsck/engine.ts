// SPDX-License-Identifier: GPL-2.0-only
// What the kernel does for a check: it mounts an open disk to replay a journal, to show its files, or to read them all.
import {boot} from '../../binding.ts';
import {describeErrno} from '../../errno.ts';
import {throwIfAborted} from '../../errors.ts';
import {mount} from '../../mount.ts';
import type {MountMode} from '../../mount-options.ts';
import type {Content} from '../../probe/index.ts';
import {decodeRecords, KIND} from '../../tar/records.ts';
import {Volume} from '../../volume.ts';
import type {Findings} from './driver.ts';

/** Mounts what an open disk holds for as long as `work` takes. The disk stays open. */
export async function withVolume<T>(
  handle: number,
  content: Content,
  mode: MountMode,
  work: (volume: Volume, root: number) => Promise<T>,
): Promise<T> {
  const addon = await boot();
  const disk = await addon.attachDisk(handle);
  try {
    const mounted = await mount(addon, disk.device, content, mode);
    const volume = new Volume(mounted, content);
    try {
      return await work(volume, mounted.caller.root);
    } finally {
      await volume.close();
    }
  } finally {
    await addon.detach(disk.id);
  }
}

/** Replays a journal, by a mount for writing and an unmount. */
export async function replayByMount(handle: number, content: Content): Promise<void> {
  await withVolume(handle, content, 'write', async () => {});
}

/** Reads all files, and tells what can't be read. */
export async function readAll(
  handle: number,
  content: Content,
  findings: Findings,
  signal?: AbortSignal,
): Promise<{files: number}> {
  return withVolume(handle, content, 'read', async (_, root) => {
    const addon = await boot();
    const source = {from: Buffer.from('/'), to: Buffer.from('/')};
    const tree = await addon.openTree(root, [source], {recursive: true, content: true, xattrs: true});
    let files = 0;
    try {
      for (;;) {
        throwIfAborted(signal);
        const bytes = await addon.readTree(tree);
        if (bytes.length === 0) return {files};
        for (const {kind, path, offset, target} of decodeRecords(bytes)) {
          if (kind === KIND.file) files++;
          if (kind !== KIND.problem) continue;
          findings.problem(`${path.toString() || '/'}: ${describeErrno(-offset).text} (${target.toString()})`);
        }
      }
    } finally {
      await addon.closeTree(tree);
    }
  });
}
