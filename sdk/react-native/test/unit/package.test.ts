// What is published, once it is built.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(__dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly peerDependencies: Record<string, string>;
  readonly files: readonly string[];
  readonly codegenConfig: {
    readonly jsSrcsDir: string;
    readonly ios: { readonly modulesProvider: Record<string, string> };
  };
};

function built(): string[] {
  const files = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".js"));
}

test("it needs nothing but its peers, and no file that is not in it", () => {
  const files = built();
  const outside = new Set<string>();
  for (const file of files) {
    const source = readFileSync(join(root, "lib", file), "utf8");
    for (const [, named, required] of source.matchAll(/ from "([^"]+)"|\brequire\("([^"]+)"\)/g)) {
      const name = named ?? required ?? "";
      if (name.startsWith(".")) expect(files).toContain(`${normalize(join(dirname(file), name))}.js`);
      else outside.add(name.split("/")[0] ?? "");
    }
  }
  expect([...outside].sort()).toEqual(Object.keys(manifest.peerDependencies).sort());
});

test("it gives the same names as its source", () => {
  const lib = jest.requireActual<object>("../../lib");
  const src = jest.requireActual<object>("../../src");
  expect(Object.keys(lib).sort()).toEqual(Object.keys(src).sort());
});

test("an app's build finds the specification, and the class of the module on iOS", () => {
  expect(manifest.files).toEqual(expect.arrayContaining(["src", "ios", "android/src/main", "*.podspec"]));
  expect(readdirSync(join(root, manifest.codegenConfig.jsSrcsDir))).toEqual(["NativeMiniProgramBridge.ts"]);
  for (const [name, type] of Object.entries(manifest.codegenConfig.ios.modulesProvider)) {
    expect(readFileSync(join(root, "src/spec/NativeMiniProgramBridge.ts"), "utf8")).toContain(`<Spec>("${name}")`);
    expect(readFileSync(join(root, `ios/${type}.h`), "utf8")).toContain(`@interface ${type} :`);
  }
});
