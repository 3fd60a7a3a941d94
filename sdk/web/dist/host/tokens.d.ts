import type { Fields } from "../shared/fields.js";
import type { Context } from "./context.js";
import type { HostSession } from "./options.js";
import { type Life } from "./renewal.js";
/** What one sign-in gave, in the words of RFC 6749 §5.1. */
export interface TokenSet extends Life {
    readonly session: HostSession;
    readonly access_token: string;
    readonly refresh_token: string;
}
/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export declare class Tokens {
    #private;
    /** Who is signed in, and with what. */
    current: TokenSet | null;
    constructor(host: Context);
    /** Takes up what the storage holds. */
    restore(): Promise<void>;
    /** Takes up a token endpoint's answer. */
    adopt(answer: Fields): Promise<void>;
    /**
     * An access token that lives long enough to be used.
     *
     * @throws {@link PorticoError} `not_signed_in`, {@link SessionExpired}, {@link Unreachable}.
     */
    access(): Promise<string>;
    /**
     * Runs `use` with an access token, and once more with a new one when the first is refused.
     *
     * @throws {@link SessionExpired}, also when the session ended meanwhile; or what `use` throws.
     */
    using<Answer>(use: (token: string) => Promise<Answer>, again?: boolean): Promise<Answer>;
    /** Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here. */
    revoke(): Promise<void>;
    /** Stops for good; what is kept stays in the storage. */
    close(): void;
    /** Forgets everything. */
    drop(): Promise<void>;
}
