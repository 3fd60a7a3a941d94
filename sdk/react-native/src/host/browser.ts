import { Linking } from "react-native";

import { PorticoError } from "../errors";
import { bare } from "../net/form";

/**
 * Opens `url` in the system's browser, never in a WebView of the app's own (RFC 8252 §8.12), and resolves to the
 * address that it came back to, which begins with `redirectUri`. Rejects when the person gave up, or `signal` says so.
 *
 * Apps that use `ASWebAuthenticationSession` or Custom Tabs through a library put that here.
 */
export type Browser = (url: string, redirectUri: string, signal: AbortSignal) => Promise<string>;

/** Whether `url` is a way back to `redirectUri`. */
export function isRedirect(url: string, redirectUri: string): boolean {
  return bare(url) === bare(redirectUri);
}

/** The system's own browser, by React Native's `Linking`. It cannot tell that the person gave up. */
export const systemBrowser: Browser = (url, redirectUri, signal) =>
  new Promise((resolve, reject) => {
    const subscription = Linking.addEventListener("url", (event) => {
      if (!isRedirect(event.url, redirectUri)) return;
      subscription.remove();
      resolve(event.url);
    });
    const fail = (code: string, message: string) => {
      subscription.remove();
      reject(new PorticoError(code, message));
    };
    signal.addEventListener("abort", () => fail("superseded", "another visit to the browser was begun"));
    Linking.openURL(url).catch(() => fail("no_browser", "no browser could be opened"));
  });
