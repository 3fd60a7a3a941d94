import type { Environment } from "../shared/environment.js";
import type { Issuer } from "./issuer.js";
import type { Tokens } from "./tokens.js";
/** Requests to Portico's own paths, with the person's token. */
export declare class Authorized {
    #private;
    constructor(env: Environment, issuer: Issuer, tokens: Tokens);
    /**
     * @throws {@link SessionExpired} on 401, once a renewed token is refused too; {@link NotSignedIn},
     * {@link Unreachable}.
     */
    fetch(path: string, init?: RequestInit): Promise<Response>;
}
