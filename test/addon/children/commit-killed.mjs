// SPDX-License-Identifier: GPL-2.0-only
// Writes all of the second image over the first in an overlay, commits that, and kills itself when so much of it is done
// (third argument: 0 to 1).
import {readFileSync} from 'node:fs';
import {addon} from '../../support/addon.mjs';

const [image, source, part] = process.argv.slice(2);
const {handle} = await addon.openDisk(image, 'overlay');
const bytes = readFileSync(source);
if (addon.diskWrite(handle, 0, bytes) !== bytes.length) throw new Error('not all was written');
await addon.commitDisk(handle, ({done, total}) => {
  if (done > total * Number(part)) process.kill(process.pid, 'SIGKILL');
});
