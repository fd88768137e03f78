// SPDX-License-Identifier: GPL-2.0-only
// kdisk ls: names, or all that the inodes say, of what is in an image.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {addressOf, shown, type PathTarget} from '../cli/address.ts';
import {withoutImageLetter} from '../cli/base-flags.ts';
import {COLOUR_WISHES, colourWords, paintFor, type ColourWish} from '../cli/colour.ts';
import {targetFailure, usageFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {entryErrors, listDirectory, sortEntries, type Listing, type ListOptions} from '../cli/listing.ts';
import {Page, stdoutIsTerminal, terminalWidth} from '../cli/output.ts';
import type {Session} from '../cli/session.ts';
import {drawTree} from '../cli/tree.ts';
import {singleEntry} from '../cli/walk.ts';
import {formatEntries, jsonEntry, type JsonEntry, type ListingStyle} from '../format/listing.ts';
import {jsonName} from '../format/name.ts';
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
  target: PathTarget;
  volume: Volume;
  entry: Entry;
}

export default class Ls extends BaseCommand {
  static override summary = 'List what is in a directory of an image.';
  static override description =
    'Names come out sorted by their bytes, one for each line unless standard output is a terminal. ' +
    'An image without a path stands for its root directory. Since -i shows inode numbers here, --image has no letter.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Directories or files: IMAGE[@pN]:/path, with * ? [] if need be, or just IMAGE.',
    }),
  };
  static override baseFlags = withoutImageLetter;
  static override flags = {
    all: Flags.boolean({char: 'a', summary: 'Show names that begin with a dot too.'}),
    color: Flags.string({
      default: 'auto',
      options: COLOUR_WISHES,
      helpValue: 'WHEN',
      summary: 'Paint names: auto (on a terminal), always or never.',
    }),
    directory: Flags.boolean({char: 'd', summary: 'Show directories themselves, not what is in them.'}),
    human: Flags.boolean({char: 'h', summary: 'With --long: sizes such as 1.5K and 20M.'}),
    inode: Flags.boolean({char: 'i', summary: 'Show the inode number of each entry.'}),
    long: Flags.boolean({char: 'l', summary: 'Show mode, links, owner, group, size, time and link targets.'}),
    // The type of oclif knows letters only; its parser takes any character.
    one: Flags.boolean({char: '1' as 'l', summary: 'One name for each line, on a terminal too.'}),
    recursive: Flags.boolean({char: 'R', summary: 'Go down into directories.'}),
    reverse: Flags.boolean({char: 'r', summary: 'The other way round.'}),
    size: Flags.boolean({char: 'S', exclusive: ['time'], summary: 'The largest first.'}),
    time: Flags.boolean({char: 't', summary: 'The last changed first.'}),
    tree: Flags.boolean({exclusive: ['directory', 'long'], summary: 'Draw directories and what is in them as a tree.'}),
    unsorted: Flags.boolean({char: 'U', exclusive: ['size', 'time'], summary: 'Keep the order of the file system.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> ls disk.img', description: 'The root directory of the only file system in an image'},
    {command: '<%= config.bin %> ls -lh disk.img@p2:/etc', description: 'A directory of the second partition, in full'},
    {command: '<%= config.bin %> ls -lt disk.img:/etc/*s*', description: 'What matches a pattern, the newest first'},
    {
      command: '<%= config.bin %> ls -R --json --image disk.img :/home :/srv',
      description: 'Two trees of one image for a program',
    },
  ];

  private readonly result: LsResult = {listings: [], problems: []};

  constructor(argv: string[], config: never) {
    super(colourWords(argv), config);
  }

  async run(): Promise<LsResult> {
    const {args, flags} = await this.parse(Ls);
    if (flags.inode && flags.image === undefined) checkInodeFlag(args.target);
    const session = this.session(flags);
    const json = this.jsonEnabled();
    const terminal = !json && stdoutIsTerminal();
    const paint = json ? undefined : await paintFor(flags.color as ColourWish);
    const recursive = flags.recursive || flags.tree;
    const stats = flags.long || flags.time || flags.size || flags.tree || json || paint !== undefined;
    const options: ListOptions = {...flags, recursive, stats, pieces: false};
    const style: ListingStyle = {
      ...flags,
      quote: terminal,
      width: flags.one || !terminal ? undefined : terminalWidth(),
      paint,
    };
    const failed = (error: unknown) => this.result.problems.push(this.problem(error));
    const named = args.target.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    const found = await this.examine(session, targets, !flags.long && !flags.directory);
    const single = ({entry}: Found) => flags.directory || entry.type !== S_IFDIR;
    const files = found.filter(single);
    const directories = found.filter((one) => !single(one));
    this.result.listings.push(...files.map(({target, entry}) => ({target: target.word, entries: [jsonEntry(entry)]})));
    const page = new Page();
    const print = async (text: Buffer) => (json ? undefined : page.add(text));
    const entries = files.map(({entry}) => entry);
    if (flags.time || flags.size || flags.reverse) sortEntries(entries, {...flags, unsorted: true});
    await print(formatEntries(entries, style));
    const headings = targets.length > 1 || recursive;
    // Columns are as wide as the widest of a directory; JSON and what has a heading are one thing each.
    options.pieces = !headings && !flags.long && !flags.tree && !json && style.width === undefined;
    let first = files.length === 0;
    let succeeded = files.length;
    for (const {target, volume} of directories) {
      const keep = (listing: Listing) => this.keep(target, listing);
      try {
        if (flags.tree && !json) {
          const heading = shown(addressOf(target, target.path), terminal);
          await print(Buffer.concat([Buffer.from(first ? '' : '\n'), heading, Buffer.from('\n')]));
          await drawTree(listDirectory(volume, target.path, options), style, keep, print);
          first = false;
        } else {
          for await (const listing of listDirectory(volume, target.path, options)) {
            keep(listing);
            const heading = shown(addressOf(target, listing.path), terminal);
            if (headings) await print(Buffer.concat([Buffer.from(first ? '' : '\n'), heading, Buffer.from(':\n')]));
            await print(formatEntries(listing.entries, style));
            first = false;
          }
        }
        succeeded++;
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    await page.flush();
    this.finish(succeeded);
    return this.result;
  }

  /** What each target is; the missing ones are reported. */
  private async examine(session: Session, targets: PathTarget[], follow: boolean): Promise<Found[]> {
    const found: Found[] = [];
    for (const target of targets) {
      try {
        const volume = await session.volume(target);
        const name = typeof target.path === 'string' ? Buffer.from(target.word) : addressOf(target, target.path);
        found.push({target, volume, entry: await singleEntry(volume, target.path, name, follow)});
      } catch (error) {
        this.result.problems.push(this.problem(targetFailure(error, target)));
      }
    }
    return found;
  }

  /** Keeps a listing for --json, and reports what could not be read in it. */
  private keep(target: PathTarget, listing: Listing): void {
    const where = addressOf(target, listing.path);
    for (const error of [listing.error, ...entryErrors(listing)]) {
      if (error !== undefined) this.result.problems.push(this.problem(error, where.toString()));
    }
    if (!this.jsonEnabled()) return;
    const path = jsonName('path', Buffer.from(listing.path as string));
    this.result.listings.push({target: target.word, ...path, entries: listing.entries.map(jsonEntry)});
  }
}

/** -i is --image everywhere else. */
function checkInodeFlag(words: string[]): void {
  const nameless = words.find((word) => /^(@[^:]*)?:\//.test(word));
  if (nameless === undefined) return;
  const image = words.find((word) => word !== nameless);
  const instead = image === undefined ? '--image IMAGE' : `--image ${image}`;
  throw usageFailure(`"${nameless}" names no image; ls shows inode numbers for -i, so here it is ${instead}`);
}
