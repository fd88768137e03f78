// SPDX-License-Identifier: GPL-2.0-only
// A process that fills an image with a deterministic kernel, bundled and started by test/reproducible.image.test.ts.
// usage: IMAGE TIMESTAMP tree DIRECTORY | IMAGE TIMESTAMP tar ARCHIVE BYTES_AT_ONCE; prints what was copied as JSON.
import {createReadStream} from 'node:fs';
import {extractArchive} from '../../src/cli/tar-extract.ts';
import {copy, open, type CopyOptions, type CopyResult, type Volume} from '../../src/index.ts';

const [, , path, timestamp, kind, source, atOnce] = process.argv as [string, string, string, string, string, string, string?];

async function fill(volume: Volume, options: CopyOptions): Promise<CopyResult> {
  if (kind === 'tree') return copy(null, volume, [{from: source, to: '/'}], {recursive: true, ...options});
  const {result, failed} = await extractArchive(createReadStream(source, {highWaterMark: Number(atOnce)}), volume, '/', {
    copy: options,
    sparse: true,
    name: source,
    problem: (found) => {
      throw found;
    },
    note: () => {},
    progress: () => {},
    signal: new AbortController().signal,
  });
  if (failed !== undefined) throw failed;
  return result;
}

async function run(): Promise<void> {
  await using image = await open(path, {write: true, deterministic: {timestamp: Number(timestamp)}});
  const volume = await image.volume();
  const hasOwners = !/fat/.test(volume.content.type);
  const {files, problems} = await fill(volume, {owner: hasOwners, xattrs: hasOwners});
  const told = problems.map((problem) => `${problem.step} ${problem.path.toString()}: ${problem.errno}`);
  console.log(JSON.stringify({files, problems: told}));
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
