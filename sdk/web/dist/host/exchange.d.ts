import type { Environment } from "../shared/environment.js";
import type { Issuer } from "./issuer.js";
import type { Tokens } from "./tokens.js";
/** What an exchange gave: a launch token, or a login code. */
export interface Exchanged {
    readonly value: string;
    readonly scope: string;
    /** Milliseconds since 1970. */
    readonly expiresAt: number;
    /** Milliseconds that it lives in all. */
    readonly lifetime: number;
}
/** What to exchange the host's token for. */
export interface Wish {
    readonly scope?: string | undefined;
    /** `none` never asks and takes what there is; `consent` asks again. */
    readonly prompt?: "none" | "consent";
    readonly theme?: string;
    readonly locale?: string;
    readonly type?: "login-code";
}
/** Token exchange (RFC 8693) of the host's access token. */
export declare class Exchange {
    #private;
    constructor(env: Environment, issuer: Issuer, tokens: Tokens);
    /**
     * @throws {@link ConsentRequired}, {@link AccessDenied}, {@link UnknownMiniProgram}, {@link SessionExpired},
     * {@link NotSignedIn}, {@link Unreachable}; {@link PorticoError} `invalid_scope` beyond the manifest.
     */
    run(appId: string, wish: Wish): Promise<Exchanged>;
}
