import type { Environment } from "../shared/environment.js";
import type { Profile } from "./options.js";
/** The profile endpoint (OpenID Connect Core 1.0 §5.3) of whichever issuer a token names. */
export declare class UserInfo {
    #private;
    constructor(env: Environment);
    /**
     * @returns the profile, or `null` when the token is refused.
     * @throws {@link Unreachable}, {@link PorticoError} `access_denied`, {@link PorticoError}.
     */
    read(token: string): Promise<Profile | null>;
}
