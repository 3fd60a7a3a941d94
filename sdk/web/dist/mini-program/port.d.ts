/** What is said, whatever else it holds. */
export interface Message {
    readonly portico: number;
    readonly type: string;
    readonly id?: string;
}
/** The way to the host, whatever it is. */
export interface Port {
    /** Says a message. */
    post(message: Message): void;
    /** Stops listening. */
    close(): void;
}
/** Is given what the host said; answers whether that was a message. */
export type Hear = (data: unknown) => boolean;
