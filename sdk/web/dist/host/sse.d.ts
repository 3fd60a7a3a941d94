/** One server-sent event, or nothing but a comment or an id. */
export interface StreamEvent {
    /** The id to resume after. */
    readonly id: string;
    /** Empty where the stream named none. */
    readonly event: string;
    /** Its one line; empty where it has none, and is no event. */
    readonly data: string;
}
/**
 * Reads a stream of server-sent events (HTML Standard §9.2.6), as Portico writes them (a line ends with a line feed
 * alone, and `data` is one line), from pieces of any size.
 *
 * @param id of the last event that was heard before.
 * @returns what takes the next piece, and gives what that completes.
 */
export declare function eventParser(id: string): (piece: string) => StreamEvent[];
