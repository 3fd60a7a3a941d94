import type { Clock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import type { Issuer } from "./issuer.js";
import { Validated } from "./validated.js";
/** What is used of an issuer. */
type Asking = Pick<Issuer, "url" | "metadata" | "ask">;
/** Asks Portico about tokens (RFC 7662). An answer is for those who asked, and is not kept. */
export declare class Introspection {
    #private;
    constructor(issuer: Asking, clientId: string, credentials: Credentials, clock: Clock);
    /**
     * What the token is good for now; undefined where it is not good. Those who ask about one token at once share a
     * question.
     *
     * @throws {@link Unavailable}
     */
    validate(token: string): Promise<Validated | undefined>;
}
export {};
