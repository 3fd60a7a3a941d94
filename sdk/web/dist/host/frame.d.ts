import { type Fields, type HostMessage, type MiniProgramMessage } from "../shared/messages.js";
/** One document in the frame, since it was first noticed. Replaced when the frame navigates. */
export interface FrameDocument {
    ready: boolean;
    loaded: boolean;
}
/**
 * An iframe, and the one origin that may be spoken to in it. Hears only the frame's own window at that origin,
 * speaks only with that exact `targetOrigin`, and only to a document that has said `ready`.
 */
export declare class Frame {
    #private;
    readonly element: HTMLIFrameElement;
    readonly origin: string;
    /** @throws {@link PorticoError} `invalid_origin` unless `entry` is https or loopback. */
    constructor(entry: string, place: {
        container?: HTMLElement;
        iframe?: HTMLIFrameElement;
    }, heard: (message: MiniProgramMessage, document: FrameDocument) => void);
    /** The document in the frame, as of now. */
    get document(): FrameDocument;
    /** Says something to `document`; nothing happens when it is not ready, or no longer the frame's document. */
    send<Type extends HostMessage["type"]>(document: FrameDocument, type: Type, fields: Fields<HostMessage, Type>): void;
    /** Stops listening; removes the iframe if it was made here. */
    close(): void;
}
