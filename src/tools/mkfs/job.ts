// SPDX-License-Identifier: GPL-2.0-only
// One file system from its wish to its result: sizes, the run of the tool, the copy, and all of it once more with more
// room where an automatic size was too small.
import {randomBytes} from 'node:crypto';
import {realpathSync} from 'node:fs';
import {binding, boot} from '../../binding.ts';
import type {CopyResult} from '../../copy.ts';
import {KdiskError} from '../../errors.ts';
import {sentenceSize} from '../../format/size.ts';
import type {MkfsOptions, MkfsResult} from '../../mkfs.ts';
import {probeContent} from '../../probe/index.ts';
import {KIND} from '../../tar/records.ts';
import {diskSource} from '../fsck/place.ts';
import {archiveOf, spool, type Spool} from './archive.ts';
import {extInodes, freeInodes} from './ext.ts';
import {archiveError, fill, isFull, type Filled, type Source} from './fill.ts';
import {make} from './make.ts';
import {rehearse} from './rehearsal.ts';
import {measureArchive, measureTree, type Measure} from './measure.ts';
import {abandon, addressOf, resize, wipe, type Kernel, type Target} from './target.ts';
import {wrong, type Driver, type Room, type Wish} from './types.ts';

const KIB = 1024;
const TIB = 1024 ** 4;

/** What an automatic size is multiplied with, attempt by attempt. */
const ATTEMPTS = [1, 1.15, 1.4, 2, 3];
/** Sizes of automatic images are multiples of this. */
const STEP = 64 * KIB;
/** Types that see no case in names, and escape some characters. */
const WINDOWS = ['vfat', 'exfat', 'ntfs'];
/** The largest file to begin with, where what comes out of it is only known in the end. */
const LARGE = [8 * TIB, TIB, 64 * 1024 ** 3, 4 * 1024 ** 3 - STEP];

type Core = Pick<Wish, 'type' | 'label' | 'uuid' | 'blockSize' | 'timestamp' | 'native'>;

/** The source does not fit, and more room may help. */
class TooSmall extends Error {}

export class Job {
  private measure: Measure | undefined;
  private spooled: Spool | undefined;
  private arguments: string[] = [];
  private readonly automatic: boolean;

  constructor(
    private readonly driver: Driver,
    private readonly core: Core,
    private readonly target: Target,
    private readonly kernel: Kernel,
    private readonly options: MkfsOptions,
  ) {
    const {size, from} = options;
    this.automatic = size === 'auto' || (size === undefined && from !== undefined && target.size === 0);
  }

  async run(): Promise<MkfsResult> {
    this.check();
    try {
      await this.measureSource();
      return await this.make();
    } catch (error) {
      abandon(this.target);
      throw error;
    } finally {
      await this.spooled?.remove();
    }
  }

  private check(): void {
    const {target, driver, core, options} = this;
    const {size, free, from, partition} = options;
    const where = addressOf(target);
    if (driver.fromArchive && from === undefined)
      throw wrong(`${core.type} is made in one go with what is in it; say what: --from DIRECTORY, or --from - for a tar archive`);
    if (free !== undefined && (!this.automatic || driver.fromArchive))
      throw wrong('what stays free is a matter of --size auto');
    if (size === 'auto' && (partition !== undefined || target.kind === 'device'))
      throw wrong(`${where} has a size of its own; leave out --size`);
    if (size === undefined && target.size === 0 && from === undefined)
      throw wrong(`${where} has no size yet; give one, such as --size 1G, or --from with what goes into it`);
    if (typeof size !== 'number') return;
    if (partition !== undefined && size !== target.size)
      throw wrong(`${where} has ${sentenceSize(BigInt(target.size))}; leave out --size`);
    if (target.kind === 'device' && size > target.size)
      throw wrong(`${where} has ${sentenceSize(BigInt(target.size))}, less than ${sentenceSize(BigInt(size))}`);
    this.checkCut(size);
  }

  private checkCut(size: number): void {
    const {target, options} = this;
    if (target.kind !== 'file' || target.partition !== undefined || size >= target.size || options.force) return;
    const [from, to] = [sentenceSize(BigInt(target.size)), sentenceSize(BigInt(size))];
    throw wrong(`${target.path} would be cut from ${from} to ${to}; add --force`);
  }

  /** What has to be known before the tool runs. */
  private async measureSource(): Promise<void> {
    const {automatic, driver, core, options} = this;
    const {from, signal, onProgress} = options;
    if (from === undefined) return;
    // It is the engine that reads trees.
    await boot(this.kernel.memory, this.kernel.deterministic);
    if (driver.fromArchive) return;
    const how = {
      xattrs: automatic,
      holes: !driver.noHoles,
      mostBytes: driver.mostBytes ?? Infinity,
      foldsCase: WINDOWS.includes(core.type),
      except: this.target.path,
      signal,
      progress: ({files, bytes}: Measure) => onProgress?.({phase: 'measure', files, bytes}),
    };
    if (typeof from === 'string') {
      const wanted = automatic || how.foldsCase || core.type.startsWith('ext') || options.total;
      if (wanted) this.measure = await measureTree(realpathSync(from), how);
      this.checkNames();
    } else if (automatic || driver.mostSlots !== undefined) {
      if (typeof from !== 'function') {
        const path = `${this.target.path}.${randomBytes(6).toString('hex')}.tar`;
        this.spooled = await spool(path, from);
      }
      this.measure = await measureArchive(this.archive(), how).catch((error: unknown) => {
        throw archiveError(error);
      });
    }
  }

  private checkNames(): void {
    const {driver, measure, core} = this;
    if (driver.mostSlots !== undefined && measure && measure.mostSlots > driver.mostSlots) {
      const message = `a directory of ${core.type} has room for ${driver.mostSlots} parts of names, and one of the source has ${measure.mostSlots}`;
      throw new KdiskError('ERR_NO_ROOM', `${message}; nothing was made`);
    }
    const [clash] = measure?.clashes ?? [];
    if (!clash) return;
    const message = `${core.type} does not tell ${clash.first} from ${clash.second}; nothing was made; rename one of them`;
    throw new KdiskError('ERR_NAME_CLASH', message);
  }

  private archive(): AsyncIterable<Buffer> {
    const {from} = this.options;
    const found = this.spooled?.read() ?? (typeof from === 'function' ? from() : from);
    return found as AsyncIterable<Buffer>;
  }

  private source(): Source {
    const {from} = this.options;
    if (typeof from === 'string') return {kind: 'directory', path: realpathSync(from)};
    return {kind: 'archive', archive: this.archive()};
  }

  /** Bytes for what was measured, with what stays free. */
  private automaticSize(): number {
    const {blockSize, native} = this.core;
    const {free = 0} = this.options;
    const size = (bytes: number) => {
      const room: Room = {measure: this.measure!, native, free: bytes, ...(blockSize === undefined ? {} : {blockSize})};
      return Math.max(this.driver.estimate!(room), this.driver.least);
    };
    if (typeof free === 'number') return size(free);
    let all = size(0);
    for (let step = 0; step < 32; step++) all = size(all * free.share);
    return all;
  }

  private wish(size: number): Wish {
    const {core, automatic, measure, target} = this;
    const inodes = automatic && measure && core.type.startsWith('ext') ? {inodes: extInodes({measure})} : {};
    return {...core, size, start: target.start, automatic, ...(measure ? {measure} : {}), ...inodes};
  }

  private async make(): Promise<MkfsResult> {
    const {driver, target, options} = this;
    if (driver.fromArchive) return this.makeFromArchive();
    const fixed = typeof options.size === 'number' ? options.size : target.size;
    for (const factor of this.automatic ? ATTEMPTS : [1]) {
      const size = this.automatic ? Math.ceil((this.automaticSize() * factor) / STEP) * STEP : fixed;
      const wish = this.wish(size);
      this.arguments = driver.call(wish).args;
      if (options.dryRun) return this.result(size, undefined, undefined);
      if (!target.touched) this.checkCut(size);
      try {
        return await this.attempt(wish);
      } catch (error) {
        if (!(error instanceof TooSmall)) throw error;
      }
    }
    const {measure} = this;
    const there = sentenceSize(BigInt(target.size));
    const needed = measure && !this.automatic ? `: it needs about ${sentenceSize(BigInt(Math.ceil(this.needed())))}` : '';
    const next = this.automatic ? '; give a size with --size' : '; --size auto finds one that is enough';
    const message = `what --from names does not fit into ${addressOf(target)} (${there})${needed}${next}`;
    throw new KdiskError('ERR_NO_ROOM', message);
  }

  private needed(): number {
    const {blockSize, native} = this.core;
    return this.driver.estimate!({measure: this.measure!, native, free: 0, ...(blockSize === undefined ? {} : {blockSize})});
  }

  private async attempt(wish: Wish): Promise<MkfsResult> {
    const {target} = this;
    await rehearse(this.driver, wish, this.target, this.options.signal);
    return this.withDisk(wish.size, async (handle) => {
      await this.runTool(wish, handle);
      if (this.options.from === undefined) return this.result(wish.size, handle, undefined);
      const filled = await this.fill(wish, handle);
      withoutItself(filled.copied);
      const {free = 0} = this.options;
      const short = filled.free < (typeof free === 'number' ? free : Math.floor(free.share * target.size));
      if (isFull(filled.copied) || (this.automatic && short)) throw new TooSmall();
      return this.result(wish.size, handle, filled);
    });
  }

  private async withDisk<T>(size: number, work: (handle: number) => Promise<T>): Promise<T> {
    const {target} = this;
    const addon = binding();
    if (this.automatic && target.touched) resize(target, 0);
    resize(target, size);
    const part = target.partition !== undefined || target.kind === 'device';
    const window = part ? {start: BigInt(target.start), size: BigInt(size)} : undefined;
    const {handle} = await addon.openDisk(target.path, 'read-write', window);
    let result: T;
    try {
      target.touched = true;
      wipe(target, handle);
      result = await work(handle);
    } catch (error) {
      // To the kernel inside, a full disk of the host is a broken one.
      const refused: unknown = await addon.closeDisk(handle).catch((closing: unknown) => closing);
      throw refused instanceof KdiskError && !(error instanceof TooSmall) ? refused : error;
    }
    await addon.closeDisk(handle);
    return result;
  }

  private async runTool(wish: Wish, handle: number): Promise<void> {
    const {driver, measure} = this;
    const {signal, onOutput, onProgress} = this.options;
    onProgress?.({phase: 'make', files: 0, bytes: 0, ...this.total()});
    const making = {handle, signal, onOutput};
    await make(driver, wish, making);
    if (!measure || !wish.type.startsWith('ext')) return;
    const superblock = Buffer.alloc(2 * KIB);
    binding().diskRead(handle, 0, superblock);
    const [there, wanted] = [freeInodes(superblock), measure.inodes];
    if (there > wanted) return;
    if (wish.native.some((word) => /^-[NiT]/.test(word)))
      throw wrong(`--from names ${wanted} files and directories, but these options give ${there} inodes`);
    const more = {...wish, inodes: extInodes({measure})};
    this.arguments = driver.call(more).args;
    await make(driver, more, making);
  }

  private total(): {total?: {files: number; bytes: number}} {
    const {measure} = this;
    return measure ? {total: {files: measure.files, bytes: measure.bytes}} : {};
  }

  private fill(wish: Wish, handle: number): Promise<Filled> {
    const {signal, onProgress} = this.options;
    return fill(this.source(), {
      handle,
      size: BigInt(wish.size),
      kernel: this.kernel,
      plain: Boolean(this.driver.plain),
      escape: WINDOWS.includes(wish.type),
      signal,
      progress: ({files, bytes}) => onProgress?.({phase: 'copy', files, bytes, ...this.total()}),
    });
  }

  /** squashfs and EROFS: a file that is large enough for anything becomes as large as what was written. */
  private async makeFromArchive(): Promise<MkfsResult> {
    const {driver, core, target, options} = this;
    const {dryRun, signal, onOutput, onProgress, from} = options;
    const fixed = typeof options.size === 'number' ? options.size : target.size;
    // mkfs.erofs does not come to an end in a file that is little larger than its content.
    const isWhole = target.partition === undefined && target.kind !== 'device';
    const wish = this.wish(fixed || LARGE[0]!);
    this.arguments = driver.call(wish).args;
    if (dryRun) return this.result(fixed, undefined, undefined);
    const copied: CopyResult = {...nothing(), problems: [], lost: [], stopped: false};
    const archiveProblems: Filled['archiveProblems'] = [];
    const archive =
      typeof from === 'string'
        ? archiveOf(realpathSync(from), {
            sorted: wish.timestamp !== undefined,
            fractions: core.type === 'squashfs',
            problem: (found) => void archiveProblems.push(found),
            count: (kind, bytes) => {
              count(copied, kind, bytes);
              onProgress?.({phase: 'make', files: copied.files, bytes: copied.bytes});
            },
            signal,
          })
        : this.archive();
    const size = isWhole ? this.largest() : fixed;
    const made = await this.withDisk(size, async (handle) => {
      onProgress?.({phase: 'make', files: 0, bytes: 0});
      await make(driver, {...wish, size}, {handle, archive, signal, onOutput});
      const superblock = Buffer.alloc(4 * KIB);
      binding().diskRead(handle, 0, superblock);
      const used = driver.used!(superblock);
      if (fixed && used > fixed)
        throw new KdiskError('ERR_NO_ROOM', `what --from names does not fit into ${addressOf(target)}: it needs ${used} bytes`);
      const filled = {copied, archiveProblems, free: 0};
      return {used, result: await this.result(fixed || used, handle, filled)};
    }).catch((error: unknown) => {
      if (isWhole && target.kind === 'file') resize(target, fixed);
      throw error;
    });
    if (isWhole) resize(target, fixed || made.used);
    return made.result;
  }

  private largest(): number {
    for (const size of LARGE) {
      try {
        resize(this.target, size);
        return size;
      } catch (error) {
        if ((error as KdiskError).code !== 'ERR_TOO_LARGE' || size === LARGE.at(-1)) throw error;
      }
    }
    return LARGE.at(-1)!;
  }

  private async result(size: number, handle: number | undefined, filled: Filled | undefined): Promise<MkfsResult> {
    const {target, core, driver} = this;
    const content = handle === undefined ? core : await probeContent(diskSource(handle, BigInt(size)));
    const fromTree = typeof this.options.from === 'string' || !driver.fromArchive;
    return {
      path: target.path,
      ...(target.partition === undefined ? {} : {partition: target.partition}),
      type: core.type,
      size: BigInt(size),
      ...(content?.label === undefined ? {} : {label: content.label}),
      ...(content?.uuid === undefined ? {} : {uuid: content.uuid}),
      created: target.kind === 'new',
      tool: driver.tool,
      arguments: this.arguments,
      ...(filled && !driver.fromArchive ? {free: BigInt(filled.free)} : {}),
      ...(filled && fromTree ? {copied: filled.copied} : {}),
      archiveProblems: filled?.archiveProblems ?? [],
    };
  }
}

const EBUSY = 16;

/** The image may lie in the tree that it is made of, and cannot hold itself. */
function withoutItself(copied: CopyResult): void {
  copied.problems = copied.problems.filter(({side, errno}) => side !== 'source' || errno !== EBUSY);
}

const nothing = () => ({files: 0, directories: 0, links: 0, hardLinks: 0, specials: 0, kept: 0, bytes: 0});

function count(copied: CopyResult, kind: number, bytes: number): void {
  if (kind === KIND.file) copied.files++;
  else if (kind === KIND.enter) copied.directories++;
  else if (kind === KIND.symlink) copied.links++;
  else if (kind === KIND.hardLink) copied.hardLinks++;
  else if (kind === KIND.special) copied.specials++;
  copied.bytes += bytes;
}
