/** What a validated token says, before it is known what of it still holds. */
export interface Facts {
    readonly userId: string;
    readonly sessionId: string;
    readonly appId: string;
    readonly tokenId: string;
    readonly actor: string | undefined;
    /** In seconds since 1970. */
    readonly issuedAt: number;
    /** In seconds since 1970. */
    readonly expiresAt: number;
    /** The scopes that the token was issued with, in its order. */
    readonly given: readonly string[];
}
/** A token that is good at this moment, and whom and what it is good for. */
export declare class Validated {
    /** The person's OpenID at this app (`sub`): the same at every launch, and another one at every other app. */
    readonly userId: string;
    /** The scopes that hold now: those of the token that the person has not withdrawn since. */
    readonly allowedScopes: readonly string[];
    /** The scopes that the token was given with and that were withdrawn since. */
    readonly withdrawnScopes: readonly string[];
    /** The session in which the app was launched (`sid`), as logout tokens name it. */
    readonly sessionId: string;
    /** The app that the token is for (`aud`): this one. */
    readonly appId: string;
    /** The token's own id (`jti`). */
    readonly tokenId: string;
    /** Who presents the person (`act`): the host that launched the app, or the app that calls this service. */
    readonly actor: string | undefined;
    /** When the token was issued (`iat`), in seconds since 1970. */
    readonly issuedAt: number;
    /** When it expires (`exp`), in seconds since 1970. */
    readonly expiresAt: number;
    /** Whether the scope holds now. Refuses nobody: for a back end that can live with less. */
    has(scope: string): boolean;
    /** Whether the scope was given with the token and withdrawn since. */
    wasWithdrawn(scope: string): boolean;
    /**
     * Requires all of these scopes.
     *
     * @throws {@link ScopeWithdrawn} where everything that is missing was withdrawn.
     * @throws {@link InsufficientScope} where something that is missing was never given.
     */
    require(...scopes: readonly string[]): void;
}
