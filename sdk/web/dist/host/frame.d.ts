import type { Documents } from "./documents.js";
/**
 * Opens `entry` in an iframe: hears only its own window at `origin`, and speaks only to a document that has said `ready`
 * there. A window outlives its documents; the port that comes with `ready` is one document's own, and ends with it. To a
 * document that brings none, the window is spoken to with that exact `targetOrigin`, until it loads something.
 *
 * @returns what closes it; an iframe that was `made` for it goes too.
 */
export declare function openFrame(iframe: HTMLIFrameElement, made: boolean, origin: string, entry: string, { hear, gone }: Documents): () => void;
