// SPDX-License-Identifier: GPL-2.0-only
// kdisk df: how full the file systems of images are.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {withoutImageLetter} from '../cli/base-flags.ts';
import {failure} from '../cli/failure.ts';
import {isFileSystem, usageOf} from '../cli/info.ts';
import {writeOut} from '../cli/output.ts';
import type {Session, Target} from '../cli/session.ts';
import {formatUsage} from '../format/usage.ts';
import type {Image} from '../image.ts';
import {formatAddress, formatSelector} from '../image-path.ts';
import {choose, type Place} from '../selection.ts';

export interface DfFileSystem {
  image: string;
  /** To be put behind the image's name: "@p1"; "@disk" for the image as a whole. */
  selector: string;
  type: string;
  label?: string;
  uuid?: string;
  /** Bytes in all, used, and free for a user without privileges. */
  size: bigint;
  used: bigint;
  available: bigint;
  /** Inodes; 0 where the file system has no such limit. */
  inodes: bigint;
  inodesFree: bigint;
}

export interface DfResult {
  fileSystems: DfFileSystem[];
  problems: JsonProblem[];
}

export default class Df extends BaseCommand {
  static override summary = 'Show how full the file systems of images are.';
  static override description =
    'A line for each file system that can be opened; an image with a selector or path stands for that one alone. ' +
    'Sizes are in KiB unless -h is given; USE% is of what a user without privileges can have, as df(1) counts. ' +
    'Since -i shows inodes here, --image has no letter.';
  static override args = {
    image: Args.string({
      multiple: true,
      description: 'The images, files or block devices: IMAGE[@pN].',
    }),
  };
  static override baseFlags = withoutImageLetter;
  static override flags = {
    human: Flags.boolean({char: 'h', summary: 'Sizes such as 1.5K and 20M.'}),
    inodes: Flags.boolean({char: 'i', summary: 'Show inodes instead of sizes.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> df -h disk.img', description: 'All file systems of an image'},
    {command: '<%= config.bin %> df --json disk.img@p2', description: 'That of the second partition, for a program'},
  ];

  private readonly result: DfResult = {fileSystems: [], problems: []};

  async run(): Promise<DfResult> {
    const {args, flags} = await this.parse(Df);
    const session = this.session(flags);
    const words = args.image ?? [undefined];
    for (const word of words) {
      const target = session.image(word);
      try {
        await this.measure(session, target);
      } catch (error) {
        this.failed(failure(error, target.word));
      }
    }
    const rows = this.result.fileSystems.map((each) => ({...each, where: address(each)}));
    if (!this.jsonEnabled() && rows.length > 0) await writeOut(formatUsage(rows, flags));
    this.finish(rows.length);
    return this.result;
  }

  private readonly failed = (error: unknown): void => {
    this.result.problems.push(this.problem(error));
  };

  private async measure(session: Session, target: Target): Promise<void> {
    const image = await session.open(target);
    const all = target.selectors.length === 0 && !target.word.endsWith(`:${target.path}`);
    const places = all ? image.places.filter(({content}) => isFileSystem(content)) : [];
    // Throws where there is nothing, and says what was looked for.
    if (places.length === 0) places.push(choose(image, target.selectors));
    for (const place of places) await this.add(session, image, place);
  }

  private async add(session: Session, image: Image, place: Place): Promise<void> {
    const stats = await usageOf(session, image, place, this.failed);
    if (!stats) return;
    const {bsize, blocks, bfree, bavail, files, ffree} = stats;
    const {type, label, uuid} = place.content;
    this.result.fileSystems.push({
      image: image.path,
      selector: formatSelector(place.selector),
      type,
      ...(label === undefined ? {} : {label}),
      ...(uuid === undefined ? {} : {uuid}),
      size: blocks * bsize,
      used: (blocks - bfree) * bsize,
      available: bavail * bsize,
      inodes: files,
      inodesFree: ffree,
    });
  }
}

function address({image, selector}: DfFileSystem): string {
  if (selector === '@disk') return image;
  return formatAddress(image, [{kind: 'partition', number: Number(selector.slice(2))}]);
}
