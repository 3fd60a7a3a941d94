// What React Native's codegen makes of the specification: the Java class that the Kotlin module extends, and the
// Objective-C++ protocol that the iOS module conforms to. An app's own build makes them anew.

import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { TypeScriptParser } = require("@react-native/codegen/lib/parsers/typescript/parser");
const { generate } = require("@react-native/codegen/lib/generators/RNCodegen");

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { codegenConfig } = require("../package.json");
const outputDirectory = here("android/target/codegen");

rmSync(outputDirectory, { recursive: true, force: true });
mkdirSync(outputDirectory, { recursive: true });
const isWritten = generate(
  {
    libraryName: codegenConfig.name,
    schema: new TypeScriptParser().parseFile(here(`${codegenConfig.jsSrcsDir}/NativeMiniProgramBridge.ts`)),
    outputDirectory,
    packageName: codegenConfig.android.javaPackageName,
    assumeNonnull: false,
    useLocalIncludePaths: false,
  },
  { generators: ["modulesAndroid", "modulesIOS"], test: false },
);
if (!isWritten) throw new Error("codegen wrote nothing");
