/** The way to the host, whatever it is. */
export interface Port {
    /** Says a message. */
    post(message: object): void;
    /** Stops listening. */
    close(): void;
}
/** Is given what the host said; answers whether that was a message. */
export type Hear = (data: unknown) => boolean;
