// SPDX-License-Identifier: GPL-2.0-only
// POSIX ACLs: the kernel's extended attribute (include/uapi/linux/posix_acl_xattr.h) and the text that other programs
// keep in archives, "user::rw-,user:1000:r--,group::r--,mask::r--,other::r--".

const VERSION = 2;
const NO_ID = 0xffffffff;
const TAGS = {user: [0x01, 0x02], group: [0x04, 0x08], mask: [0x10, 0x10], other: [0x20, 0x20]} as const;

/** Undefined when it is no ACL of a known form. */
export function aclText(value: Buffer): string | undefined {
  if (value.length < 4 || value.length % 8 !== 4 || value.readUInt32LE(0) !== VERSION) return undefined;
  const entries: string[] = [];
  for (let at = 4; at < value.length; at += 8) {
    const [tag, bits, id] = [value.readUInt16LE(at), value.readUInt16LE(at + 2), value.readUInt32LE(at + 4)];
    const name = Object.entries(TAGS).find(([, tags]) => (tags as readonly number[]).includes(tag))?.[0];
    if (name === undefined) return undefined;
    const letters = (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-');
    entries.push(`${name}:${id === NO_ID || tag >= 0x10 ? '' : id}:${letters}`);
  }
  return entries.join(',');
}

/** Undefined when it names a user that only the writer's machine knows, or is damaged. */
export function aclValue(text: string): Buffer | undefined {
  const entries: {tag: number; bits: number; id: number}[] = [];
  for (const line of text.split(/[,\n]/)) {
    const word = line.replace(/#.*/, '').trim();
    if (word === '') continue;
    // star and libarchive write the number behind the name: "user:ann:rw-:1000".
    const [kind, name, letters, number] = word.split(':');
    const tags = Object.hasOwn(TAGS, kind ?? '') ? TAGS[kind as keyof typeof TAGS] : undefined;
    if (!tags || !/^[r-][w-][xX-]?$/.test(letters ?? '')) return undefined;
    const id = name === '' ? NO_ID : Number(number ?? name);
    if (!Number.isInteger(id)) return undefined;
    const bits = (letters![0] === 'r' ? 4 : 0) | (letters![1] === 'w' ? 2 : 0) | (letters![2] === 'x' ? 1 : 0);
    entries.push({tag: tags[name === '' ? 0 : 1], bits, id});
  }
  // The kernel refuses other orders.
  entries.sort((a, b) => a.tag - b.tag || a.id - b.id);
  const value = Buffer.alloc(4 + 8 * entries.length);
  value.writeUInt32LE(VERSION, 0);
  entries.forEach(({tag, bits, id}, index) => {
    value.writeUInt16LE(tag, 4 + 8 * index);
    value.writeUInt16LE(bits, 6 + 8 * index);
    value.writeUInt32LE(id, 8 + 8 * index);
  });
  return value;
}
