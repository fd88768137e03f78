// SPDX-License-Identifier: GPL-2.0-only
// kdisk ln: hard and symbolic links in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type {Path} from '../caller.ts';
import {addressOf, type PathTarget} from '../cli/address.ts';
import {ChangeCommand, insideOnly, lookUp, type ChangeResult} from '../cli/change-command.ts';
import {refusal} from '../cli/change-failure.ts';
import {EXIT, usageFailure} from '../cli/failure.ts';
import {commonVolume, destination, pathAt, sameFile, temporaryBeside, type Destination} from '../cli/one-volume.ts';
import {splitPath} from '../cli/path.ts';
import type {Session} from '../cli/session.ts';
import {jsonName, printable} from '../format/name.ts';
import {parseAddress} from '../image-path.ts';
import type {Volume} from '../volume.ts';

export interface LnDetail {
  /** Of a hard link: the path of the file inside the image; of a symbolic one: the text that it holds. */
  to: string;
  toBase64?: string;
  kind: 'hard' | 'symbolic';
}

export type LnResult = ChangeResult<LnDetail>;

interface How {
  force: boolean;
  plain: boolean;
}

export default class Ln extends ChangeCommand<LnDetail> {
  static override summary = 'Make links in an image.';
  static override description =
    'A hard link is one more name of a file in the same file system. A symbolic link holds a text, which is stored as ' +
    'it is given: a path as it will be seen from where the link is, without the name of the image.';
  static override usage = 'ln [-s] [-f] [-T] TARGET... LINK';
  static override args = {
    paths: Args.string({
      required: true,
      multiple: true,
      description: 'Files, IMAGE[@pN]:/path (with --symbolic: texts), and then the link, or a directory for links.',
    }),
  };
  static override flags = {
    force: Flags.boolean({char: 'f', summary: 'Replace a file that is in the way.'}),
    'no-target-directory': Flags.boolean({
      char: 'T',
      summary: 'LINK is the name of the link, even if it is a directory.',
    }),
    symbolic: Flags.boolean({char: 's', summary: 'Make symbolic links.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> ln -s ../etc/fstab disk.img:/srv/mounts', description: 'A symbolic link'},
    {command: '<%= config.bin %> ln -i disk.img@p2 :/etc/fstab :/srv/fstab', description: 'A second name of a file'},
  ];

  async run(): Promise<LnResult> {
    const {args, flags} = await this.parse(Ln);
    const last = args.paths.pop()!;
    if (args.paths.length === 0)
      throw usageFailure(`which link? kdisk ln ${flags.symbolic ? '-s ' : ''}${last} IMAGE:/link`);
    const session = this.session(flags);
    const target = insideOnly(session, last, 'ln');
    const how = {force: Boolean(flags.force), plain: Boolean(flags['no-target-directory'])};
    return flags.symbolic
      ? this.symbolic(session, args.paths, target, how)
      : this.hard(session, args.paths, target, how);
  }

  private async symbolic(session: Session, texts: string[], target: PathTarget, how: How): Promise<LnResult> {
    for (const text of texts) checkText(text);
    const to = await destination(session, target, how.plain, texts.length);
    const links = texts.map((text) => ({text, link: linkTarget(to, splitPath(text).name)}));
    const textOf = new Map(links.map(({text, link}) => [link, text]));
    return this.each([...textOf.keys()], async (link) => {
      const text = textOf.get(link)!;
      await this.place(session, link, how.force, (volume, path) => volume.symlink(text, path));
      return {...jsonName('to', Buffer.from(text)), kind: 'symbolic'};
    });
  }

  private async hard(session: Session, words: string[], target: PathTarget, how: How): Promise<LnResult> {
    const sources = await this.expand(session, words);
    const to = await destination(session, target, how.plain, sources.length);
    return this.each(sources, async (source) => {
      const looked = await commonVolume(session, source, target);
      const stats = await looked.lstat(source.path, {bigint: true});
      if (stats.isDirectory())
        throw refusal(
          source,
          ' is a directory: it can have no hard links, only symbolic ones (-s)',
          'EPERM',
          EXIT.usage,
        );
      const link = linkTarget(to, splitPath(source.path).name);
      const there = (await lookUp(looked, link.path)) && (await looked.lstat(link.path, {bigint: true}));
      const same = there && (await sameFile(looked, source.path, stats, link.path, there));
      if (same === 'link' && how.force) return undefined;
      if (same) throw refusal(link, ': it is a link of that file already', 'EEXIST');
      await this.place(session, link, how.force, (volume, path) => volume.link(source.path, path));
      this.changed(link, link.path, {...jsonName('to', Buffer.from(source.path as string)), kind: 'hard'});
      return undefined;
    });
  }

  private async place(
    session: Session,
    link: PathTarget,
    force: boolean,
    make: (volume: Volume, path: Path) => Promise<void>,
  ): Promise<void> {
    const there = await lookUp(await session.volume(link), link.path);
    if (there?.isDirectory()) throw refusal(link, ' is a directory, which a link does not replace', 'EISDIR');
    if (there && !force) throw refusal(link, ': it exists already; -f replaces it', 'EEXIST');
    const volume = await session.volume(link, {write: true});
    if (!there) return make(volume, link.path);
    // At no moment is there neither.
    const temporary = temporaryBeside(link.path);
    await make(volume, temporary);
    try {
      await volume.rename(temporary, link.path);
    } catch (error) {
      await volume.unlink(temporary);
      throw error;
    }
  }
}

function linkTarget(to: Destination, name: Path): PathTarget {
  const path = pathAt(to, name);
  return {...to.target, path, word: addressOf(to.target, path).toString()};
}

/** A symbolic link with the address of a file in it is a mistake that nobody sees until much later. */
function checkText(text: string): void {
  if (text === '') throw usageFailure('a symbolic link cannot be empty');
  const address = parseAddress(text);
  if (address.kind === 'image' && !/^[a-z]+:\/\//i.test(text))
    throw usageFailure(
      `"${printable(text)}" is an address, and a symbolic link holds a path inside the image; ` +
        `write ${printable(address.path)}`,
    );
}
