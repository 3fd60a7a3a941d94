import type { Hear, Port } from "./port.js";
type AppWindow = Window & {
    portico?: unknown;
    ReactNativeWebView?: unknown;
};
/**
 * The app around the WebView whose top document this is; `null` elsewhere. Whom it serves is not checked here, and
 * could not be: whoever owns a WebView owns every page in it.
 */
export declare function appPort(window: AppWindow, hear: Hear): Port | null;
export {};
