// SPDX-License-Identifier: GPL-2.0-only
// kdisk stat: all that is known of a file in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {addressOf, shown} from '../cli/address.ts';
import {detailsOf, type Details} from '../cli/details.ts';
import {targetFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {Page, stdoutIsTerminal} from '../cli/output.ts';
import {formatDetails} from '../format/details.ts';
import {flagLetters} from '../format/flags.ts';
import {jsonFacts, type JsonFacts} from '../format/listing.ts';
import {jsonName} from '../format/name.ts';

export interface StatFile extends JsonFacts {
  /** The word of the command line, with what its pattern matched. */
  target: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
  /** Of 512 bytes. */
  blocks: bigint;
  /** Names of the extended attributes. */
  xattrs: string[];
  /** In letters of lsattr, and as they are; absent where the file system has none. */
  flags?: string;
  flagBits?: number;
}

export interface StatResult {
  files: StatFile[];
  problems: JsonProblem[];
}

export default class Stat extends BaseCommand {
  static override summary = 'Show all that is known of files in an image: type, size, owner, times, attributes.';
  static override description =
    'Times have all their digits, in local time; "birth" is "-" where the file system does not keep it. Inode flags have ' +
    'the letters of lsattr. A symbolic link is shown itself, except with --dereference.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'What to look at: IMAGE[@pN]:/path, with * ? [] if need be.',
    }),
  };
  static override flags = {
    dereference: Flags.boolean({char: 'L', summary: 'Follow symbolic links.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> stat disk.img:/etc/fstab', description: 'A file of the only file system in an image'},
    {command: '<%= config.bin %> stat -L disk.img@p2:/link', description: 'What a symbolic link leads to'},
    {command: '<%= config.bin %> stat --json disk.img:/etc/*', description: 'All of a directory, for a program'},
  ];

  async run(): Promise<StatResult> {
    const {args, flags} = await this.parse(Stat);
    const session = this.session(flags);
    const result: StatResult = {files: [], problems: []};
    const failed = (error: unknown) => result.problems.push(this.problem(error));
    const named = args.target.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    const terminal = !this.jsonEnabled() && stdoutIsTerminal();
    const page = new Page();
    for (const target of targets) {
      try {
        const details = await detailsOf(await session.volume(target), target, Boolean(flags.dereference));
        const path = jsonName('path', Buffer.from(target.path as string));
        result.files.push({target: target.word, ...path, ...json(details)});
        const heading = shown(addressOf(target, target.path), terminal);
        if (!this.jsonEnabled()) await page.add(formatDetails(heading, details, terminal));
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    await page.flush();
    this.finish(result.files.length);
    return result;
  }
}

function json({entry, xattrs, flags}: Details): Omit<StatFile, 'target' | 'path'> {
  const bits = flags === undefined ? {} : {flags: flagLetters(flags), flagBits: flags};
  return {...jsonFacts(entry), blocks: entry.stats!.blocks, xattrs, ...bits};
}
