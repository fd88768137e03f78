// SPDX-License-Identifier: GPL-2.0-only
// Labels and UUIDs of file systems in images: read from the superblock, set by the tools of each file system's project.
import {KdiskError} from './errors.ts';
import {formatSelector} from './image-path.ts';
import {placeOf, withChange, type Change, type ChangeOptions} from './tools/tune/change.ts';
import {isMkfsType, namingOf, type Naming} from './tools/tune/names.ts';
import {driverOf} from './tools/mkfs/drivers.ts';
import {toolPath} from './tools/run.ts';

export type {ChangeOptions} from './tools/tune/change.ts';

export interface NameResult {
  /** Host path as given. */
  image: string;
  /** "@p1"; "@disk" for the image as a whole. */
  selector: string;
  /** In blkid's spelling. */
  type: string;
  /** What it is now; undefined for none. */
  value?: string;
  /** What it was. */
  before?: string;
  /** The image was changed. */
  written: boolean;
}

type What = 'label' | 'uuid';

const WORDS: Record<What, string> = {label: 'label', uuid: 'UUID'};

/** Tells the label or UUID of a file system. @throws KdiskError as open() does */
async function show(what: What, path: string, options: ChangeOptions): Promise<NameResult> {
  const {selector, content} = await placeOf(path, options);
  const value = content[what];
  const names = value ? {value, before: value} : {};
  return {image: path, selector: formatSelector(selector), type: content.type, ...names, written: false};
}

function refusal(change: Change, naming: Naming | undefined, what: What): KdiskError {
  const reason = naming?.reason ?? `kdisk has no tool that sets it`;
  return change.fail('ERR_UNSUPPORTED', `the ${WORDS[what]} of ${change.type} cannot be set: ${reason}`);
}

async function set(what: What, path: string, asked: string, options: ChangeOptions): Promise<NameResult> {
  return withChange(path, options, true, async (change) => {
    const {type, place} = change;
    const naming = namingOf(type);
    const make = naming?.[what];
    if (!naming || !make || !isMkfsType(type)) throw refusal(change, naming, what);
    const text = what === 'uuid' && asked === 'random' ? naming.random() : asked;
    const call = make(text);
    try {
      toolPath(call.tool);
    } catch (cause) {
      const message = `${change.where}: the ${WORDS[what]} of ${type} cannot be set here: ${(cause as Error).message}`;
      throw new KdiskError('ERR_UNSUPPORTED', message, {path, cause});
    }
    const form = what === 'uuid' ? naming.form : undefined;
    if (form && !form.pattern.test(text))
      throw change.fail('ERR_USAGE', `the ${WORDS[what]} of ${type} is ${form.words}, not "${text}"`);
    if (!form && (text !== '' || what === 'uuid')) driverOf(type).check({type, [what]: text});
    if (type === 'xfs' && what === 'label' && /[\s"]/.test(text))
      throw change.fail('ERR_USAGE', 'a label of xfs that has spaces or quotes can only be given by "kdisk mkfs"');
    await change.replay();
    if (naming.checked && what === 'uuid') await freshlyChecked(change);
    await change.must(call);
    const value = (await change.probe())?.[what];
    if ((value ?? '').toLowerCase() !== text.toLowerCase())
      throw change.fail('ERR_TOOL_FAILED', `${call.tool} left ${value ?? 'nothing'} in place of "${text}"`);
    await change.commit();
    const before = place.content[what];
    return {
      image: path,
      selector: formatSelector(place.selector),
      type,
      ...(value ? {value} : {}),
      ...(before ? {before} : {}),
      written: true,
    };
  });
}

/** What tune2fs and resize2fs ask for: a check in full since the last mount, with nothing left to repair. */
export async function freshlyChecked(change: Change): Promise<void> {
  const {exitCode, stdout} = await change.run({tool: 'e2fsck', args: ['-f', '-p', '/disk']}, {quiet: true});
  if (exitCode === 0) return;
  throw change.unsound(
    stdout
      .split('\n')[0]!
      .replace(/^\/disk: /, '')
      .trim() || `e2fsck ended with ${exitCode}`,
  );
}

/**
 * The label of a file system.
 * @param path of the image on the host
 * @throws KdiskError as open() does
 */
export function label(path: string, options: ChangeOptions = {}): Promise<NameResult> {
  return show('label', path, options);
}

/**
 * Gives a file system another label.
 * @param text '' clears it
 * @throws KdiskError ERR_UNSUPPORTED for a type that can't have it, ERR_USAGE for one that is too long, ERR_TOOL_FAILED,
 * ERR_NEEDS_REPAIR; the image is as it was then
 */
export function setLabel(path: string, text: string, options: ChangeOptions = {}): Promise<NameResult> {
  return set('label', path, text, options);
}

/** The UUID of a file system, or the volume number that FAT, exFAT and NTFS have in its place. */
export function uuid(path: string, options: ChangeOptions = {}): Promise<NameResult> {
  return show('uuid', path, options);
}

/** Gives it another UUID, or a random one for 'random'. @throws KdiskError as setLabel() */
export function setUuid(path: string, text: string, options: ChangeOptions = {}): Promise<NameResult> {
  return set('uuid', path, text, options);
}
