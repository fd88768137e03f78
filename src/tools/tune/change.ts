// SPDX-License-Identifier: GPL-2.0-only
// A change to a file system that exists, by its own tools: made in memory, looked at there, and then written to the image
// as a whole or not at all.
import {accessSync, constants} from 'node:fs';
import {binding, type OpenedDisk} from '../../binding.ts';
import {describeErrno} from '../../errno.ts';
import {KdiskError, throwIfAborted} from '../../errors.ts';
import {formatAddress, type Selector} from '../../image-path.ts';
import {probeContent, type Content} from '../../probe/index.ts';
import {BITS, type ToolDriver} from '../fsck/driver.ts';
import {driverFor} from '../fsck/drivers.ts';
import {replayByMount} from '../fsck/engine.ts';
import {runPass} from '../fsck/passes.ts';
import {diskSource, findPlace, stateOf, type CheckPlace} from '../fsck/place.ts';
import {runTool, type ToolCall} from '../run.ts';

export interface ChangeOptions {
  /** Which file system of the image; not needed when there is only one. */
  selectors?: Selector[];
  /** Bytes of memory that a tool may use at most. */
  memory?: number;
  /** Stops at once; the image is as it was then. Not heard any more while the changes are written. */
  signal?: AbortSignal;
  /** Output of the tools as it comes. */
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Told when the changes begin to be written to the image, and with the part of them that is (0 to 1). */
  onCommit?: (share: number) => void;
  /** Write even where no journal can be kept beside the image meanwhile. Default false. */
  force?: boolean;
}

export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const ENVIRONMENT = {PATH: '/sbin', LC_ALL: 'C', TZ: 'UTC0', TERM: 'dumb'};

/** Lines that say nothing about the case. */
const IDLE = /^(?:usage|\w+(?:\.\w+)? \d\S* \(|exfatprogs version|Info: |fsck\.fat \d)/i;

/** The telling line of what a tool printed. */
export function reasonOf({stderr, stdout, exitCode}: Ran): string {
  for (const text of [stderr, stdout]) {
    const lines = text
      .split(/[\n\r]/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !IDLE.test(line));
    const found = lines.find((line) =>
      /error|cannot|can't|could not|invalid|bad |please|fail|too |refus|not /i.test(line),
    );
    if (found ?? lines[0])
      return (found ?? lines[0]!).replace(/^ERROR: |^\/disk: /, '').replaceAll('/disk', 'the image');
  }
  return `it ended with ${exitCode}`;
}

/** One file system, open in memory. */
export class Change {
  private constructor(
    readonly path: string,
    readonly place: CheckPlace,
    private readonly disk: OpenedDisk,
    private readonly options: ChangeOptions,
  ) {}

  /** @param write the image is to be changed in the end: what speaks against that is told now */
  static async open(path: string, place: CheckPlace, options: ChangeOptions, write: boolean): Promise<Change> {
    if (write) {
      refuseUnwritable(path);
      // An interrupted change of before is brought to its end.
      const whole = await binding().openDisk(path, 'read-write');
      await binding().closeDisk(whole.handle);
    }
    const {window} = place;
    const disk = window ? await binding().openDisk(path, 'overlay', window) : await binding().openDisk(path, 'overlay');
    return new Change(path, place, disk, options);
  }

  get type(): string {
    return this.place.content.type;
  }

  /** Words for it in messages. */
  get where(): string {
    return this.place.selector.kind === 'disk' ? this.path : formatAddress(this.path, [this.place.selector]);
  }

  /** Of the disk that the tools see. */
  get handle(): number {
    return this.disk.handle;
  }

  /** Bytes. */
  get size(): bigint {
    return this.disk.size;
  }

  fail(code: 'ERR_UNSUPPORTED' | 'ERR_TOOL_FAILED' | 'ERR_NEEDS_REPAIR' | 'ERR_USAGE', message: string): KdiskError {
    return new KdiskError(code, `${this.where}: ${message}`, {path: this.path});
  }

  /** Runs a tool on it to its end. @throws KdiskError when the host failed, or the tool broke off */
  async run(call: ToolCall, {quiet = false, writable = true, input = ''} = {}): Promise<Ran> {
    const {memory, signal, onOutput} = this.options;
    const said = {stdout: '', stderr: ''};
    const {exitCode, diskError} = await runTool(
      {env: ENVIRONMENT, ...call},
      {
        disks: [{handle: this.handle, size: this.size, writable}],
        stdin: Buffer.from(input),
        ...(memory === undefined ? {} : {memory}),
        ...(signal ? {signal} : {}),
        onOutput(stream, chunk) {
          said[stream] += chunk.toString();
          if (!quiet) onOutput?.(stream, chunk);
        },
      },
    );
    if (diskError && diskError.step !== 'discard' && writable) {
      const {code, text} = describeErrno(-diskError.errno);
      throw new KdiskError(code, `${code}: ${text}, ${diskError.step} by ${call.tool}`, {errno: -diskError.errno});
    }
    return {exitCode, ...said};
  }

  /** The same of one that must end with 0. */
  async must(call: ToolCall, how?: {quiet?: boolean; writable?: boolean; input?: string}): Promise<Ran> {
    const ran = await this.run(call, how);
    if (ran.exitCode === 0) return ran;
    throw this.fail('ERR_TOOL_FAILED', `${call.tool} refused: ${reasonOf(ran)}`);
  }

  /** Replays a journal that is left: the tools want it empty. */
  async replay(): Promise<void> {
    const {replayed} = await stateOf(this.type, this.handle, this.size).catch(() => ({replayed: false}));
    if (!replayed) return;
    const {replay, tool} = driverFor(this.type, this.path) as ToolDriver;
    if (replay === undefined) return;
    if (replay === 'kernel') return replayByMount(this.handle, this.place.content);
    const ran = await this.run({tool, args: [...replay]}, {quiet: true});
    if ((ran.exitCode & ~BITS.corrected) !== 0) throw this.unsound(reasonOf(ran));
  }

  unsound(reason: string): KdiskError {
    return this.fail(
      'ERR_NEEDS_REPAIR',
      `this ${this.type} needs repair first (${reason}): kdisk fsck -y ${this.where}`,
    );
  }

  /** Checks all of it; nothing is repaired. @returns what is wrong, '' for nothing */
  async check(): Promise<string> {
    throwIfAborted(this.options.signal);
    const driver = driverFor(this.type, this.path) as ToolDriver;
    const {memory, signal} = this.options;
    const options = {...(memory === undefined ? {} : {memory}), ...(signal ? {signal} : {})};
    const run = {name: 'check', step: 'check', force: true, writable: false} as const;
    const found = await runPass(driver, this.disk, run, this.place.content.label, options);
    if (found.bits === 0) return '';
    return found.reason ?? found.collected.problems[0]?.text ?? `${driver.title} ended with ${found.pass.exitCode}`;
  }

  /** What is there now. */
  probe(): Promise<Content | undefined> {
    return probeContent(diskSource(this.handle, this.size));
  }

  /** Writes it to the image. @returns bytes that changed */
  async commit(): Promise<bigint> {
    const {signal, onCommit, force = false} = this.options;
    throwIfAborted(signal);
    onCommit?.(0);
    const addon = binding();
    const progress = ({done, total}: {done: number; total: number}) => onCommit?.(total > 0 ? done / total : 1);
    const {bytes} = await addon.commitDisk(this.handle, progress, {unsafe: force}).catch((error: unknown) => {
      if (!(error instanceof KdiskError) || error.code !== 'ERR_NO_REDO') throw error;
      const message = `${this.path}: no journal can be kept beside the image, so that an interruption would leave it half written: --force writes all the same`;
      throw new KdiskError('ERR_NO_REDO', message, {path: this.path, cause: error});
    });
    return BigInt(bytes);
  }

  async close(): Promise<void> {
    await binding().closeDisk(this.handle);
  }
}

/** Known before the work, not after it. */
function refuseUnwritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    const {code = 'EACCES'} = error as NodeJS.ErrnoException;
    throw new KdiskError(code, `${code}: the image cannot be written, open '${path}'`, {path, syscall: 'open'});
  }
}

/** The one file system that is meant, which must be whole. @throws KdiskError as fsck() does */
export async function placeOf(path: string, {selectors = [], signal}: ChangeOptions): Promise<CheckPlace> {
  throwIfAborted(signal);
  const place = await findPlace(path, selectors, undefined, false);
  const {content} = place;
  if ((content.devices ?? 1) > 1) {
    const message = `${path}: this ${content.type} is spread over ${content.devices} devices, and only one is here`;
    throw new KdiskError('ERR_UNSUPPORTED', message, {path});
  }
  return place;
}

/** Opens it for as long as `work` takes. */
export async function withChange<T>(
  path: string,
  options: ChangeOptions,
  write: boolean,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const change = await Change.open(path, await placeOf(path, options), options, write);
  try {
    return await work(change);
  } finally {
    await change.close();
  }
}
