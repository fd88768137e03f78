// SPDX-License-Identifier: GPL-2.0-only
// The order of things in a check: a journal first, then the tool, then the tool once more over what it repaired, and
// only then, if that finds nothing, the image itself.
import {accessSync, constants} from 'node:fs';
import {binding, type OpenedDisk} from '../../binding.ts';
import {KdiskError, throwIfAborted} from '../../errors.ts';
import {sentenceSize} from '../../format/size.ts';
import type {FsckOptions, FsckPass, FsckResult} from '../../fsck.ts';
import {formatAddress, formatSelector} from '../../image-path.ts';
import {probeContent} from '../../probe/index.ts';
import type {FileSystemState} from '../../probe/state.ts';
import {BITS, type Driver, type ToolDriver} from './driver.ts';
import {driverFor} from './drivers.ts';
import {readAll, replayByMount} from './engine.ts';
import {Collected} from './findings.ts';
import {runPass, type Found, type Run} from './passes.ts';
import {diskSource, findPlace, stateOf, type CheckPlace} from './place.ts';
import {previewOf} from './preview.ts';

/** A repair may bring to light what the next one mends. */
const ROUNDS = 3;

const GiB = 1024 ** 3;

/** Of a tool, unless the caller says else: all that WebAssembly has addresses for. */
const MEMORY = 4 * GiB;

class CheckUp {
  private disk: OpenedDisk | undefined;
  private readonly passes: FsckPass[] = [];
  private readonly notes: string[] = [];
  private replayed = false;
  /** Of the image or partition, for messages. */
  private readonly where: string;

  constructor(
    private readonly path: string,
    private readonly options: FsckOptions,
    private readonly place: CheckPlace,
    private readonly driver: Driver,
  ) {
    this.where = place.selector.kind === 'disk' ? path : formatAddress(path, [place.selector]);
  }

  private get type(): string {
    return this.place.content.type;
  }

  async run(): Promise<FsckResult> {
    const {repair = 'none', inPlace = false, preview = false} = this.options;
    const wanted = repair !== 'none' && this.driver.readOnly === undefined;
    if (wanted) this.refuseCutShort();
    if (wanted && !preview) this.refuseUnwritable();
    const direct = wanted && inPlace && !preview;
    this.disk = await this.open(direct ? 'read-write' : 'overlay');
    try {
      const redone = this.disk.redone && (await this.endInterrupted(wanted && !preview, direct));
      const result = await (wanted ? this.mend() : this.report());
      if (redone) result.written = true;
      if (direct) result.written = result.problemCount > 0 || this.replayed;
      return result;
    } finally {
      const {disk} = this;
      this.disk = undefined;
      await binding().closeDisk(disk.handle);
    }
  }

  /** The disk shows a repair of before that was interrupted while it was written. True when that was ended now. */
  private async endInterrupted(write: boolean, direct: boolean): Promise<boolean> {
    if (!write) {
      this.notes.push(
        'a repair was interrupted while it was written; the next command that writes to the image ends that',
      );
      return false;
    }
    if (!direct) {
      await binding().closeDisk(this.disk!.handle);
      await binding().closeDisk((await this.open('read-write')).handle);
      this.disk = await this.open('overlay');
    }
    this.notes.push('a repair that was interrupted while it was written was brought to its end');
    return true;
  }

  private open(mode: 'overlay' | 'read-write'): Promise<OpenedDisk> {
    const {window} = this.place;
    return window ? binding().openDisk(this.path, mode, window) : binding().openDisk(this.path, mode);
  }

  /** Another overlay in place of one that is not to be used any more. */
  private async startAgain(): Promise<void> {
    await binding().closeDisk(this.disk!.handle);
    this.disk = await this.open('overlay');
  }

  /** What is behind the end may be anything: a repair would throw away what is only missing here. */
  private refuseCutShort(): void {
    const {content, size} = this.place;
    if ((content.size ?? 0) <= size || this.options.force) return;
    const [all, there] = [sentenceSize(BigInt(content.size!)), sentenceSize(size)];
    const short = `${all} of file system in ${there}; copy it again, in full (--force repairs what is there)`;
    const message = `${this.where}: this ${this.type} is cut short: ${short}`;
    throw new KdiskError('ERR_NEEDS_REPAIR', message, {path: this.path});
  }

  /** Known before the work, not after it. */
  private refuseUnwritable(): void {
    try {
      accessSync(this.path, constants.W_OK);
    } catch (error) {
      const {code = 'EACCES', errno} = error as NodeJS.ErrnoException;
      throw new KdiskError(code, `${code}: the image cannot be written, open '${this.path}'`, {
        path: this.path,
        syscall: 'open',
        ...(errno === undefined ? {} : {errno}),
      });
    }
  }

  private async pass(driver: ToolDriver, run: Run): Promise<Found> {
    const {memory = MEMORY} = this.options;
    const found = await runPass(driver, this.disk!, run, this.place.content.label, {...this.options, memory});
    this.passes.push(found.pass);
    if (run.step === 'check' && (await this.isCutShort())) this.tellCutShort(found);
    return found;
  }

  private tellCutShort(found: Found): void {
    const {content, size} = this.place;
    const [all, there] = [sentenceSize(BigInt(content.size!)), sentenceSize(size)];
    const words = `the image is cut short: ${all} of file system in ${there}`;
    if (found.bits & BITS.operational) found.reason = words;
    if (found.bits !== 0) return;
    found.collected.problem(words);
    found.bits = BITS.left;
    found.pass.problems = found.collected.count;
  }

  /** Not all tools see that; one may have mended it. */
  private async isCutShort(): Promise<boolean> {
    const {content, size} = this.place;
    if ((content.size ?? 0) <= size) return false;
    const now = await probeContent(diskSource(this.disk!.handle, size)).catch(() => undefined);
    return (now?.size ?? 0) > size;
  }

  /** Undefined for one that is too much damaged to say so. */
  private state(): Promise<FileSystemState | undefined> {
    const {handle, size} = this.disk!;
    return stateOf(this.type, handle, size).catch(() => undefined);
  }

  /** Only in memory, or where changes are wanted anyway. */
  private async replay(driver: ToolDriver): Promise<void> {
    if (driver.replay === undefined || !(await this.state())?.replayed) return;
    if (driver.replay !== 'kernel') {
      const run: Run = {name: 'replay', step: 'safe', args: driver.replay, force: false, writable: true};
      const {bits} = await this.pass(driver, run);
      this.replayed = (bits & ~BITS.corrected) === 0;
      if (this.replayed) return;
      await this.startAgain();
    }
    await this.replayByKernel();
  }

  private async replayByKernel(): Promise<void> {
    const start = performance.now();
    try {
      await replayByMount(this.disk!.handle, this.place.content);
      this.replayed = true;
      this.passes.push({step: 'replay', exitCode: 0, problems: 0, ms: Math.round(performance.now() - start)});
    } catch (error) {
      if (!(error instanceof KdiskError) || this.options.inPlace) throw error;
      this.notes.push(`its journal cannot be replayed (${error.message.split('\n')[0]!})`);
      await this.startAgain();
    }
  }

  private async check(): Promise<Found> {
    const {driver} = this;
    const {force = false, signal} = this.options;
    if (driver.tool !== undefined) {
      await this.replay(driver);
      return this.pass(driver, {name: 'check', step: 'check', force, writable: false});
    }
    const collected = new Collected();
    const start = performance.now();
    let facts = {};
    try {
      facts = await readAll(this.disk!.handle, this.place.content, collected, signal);
    } catch (error) {
      if (!(error instanceof KdiskError) || error.syscall !== 'mount') throw error;
      collected.problem('the kernel cannot mount it');
    }
    const pass: FsckPass = {
      step: 'read',
      exitCode: 0,
      problems: collected.count,
      ms: Math.round(performance.now() - start),
    };
    this.passes.push(pass);
    return {bits: collected.count > 0 ? BITS.left : 0, facts, collected, pass};
  }

  private async report(): Promise<FsckResult> {
    const found = await this.check();
    if (found.bits !== 0 && this.driver.readOnly !== undefined) this.notes.push(this.driver.readOnly);
    return this.result(found, found.bits === 0 ? 'clean' : 'damaged');
  }

  private async mend(): Promise<FsckResult> {
    const {repair, force = false} = this.options;
    const driver = this.driver as ToolDriver;
    // e2fsck replays its journal itself, as part of a repair.
    const itself = driver.replay !== undefined && driver.replay !== 'kernel';
    if (!itself) await this.replay(driver);
    else this.replayed = (await this.state())?.replayed === true;
    const noSafe = repair === 'safe' && driver.noSafe === true;
    let before: Found | undefined;
    if (driver.checkFirst || noSafe) {
      before = await this.pass(driver, {name: 'check', step: 'check', force, writable: false});
      if (before.bits === 0) return this.finish(before, before);
      if (noSafe) this.notes.push(`${driver.title} knows no repair that surely loses nothing`);
      if (noSafe) return this.result(before, 'damaged');
    }
    const step = repair === 'ask' ? 'ask' : repair === 'safe' ? 'safe' : 'all';
    let repaired = await this.pass(driver, {name: 'repair', step, force, writable: true});
    if (repaired.bits & BITS.operational && itself && this.replayed && !this.options.inPlace) {
      // A journal that the tool can't replay may be none to the kernel.
      this.replayed = false;
      await this.startAgain();
      await this.replayByKernel();
      repaired = await this.pass(driver, {name: 'repair', step, force, writable: true});
    }
    if (repaired.bits & BITS.operational) return this.result(repaired, 'damaged');
    if (repaired.bits === 0 && !before) return this.finish(repaired, repaired);
    const first = before ?? repaired;
    let last = await this.recheck(driver);
    for (let round = 1; round < ROUNDS && step === 'all' && last.bits === BITS.left; round++) {
      await this.pass(driver, {name: 'repair', step, force: true, writable: true});
      last = await this.recheck(driver);
    }
    return this.finish(first, last);
  }

  private recheck(driver: ToolDriver): Promise<Found> {
    throwIfAborted(this.options.signal);
    return this.pass(driver, {name: 'recheck', step: 'check', force: true, writable: false});
  }

  /** After a repair: shows it, or brings it into the image. */
  private async finish(first: Found, last: Found): Promise<FsckResult> {
    const {preview = false, inPlace = false, confirm, signal, onCommit} = this.options;
    const addon = binding();
    const {handle} = this.disk!;
    const found = first.bits !== 0;
    const {afterwards} = this.driver as ToolDriver;
    if (found && last.bits === 0 && afterwards) this.notes.push(afterwards);
    const direct = inPlace && !preview;
    const changes = direct ? [] : addon.diskChanges(handle);
    const changedBytes = changes.reduce((sum, {length}) => sum + length, 0n);
    const good = last.bits === 0;
    const done = found ? 'repaired' : 'clean';
    const result = this.result(first, good ? done : 'damaged', last);
    result.changedBytes = found || this.replayed ? changedBytes : 0n;
    if (preview) {
      if (result.state === 'repaired') this.set(result, 'repairable');
      result.preview = await previewOf(this.disk!, () => this.open('overlay'), this.place.content, signal);
      return result;
    }
    // Its notes about a file system that it did not look at are no reason to touch the image.
    const idle = !found && !this.replayed && !result.checked;
    if (!good || direct || idle || changes.length === 0) return result;
    if (confirm && !(await confirm(result))) {
      this.set(result, found ? 'repairable' : 'clean');
      return result;
    }
    throwIfAborted(signal);
    onCommit?.(0);
    // Where no journal can be kept beside the image, an interruption would leave it half written.
    const options = {unsafe: this.options.force ?? false};
    const {journal} = await addon
      .commitDisk(handle, ({done, total}) => onCommit?.(total > 0 ? done / total : 1), options)
      .catch((error: unknown) => {
        throw this.commitError(error);
      });
    if (!journal) this.notes.push('no journal could be kept beside the image while it was written');
    result.written = true;
    result.changedBytes = changedBytes;
    return result;
  }

  private commitError(error: unknown): unknown {
    if (!(error instanceof KdiskError) || error.code !== 'ERR_NO_REDO') return error;
    const why = 'no journal can be kept beside the image, so that an interruption would leave it half written';
    const message = `${this.path}: the repair is checked and clean, but ${why}: --force writes all the same`;
    return new KdiskError('ERR_NO_REDO', message, {path: this.path, cause: error});
  }

  private set(result: FsckResult, state: FsckResult['state']): void {
    result.state = state;
    result.exitCode = {clean: 0, repaired: 1, damaged: 4, repairable: 4, failed: 8}[state];
  }

  private result(first: Found, state: FsckResult['state'], last?: Found): FsckResult {
    const {facts, reason} = {...first, ...last};
    const {files, usedPercent, marked = false} = facts ?? {};
    const {bits} = last ?? first;
    // Some give up in the middle of what they find.
    const stopped = (bits & BITS.operational) !== 0;
    const failed = stopped && (bits & BITS.left) === 0;
    if (stopped && !failed) this.notes.push(`${this.driver.title} gave up before the end of its check`);
    const left = last && last !== first && last.bits !== 0 ? last.collected : undefined;
    const result: FsckResult = {
      image: this.path,
      selector: formatSelector(this.place.selector),
      type: this.type,
      tool: this.driver.title,
      state,
      exitCode: 0,
      ...(failed ? {reason: reason ?? 'it ended without a reason'} : {}),
      problems: first.collected.problems,
      problemCount: first.collected.count,
      remaining: left?.problems ?? [],
      remainingCount: left?.count ?? 0,
      ...(files === undefined ? {} : {files}),
      ...(usedPercent === undefined ? {} : {usedPercent}),
      checked: !marked,
      replayed: this.replayed,
      written: false,
      changedBytes: 0n,
      notes: this.notes,
      passes: this.passes,
    };
    this.set(result, failed ? 'failed' : state);
    if (stopped && result.state === 'damaged') result.exitCode |= BITS.operational;
    return result;
  }
}

/** See fsck() in src/fsck.ts. */
export async function checkUp(path: string, options: FsckOptions): Promise<FsckResult> {
  const {selectors = [], type, force = false, signal} = options;
  throwIfAborted(signal);
  const place = await findPlace(path, selectors, type, force);
  const {content} = place;
  const driver = driverFor(content.type, path);
  if ((content.devices ?? 1) > 1) {
    const message = `${path}: this ${content.type} is spread over ${content.devices} devices, and only one is here`;
    throw new KdiskError('ERR_UNSUPPORTED', message, {path});
  }
  return new CheckUp(path, options, place, driver).run();
}
