import type { Clock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import type { Issuer } from "./issuer.js";
import { Validated } from "./validated.js";
/** What is used of an issuer. */
type Asking = Pick<Issuer, "url" | "metadata" | "ask">;
/** Asks Portico about tokens (RFC 7662). An answer is for those who asked, and is not kept. */
export declare class Introspection {
    #private;
    /**
     * `joined` is for how long a question that is under way is joined, in milliseconds: what it finds was so at most so long
     * ago. Where it is 0, everybody's own question begins after they asked.
     */
    constructor(issuer: Asking, clientId: string, credentials: Credentials, clock: Clock, joined: number);
    /**
     * What the token is good for now; undefined where it is not good. Those who ask about one token at once share a
     * question, if any is joined. `isVerified` is whether its signature was checked.
     *
     * @throws {@link Unavailable}
     */
    validate(token: string, isVerified: boolean): Promise<Validated | undefined>;
}
export {};
