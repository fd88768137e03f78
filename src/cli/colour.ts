// SPDX-License-Identifier: GPL-2.0-only
// Whether names are painted: --color, the environment (NO_COLOR, https://no-color.org), the terminal.
import {painter, type Paint} from '../format/listing.ts';
import {stdoutIsTerminal} from './output.ts';

export const COLOUR_WISHES = ['auto', 'always', 'never'] as const;
export type ColourWish = (typeof COLOUR_WISHES)[number];

/** As ls takes it: --color alone is --color=always. */
export function colourWords(argv: string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, at) => (word === '--color' && (end < 0 || at < end) ? '--color=always' : word));
}

/** Undefined: no colours. */
export async function paintFor(wish: ColourWish): Promise<Paint | undefined> {
  if (wish === 'never' || (wish === 'auto' && (process.env.NO_COLOR || !stdoutIsTerminal()))) return undefined;
  const {default: chalk, Chalk} = await import('chalk');
  return painter(wish === 'always' && chalk.level === 0 ? new Chalk({level: 1}) : chalk);
}
