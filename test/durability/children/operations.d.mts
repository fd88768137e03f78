// SPDX-License-Identifier: GPL-2.0-only
// Types of operations.mjs.
export type Operation =
  | {kind: 'write' | 'append' | 'replace'; path: string; bytes: Buffer}
  | {kind: 'remove'; path: string}
  | {kind: 'mkdir'; path: string; inner: string; bytes: Buffer};

export function random(seed: number): () => number;
export function content(seed: number, length: number): Buffer;
export function operations(seed: number): Generator<Operation, never>;
