// SPDX-License-Identifier: GPL-2.0-only
// kdisk info: what an image holds.
import * as Args from '@oclif/core/args';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {describeImage, type InfoResult} from '../cli/info.ts';
import {writeOut} from '../cli/output.ts';
import {formatInfo} from '../format/info.ts';
import {candidates, choose} from '../selection.ts';

export interface InfoJson extends InfoResult {
  problems: JsonProblem[];
}

export default class Info extends BaseCommand {
  static override summary = 'Show what is in an image: partitions, file systems, labels, sizes.';
  static override description =
    'WHERE is what to put behind the name of the image to choose a place: disk.img@p2:/etc. ' +
    'File systems are mounted read-only to tell how much of them is used; the image file is never written to.';
  static override args = {
    image: Args.string({description: 'The image: a file or block device.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> info disk.img', description: 'Partitions and file systems of an image'},
    {command: '<%= config.bin %> info --json disk.img', description: 'The same for a program'},
  ];

  async run(): Promise<InfoJson> {
    const {args, flags} = await this.parse(Info);
    const session = this.session(flags);
    const target = session.image(args.image);
    const image = await session.open(target);
    const empty = candidates(image).length === 0 && image.partitions.length === 0;
    // Throws where there is nothing to show, and says what was looked for.
    const only = empty || target.selectors.length > 0 ? choose(image, target.selectors).selector : undefined;
    const problems: JsonProblem[] = [];
    const info = await describeImage(session, image, (error) => problems.push(this.problem(error)), only);
    if (!this.jsonEnabled()) await writeOut(formatInfo(info));
    this.finish(info.places.length);
    return {...info, problems};
  }
}
