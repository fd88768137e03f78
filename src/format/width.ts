// SPDX-License-Identifier: GPL-2.0-only
// How many columns a text takes on a terminal, and text set in columns and tables.

/** East Asian wide characters and emoji; combining marks take no column. Close enough to lay out names. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\p{Mn}\p{Me}\u200b-\u200d\ufe00-\ufe0f]/u;
const ASCII = /^[\x20-\x7e]*$/;

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

const GAP = 2;

/** As ls does: down the first column, then the next, as many columns as fit. */
export function columns(
  texts: string[],
  terminal: number,
  paint: (text: string, index: number) => string = (text) => text,
): string {
  const widths = texts.map(displayWidth);
  for (let rows = 1; rows <= texts.length; rows++) {
    const columnWidths: number[] = [];
    for (let at = 0; at < texts.length; at += rows) columnWidths.push(Math.max(...widths.slice(at, at + rows)));
    const total = columnWidths.reduce((sum, width) => sum + width + GAP, -GAP);
    if (total > terminal && rows < texts.length) continue;
    const lines: string[] = [];
    for (let row = 0; row < rows; row++) {
      let line = '';
      for (let index = row, column = 0; index < texts.length; index += rows, column++) {
        const last = index + rows >= texts.length;
        line += paint(texts[index]!, index) + (last ? '' : ' '.repeat(columnWidths[column]! - widths[index]! + GAP));
      }
      lines.push(line);
    }
    return lines.join('\n') + '\n';
  }
  return '';
}

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  align?: 'left' | 'right';
}

/** A table with a line of titles; columns that are empty in all rows are left out. */
export function table<Row>(rows: Row[], all: Column<Row>[]): string {
  const used = all.filter(({value}) => rows.some((row) => value(row) !== ''));
  const cells = [used.map(({title}) => title), ...rows.map((row) => used.map(({value}) => value(row)))];
  const widths = used.map((_, index) => Math.max(...cells.map((line) => displayWidth(line[index]!))));
  return cells
    .map((line) =>
      line
        .map((cell, index) =>
          used[index]!.align === 'right' ? padStart(cell, widths[index]!) : padEnd(cell, widths[index]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => line + '\n')
    .join('');
}
