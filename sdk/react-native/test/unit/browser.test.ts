import { Linking } from "react-native";

import { systemBrowser } from "../../src";

const REDIRECT = "com.example.superapp:/back";
const listeners = new Set<(event: { url: string }) => void>();

beforeEach(() => {
  listeners.clear();
  jest.spyOn(Linking, "openURL").mockResolvedValue(undefined);
  jest.spyOn(Linking, "addEventListener").mockImplementation((_, listener) => {
    listeners.add(listener);
    return { remove: () => listeners.delete(listener) } as never;
  });
});

const come = (url: string) => listeners.forEach((listener) => listener({ url }));

test("the person is back when the app is opened by the redirect URI, and by nothing else", async () => {
  const back = systemBrowser("https://id.example/x", REDIRECT, new AbortController().signal);
  expect(Linking.openURL).toHaveBeenCalledWith("https://id.example/x");
  come("com.example.superapp:/elsewhere?code=a");
  come("com.example.superapp:/back/../x?code=b");
  come(`${REDIRECT}?code=c`);
  expect(await back).toBe(`${REDIRECT}?code=c`);
  expect(listeners.size).toBe(0);
});

test("a visit that was superseded hears nothing any more", async () => {
  const visit = new AbortController();
  const back = systemBrowser("https://id.example/x", REDIRECT, visit.signal);
  visit.abort();
  await expect(back).rejects.toMatchObject({ code: "superseded" });
  expect(listeners.size).toBe(0);
});

test("where no browser can be opened, that is said", async () => {
  jest.spyOn(Linking, "openURL").mockRejectedValue(new Error("none"));
  const back = systemBrowser("https://id.example/x", REDIRECT, new AbortController().signal);
  await expect(back).rejects.toMatchObject({ code: "no_browser" });
  expect(listeners.size).toBe(0);
});
