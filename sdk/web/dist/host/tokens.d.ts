import { type Life } from "./renewal.js";
import type { Fields } from "../shared/fields.js";
import type { Context } from "./context.js";
import type { HostSession } from "./options.js";
/** What one sign-in gave, in the words of RFC 6749 §5.1. */
export interface TokenSet extends Life {
    readonly session: HostSession;
    readonly access_token: string;
    readonly refresh_token: string;
}
/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export interface Tokens {
    /** Who is signed in. */
    readonly session: HostSession | undefined;
    /** Takes up what the storage holds. */
    restore(): Promise<void>;
    /**
     * Takes up a token endpoint's answer, in place of whatever is kept; the session of before is over.
     *
     * @throws {@link Unreachable} where it is none of Portico's answers; nothing has changed then.
     */
    adopt(answer: Fields): Promise<void>;
    /**
     * An access token that lives long enough to be used.
     *
     * @throws {@link PorticoError} `not_signed_in`, {@link SessionExpired}, {@link Unreachable}.
     */
    access(): Promise<string>;
    /**
     * Runs `use` with an access token of the session `sid`, and once more with a new one when the first is refused, which
     * `refused` tells by the code.
     *
     * @throws {@link SessionExpired}, also when the session ended meanwhile; or what `use` throws.
     */
    using<Answer>(use: (token: string) => Promise<Answer>, refused: RegExp, sid?: string, again?: boolean): Promise<Answer>;
    /** Revokes the refresh token, which ends the session at the server (RFC 7009); then it is over here too. */
    signOut(): Promise<void>;
    /** Puts `next` in place of what there is of this session. What is kept of another's, who signed in in another tab, stays. */
    replace(next: TokenSet | null): Promise<void>;
    /** Stops for good; what is kept stays in the storage. */
    close(): void;
}
/** Those of `host`; nobody is signed in yet. */
export declare function tokensOf(host: Context): Tokens;
