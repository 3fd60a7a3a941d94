import { PorticoError } from "../shared/errors.js";
/** Nobody is signed in: call `signIn()`. */
export declare class NotSignedIn extends PorticoError {
    constructor();
}
/** The sign-in did not come to a good end; `code` is the server's, or `state_mismatch`, `invalid_id_token`… */
export declare class SignInFailed extends PorticoError {
}
/** The person has to be asked before this mini-program may be launched, and was not (or not to an end). */
export declare class ConsentRequired extends PorticoError {
    readonly appId: string;
    /** The scopes that have never been decided. */
    readonly scope: string;
    /** The page that asks. A secret: it goes to nobody but the person's browser. Ten minutes, once. */
    readonly consentUri: string;
    /** The request's id, for `GET` and `POST /v1/consents/{request}`. */
    readonly consentRequest: string;
    constructor(appId: string, scope: string, consentUri: string, consentRequest: string);
}
/** The consent page came back without a decision, because its request was too old. Launch again. */
export declare class ConsentExpired extends PorticoError {
    readonly appId: string;
    constructor(appId: string);
    get retryable(): boolean;
}
/** There is no such mini-program, or it is suspended. */
export declare class UnknownMiniProgram extends PorticoError {
    readonly appId: string;
    constructor(appId: string);
}
