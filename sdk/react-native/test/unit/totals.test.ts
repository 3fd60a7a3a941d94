// What `check` counts: a failure that is not in a report is one all the same.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "portico-totals-"));
const jest = join(folder, "jest.json");
const classes = readdirSync(join(root, "android/src/test/java"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("Test.kt"))
  .map((path) => basename(path, ".kt"));

afterAll(() => rmSync(folder, { recursive: true }));

/** The line, and the exit code, for reports of those classes: one test each. */
function totals(reported: readonly string[]) {
  writeFileSync(jest, JSON.stringify({ numPassedTests: 10, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }));
  const surefire = mkdtempSync(join(folder, "surefire-"));
  const report = '<testsuite name="x" tests="1" errors="0" skipped="0" failures="0"></testsuite>';
  for (const name of reported) writeFileSync(join(surefire, `TEST-dev.portico.reactnative.${name}.xml`), report);
  const { stdout, status } = spawnSync(process.execPath, [join(root, "build/totals.mjs"), jest, surefire, "0"]);
  return { line: stdout.toString().trim(), status };
}

test("every class of tests has its report, or has failed", () => {
  expect(classes.length).toBeGreaterThan(3);
  expect(totals(classes)).toEqual({ line: `react-native: ${10 + classes.length} passed, 0 failed`, status: 0 });
  const [, ...others] = classes;
  expect(totals(others)).toEqual({ line: `react-native: ${10 + others.length} passed, 1 failed`, status: 1 });
  expect(totals([])).toEqual({ line: `react-native: 10 passed, ${classes.length} failed`, status: 1 });
});
