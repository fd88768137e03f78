// SPDX-License-Identifier: GPL-2.0-only
// kdisk ls: names, or all that the inodes say, of what is in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {targetFailure} from '../cli/failure.ts';
import {entryErrors, listDirectory, singleEntry, type Listing, type ListOptions} from '../cli/listing.ts';
import {Page, stdoutIsTerminal, terminalWidth} from '../cli/output.ts';
import type {Session, Target} from '../cli/session.ts';
import {formatEntries, jsonEntry, painter, type JsonEntry, type ListingStyle} from '../format/listing.ts';
import {jsonName, printable, quoteName} from '../format/name.ts';
import type {Entry} from '../dirents.ts';
import {S_IFDIR} from '../syscalls.ts';
import type {Volume} from '../volume.ts';

export interface JsonListing {
  /** The word of the command line that led here. */
  target: string;
  /** Directory inside the image; absent for a file that was named itself. */
  path?: string;
  pathBase64?: string;
  entries: JsonEntry[];
}

export interface LsResult {
  listings: JsonListing[];
  problems: JsonProblem[];
}

interface Found {
  target: Target;
  volume: Volume;
  entry: Entry;
}

export default class Ls extends BaseCommand {
  static override summary = 'List what is in a directory of an image.';
  static override description =
    'Names come out sorted by their bytes, one for each line unless standard output is a terminal. ' +
    'An image without a path stands for its root directory.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Directories or files: IMAGE[@pN]:/path, or just IMAGE.',
    }),
  };
  static override flags = {
    all: Flags.boolean({char: 'a', summary: 'Show names that begin with a dot too.'}),
    directory: Flags.boolean({char: 'd', summary: 'Show directories themselves, not what is in them.'}),
    human: Flags.boolean({char: 'h', summary: 'With --long: sizes such as 1.5K and 20M.'}),
    inode: Flags.boolean({summary: 'Show the inode number of each entry.'}),
    long: Flags.boolean({char: 'l', summary: 'Show mode, links, owner, group, size, time and link targets.'}),
    // The type of oclif knows letters only; its parser takes any character.
    one: Flags.boolean({char: '1' as 'l', summary: 'One name for each line, on a terminal too.'}),
    recursive: Flags.boolean({char: 'R', summary: 'Go down into directories.'}),
    unsorted: Flags.boolean({char: 'U', summary: 'Keep the order of the file system.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> ls disk.img', description: 'The root directory of the only file system in an image'},
    {command: '<%= config.bin %> ls -lh disk.img@p2:/etc', description: 'A directory of the second partition, in full'},
    {
      command: '<%= config.bin %> ls -R --json -i disk.img :/home :/srv',
      description: 'Two trees of one image for a program',
    },
  ];

  private readonly result: LsResult = {listings: [], problems: []};

  async run(): Promise<LsResult> {
    const {args, flags} = await this.parse(Ls);
    const session = this.session(flags);
    const targets = args.target.map((word) => session.target(word));
    const json = this.jsonEnabled();
    const terminal = !json && stdoutIsTerminal();
    const options: ListOptions = {...flags, stats: flags.long || json || terminal};
    const style: ListingStyle = {
      ...flags,
      width: flags.one || !terminal ? undefined : terminalWidth(),
      paint: terminal ? painter((await import('chalk')).default) : undefined,
    };
    const found = await this.examine(session, targets, !flags.long && !flags.directory);
    const single = ({entry}: Found) => flags.directory || entry.type !== S_IFDIR;
    const files = found.filter(single);
    const directories = found.filter((one) => !single(one));
    this.result.listings.push(...files.map(({target, entry}) => ({target: target.word, entries: [jsonEntry(entry)]})));
    const page = new Page();
    const print = async (text: Buffer) => (json ? undefined : page.add(text));
    await print(
      formatEntries(
        files.map(({entry}) => entry),
        style,
      ),
    );
    const headings = targets.length > 1 || flags.recursive;
    let first = files.length === 0;
    let succeeded = files.length;
    for (const {target, volume} of directories) {
      for await (const listing of listDirectory(volume, target.path, options)) {
        const where = addressOf(target, listing.path);
        this.keep(target, listing, where);
        if (headings) await print(heading(where, terminal, first));
        await print(formatEntries(listing.entries, style));
        first = false;
      }
      succeeded++;
    }
    await page.flush();
    this.finish(succeeded);
    return this.result;
  }

  /** What each target is; the missing ones are reported. */
  private async examine(session: Session, targets: Target[], follow: boolean): Promise<Found[]> {
    const found: Found[] = [];
    for (const target of targets) {
      try {
        const volume = await session.volume(target);
        found.push({target, volume, entry: await singleEntry(volume, target.path, target.word, follow)});
      } catch (error) {
        this.result.problems.push(this.problem(targetFailure(error, target)));
      }
    }
    return found;
  }

  /** Keeps a listing for --json, and reports what could not be read in it. */
  private keep(target: Target, listing: Listing, where: Buffer): void {
    for (const error of [listing.error, ...entryErrors(listing)]) {
      if (error !== undefined) this.result.problems.push(this.problem(error, where.toString()));
    }
    if (!this.jsonEnabled()) return;
    const path = jsonName('path', Buffer.from(listing.path as string));
    this.result.listings.push({target: target.word, ...path, entries: listing.entries.map(jsonEntry)});
  }
}

/** A directory below the target, as the user would write its address. */
function addressOf(target: Target, path: string | Buffer): Buffer {
  const written = target.word.endsWith(target.path) ? target.word.slice(0, -target.path.length) : target.word;
  const separator = written.endsWith(':') || written === '' ? '' : ':';
  return Buffer.concat([Buffer.from(written + separator), Buffer.from(path as string)]);
}

/** A name that would upset a terminal is quoted there. */
function heading(where: Buffer, terminal: boolean, first: boolean): Buffer {
  const upsetting = terminal && printable(where.toString()) !== where.toString();
  return Buffer.concat([
    Buffer.from(first ? '' : '\n'),
    upsetting ? Buffer.from(quoteName(where)) : where,
    Buffer.from(':\n'),
  ]);
}
