// SPDX-License-Identifier: GPL-2.0-only
// kdisk uuid: the UUID of a file system.
import * as Args from '@oclif/core/args';
import {NameCommand, type NameJson} from '../cli/name-command.ts';
import {setUuid, uuid} from '../label.ts';

export default class Uuid extends NameCommand {
  static override summary = 'Print the UUID of a file system, or give it another one.';
  static override description =
    'By the tool of its own project, in memory; the image is written when the UUID is there. vfat and exfat have a volume ' +
    'number instead, 1234-ABCD.';
  static override usage = 'uuid IMAGE[@pN] [UUID | random]';
  static override args = {
    target: Args.string({description: 'The image, a file or block device, with the partition: IMAGE[@pN].'}),
    uuid: Args.string({description: 'The new one; "random" makes one up.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> uuid disk.img@p2', description: 'Prints it'},
    {command: '<%= config.bin %> uuid disk.img@p2 random', description: 'For a copy that is used beside its original'},
  ];

  async run(): Promise<NameJson> {
    const {args, flags} = await this.parse(Uuid);
    const {target, uuid: wanted} = args;
    return this.name(target, flags.image, wanted !== undefined, (path, options) =>
      wanted === undefined ? uuid(path, options) : setUuid(path, wanted, options),
    );
  }
}
