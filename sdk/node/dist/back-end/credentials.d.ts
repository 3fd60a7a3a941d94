import { type CryptoKey, type JWK } from "jose";
/** How a request says which app asks. */
export interface Credentials {
    /** Headers and form fields of one request. `issuer` is who is asked. */
    of(issuer: string): Promise<{
        headers: Record<string, string>;
        fields: Record<string, string>;
    }>;
}
/** A key with which an app signs assertions, as registered in its `jwks`. */
export interface ClientKey {
    /** The private key: a JWK, or a `CryptoKey`. */
    readonly key: JWK | CryptoKey;
    /** Its algorithm; that of the JWK where it is not given. */
    readonly alg?: "EdDSA" | "ES256" | "RS256";
    /** The `kid` of the registered key; that of the JWK where it is not given. */
    readonly kid?: string;
}
/** RFC 6749 §2.3.1, in the `Authorization` header. */
export declare function secretBasic(clientId: string, secret: string): Credentials;
/** RFC 7523 §2.2: an assertion, signed anew for each request. */
export declare function privateKeyJwt(clientId: string, { key, alg, kid }: ClientKey): Credentials;
