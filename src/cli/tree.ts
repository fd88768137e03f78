// SPDX-License-Identifier: GPL-2.0-only
// `ls --tree`: the listings of a recursive ls, put back into one drawing while they come.
import type {Entry} from '../dirents.ts';
import {joinPath} from '../volume.ts';
import {TreeCount, treeLine} from '../format/tree.ts';
import type {ListingStyle} from '../format/listing.ts';
import type {Listing} from './listing.ts';

/** What is not drawn yet of a directory whose parents wait too. */
interface Open {
  path: Buffer;
  entries: Entry[];
  at: number;
}

/** @param listings each directory after its parent, in the order of the parent's entries */
export async function drawTree(
  listings: AsyncIterable<Listing>,
  style: ListingStyle,
  keep: (listing: Listing) => void,
  print: (text: Buffer) => Promise<void>,
): Promise<void> {
  const stack: Open[] = [];
  const count = new TreeCount();
  // Draws up to the entry that `below` is the path of, or all.
  const draw = async (below?: Buffer) => {
    for (let open = stack.at(-1); open; open = stack.at(-1)) {
      if (open.at === open.entries.length) {
        stack.pop();
        continue;
      }
      const entry = open.entries[open.at++]!;
      count.add(entry);
      await print(
        treeLine(
          entry,
          stack.map(({entries, at}) => at < entries.length),
          style,
        ),
      );
      if (below && (joinPath(open.path, entry.name) as Buffer).equals(below)) return;
    }
  };
  for await (const listing of listings) {
    keep(listing);
    const path = Buffer.from(listing.path as string);
    if (stack.length > 0) await draw(path);
    stack.push({path, entries: listing.entries, at: 0});
  }
  await draw();
  await print(Buffer.from(`\n${count}\n`));
}
