// SPDX-License-Identifier: GPL-2.0-only
// Says what a disk or a partition holds: tables of magic numbers, in the order in which they are believed. Containers
// come first, because what is inside a mirror or behind them may show through; FAT is late, because it has no magic; wrappers
// come last, because theirs is short.
import {appleProbes} from './apple.ts';
import {containerProbes, mdAtEnd, zfs} from './containers.ts';
import {linuxProbes} from './linux.ts';
import {microsoftProbes} from './microsoft.ts';
import {opticalProbes} from './optical.ts';
import {rareProbes} from './rare.ts';
import {Head, type Content, type Probe, type Source} from './types.ts';
import {wrapperProbes} from './wrappers.ts';

export {Head, type Content, type Source} from './types.ts';

const probes: Probe[] = [
  ...containerProbes,
  ...linuxProbes,
  ...appleProbes,
  ...opticalProbes,
  ...rareProbes,
  ...microsoftProbes,
  ...wrapperProbes,
];

async function match(probe: Probe, head: Head): Promise<Content | undefined> {
  for (const {at, bytes} of probe.magic) {
    if (!head.matches(at, bytes)) continue;
    const details = probe.parse ? await probe.parse(head, at) : {};
    if (details) return {type: probe.type, usage: probe.usage, ...details};
  }
  return undefined;
}

/** What the source holds, or undefined for nothing that we know. Never rejects but for a failing read. */
export async function probeContent(source: Source | Head): Promise<Content | undefined> {
  const head = await Head.of(source);
  const member = await mdAtEnd(head);
  if (member) return member;
  for (const probe of probes) {
    const found = await match(probe, head);
    if (found) return found;
  }
  return zfs(head);
}
