// SPDX-License-Identifier: GPL-2.0-only
// Where the package lies, and a require() that starts there. In the bundle of the program `import.meta.url` is a plain
// path (scripts/build.mjs): the machinery of URLs takes a millisecond to start.
import {createRequire} from 'node:module';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = import.meta.url;

/** src/ and dist/ both lie directly below it. */
export const packageRoot = dirname(dirname(here.startsWith('file:') ? fileURLToPath(here) : here));

/** For addons, and for built-in modules that are needed rarely and take long to load. */
export const requireLate = createRequire(here);
