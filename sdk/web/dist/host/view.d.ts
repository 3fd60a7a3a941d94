import type { Fields, HostMessage, MiniProgramMessage } from "../shared/messages.js";
/** Says something to one document; nothing happens once that is gone. */
export type Say = <Type extends HostMessage["type"]>(type: Type, fields: Fields<HostMessage, Type>) => void;
/** Is given what a document said, and the way to answer that very document. */
export type Heard = (message: MiniProgramMessage, say: Say) => void;
/** Where a mini-program runs, and the one origin that may be spoken to there: one document after the other. */
export declare abstract class View {
    readonly iframe?: HTMLIFrameElement;
    readonly origin: string;
    /** To the document that is there now; `null` where none has said `ready`. */
    say: Say | null;
    constructor(origin: string);
    /** Opens `entry`; `heard` is given what its documents say, each with the way to answer that very document. */
    abstract open(entry: string, heard: Heard): void;
    /** Stops listening. */
    close(): void;
    /** Takes what came from the view's own document at its exact origin; `post` is the way back to that document. */
    protected hear(data: unknown, heard: Heard, post: (message: object) => void): void;
}
