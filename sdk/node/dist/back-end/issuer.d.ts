import { type Question } from "../ask.js";
/** What an issuer announces (RFC 8414 §2), as far as it is used here. */
export interface Metadata {
    readonly jwks_uri: string;
    readonly introspection_endpoint: string;
}
/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;
/** Portico, asked over HTTP. */
export declare class Issuer {
    #private;
    readonly url: string;
    readonly timeout: number;
    /** `timeout` is how long one question may take, in milliseconds. */
    constructor(url: string, timeout: number);
    /** What the issuer announces, read once. @throws {@link Unavailable} */
    metadata(): Promise<Metadata>;
    /** The JSON of an answer of 200. @throws {@link Unavailable} where there is none. */
    ask(url: string, question: Question): Promise<Json>;
    /** Lets go of the connections that are kept alive. */
    close(): void;
}
/** What an issuer announces, if it may be relied on. @throws {@link Unavailable} */
export declare function readMetadata(issuer: string, metadata: Json): Metadata;
