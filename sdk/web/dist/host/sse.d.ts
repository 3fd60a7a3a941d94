/** One server-sent event; `type` is empty where the stream named none. */
export interface StreamEvent {
    readonly type: string;
    readonly data: string;
}
/** Reads a stream of server-sent events (HTML Standard §9.2.6) from pieces of any size. */
export declare class EventParser {
    #private;
    /** The last event's id, to resume after it. */
    lastEventId: string;
    constructor(lastEventId?: string);
    /** The events that `piece` completes. */
    push(piece: string): Generator<StreamEvent>;
}
