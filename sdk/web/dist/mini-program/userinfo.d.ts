import type { Environment } from "../shared/environment.js";
import type { Profile } from "./options.js";
/** The profile endpoint (OpenID Connect Core 1.0 §5.3) of whichever issuer a token names. */
export declare class UserInfo {
    #private;
    constructor(env: Environment);
    /**
     * The profile; with the token that `renew` gives where the first is refused.
     *
     * @throws {@link Unreachable}, {@link PorticoError} `access_denied`, `invalid_token` when both are refused.
     */
    read(token: string, renew: () => Promise<string>): Promise<Profile>;
}
