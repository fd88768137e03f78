// SPDX-License-Identifier: GPL-2.0-only
// Extended attributes and inode flags in extended headers, under the keys that GNU tar, star and libarchive read.
import {aclText, aclValue} from './acl.ts';
import {bytesOf, type PaxRecord} from './pax.ts';
import type {Xattr} from './records.ts';

const XATTR = 'SCHILY.xattr.';
const BASE64_XATTR = 'LIBARCHIVE.xattr.';
const SELINUX = 'RHT.security.selinux';
const FLAGS = 'KDISK.flags';
const ACLS = {
  'system.posix_acl_access': 'SCHILY.acl.access',
  'system.posix_acl_default': 'SCHILY.acl.default',
} as const;

/** The FS_*_FL that a user sets; the others say how the file system stores the file. */
const SETTABLE = 0x6283c0ff;

/** "=" would end the key. As GNU tar writes it. */
const encodeKey = (name: string) => name.replaceAll('%', '%25').replaceAll('=', '%3D');
const decodeKey = (name: string) => name.replaceAll('%3D', '=').replaceAll('%25', '%');

export function attributeRecords(xattrs: Xattr[], flags = 0): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (const {name, value} of xattrs) {
    const text = name.toString('latin1');
    // What other programs want to see as text; the bytes come later, and so prevail.
    const acl = Object.hasOwn(ACLS, text) ? aclText(value) : undefined;
    if (acl !== undefined) records.push({key: ACLS[text as keyof typeof ACLS], value: bytesOf(acl)});
    if (text === 'security.selinux')
      records.push({key: SELINUX, value: value.at(-1) === 0 ? value.subarray(0, -1) : value});
    records.push({key: XATTR + encodeKey(text), value});
  }
  if (flags & SETTABLE) records.push({key: FLAGS, value: bytesOf(`0x${((flags & SETTABLE) >>> 0).toString(16)}`)});
  return records;
}

export interface Attributes {
  xattrs: Xattr[];
  flags: number | undefined;
  /** What is there but cannot be understood, in words. */
  unknown: string[];
}

export function readAttributes(records: PaxRecord[]): Attributes {
  const found = new Map<string, Buffer>();
  const unknown: string[] = [];
  let flags: number | undefined;
  // The raw value wins over what is a text of it, wherever it stands.
  const offer = (name: string, value: Buffer) => void (found.has(name) || found.set(name, value));
  for (const {key, value} of records) if (key.startsWith(XATTR)) found.set(decodeKey(key.slice(XATTR.length)), value);
  for (const {key, value} of records) {
    const acl = Object.entries(ACLS).find(([, other]) => other === key)?.[0];
    if (acl) {
      const binary = aclValue(value.toString('latin1'));
      if (binary) offer(acl, binary);
      else if (!found.has(acl)) unknown.push(`the ACL "${value.toString()}"`);
    } else if (key === SELINUX) offer('security.selinux', Buffer.concat([value, Buffer.alloc(1)]));
    else if (key.startsWith(BASE64_XATTR))
      offer(decodeUrl(key.slice(BASE64_XATTR.length)), Buffer.from(value.toString('latin1'), 'base64'));
    else if (key === FLAGS) flags = Number(value.toString('latin1'));
    else if (key === 'SCHILY.fflags') unknown.push(`the flags "${value.toString()}"`);
  }
  const xattrs = [...found].map(([name, value]) => ({name: bytesOf(name), value}));
  return {xattrs, flags: Number.isInteger(flags) ? flags : undefined, unknown};
}

function decodeUrl(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}
