// SPDX-License-Identifier: GPL-2.0-only
// Part of npm run build: loads the bundle as bin/run.js does, lets it run each command so that V8 compiles what they
// need, and writes that down. A cache that does not fit (another Node, other V8 flags) is rejected by V8 at no risk.
'use strict';
const {mkdtempSync, readFileSync, rmSync, writeFileSync} = require('node:fs');
const {tmpdir} = require('node:os');
const {dirname, join} = require('node:path');
const {Script} = require('node:vm');

const bundle = join(__dirname, '..', 'dist', 'cli.cjs');
const directory = mkdtempSync(join(tmpdir(), 'kdisk-build-'));
const image = join(directory, 'tiny.img');

/** The smallest image that can be mounted: a romfs (include/uapi/linux/romfs_fs.h) with the file "f". */
function tinyImage() {
  const bytes = Buffer.alloc(1024);
  const entry = (at, next, type, spec, size, name) => {
    bytes.writeUInt32BE(next | type, at);
    bytes.writeUInt32BE(spec, at + 4);
    bytes.writeUInt32BE(size, at + 8);
    bytes.write(name, at + 16);
    bytes.writeInt32BE(-sum(at, 32), at + 12);
  };
  const sum = (at, length) => {
    let total = 0;
    for (let word = at; word < at + length; word += 4) total = (total + bytes.readInt32BE(word)) | 0;
    return total;
  };
  bytes.write('-rom1fs-', 0);
  bytes.writeUInt32BE(160, 8);
  bytes.write('tiny', 16);
  entry(32, 64, 9, 32, 0, '.');
  entry(64, 96, 0, 32, 0, '..');
  entry(96, 0, 2, 0, 4, 'f');
  bytes.write('tiny', 128);
  bytes.writeInt32BE(-sum(0, 160), 12);
  return bytes;
}

const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(bundle, 'utf8')}\n})`;
const script = new Script(source, {filename: bundle});
const loaded = {exports: {}};
script.runInThisContext()(loaded.exports, require, loaded, bundle, dirname(bundle));

/** Each ends with process.exit(); without addon and kernel they end early, and the cache holds less. */
const commands = [
  ['ls', '-l', image],
  ['cat', `${image}:/f`],
  ['info', image],
  ['cp', `${image}:/f`, join(directory, 'f')],
];

process.exit = () => {
  const next = commands.shift();
  if (next) return void setImmediate(() => loaded.exports.main(next));
  writeFileSync(join(dirname(bundle), `cli.${process.version}-${process.arch}.cache`), script.createCachedData());
  rmSync(directory, {recursive: true});
  process.reallyExit(0);
};

writeFileSync(image, tinyImage());
process.exit();
