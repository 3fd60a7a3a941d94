import { View, type Heard } from "./view.js";
/**
 * An iframe: hears only its own window at `origin`, speaks only with that exact `targetOrigin`, and only to a document
 * that has said `ready`.
 */
export declare class Frame extends View {
    #private;
    readonly iframe: HTMLIFrameElement;
    /** Without an `iframe`, one is made at the end of `container`. */
    constructor(origin: string, iframe: HTMLIFrameElement | undefined, container: HTMLElement | undefined);
    open(entry: string, heard: Heard): void;
    close(): void;
}
