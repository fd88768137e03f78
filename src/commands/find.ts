// SPDX-License-Identifier: GPL-2.0-only
// kdisk find: paths in an image, by name, type, size, age and the like.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {addressOf, naming, shown, type PathTarget} from '../cli/address.ts';
import {targetFailure, usageFailure} from '../cli/failure.ts';
import {findTests} from '../cli/find-tests.ts';
import {findWords} from '../cli/find-words.ts';
import {expandTargets} from '../cli/glob.ts';
import {Page, stdoutIsTerminal} from '../cli/output.ts';
import type {Session} from '../cli/session.ts';
import {walk, type Visit} from '../cli/walk.ts';
import {parseDate} from '../format/date.ts';
import {jsonFacts, type JsonFacts} from '../format/listing.ts';
import {jsonName} from '../format/name.ts';
import {parseAddress} from '../image-path.ts';
import {S_IFDIR} from '../syscalls.ts';
import type {Volume} from '../volume.ts';

export interface FindMatch extends JsonFacts {
  /** The word of the command line that led here. */
  target: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
}

export interface FindResult {
  matches: FindMatch[];
  problems: JsonProblem[];
}

const several = (helpValue: string, summary: string, aliases: string[] = []) =>
  Flags.string({multiple: true, multipleNonGreedy: true, helpValue, summary, aliases});

export default class Find extends BaseCommand {
  static override summary = 'Find files in an image by name, type, size and age.';
  static override description =
    'As find(1): all tests must be met, and their names may have one dash (-name) or two. Paths are printed as they are ' +
    'inside the image, in the order of the file system; symbolic links are not followed. Numbers N are exact, +N is more, ' +
    '-N is less.';
  static override usage = 'find TARGET... [-name PATTERN] [-type f] [-size +1M] [-newer DATE] [-print0] ...';
  static override args = {
    target: Args.string({
      multiple: true,
      description: 'Where to begin: IMAGE[@pN]:/path, or just IMAGE.',
    }),
  };
  static override flags = {
    addresses: Flags.boolean({summary: 'Print addresses that kdisk takes (disk.img:/etc), not paths alone.'}),
    empty: Flags.boolean({summary: 'Empty files and directories.'}),
    group: several('GID', 'Of this group.', ['gid']),
    iname: several('PATTERN', 'As --name, upper and lower case alike.'),
    inum: several('N', 'With this inode number.'),
    ipath: several('PATTERN', 'As --path, upper and lower case alike.'),
    links: several('N', 'With so many hard links.'),
    maxdepth: Flags.string({helpValue: 'N', summary: 'Go down N levels at most; 0 is the target alone.'}),
    mindepth: Flags.string({helpValue: 'N', summary: 'Only what is N levels down or more.'}),
    mmin: several('N', 'Changed N minutes ago.'),
    mtime: several('N', 'Changed N days ago.'),
    name: several('PATTERN', 'The name matches, with * ? and [a-z].'),
    newer: several('WHEN', 'Changed after a file of an image, or a date such as 2024-01-31 12:00.'),
    path: several('PATTERN', 'The path matches; * matches slashes too.'),
    perm: several('MODE', 'Permission bits in octal: 644 these, -4000 at least, /022 any of them.'),
    print0: Flags.boolean({summary: 'End each path with a NUL byte instead of a line.'}),
    size: several('N[ckMG]', 'Of this size in blocks of 512 bytes, or in bytes (c), KiB, MiB, GiB; rounded up.'),
    type: Flags.string({helpValue: 'LETTER', summary: 'File (f), directory (d), symbolic link (l), b, c, p or s.'}),
    user: several('UID', 'Of this owner.', ['uid']),
  };
  static override examples = [
    {
      command: '<%= config.bin %> find disk.img:/etc -name *.conf',
      description: 'Paths below a directory by their names',
    },
    {
      command: '<%= config.bin %> find disk.img@p2 -type f -size +1M -print0',
      description: 'Files of more than a MiB, for xargs -0',
    },
    {
      command: '<%= config.bin %> find --json disk.img:/home -newer 2024-01-31',
      description: 'What has changed since a date, for a program',
    },
  ];

  private readonly result: FindResult = {matches: [], problems: []};
  private argumentError: unknown;

  constructor(argv: string[], config: never) {
    let words = argv;
    let failed: unknown;
    try {
      words = findWords(argv);
    } catch (error) {
      failed = error;
    }
    super(words, config);
    this.argumentError = failed;
  }

  async run(): Promise<FindResult> {
    if (this.argumentError) throw this.argumentError;
    const {args, flags} = await this.parse(Find);
    const session = this.session(flags);
    const [least, most] = [depth('mindepth', flags.mindepth, 0), depth('maxdepth', flags.maxdepth, Infinity)];
    const newer: bigint[] = [];
    for (const text of flags.newer ?? []) newer.push(await timeOf(session, text));
    const {stats, meets} = findTests(flags, newer);
    const words = args.target ?? (flags.image === undefined ? [] : [':/']);
    if (words.length === 0) throw usageFailure('where? kdisk find IMAGE:/path ...');
    const failed = (error: unknown) => this.result.problems.push(this.problem(error));
    const named = words.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    const name = naming(targets, flags.addresses);
    const json = this.jsonEnabled();
    const terminal = !json && !flags.print0 && stdoutIsTerminal();
    const end = Buffer.from(flags.print0 ? '\0' : '\n');
    const page = new Page();
    let succeeded = 0;
    for (const target of targets) {
      const found: Visit[] = [];
      try {
        const volume = await session.volume(target);
        await walk(
          volume,
          target.path,
          {stats: stats || json, maxDepth: most},
          {
            visit: (visit) => {
              if (visit.depth >= least && meets(visit)) found.push(visit);
            },
            problem: (error, path) => failed(this.failureAt(error, target, path)),
            pause: async () => {
              for (const visit of found.splice(0)) {
                if (flags.empty && !(await this.isEmpty(volume, target, visit))) continue;
                if (json) this.result.matches.push(match(target, visit));
                else await page.add(Buffer.concat([shown(name(target, visit.path), terminal), end]));
              }
            },
          },
        );
        succeeded++;
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    await page.flush();
    this.finish(succeeded);
    return this.result;
  }

  private failureAt(error: unknown, target: PathTarget, path: Buffer) {
    return targetFailure(error, {word: addressOf(target, path).toString(), path});
  }

  private async isEmpty(volume: Volume, target: PathTarget, {entry, path}: Visit): Promise<boolean> {
    if (entry.type !== S_IFDIR) return true;
    try {
      for await (const batch of volume.entries(path)) if (batch.length > 0) return false;
      return true;
    } catch (error) {
      this.result.problems.push(this.problem(this.failureAt(error, target, path)));
      return false;
    }
  }
}

function depth(flag: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  if (!/^\d+$/.test(text)) throw usageFailure(`-${flag} wants a number of levels, not "${text}"`);
  return Number(text);
}

/** Of -newer: nanoseconds. */
async function timeOf(session: Session, text: string): Promise<bigint> {
  const date = parseDate(text);
  if (date !== undefined) return date;
  if (parseAddress(text).kind !== 'image')
    throw usageFailure(`-newer wants a file of an image (IMAGE:/path) or a date (2024-01-31 12:00), not "${text}"`);
  const target = session.target(text);
  try {
    const volume = await session.volume(target);
    return (await volume.stat(target.path, {bigint: true})).mtimeNs;
  } catch (error) {
    throw targetFailure(error, target);
  }
}

function match({word}: PathTarget, {entry, path}: Visit): FindMatch {
  return {target: word, ...jsonName('path', path), ...jsonFacts(entry)};
}
