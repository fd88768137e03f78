// SPDX-License-Identifier: GPL-2.0-only
// Types of addon.mjs.
import type * as Addon from '../../addon/index.d.ts';

export const addonPath: string;
export const kernelPath: string;
export const fakeKernelPath: string;
export const addon: Omit<typeof Addon, 'default'>;

type CallName =
  | 'mknodat'
  | 'mkdirat'
  | 'unlinkat'
  | 'umount2'
  | 'mount'
  | 'fallocate'
  | 'openat'
  | 'close'
  | 'pipe2'
  | 'read'
  | 'write'
  | 'pread64'
  | 'pwrite64'
  | 'sync'
  | 'getpid';
export const NR: Record<CallName, number>;
export const FAKE: {add: number; spin: number};
export const AT_FDCWD: number;
export const O_RDWR: number;
export const O_CREAT: number;
export const O_LARGEFILE: number;
export const O_DIRECTORY: number;

export function boot(): Promise<void>;
export function bootFake(): Promise<void>;
export function call(nr: number, ...args: Addon.SyscallArgument[]): Promise<number>;
export function callBelow(root: number, nr: number, ...args: Addon.SyscallArgument[]): Promise<number>;

export interface Mounted {
  root: number;
  unmount(): Promise<void>;
}
export function mount(device: string, type?: string, options?: {readOnly?: boolean}): Promise<Mounted>;
export function pipe(): Promise<[number, number]>;
type CopyArguments = [
  pairs: [from: string, to: string][],
  options?: Addon.CopyOptions,
  progress?: (state: Addon.CopyProgress) => void,
];
export function copy(from: Addon.Side, to: Addon.Side, ...rest: CopyArguments): Promise<Addon.CopyResult>;
export function copyOut(root: number, ...rest: CopyArguments): Promise<Addon.CopyResult>;
export function copyIn(root: number, ...rest: CopyArguments): Promise<Addon.CopyResult>;
