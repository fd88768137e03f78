// SPDX-License-Identifier: GPL-2.0-only
// Owners as chown(1) takes them, "0:42", "ann", "ann:", ":staff": numbers, or names that the image itself knows.
import type {Volume} from '../volume.ts';
import {EXIT, Failure, usageFailure} from './failure.ts';

/** Undefined members stay as they are. */
export interface Owner {
  uid: number | undefined;
  gid: number | undefined;
}

/** All ones mean "leave it" to the kernel. */
const LARGEST_ID = 0xfffffffe;

/** The fields of a line of passwd(5) or group(5). */
async function table(volume: Volume, path: string): Promise<string[][]> {
  const text = await volume.readFile(path, 'utf8').catch((error: {code?: string}) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  return text.split('\n').map((line) => line.split(':'));
}

function numeric(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id > LARGEST_ID) throw usageFailure(`"${text}" is no user or group: ids go up to ${LARGEST_ID}`);
  return id;
}

async function look(volume: Volume, name: string, kind: 'user' | 'group'): Promise<string[]> {
  const path = kind === 'user' ? '/etc/passwd' : '/etc/group';
  const found = (await table(volume, path)).find(([first]) => first === name);
  if (found && /^\d+$/.test(found[2] ?? '')) return found;
  throw new Failure(`the image has no ${kind} "${name}" in ${path}; a number needs no name`, EXIT.usage, 'EINVAL');
}

export interface OwnerWords {
  user: string;
  /** Undefined without a colon; empty for the user's own group. */
  group: string | undefined;
}

/** Splits "ann:staff"; what cannot be one is refused before anything is opened. */
export function ownerWords(text: string): OwnerWords {
  const [user, group, ...more] = text.split(':') as [string, ...string[]];
  if (more.length > 0 || (user === '' && !group))
    throw usageFailure(`"${text}" is no owner; such are 1000, 1000:100, ann:staff, ann:, :100`);
  numeric(user);
  numeric(group ?? '');
  return {user, group};
}

/** @throws Failure when the volume does not know a name */
export async function ownerIn(volume: Volume, {user, group}: OwnerWords): Promise<Owner> {
  const uid = user === '' ? undefined : (numeric(user) ?? Number((await look(volume, user, 'user'))[2]));
  if (group === undefined) return {uid, gid: undefined};
  if (group !== '') return {uid, gid: numeric(group) ?? Number((await look(volume, group, 'group'))[2])};
  const lines = await table(volume, '/etc/passwd');
  const line = lines.find(([name, , id]) => (/^\d+$/.test(user) ? Number(id) === uid && id !== '' : name === user));
  if (!line || !/^\d+$/.test(line[3] ?? ''))
    throw new Failure(
      `the image has no user "${user}" in /etc/passwd whose group could be taken`,
      EXIT.usage,
      'EINVAL',
    );
  return {uid, gid: Number(line[3])};
}
