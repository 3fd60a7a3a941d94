// The iOS half is compiled by nobody here: at least it has the specification's methods and events, and what it is
// written to do is there.

import { execFileSync } from "node:child_process";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

import { settle } from "../support/clock";

const root = join(__dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Objective-C selectors that a file declares or defines, each with its types. */
function methods(source: string): string[] {
  const declared = source.matchAll(/^- \(([^)]*)\)\s*((?:\w+:?\s*(?:\([^)]*\)\s*\w+)?\s*)+)[;{]?/gm);
  return [...declared].map(([, type = "", rest = ""]) => `(${type})${rest}`.replace(/\s+/g, ""));
}

/** What codegen makes of the specification. */
function generated(): string {
  execFileSync(process.execPath, [join(root, "build/codegen.mjs")]);
  return read("android/target/codegen/PorticoSpec/PorticoSpec.h");
}

test("it has every method of the specification, with the same types, and says every event", () => {
  const header = generated();
  const protocol = /@protocol NativeMiniProgramBridgeSpec(.*?)@end/s.exec(header)?.[1] ?? "";
  const wanted = methods(protocol);
  expect(wanted).toHaveLength(5);
  const source = read("ios/MiniProgramBridge.mm");
  expect(methods(source)).toEqual(expect.arrayContaining(wanted));

  const base = /@interface NativeMiniProgramBridgeSpecBase(.*?)@end/s.exec(header)?.[1] ?? "";
  const emitted = [...base.matchAll(/\)(emitOn\w+):/g)].map(([, name]) => name);
  expect(emitted).toHaveLength(3);
  for (const name of emitted) expect(source).toContain(`[self ${name}:@{`);
});

test("the fields of its events are the specification's", () => {
  const spec = read("src/spec/NativeMiniProgramBridge.ts").replace(/\/\*\*.*?\*\//gs, "");
  const fields = (type: string) => {
    const body = new RegExp(`export type ${type} = \\{(.*?)\\}`, "s").exec(spec)?.[1] ?? "";
    return [...body.matchAll(/^\s*(\w+): |[;{] (\w+): | (\w+): /gm)].map(([, a, b, c]) => a ?? b ?? c).sort();
  };
  const source = read("ios/MiniProgramBridge.mm");
  const emitted = (name: string) => {
    const body = new RegExp(`emit${name}:@\\{(.*?)\\}\\]`).exec(source)?.[1] ?? "";
    return [...body.matchAll(/@"(\w+)" :/g)].map(([, field]) => field).sort();
  };
  expect(emitted("OnMessage")).toEqual(fields("PageMessage"));
  expect(emitted("OnDocumentGone")).toEqual(fields("DocumentGone"));
  expect(emitted("OnNavigationRefused")).toEqual(fields("NavigationRefused"));
  expect(fields("PageMessage")).toEqual(["channel", "document", "origin", "text"]);
});

test("what the module calls in Swift is there, under the names that Objective-C has for it", () => {
  const swift = ["Bridge", "Chance"].map((name) => read(`ios/${name}.swift`)).join("\n");
  const named = [...swift.matchAll(/@objc\((\w+(?::\w+)*:?)\)/g)].map(([, name]) => name);
  expect(named).toEqual(
    expect.arrayContaining([
      "PorticoBridge",
      "PorticoBridgeDelegate",
      "PorticoChance",
      "attachTo:channel:origins:",
      "post:document:text:",
      "messageFrom:document:origin:text:",
      "documentGoneFrom:document:",
      "navigationRefusedIn:url:",
    ]),
  );
  for (const name of [
    "func detach(_ channel: String)",
    "func leaveAll()",
    "func randomBytes(_ count: Int)",
    "func sha256(_ text: String)",
  ])
    expect(swift).toContain(
      `@objc public ${name.startsWith("func r") || name.startsWith("func s") ? "static " : ""}${name}`,
    );
  const calls = methods(read("ios/MiniProgramBridge.mm"));
  expect(calls.filter((call) => /messageFrom|documentGoneFrom|navigationRefusedIn/.test(call))).toHaveLength(3);
});

test("nothing is told once React Native has given the module up, and a bad count is no end of the app", () => {
  const source = read("ios/MiniProgramBridge.mm");
  const guarded = / {2}@synchronized\(self\) \{\n {4}if \(_isOver\) return;\n {4}\[self emitOn/g;
  expect(source.match(guarded)).toHaveLength(source.match(/\[self emitOn/g)?.length ?? 0);
  expect(source).toMatch(/- \(void\)invalidate\n\{\n {2}@synchronized\(self\) \{\n {4}_isOver = YES;/);
  expect(source).toMatch(/if \(count < 1 \|\| count > 1024\) \[NSException raise:NSInvalidArgumentException/);
});

/** Runs what the WebView runs before a page's scripts, in a page at `origin`. */
function page(origin: string, handlers?: object) {
  const source = /var script: String \{\s*"""(.*?)"""/s.exec(read("ios/Page.swift"))?.[1] ?? "";
  const asked: { document: string; text?: string }[] = [];
  const answers: ((texts: string[] | null) => void)[] = [];
  const window: Record<string, unknown> & { portico?: { onmessage: unknown; postMessage(text: unknown): void } } = {
    webkit: {
      messageHandlers: handlers ?? {
        portico: {
          postMessage: (question: { document: string; text?: string }) => {
            asked.push(question);
            if (question.text !== undefined) return Promise.resolve(null);
            return new Promise((resolve, reject) =>
              answers.push((texts) => (texts ? resolve(texts) : reject(new Error("gone")))),
            );
          },
        },
      },
    },
  };
  runInNewContext(source.replace("\\(origins.json)", '["https://taxi.example"]'), {
    window,
    location: { origin },
    crypto: webcrypto,
  });
  return { window, asked, answers };
}

test("its script gives the object to documents of exact origins only", () => {
  expect(page("https://evil.example").window.portico).toBeUndefined();
  expect(page("https://evil.example").asked).toEqual([]);
  const { window } = page("https://taxi.example");
  expect(Object.getOwnPropertyDescriptor(window, "portico")).toMatchObject({ writable: false, configurable: false });
  expect(window.portico?.onmessage).toBeNull();
});

test("its script gives nothing to documents of a WebView that was let go, and to the one that is there no error", () => {
  expect(page("https://taxi.example", {}).window.portico).toBeUndefined();
  const postMessage = () => {
    throw new Error("InvalidAccessError");
  };
  const { window } = page("https://taxi.example", { portico: { postMessage } });
  expect(window.portico?.postMessage("hello")).toBeUndefined();
});

test("its script says who speaks, and hears what is said by keeping one question open", async () => {
  const { window, asked, answers } = page("https://taxi.example");
  const heard: string[] = [];
  if (window.portico) window.portico.onmessage = ({ data }: { data: string }) => heard.push(data);
  window.portico?.postMessage('{"portico":1,"type":"ready"}');
  const { document } = asked[0] ?? { document: "" };
  expect(document).toMatch(/^\d+(,\d+){3}$/);
  expect(asked).toEqual([{ document }, { document, text: '{"portico":1,"type":"ready"}' }]);
  answers[0]?.(["a", "b"]);
  await settle();
  expect(heard).toEqual(["a", "b"]);
  expect(asked).toHaveLength(3);
  answers[1]?.(null);
  await settle();
  expect(asked).toHaveLength(3);
  expect(page("https://taxi.example").asked[0]?.document).not.toBe(document);
});

test("it hears the main frame of exact origins only, by a handler that replies to the document that asked", () => {
  const page = read("ios/Page.swift");
  expect(page).toContain("WKScriptMessageHandlerWithReply");
  expect(page).toMatch(/guard message\.frameInfo\.isMainFrame, origins\.contains\(origin\)/);
  expect(page).toContain("Origins.text(of: message.frameInfo.securityOrigin)");
  expect(read("ios/Bridge.swift")).toContain("forMainFrameOnly: true");
  for (const file of ["Page", "Bridge"])
    expect(read(`ios/${file}.swift`)).not.toMatch(/evaluateJavaScript|callAsyncJavaScript/);
});
