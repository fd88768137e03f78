// SPDX-License-Identifier: GPL-2.0-only
// kdisk label: the label of a file system.
import * as Args from '@oclif/core/args';
import {NameCommand, type NameJson} from '../cli/name-command.ts';
import {label, setLabel} from '../label.ts';

export default class Label extends NameCommand {
  static override summary = 'Print the label of a file system, or give it another one.';
  static override description =
    'By the tool of its own project, in memory; the image is written when the label is there. An empty TEXT clears it.';
  static override usage = 'label IMAGE[@pN] [TEXT]';
  static override args = {
    target: Args.string({description: 'The image, a file or block device, with the partition: IMAGE[@pN].'}),
    text: Args.string({description: 'The new label.'}),
  };
  static override examples = [
    {command: '<%= config.bin %> label disk.img@p2', description: 'Prints it; nothing when there is none'},
    {command: '<%= config.bin %> label disk.img@p2 root', description: 'Gives it another one'},
  ];

  async run(): Promise<NameJson> {
    const {args, flags} = await this.parse(Label);
    const {target, text} = args;
    return this.name(target, flags.image, text !== undefined, (path, options) =>
      text === undefined ? label(path, options) : setLabel(path, text, options),
    );
  }
}
