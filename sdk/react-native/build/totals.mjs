// The runners' own totals, as one line: those of Jest, and those of Surefire for the JVM. A report that is missing is a
// failure, that of each class of tests too, and so is every step that failed beside the tests.
//
//   node build/totals.mjs JEST.json SUREFIRE_FOLDER FAILED_STEPS

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const [jest, surefire, steps] = process.argv.slice(2);
let passed = 0;
let failed = Number(steps);
if (!existsSync(jest)) {
  failed += 1;
} else {
  const totals = JSON.parse(readFileSync(jest, "utf8"));
  passed += totals.numPassedTests;
  // A file that could not be run has no tests to fail.
  failed += totals.numFailedTests + totals.numRuntimeErrorTestSuites;
}
const tests = fileURLToPath(new URL("../android/src/test/java", import.meta.url));
const classes = readdirSync(tests, { recursive: true }).filter((path) => path.endsWith("Test.kt"));
const reports = existsSync(surefire) ? readdirSync(surefire).filter((name) => name.endsWith(".xml")) : [];
for (const path of classes) {
  if (!reports.some((report) => report.endsWith(`.${basename(path, ".kt")}.xml`))) failed += 1;
}
for (const report of reports) {
  const [suite] = /<testsuite\b[^>]*>/s.exec(readFileSync(join(surefire, report), "utf8"));
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)[1]);
  const bad = count("failures") + count("errors") + count("skipped");
  passed += count("tests") - bad;
  failed += bad;
}
console.log(`react-native: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
