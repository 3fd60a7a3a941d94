import type { Documents } from "./documents.js";
/** What a document in a {@link WebView} said. */
export interface WebViewMessage {
    /** The message's JSON text. */
    readonly data: string;
    /** The origin of the document, as the platform names it; never what the page says of itself. */
    readonly origin: string;
    /** The way back to that very document: the same object for all that it says, and mute once it is gone. */
    readonly source: {
        postMessage(text: string): void;
    };
}
/**
 * A native WebView that this shell can open, as the app around the shell hands it in. It holds to "In a native
 * WebView" of Portico's `sdk/vectors`: it speaks for the main frame only, and puts the object `portico` into its pages.
 */
export interface WebView {
    /** Opens a page. Navigation stays within the mini-program's origins. */
    load(url: string): void;
    /** Set by the host half; called with everything that the main frame says. */
    onmessage: ((event: WebViewMessage) => void) | null;
}
/**
 * Opens `entry` in a WebView: hears only documents at `origin`, and speaks only to the one that said `ready` last.
 *
 * @returns what closes it.
 */
export declare function openWebView(webView: WebView, origin: string, entry: string, { hear, gone }: Documents): () => void;
