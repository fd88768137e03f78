// SPDX-License-Identifier: GPL-2.0-only
// Judges a run of the tests by vitest's JSON report: usage: summary.mjs REPORT SKIPS STATUS
import {readFileSync} from 'node:fs';

const [, , reportPath, skipsPath, testStatus] = process.argv;

let report;
try {
  report = JSON.parse(readFileSync(reportPath, 'utf8'));
} catch {
  console.log('The tests did not come to a report: the set-up failed, or the runner did; see above.');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const allowed = JSON.parse(readFileSync(skipsPath, 'utf8'));
const tests = report.testResults.flatMap(({name, assertionResults}) =>
  assertionResults.map((test) => ({file: name.slice(process.cwd().length + 1), name: test.fullName, status: test.status})),
);
const passed = tests.filter(({status}) => status === 'passed').length;
const skipped = tests.filter(({status}) => !['passed', 'failed'].includes(status));
// A file that fails before its first test has no test that could fail.
const brokenFiles = report.testResults.filter(({status, assertionResults}) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'));
let failed = tests.filter(({status}) => status === 'failed').length + brokenFiles.length;

for (const test of skipped) {
  const entry = allowed.find(({file, test: pattern}) => file === test.file && new RegExp(pattern).test(test.name));
  console.log(`skipped: ${test.file}: ${test.name}: ${entry ? entry.reason : 'NOT IN .ci/skips.json, so this run fails'}`);
  if (!entry) failed++;
}
// Errors outside of any test, such as a rejection that nobody handled.
if (failed === 0 && (Number(testStatus) !== 0 || passed === 0)) failed = 1;

console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(failed === 0 ? 0 : 1);
