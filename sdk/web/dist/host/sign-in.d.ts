import type { Environment } from "../shared/environment.js";
import type { Issuer } from "./issuer.js";
import type { SignInOptions } from "./options.js";
import { type TokenStorage } from "./storage.js";
/** What the authorization endpoint may put into the address. */
export declare const ANSWER: readonly ["code", "state", "iss", "session_state", "error", "error_description", "error_uri"];
/** What the token endpoint answered, and what was handed to {@link SignIn.begin}. */
export interface SignedIn {
    readonly tokens: Readonly<Record<string, unknown>>;
    readonly returnState: string | undefined;
}
/** Signing in by authorization code with PKCE, `state`, `nonce` and `iss` (RFC 9700 §2.1, RFC 9207). */
export declare class SignIn {
    #private;
    constructor(env: Environment, issuer: Issuer, storage: TokenStorage, redirectUri: string, scope: string);
    /** The address of the sign-in page; what is needed on the way back is kept in the storage. */
    begin(options: SignInOptions, locale: string): Promise<string>;
    /**
     * Redeems the answer that the sign-in page put into the address.
     *
     * @returns the token endpoint's answer, whose ID token belongs to this sign-in.
     * @throws {@link SignInFailed} when the answer is an error, or not an answer to a question of ours.
     */
    finish(answer: URLSearchParams): Promise<SignedIn>;
}
