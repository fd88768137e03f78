// SPDX-License-Identifier: GPL-2.0-only
// Checks and repairs file systems in images, by the tools of their own projects (e2fsck, btrfs check, xfs_repair, ...).
// A repair is done in memory first, checked there again, and only then written to the image.
import type {Selector} from './image-path.ts';
import {checkUp} from './tools/fsck/check-up.ts';
import type {FsckProblem} from './tools/fsck/findings.ts';
import type {TreeChange} from './tools/fsck/snapshot.ts';

export type {FsckProblem} from './tools/fsck/findings.ts';
export type {ChangedField, TreeChange} from './tools/fsck/snapshot.ts';

export interface FsckOptions {
  /** Which file system of the image; not needed when there is only one. */
  selectors?: Selector[];
  /** Type in blkid's spelling, for one whose superblock is gone. Default: what is found there. */
  type?: string;
  /**
   * 'none' (default): report, and never write. 'safe': what surely loses nothing, such as a journal to replay. 'all':
   * everything. 'ask': the tool asks on the terminal of this process.
   */
  repair?: 'none' | 'safe' | 'all' | 'ask';
  /**
   * Check a file system that says it is clean, take `type` for true, repair what is cut short, and write where no journal
   * can be kept beside the image. Default false.
   */
  force?: boolean;
  /** Show which files a repair would change; nothing is written. Default false. */
  preview?: boolean;
  /** Let the tool write to the image itself: faster, but what is interrupted is half done. Default false. */
  inPlace?: boolean;
  /** Further arguments of the tool, in its own spelling. */
  native?: string[];
  /** Memory that the tool may use at most, bytes. Default 4 GiB. */
  memory?: number;
  /** Stops at once; before the changes are written, the image is as it was. Not heard any more while they are. */
  signal?: AbortSignal;
  /** Output of the tool as it comes. */
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** How far the tool is, where it says so: pass, and `done` of `total` in it. */
  onProgress?: (state: FsckProgress) => void;
  /** Asked before a repair that was checked is written to the image; the default is to write it. */
  confirm?: (result: FsckResult) => Promise<boolean>;
  /** Told when the changes begin to be written to the image, and with the part of them that is (0 to 1). */
  onCommit?: (share: number) => void;
}

export interface FsckProgress {
  step: FsckPass['step'];
  pass: number;
  done: number;
  total: number;
}

/** One run of the tool (or of the kernel, which replays a journal and reads). */
export interface FsckPass {
  step: 'replay' | 'check' | 'repair' | 'recheck' | 'read';
  /** Of the tool. */
  exitCode: number;
  /** How many problems it told of. */
  problems: number;
  ms: number;
}

export interface FsckPreview {
  /** In the order of paths. */
  changes: TreeChange[];
  /** Why the damaged file system can't be mounted: then `changes` is empty. */
  beforeFailed?: string;
  /** The same of the repaired one. */
  afterFailed?: string;
  /** Could not be read before ... */
  unreadableBefore: number;
  /** ... and after. */
  unreadableAfter: number;
}

export interface FsckResult {
  /** Host path as given. */
  image: string;
  /** "@p1"; "@disk" for the image as a whole. */
  selector: string;
  /** In blkid's spelling. */
  type: string;
  /** "e2fsck" */
  tool: string;
  /**
   * 'clean': nothing is wrong. 'damaged': problems are left, and the image is as it was. 'repaired': they are mended,
   * and checked to be so. 'repairable': they could be, but nothing was written, because that was to be so. 'failed': the
   * tool could not do its work; `reason` says why.
   */
  state: 'clean' | 'damaged' | 'repaired' | 'repairable' | 'failed';
  /** As of fsck(8): 0 clean, 1 repaired, 4 problems are left, 8 not checked, 12 both: not checked to the end. */
  exitCode: number;
  reason?: string;
  /** What was wrong at first, by kind; of a clean one, what the tool remarked all the same. */
  problems: FsckProblem[];
  problemCount: number;
  /** What a repair left. */
  remaining: FsckProblem[];
  remainingCount: number;
  /** Files (and directories), where the tool says so. */
  files?: number;
  /** 0 to 100. */
  usedPercent?: number;
  /** False for one that is marked as clean, and was not looked at further: `force` does. */
  checked: boolean;
  /** A journal was replayed before the check (in memory, unless `written`). */
  replayed: boolean;
  /** Changes were written to the image. */
  written: boolean;
  /** Bytes of the image that are other than before (or would be, of a preview); unknown for `inPlace`: 0. */
  changedBytes: bigint;
  /** What else is worth knowing, in sentences. */
  notes: string[];
  passes: FsckPass[];
  preview?: FsckPreview;
}

/**
 * Checks a file system, and repairs it if asked to.
 * @param path of the image on the host, a file or block device
 * @throws KdiskError as open() does, ERR_UNSUPPORTED for a type without a checker, ERR_NEEDS_REPAIR for one that is cut
 * short, ERR_TOOL_TRAP when the tool crashed, ERR_TOOL_MISSING when it is not built; AbortError
 */
export async function fsck(path: string, options: FsckOptions = {}): Promise<FsckResult> {
  return checkUp(path, options);
}
