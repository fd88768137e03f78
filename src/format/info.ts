// SPDX-License-Identifier: GPL-2.0-only
// The text of `info`: a line about the image, a table of what is in it.
import type {InfoPlace, InfoResult, Usage} from '../cli/info.ts';
import {printable, quoteName} from './name.ts';
import {humanSize, sentenceSize} from './size.ts';
import {table} from './width.ts';

const TABLE_NAMES: Record<string, string> = {
  gpt: 'GPT',
  dos: 'MBR (dos)',
  mac: 'Apple',
  bsd: 'BSD',
  sun: 'Sun',
  sgi: 'SGI',
};

function usedCell(usage: Usage | null): string {
  if (!usage) return '';
  const percent = usage.total > 0n ? ` (${(usage.used * 100n + usage.total - 1n) / usage.total}%)` : '';
  return humanSize(usage.used) + percent;
}

function contentCell({content, typeName}: InfoPlace): string {
  if (!content) return typeName?.startsWith('extended') ? '' : '-';
  return content.type === 'vfat' && content.version ? `vfat (${content.version})` : content.type;
}

export function formatInfo(info: InfoResult): string {
  const {partitionTable, places, size} = info;
  const bytes = size < 1024n ? '' : ` (${size} bytes)`;
  const kind = partitionTable
    ? `${TABLE_NAMES[partitionTable.kind] ?? partitionTable.kind} partition table`
    : 'no partition table';
  const id = partitionTable?.id ? `, id ${partitionTable.id}` : '';
  const name = printable(info.image) === info.image ? info.image : quoteName(Buffer.from(info.image));
  const first = `${name}: ${sentenceSize(size)}${bytes}, ${kind}${id}\n`;
  return (
    first +
    '\n' +
    table(places, [
      {title: 'WHERE', value: ({selector}) => selector},
      {title: 'START', value: ({start}) => (places.length > 1 ? humanSize(start) : ''), align: 'right'},
      {title: 'SIZE', value: (place) => humanSize(place.size), align: 'right'},
      {title: 'TYPE', value: ({type, typeName}) => typeName ?? type ?? ''},
      {title: 'NAME', value: (place) => printable(place.name ?? '')},
      {title: 'HOLDS', value: contentCell},
      {title: 'LABEL', value: ({content}) => printable(content?.label ?? '')},
      {title: 'UUID', value: ({content}) => content?.uuid ?? ''},
      {title: 'USED', value: ({usage}) => usedCell(usage), align: 'right'},
    ])
  );
}
