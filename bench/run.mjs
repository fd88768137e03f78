// SPDX-License-Identifier: GPL-2.0-only
// npm run bench: kdisk against other ways to do the same, in one run on one machine.
//
// usage: node bench/run.mjs [--rounds N] [--json FILE] [--directory DIRECTORY] [TASK...]
//
// What makes such numbers meaningless: another load on the machine; a first round that fills caches (there is a warm-up
// round that does not count); one contender measured long after the other (they take turns here). All images are in
// memory (tmpfs) if there is room, and always in the page cache, so no disk is measured; with --directory on a disk, it is:
// then everything is synced before each contender's turn.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {cpus, release, totalmem} from 'node:os';
import {parseArgs} from 'node:util';
import {prepareImages} from './tools/images.mjs';

const {values, positionals} = parseArgs({
  options: {rounds: {type: 'string'}, json: {type: 'string'}, directory: {type: 'string'}},
  allowPositionals: true,
});
const load = async (folder, name) => ({id: name, ...(await import(`./${folder}/${name}.mjs`))});
const namesIn = (folder) => readdirSync(new URL(`./${folder}/`, import.meta.url)).map((file) => file.replace('.mjs', ''));
const all = [
  ...['engine', 'boot', 'list', 'read', 'memory', 'copy-out-large', 'copy-out-small', 'copy-in-large', 'copy-in-small'],
  ...['copy-memory', 'mkfs-1g', 'mkfs-16g', 'mkfs-from', 'fsck-100k', 'fsck-500k'],
];
const wanted = positionals.length > 0 ? positionals : all;
const tasks = await Promise.all(wanted.map((name) => load('tasks', name)));
const used = new Set(tasks.flatMap(({contenders}) => contenders.map((id) => id.split(':')[0])));
const peers = new Map();
for (const name of namesIn('peers')) if (used.has(name)) peers.set(name, await load('peers', name));

const images = prepareImages(values.directory);
const machine = {
  processor: cpus()[0].model.trim(),
  processors: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  images: images.where,
  loadAtStart: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]),
};
console.log(Object.entries(machine).map(([key, value]) => `${key}: ${value}`).join(', '));
if (machine.loadAtStart > 0.5) console.log('WARNING: this machine is busy; the numbers are worth little');

const versions = new Map([...peers].map(([id, peer]) => [id, peer.prepare()]));
// A contender is a peer, or "PEER:VARIANT" where the task knows more than one way to use it.
const peerOf = (id) => peers.get(id.split(':')[0]);
const variantOf = (id) => id.split(':')[1];
const versionOf = (id) => versions.get(id.split(':')[0]);
const nameOf = (id) => [peerOf(id).name, variantOf(id)].filter(Boolean).join(', ');
const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
const format = (number) => (number < 100 ? number.toFixed(1) : number.toFixed(0));
const results = [];

for (const task of tasks) {
  const rounds = Number(values.rounds ?? task.rounds ?? 11);
  const taking = task.contenders.filter((id) => !versionOf(id).missing);
  const samples = new Map(taking.map((id) => [id, []]));
  const errors = new Map();
  for (let round = 0; round <= rounds; round++) {
    for (const id of taking) {
      if (errors.has(id)) continue;
      try {
        if (round === 0) task.verify?.(peerOf(id), images, variantOf(id));
        const value = task.run(peerOf(id), images, variantOf(id));
        // The first round warms up.
        if (round > 0) samples.get(id).push(value);
      } catch (error) {
        errors.set(id, error.message.split('\n')[0]);
      }
    }
  }
  const rows = new Map();
  for (const id of taking) {
    const sorted = samples.get(id).sort((a, b) => a - b);
    if (!errors.has(id)) rows.set(id, {median: median(sorted), min: sorted[0], max: sorted.at(-1)});
  }
  const first = rows.get(task.contenders[0])?.median;
  console.log(`\n${task.id}: ${task.title} (${task.unit}, ${rounds} rounds)\n${task.note}`);
  console.log(`  ${'contender'.padEnd(20)}${'median'.padStart(9)}${'min'.padStart(9)}${'max'.padStart(9)}${'ratio'.padStart(9)}  version`);
  for (const id of task.contenders) {
    const {missing, version} = versionOf(id);
    const row = rows.get(id);
    const name = nameOf(id);
    if (!row) console.log(`  ${name.padEnd(20)} not measured: ${missing ?? errors.get(id)}`);
    else {
      const cells = [row.median, row.min, row.max].map((value) => format(value).padStart(9)).join('');
      console.log(`  ${name.padEnd(20)}${cells}${(row.median / first).toFixed(2).padStart(9)}  ${version}`);
    }
  }
  const verdicts = task.targets.map((target) => judge(target, rows));
  for (const verdict of verdicts) console.log(`  ${verdict.text}`);
  results.push({
    task: task.id,
    title: task.title,
    unit: task.unit,
    rounds,
    results: Object.fromEntries([...rows].map(([id, row]) => [id, {...row, version: versionOf(id).version}])),
    notMeasured: Object.fromEntries(task.contenders.filter((id) => !rows.has(id)).map((id) => [id, versionOf(id).missing ?? errors.get(id)])),
    targets: verdicts,
  });
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({machine, results}, null, 2)}\n`);

/** Medians against a target: a number, or another contender's median plus or times something. */
function judge({of, atMost, over, plus = 0, times = 1}, rows) {
  const got = rows.get(of)?.median;
  const base = over === undefined ? atMost : rows.get(over)?.median;
  const rule = over === undefined ? `at most ${atMost}` : `at most ${times === 1 ? '' : `${times} x `}${over}${plus ? ` + ${plus}` : ''}`;
  if (got === undefined || base === undefined) return {rule, met: null, text: `target ${rule}: not measured here`};
  const limit = base * times + plus;
  return {rule, met: got <= limit, text: `target ${rule} = ${format(limit)}: ${format(got)}, ${got <= limit ? 'met' : 'MISSED'}`};
}
