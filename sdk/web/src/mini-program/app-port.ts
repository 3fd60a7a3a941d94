import { parsed } from "../shared/text.js";
import type { Hear, Port } from "./port.js";

/** What the app around a WebView put into the page ("In a native WebView" of Portico's `sdk/vectors`). */
interface Injected {
  postMessage(text: string): void;
  onmessage?: ((event: { data: string }) => void) | null;
}

type AppWindow = Window & { portico?: unknown; ReactNativeWebView?: unknown };

/** A frame that is called `portico` is a window, and no app. */
function injected(value: unknown): Injected | null {
  const { postMessage, window } = Object(value) as Injected & { window?: unknown };
  return typeof postMessage === "function" && window === undefined ? (value as Injected) : null;
}

/**
 * The app around the WebView whose top document this is; `null` elsewhere. Whom it serves is not checked here, and
 * could not be: whoever owns a WebView owns every page in it.
 */
export function appPort(window: AppWindow, hear: Hear): Port | null {
  const native = injected(window.portico) ?? injected(window.ReactNativeWebView);
  if (window.parent !== window || !native) return null;
  const onmessage = ({ data }: { data: string }) => void hear(parsed(data));
  try {
    native.onmessage = onmessage;
  } catch {
    // An object of another language takes no property.
  }
  if (injected(window.portico)?.onmessage !== onmessage) {
    const value: Injected = { postMessage: (text) => native.postMessage(text), onmessage };
    Object.defineProperty(window, "portico", { value, configurable: true });
  }
  const port = window.portico as Injected;
  return {
    post: (message) => native.postMessage(JSON.stringify(message)),
    close() {
      port.onmessage = null;
    },
  };
}
