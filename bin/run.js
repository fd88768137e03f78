#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The program `kdisk`. Starts the kernel, which boots in a thread of its own, and only then loads the bundle, with the
// code that V8 compiled for it at build time where that fits this Node.
'use strict';
const {existsSync, readFileSync} = require('node:fs');
const {dirname, join} = require('node:path');

const root = dirname(__dirname);
const argv = process.argv.slice(2);

/** Those that need the kernel: all of src/main.ts. */
const COMMANDS =
  'cat chmod chown cp df du find info ln ls mkdir mv rm run stat sum tar touch truncate xattr'.split(' ');

/** Failures are left to the bundle: its own call of boot() meets them again and finds the words. */
function bootEarly() {
  if (!COMMANDS.includes(argv[0]) || argv.some((word) => /^--(help|memory)/.test(word))) return;
  try {
    const addon = require(process.env.KDISK_ADDON || join(root, 'addon', 'build', 'Release', 'kdisk.node'));
    const kernel = process.env.KDISK_KERNEL || join(root, 'lkl', 'build', 'kdisk-kernel.elf');
    addon.boot({kernel, memory: 64 * 1024 * 1024}).catch(() => {});
  } catch {
    // see above
  }
}

function load() {
  const bundle = join(root, 'dist', 'cli.cjs');
  const cache = join(root, 'dist', `cli.${process.version}-${process.arch}.cache`);
  if (!existsSync(cache)) {
    // Node 22 and later can keep such code by itself.
    require('node:module').enableCompileCache?.();
    return require(bundle);
  }
  const {Script} = require('node:vm');
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(bundle, 'utf8')}\n})`;
  const script = new Script(source, {filename: bundle, cachedData: readFileSync(cache)});
  const loaded = {exports: {}};
  script.runInThisContext()(loaded.exports, require, loaded, bundle, dirname(bundle));
  return loaded.exports;
}

if (!existsSync(join(root, 'dist'))) {
  process.stderr.write('kdisk: not built; run "npm run setup"\n');
  process.exit(7);
}
bootEarly();
load().main(argv);
