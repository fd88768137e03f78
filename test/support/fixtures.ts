// SPDX-License-Identifier: GPL-2.0-only
// The images of fixtures/: where they lie, and what the referee kernel saw in them.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseManifest, type Manifest} from './manifest.ts';

const script = fileURLToPath(new URL('../../fixtures/make.sh', import.meta.url));

export interface Fixture {
  name: string;
  image: string;
  /** Number of the partition that the manifest shows; undefined: the whole image. */
  partition: number | undefined;
  /** manifest2() is there. */
  second: boolean;
  /** What the referee saw after the usual mount. */
  manifest(): Manifest;
  /** The same of the second look, without a journal replay or with other mount options. */
  manifest2(): Manifest;
  /** Partitions that the referee found, in bytes. */
  partitions(): {index: number; start: number; size: number; name: string}[];
}

/** Makes what is missing; without names: everything. */
export function makeFixtures(names: string[] = []): Map<string, Fixture> {
  const output = execFileSync('bash', [script, ...names], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
  const rows = output.trimEnd().split('\n').map((line) => line.split('\t') as [string, string, string]);
  return new Map(rows.map(([name, folder, partition]) => [name, describe(name, folder, partition)]));
}

export function fixture(name: string): Fixture {
  return makeFixtures([name]).get(name)!;
}

/** All of one file of fixtures/recipes. */
export function family(name: string): Fixture[] {
  return [...makeFixtures([`@${name}`]).values()];
}

function describe(name: string, folder: string, partition: string): Fixture {
  const lines = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    name,
    image: join(folder, 'image.img'),
    partition: partition ? Number(partition) : undefined,
    second: existsSync(join(folder, 'manifest2.jsonl')),
    manifest: () => parseManifest(lines('manifest.jsonl')),
    manifest2: () => parseManifest(lines('manifest2.jsonl')),
    partitions: () => lines('partitions.jsonl').trim().split('\n').map((line) => JSON.parse(line)),
  };
}
