import type { Fields } from "../shared/fields.js";
import type { Context } from "./context.js";
import type { SignInOptions } from "./options.js";
/**
 * The address of the sign-in page, for authorization code with PKCE, `state` and `nonce` (RFC 9700 §2.1); what is
 * needed on the way back is kept in the storage.
 */
export declare function beginSignIn(host: Context, options: SignInOptions): Promise<string>;
/**
 * Redeems the answer that the sign-in page put into the address (`iss`: RFC 9207).
 *
 * @returns the token endpoint's answer, whose ID token belongs to this sign-in, and what was handed to `beginSignIn`.
 * @throws {@link PorticoError} with the code of an answer that is an error; `state_mismatch`, `issuer_mismatch` or
 * `invalid_id_token` when it is not an answer to a question of ours.
 */
export declare function finishSignIn(host: Context, answer: URLSearchParams): Promise<[Fields, string | undefined]>;
