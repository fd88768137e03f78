// SPDX-License-Identifier: GPL-2.0-only
// The shared flags for commands in which -i means inodes, as it does in the tools that they are named after.
import * as Flags from '@oclif/core/flags';
import {BaseCommand} from '../base-command.ts';

export const withoutImageLetter = {
  ...BaseCommand.baseFlags,
  image: Flags.string({
    helpValue: 'IMAGE',
    helpGroup: 'GLOBAL',
    summary: 'Image that addresses without one (":/path") are in.',
  }),
};
