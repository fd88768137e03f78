// SPDX-License-Identifier: GPL-2.0-only
// kdisk cat: the content of files in an image.
import {isUtf8} from 'node:buffer';
import * as Args from '@oclif/core/args';
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import {openRegularFile} from '../cli/content.ts';
import {targetFailure} from '../cli/failure.ts';
import {expandTargets} from '../cli/glob.ts';
import {writeOut} from '../cli/output.ts';

export interface CatFile {
  target: string;
  size: number;
  /** When the content is UTF-8 ... */
  text?: string;
  /** ... and otherwise. */
  base64?: string;
}

export interface CatResult {
  files: CatFile[];
  problems: JsonProblem[];
}

export default class Cat extends BaseCommand {
  static override summary = 'Print files of an image.';
  static override description = 'The bytes go to standard output as they are, one file after the other.';
  static override args = {
    target: Args.string({
      required: true,
      multiple: true,
      description: 'Files: IMAGE[@pN]:/path, with * ? [] if need be.',
    }),
  };
  static override examples = [
    {
      command: '<%= config.bin %> cat disk.img:/etc/os-release',
      description: 'A file of the only file system in an image',
    },
    {
      command: '<%= config.bin %> cat -i disk.img@p2 :/etc/fstab :/etc/hostname',
      description: 'Two files of the second partition',
    },
  ];

  async run(): Promise<CatResult> {
    const {args, flags} = await this.parse(Cat);
    const session = this.session(flags);
    const result: CatResult = {files: [], problems: []};
    let succeeded = 0;
    const failed = (error: unknown) => result.problems.push(this.problem(error));
    const named = args.target.map((word) => session.target(word));
    const targets = await expandTargets(session, named, {failed});
    for (const target of targets) {
      try {
        await using file = await openRegularFile(await session.volume(target), target);
        if (this.jsonEnabled()) {
          const content = await file.readFile();
          const body = isUtf8(content) ? {text: content.toString()} : {base64: content.toString('base64')};
          result.files.push({target: target.word, size: content.length, ...body});
        } else {
          for await (const chunk of file.chunks({reuse: true})) await writeOut(chunk);
        }
        succeeded++;
      } catch (error) {
        failed(targetFailure(error, target));
      }
    }
    this.finish(succeeded);
    return result;
  }
}
