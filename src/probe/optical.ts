// SPDX-License-Identifier: GPL-2.0-only
// File systems of optical media: ISO 9660 (ECMA-119) with Joliet, High Sierra, and UDF (ECMA-167). Both may be on one
// disc; UDF is then the fuller one and comes first, as blkid has it.
import {present, utf16} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

const SECTOR = 2048;
/** Volume descriptors begin at sector 16. */
const DESCRIPTORS = 16 * SECTOR;
const MAX_DESCRIPTORS = 32;

const PRIMARY = 1;
const SUPPLEMENTARY = 2;
const TERMINATOR = 255;
/** Escape sequences that make a supplementary descriptor a Joliet one (UCS-2 levels 1 to 3). */
const JOLIET = ['%/@', '%/C', '%/E'];

/** "2024-01-31-12-30-00-00" of a 17-byte date, or undefined when it says "not specified". */
function date(field: Buffer): string | undefined {
  const digits = field.toString('latin1', 0, 16);
  if (!/^\d{16}$/.test(digits) || /^0{16}$/.test(digits)) return undefined;
  return digits.replace(/^(....)(..)(..)(..)(..)(..)(..)$/, '$1-$2-$3-$4-$5-$6-$7');
}

async function iso9660(head: Head): Promise<Found> {
  let primary: Buffer | undefined;
  let joliet: string | undefined;
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    const descriptor = await head.read(DESCRIPTORS + index * SECTOR, SECTOR);
    if (!descriptor || descriptor.toString('latin1', 1, 6) !== 'CD001' || descriptor[0] === TERMINATOR) break;
    if (descriptor[0] === PRIMARY) primary ??= descriptor;
    if (descriptor[0] === SUPPLEMENTARY && JOLIET.includes(descriptor.toString('latin1', 88, 91))) {
      joliet = utf16(descriptor.subarray(40, 72), 'be');
    }
  }
  if (!primary) return undefined;
  const label = primary.toString('latin1', 40, 72).replace(/[\0 ]+$/, '');
  return present<Partial<Content>>({
    ...(joliet === undefined ? {} : {version: 'Joliet Extension'}),
    // Joliet's name keeps case and letters outside ASCII, but holds only 16 of them.
    label: (joliet !== undefined && !label.startsWith(joliet) ? joliet : label) || undefined,
    uuid: date(primary.subarray(830)) ?? date(primary.subarray(813)),
    size: primary.readUInt32LE(80) * primary.readUInt16LE(128),
  });
}

const AVDP_SECTOR = 256;
const TAG_PRIMARY = 1;
const TAG_ANCHOR = 2;
const TAG_LOGICAL = 6;
const TAG_TERMINATING = 8;

/** A "dstring" (OSTA UDF 2.1.3): compression id 8 or 16, the text, its length in the last byte. */
function dstring(field: Buffer): Buffer | undefined {
  const used = Math.min(field[field.length - 1]!, field.length - 1);
  if (used < 2) return undefined;
  const body = field.subarray(1, used);
  if (field[0] === 8) return Buffer.from(body.toString('latin1'));
  if (field[0] === 16) return Buffer.from(utf16(body, 'be') ?? '');
  return undefined;
}

/** The volume set identifier should begin with 16 hex digits; blkid makes an identifier of less, too. */
function udfUuid(set: Buffer | undefined): string | undefined {
  if (!set || set.length < 8) return undefined;
  const digits = /^[0-9a-f]*/i.exec(set.toString('latin1', 0, 16))![0].length;
  if (digits < 8) return set.toString('hex', 0, 8);
  if (digits < 16) return set.toString('latin1', 0, 8).toLowerCase() + set.toString('hex', 8, 12);
  return set.toString('latin1', 0, 16).toLowerCase();
}

async function udfAnchor(head: Head): Promise<{anchor: Buffer; block: number} | undefined> {
  for (const block of [2048, 512, 1024, 4096]) {
    const anchor = await head.read(AVDP_SECTOR * block, 512);
    if (anchor && anchor.readUInt16LE(0) === TAG_ANCHOR && anchor.readUInt32LE(12) === AVDP_SECTOR)
      return {anchor, block};
  }
  return undefined;
}

async function udf(head: Head): Promise<Found> {
  // The volume recognition sequence must name NSR02 or NSR03 before it ends; its steps are 2 KiB, or 4 on large blocks.
  let revision: string | undefined;
  for (let at = DESCRIPTORS; at < DESCRIPTORS + 64 * SECTOR && !revision; at += SECTOR) {
    const id = (await head.read(at, 8))?.toString('latin1', 1, 6);
    if (id === 'NSR02' || id === 'NSR03') revision = id;
  }
  const found = revision && (await udfAnchor(head));
  if (!found) return undefined;
  const {anchor, block} = found;
  const [length, start] = [anchor.readUInt32LE(16), anchor.readUInt32LE(20)];
  let label: string | undefined;
  let id: string | undefined;
  for (let index = 0; index < Math.min(length / block, 64); index++) {
    const descriptor = await head.read((start + index) * block, 512);
    const tag = descriptor?.readUInt16LE(0);
    if (!descriptor || tag === 0 || tag === TAG_TERMINATING) break;
    if (tag === TAG_PRIMARY) id ??= udfUuid(dstring(descriptor.subarray(72, 200)));
    if (tag === TAG_LOGICAL) label ??= dstring(descriptor.subarray(84, 212))?.toString();
  }
  return present<Partial<Content>>({label, uuid: id});
}

export const opticalProbes: Probe[] = [
  {
    type: 'udf',
    usage: 'filesystem',
    magic: ['BEA01', 'BOOT2', 'CD001', 'CDW02', 'NSR02', 'NSR03'].map((bytes) => ({at: DESCRIPTORS + 1, bytes})),
    parse: udf,
  },
  {type: 'iso9660', usage: 'filesystem', magic: [{at: DESCRIPTORS + 1, bytes: 'CD001'}], parse: iso9660},
  {
    type: 'iso9660',
    usage: 'filesystem',
    magic: [{at: DESCRIPTORS + 9, bytes: 'CDROM'}],
    parse: () => ({version: 'High Sierra'}),
  },
];
