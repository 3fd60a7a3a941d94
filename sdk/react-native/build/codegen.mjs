// What React Native's codegen makes of the specification: the Java class that the Kotlin module extends, and the
// Objective-C++ protocol that the iOS module conforms to. An app's own build makes them anew, by its own codegen.
//
//   node build/codegen.mjs [CODEGEN] [FOLDER]

import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [codegen = "@react-native/codegen", outputDirectory = here("android/target/codegen")] = process.argv.slice(2);

const require = createRequire(import.meta.url);
const { TypeScriptParser } = require(`${codegen}/lib/parsers/typescript/parser`);
const { generate } = require(`${codegen}/lib/generators/RNCodegen`);
const { codegenConfig } = require("../package.json");

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
