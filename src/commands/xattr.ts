// SPDX-License-Identifier: GPL-2.0-only
// kdisk xattr: extended attributes of what is in an image.
import {isUtf8} from 'node:buffer';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {JsonProblem} from '../base-command.ts';
import type {Path} from '../caller.ts';
import {shown, type PathTarget} from '../cli/address.ts';
import {ChangeCommand, type JsonChange} from '../cli/change-command.ts';
import {refusal} from '../cli/change-failure.ts';
import {EXIT, usageFailure} from '../cli/failure.ts';
import {Page, stdoutIsTerminal} from '../cli/output.ts';
import type {Session} from '../cli/session.ts';
import {attributeName, formatValue, parseAttribute} from '../cli/xattr-text.ts';
import {jsonName} from '../format/name.ts';
import type {Volume} from '../volume.ts';

export interface JsonAttribute {
  name: string;
  nameBase64?: string;
  /** The value when it is UTF-8, else ... */
  text?: string;
  base64?: string;
}

export interface XattrDetail {
  /** All of them, or the one that was asked for; after the change if there was one. */
  attributes: JsonAttribute[];
}

export interface XattrResult {
  files: (JsonChange & XattrDetail)[];
  problems: JsonProblem[];
}

interface Attribute {
  name: Buffer;
  value: Buffer;
}

interface Changes {
  set: {name: string; value: Buffer}[];
  remove: string[];
  follow: boolean;
}

interface Form {
  hex: boolean;
  raw: boolean;
  name: string | undefined;
}

export default class Xattr extends ChangeCommand<XattrDetail> {
  static override summary = 'Show and change extended attributes of files in an image.';
  static override description =
    'Shows all attributes as getfattr -d -m - does, or sets and removes some. VALUE is text, "text" in quotes with ' +
    '\\ooo for odd bytes, 0x and hexadecimal digits, or 0s and base64. Access control lists are system.posix_acl_access, ' +
    'capabilities security.capability, SELinux labels security.selinux.';
  static override usage = 'xattr [-h] [-n NAME] [--set NAME=VALUE] [--remove NAME] TARGET...';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files and directories, IMAGE[@pN]:/path; patterns (*, ?, [a-z]) are for names in the image.',
    }),
  };
  static override flags = {
    hex: Flags.boolean({summary: 'Show values in hexadecimal.'}),
    name: Flags.string({char: 'n', helpValue: 'NAME', summary: 'Show this attribute only.'}),
    'no-dereference': Flags.boolean({char: 'h', summary: 'Symbolic links themselves, not what they point to.'}),
    raw: Flags.boolean({summary: 'With --name: the bytes of the value, and nothing else.'}),
    remove: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      summary: 'Remove this attribute.',
    }),
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      summary: 'Give this attribute that value.',
    }),
  };
  static override examples = [
    {command: '<%= config.bin %> xattr disk.img:/etc/hostname', description: 'All attributes of a file'},
    {
      command: '<%= config.bin %> xattr --set user.origin=backup disk.img@p2:/etc/fstab',
      description: 'A new attribute',
    },
    {command: '<%= config.bin %> xattr --json -i disk.img :/etc :/home', description: 'For a program'},
  ];

  private readonly page = new Page();

  async run(): Promise<XattrResult> {
    const {args, flags} = await this.parse(Xattr);
    const changes: Changes = {
      set: (flags.set ?? []).map(parseAttribute),
      remove: (flags.remove ?? []).map(attributeName),
      follow: !flags['no-dereference'],
    };
    const form = {hex: Boolean(flags.hex), raw: Boolean(flags.raw), name: flags.name && attributeName(flags.name)};
    if (form.raw && form.name === undefined) throw usageFailure('--raw is about one attribute: --name NAME --raw');
    const changing = changes.set.length + changes.remove.length > 0;
    if (changing && (form.name !== undefined || form.hex))
      throw usageFailure('--set and --remove change attributes, --name and --hex show them; one at a time');
    const session = this.session(flags);
    const targets = await this.expand(session, args.target);
    const {changes: files, problems} = await this.each(targets, async (target) => {
      const volume = changing ? await this.change(session, target, changes) : await session.volume(target);
      const found = await attributesOf(volume, target, form.name, changes.follow);
      if (!changing) await this.show(target, found, form);
      return {attributes: found.map(jsonAttribute)};
    });
    await this.page.flush();
    return {files, problems};
  }

  private async change(session: Session, target: PathTarget, {set, remove, follow}: Changes): Promise<Volume> {
    const looked = await session.volume(target);
    const names = await looked.listxattr(target.path, {follow});
    for (const name of remove) if (!names.includes(name)) throw absent(target, name);
    const volume = await session.volume(target, {write: true});
    for (const name of remove) await volume.removexattr(target.path, name, {follow});
    for (const {name, value} of set) await volume.setxattr(target.path, name, value, {follow});
    return volume;
  }

  private async show(target: PathTarget, attributes: Attribute[], {raw, hex}: Form): Promise<void> {
    if (this.jsonEnabled()) return;
    if (raw) return this.page.add(attributes[0]!.value);
    if (attributes.length === 0) return;
    const path = shown(Buffer.from(target.path as string), stdoutIsTerminal());
    const lines = attributes.map(({name, value}) => Buffer.from(`${name.toString()}=${formatValue(value, hex)}\n`));
    await this.page.add(Buffer.concat([Buffer.from('# file: '), path, Buffer.from('\n'), ...lines, Buffer.from('\n')]));
  }
}

function absent(target: PathTarget, name: string) {
  return refusal(target, ` has no attribute "${name}"`, 'ENODATA', EXIT.notFound);
}

/** @param only the one to look at, which must be there */
async function attributesOf(
  volume: Volume,
  target: PathTarget,
  only: string | undefined,
  follow: boolean,
): Promise<Attribute[]> {
  const {path} = target;
  const value = (name: Path) => volume.getxattr(path, name, {follow});
  if (only === undefined) {
    const names = await volume.listxattr(path, {follow, encoding: 'buffer'});
    const found: Attribute[] = [];
    for (const name of names) found.push({name, value: await value(name)});
    return found;
  }
  try {
    return [{name: Buffer.from(only), value: await value(only)}];
  } catch (error) {
    throw (error as {code?: string}).code === 'ENODATA' ? absent(target, only) : error;
  }
}

function jsonAttribute({name, value}: Attribute): JsonAttribute {
  return {
    ...jsonName('name', name),
    ...(isUtf8(value) ? {text: value.toString()} : {base64: value.toString('base64')}),
  };
}
