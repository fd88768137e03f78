// SPDX-License-Identifier: GPL-2.0-only
// A copy of several sources to one destination: what belongs together is copied together, so that hard links stay.
import {printable} from '../format/name.ts';
import type {Path} from '../caller.ts';
import {copy, type CopyLoss, type CopyOptions, type CopyProgress} from '../copy.ts';
import {joinPath, type Volume} from '../volume.ts';
import {addressOf, type PathTarget} from './address.ts';
import {lookAt, Planner, type Destination, type Located, type Planned, type Rules} from './copy-plan.ts';
import {ClashFinder, preview, type Group, type Preview} from './copy-preview.ts';
import {copyFailure, freeSpace, isFatal, lossFailure, type Surroundings} from './copy-report.ts';
import {hostSide, volumeSide, type Side} from './copy-side.ts';
import {EXIT, Failure, usageFailure} from './failure.ts';
import type {Session} from './session.ts';

export type NameChoice = 'auto' | 'plain' | 'windows';

export interface JobOptions {
  rules: Rules;
  copy: CopyOptions;
  names: NameChoice;
  /** Host path. */
  manifest?: string | undefined;
}

/** Told of what happens. */
export interface Listener {
  problem(found: Failure, path: Buffer): void;
  lost(found: Failure, loss: CopyLoss): void;
  progress(state: CopyProgress): void;
}

const NO_CASE = ['vfat', 'exfat', 'ntfs'];
const CASEFOLD = 0x40000000;
const COUNTS = ['files', 'directories', 'links', 'hardLinks', 'specials', 'kept', 'bytes'] as const;

export function locateHost(word: string): Located {
  return {word, path: word, side: hostSide, target: undefined, group: ''};
}

/** Numbers for volumes, the same for all addresses of one. */
export class Locator {
  private readonly seen: Volume[] = [];

  constructor(private readonly session: Session) {}

  async locate(target: PathTarget): Promise<Located> {
    const volume = await this.session.volume(target);
    if (!this.seen.includes(volume)) this.seen.push(volume);
    const side = volumeSide(() => this.session.volume(target), target);
    return {word: target.word, path: target.path, side, target, group: `volume ${this.seen.indexOf(volume)}`};
  }
}

export class CopyJob {
  readonly groups: Group[] = [];
  readonly counts: CopyProgress = {files: 0, directories: 0, links: 0, hardLinks: 0, specials: 0, kept: 0, bytes: 0};
  private destination!: Destination;
  private options!: CopyOptions;
  /** Nothing more can be written. */
  full = false;
  stopped = false;

  constructor(
    private readonly session: Session,
    private readonly job: JobOptions,
    private readonly listener: Listener,
  ) {}

  get to(): Side {
    return this.destination.side;
  }

  /** Looks at everything; nothing is written. Problems of single sources are told, the rest goes on. */
  async plan(
    sources: Located[],
    destination: Located,
    isDirectory: boolean,
    failed: (error: unknown, from: Located) => void,
  ) {
    const {rules, manifest} = this.job;
    this.destination = await lookAt(destination, sources.length, rules, isDirectory);
    const planner = new Planner(this.destination, rules);
    const groups = new Map<string, Planned[]>();
    for (const from of sources) {
      try {
        const planned = await planner.place(from);
        groups.set(from.group, [...(groups.get(from.group) ?? []), planned]);
      } catch (error) {
        failed(error, from);
      }
    }
    for (const planned of groups.values()) {
      const {target} = planned[0]!.from;
      this.groups.push({planned, volume: async () => (target ? this.session.volume(target) : null)});
    }
    if (manifest !== undefined && groups.size > 1)
      throw usageFailure('a manifest tells of one tree; copy from one file system at a time');
    this.options = {...this.job.copy, ...(await this.names()), ...this.manifest()};
    if (await this.foldsCase()) await this.checkClashes();
  }

  private manifest(): CopyOptions {
    const {manifest} = this.job;
    if (manifest === undefined) return {};
    const fromHost = this.groups.some(({planned}) => !planned[0]!.from.target);
    return fromHost ? {manifestIn: manifest} : {manifestOut: manifest};
  }

  private type(volume: Volume | null): string {
    if (volume) return volume.content.type;
    return process.platform === 'win32' ? 'ntfs' : 'posix';
  }

  private async target(write = false): Promise<Volume | null> {
    const {target} = this.destination;
    return target ? this.session.volume(target, {write}) : null;
  }

  /** Escaped on the way to what Windows keeps, and back on the way from a host where that was done. */
  private async names(): Promise<CopyOptions> {
    const to = await this.target();
    const isWindows = NO_CASE.includes(this.type(to));
    if (this.job.names === 'plain') return {names: 'plain'};
    if (isWindows || (this.job.names === 'windows' && !to)) return {names: 'escape'};
    const fromHost = this.groups.some(({planned}) => !planned[0]!.from.target);
    if (this.job.names === 'windows') return {names: 'unescape'};
    return {names: fromHost && process.platform === 'win32' ? 'unescape' : 'plain'};
  }

  private async foldsCase(): Promise<boolean> {
    if (!this.job.copy.recursive && this.groups.flatMap(({planned}) => planned).length === 0) return false;
    const to = await this.target();
    if (!to) return ['win32', 'darwin'].includes(process.platform);
    if (NO_CASE.includes(this.type(to))) return true;
    const {path, facts} = this.destination;
    if (facts?.kind !== 'directory') return false;
    return (Number(await to.getFlags(path).catch(() => 0)) & CASEFOLD) !== 0;
  }

  private async checkClashes(): Promise<void> {
    const finder = new ClashFinder(this.to);
    for await (const {entry} of this.preview()) await finder.add(entry);
    if (finder.clashes.length === 0) return;
    const MOST = 5;
    const pairs = finder.clashes
      .slice(0, MOST)
      .map(
        ({first, second, directory}) =>
          `${printable(directory.toString())}: ${printable(first.toString())}, ${printable(second.toString())}`,
      );
    const more = finder.clashes.length > MOST ? ` and ${finder.clashes.length - MOST} more pairs` : '';
    const message = `${this.destination.word} does not tell these names apart (${pairs.join('; ')}${more}); nothing was written; leave some out with --exclude`;
    throw new Failure(message, EXIT.partly, 'EEXIST');
  }

  /** All entries that would be copied. */
  async *preview(): AsyncGenerator<{group: Group; entry: Preview}> {
    for (const group of this.groups)
      for await (const entry of preview(group, this.to, this.options)) yield {group, entry};
  }

  /** The address of a path of a group's side. */
  address(group: Group, path: Buffer): string {
    const {target} = group.planned[0]!.from;
    const address = target ? addressOf(target, path).toString() : path.toString();
    // As "dir/." was asked for.
    return address.replaceAll('/./', '/');
  }

  /** The same at the destination. */
  destinationAddress(path: Path): string {
    const {target} = this.destination;
    return target ? addressOf(target, path).toString() : path.toString();
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.groups.length === 0) return;
    // An image that is written is opened again for that, and its volumes with it.
    const to = await this.target(true);
    for (const group of this.groups) {
      if (this.full || this.stopped) return;
      await this.copy(group, to, signal);
    }
  }

  private async copy(group: Group, to: Volume | null, signal: AbortSignal): Promise<void> {
    const before = {...this.counts};
    const add = (state: CopyProgress) => {
      for (const key of COUNTS) this.counts[key] = before[key] + state[key];
      this.listener.progress(this.counts);
    };
    for (const {content, isNew, to: place} of group.planned) if (content && isNew) await this.to.makeDirectory(place);
    const pairs = group.planned.map(({from, to: place, content}) => ({
      from: from.path,
      // An entry without a name stands for the directory itself, in a manifest too.
      to: content ? joinPath(place.path, '.') : place.path,
    }));
    const done = await copy(await group.volume(), to, pairs, {...this.options, signal}, add);
    add(done);
    const around: Surroundings = {
      address: (path) => this.address(group, path),
      toHost: !to,
      full: to ? await freeSpace(to, this.destination.target!.image) : "the host's disk is full",
      manifest: !to && this.job.manifest === undefined,
    };
    for (const problem of done.problems) {
      const found = copyFailure(problem, around);
      if (problem.side === 'target' && isFatal(found)) this.full = true;
      this.listener.problem(found, problem.path);
    }
    for (const loss of done.lost) this.listener.lost(lossFailure(loss, around), loss);
    if (done.stopped) this.stopped = true;
  }
}
