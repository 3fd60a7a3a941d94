// The quick start in the guides, as it stands there but for the server's address.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createElement, type ComponentType } from "react";
import { Linking } from "react-native";

import * as sdk from "../../src";
import { fakeBridge } from "../support/bridge";
import { blocks, run } from "../support/guide";
import { person } from "../support/person";
import { Screen } from "../support/screen";
import { serve, type Server } from "../support/server";

jest.mock("react-native/Libraries/ReactNative/RendererProxy", () => ({
  ...jest.requireActual<object>("react-native/Libraries/ReactNative/RendererProxy"),
  findNodeHandle: () => 42,
}));

/** The Keychain, as react-native-keychain has it. */
function fakeKeychain() {
  const kept = new Map<string, string>();
  return {
    kept,
    ACCESSIBLE: { AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: "AccessibleAfterFirstUnlockThisDeviceOnly" },
    getGenericPassword: async ({ service }: { service: string }) => {
      const password = kept.get(service);
      return password === undefined ? false : { username: "portico", password, service, storage: "keychain" };
    },
    setGenericPassword: async (_: string, password: string, { service }: { service: string }) => {
      kept.set(service, password);
      return { service, storage: "keychain" };
    },
    resetGenericPassword: async ({ service }: { service: string }) => kept.delete(service),
  };
}

let portico: Server;

beforeAll(async () => {
  portico = await serve();
  for (const commands of blocks("sh").filter((block) => block.includes("portico"))) portico.shell(commands);
}, 30_000);

afterAll(() => portico.stop());

/** The system's browser, which the app comes back from by its own scheme. */
function useBrowser(): void {
  const listeners = new Set<(event: { url: string }) => void>();
  jest.spyOn(Linking, "addEventListener").mockImplementation((_, listener) => {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) } as never;
  });
  const visit = person("ana", "correct horse battery staple");
  jest.spyOn(Linking, "openURL").mockImplementation(async (url) => {
    void visit(url, "com.example.superapp:/back", new AbortController().signal).then((back) => {
      for (const listener of [...listeners]) listener({ url: back });
    });
  });
}

test("a host takes at most 25 lines", () => {
  const [app = ""] = blocks("tsx");
  expect(app.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(25);
});

test("the guide shows the example, to the letter", () => {
  const example = (name: string) => readFileSync(join(__dirname, "../../examples/quick-start", name), "utf8");
  expect(blocks("tsx")).toEqual([example("App.tsx")]);
  expect(blocks("ts")).toEqual([example("keychain.ts")]);
});

test("the guide's app signs in, asks, launches, and says that it was signed out", async () => {
  useBrowser();
  const keychain = fakeKeychain();
  const [store = ""] = blocks("ts");
  const [app = ""] = blocks("tsx");
  const modules = { "@portico/react-native": sdk, "react-native-keychain": keychain };
  const made = run(app.replaceAll("https://id.example", portico.issuer), {
    ...modules,
    "./keychain": run(store, modules),
  });
  const screen = await Screen.show(createElement(made["default"] as ComponentType));

  await screen.press("Taxi");
  await screen.until(() => screen.text().includes("Sign out"));
  await screen.layOut();
  const page = fakeBridge.view.load();
  page.ready();
  await screen.until(() => page.of("launch").length === 1);
  expect(page.of("launch")[0]?.["scope"]).toBe("openid profile.basic");
  expect([...keychain.kept.keys()]).toEqual(["portico.super-app.session"]);

  await screen.press("Sign out");
  await screen.until(() => screen.text().includes("Signed out: signed_out"));
  expect(page.of("session_expired")).toHaveLength(1);
  expect(keychain.kept.size).toBe(0);
  await screen.leave();
}, 30_000);
