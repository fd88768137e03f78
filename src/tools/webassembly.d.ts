// SPDX-License-Identifier: GPL-2.0-only
// The part of WebAssembly's JavaScript interface that we use: TypeScript has it with the browser's types only.
export {};

declare global {
  namespace WebAssembly {
    type ImportValue = Memory | ((...args: never[]) => number | void);
    type Imports = Record<string, Record<string, ImportValue>>;

    class Memory {
      /** Sizes in pages of 64 KiB. */
      constructor(limits: {initial: number; maximum?: number});
      readonly buffer: ArrayBuffer;
    }

    class Module {
      constructor(bytes: Uint8Array);
      static imports(module: Module): {module: string; name: string; kind: string}[];
    }

    class Instance {
      constructor(module: Module, imports: Imports);
      readonly exports: Record<string, unknown>;
    }

    class RuntimeError extends Error {}
  }
}
