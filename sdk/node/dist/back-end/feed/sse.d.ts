/** One event of a stream. */
export interface ServerSentEvent {
    readonly name: string;
    readonly data: string;
}
/** What arrives is no event stream, or none that is worth reading on. */
export declare class Unreadable extends Error {
}
/**
 * Reads server-sent events from pieces of any size (HTML Standard §9.2.6). One parser is for one connection; what was
 * cut off with it is dropped with the parser.
 */
export declare class EventParser {
    #private;
    /** `heard` is told each event, and the last `id` of the connection so far. */
    constructor(heard: (event: ServerSentEvent, id: string | undefined) => void);
    /** @throws {@link Unreadable} */
    push(piece: Uint8Array): void;
}
