// SPDX-License-Identifier: GPL-2.0-only
// A check as --json prints it (docs/schemas/fsck.json).
import {fileType, type FileType} from '../../format/mode.ts';
import {jsonName} from '../../format/name.ts';
import type {ChangedField, FsckPreview, FsckResult, TreeChange} from '../../fsck.ts';

export interface JsonTreeChange {
  kind: TreeChange['kind'];
  /** From the root of the file system, "/etc/fstab". */
  path: string;
  pathBase64?: string;
  to?: string;
  toBase64?: string;
  inode: bigint;
  type: FileType;
  size: bigint;
  newSize?: bigint;
  fields: ChangedField[];
}

export interface JsonPreview extends Omit<FsckPreview, 'changes'> {
  changes: JsonTreeChange[];
}

export interface FsckJson extends Omit<FsckResult, 'preview'> {
  preview?: JsonPreview;
}

const absolute = (path: Buffer) => Buffer.concat([Buffer.from('/'), path]);

function changeJson({kind, path, to, inode, type, size, newSize, fields}: TreeChange): JsonTreeChange {
  return {
    kind,
    ...jsonName('path', absolute(path)),
    ...(to === undefined ? {} : jsonName('to', absolute(to))),
    inode,
    type: fileType(type),
    size,
    ...(newSize === undefined ? {} : {newSize}),
    fields,
  };
}

export function fsckJson({preview, ...rest}: FsckResult): FsckJson {
  if (!preview) return rest;
  return {...rest, preview: {...preview, changes: preview.changes.map(changeJson)}};
}
