// An app's build runs the codegen of its own React Native over the specification, whichever that is.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly peerDependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
};
const made = mkdtempSync(join(tmpdir(), "portico-codegen-"));

afterAll(() => rmSync(made, { recursive: true }));

/** What the native halves are written against: the protocol of iOS, and the class of Android without what is in it. */
function generated(codegen: string) {
  const folder = join(made, codegen);
  execFileSync(process.execPath, [join(root, "build/codegen.mjs"), codegen, folder], { stdio: "pipe" });
  const type = readFileSync(join(folder, "java/dev/portico/reactnative/NativeMiniProgramBridgeSpec.java"), "utf8");
  return {
    ios: readFileSync(join(folder, "PorticoSpec/PorticoSpec.h"), "utf8"),
    android: [...type.matchAll(/^ {2}(?:public|protected) .*[;{]$/gm)].map(([method]) => method),
  };
}

test.each(["codegen-oldest", "codegen-newest"])("%s makes of it what the native halves are written for", (codegen) => {
  const own = generated("@react-native/codegen");
  expect(own.android.length).toBeGreaterThan(8);
  expect(generated(codegen)).toEqual(own);
});

test("the oldest is that of the oldest React Native that is named", () => {
  const [, oldest = ""] = /@(0\.\d+)\.\d+$/.exec(devDependencies["codegen-oldest"] ?? "") ?? [];
  expect(peerDependencies["react-native"]).toBe(`>=${oldest}`);
  for (const page of ["README.md", "../../docs/guides/quick-start-react-native.md"])
    expect(readFileSync(join(root, page), "utf8")).toContain(`React Native ${oldest} or later`);
});
