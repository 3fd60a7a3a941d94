import { randomUUID } from "node:crypto";
import { SignJWT, type CryptoKey, type JWK, importJWK } from "jose";

/** How a request says which app asks. */
export interface Credentials {
  /** Headers and form fields of one request. `issuer` is who is asked. */
  of(issuer: string): Promise<{ headers: Record<string, string>; fields: Record<string, string> }>;
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
export function secretBasic(clientId: string, secret: string): Credentials {
  const form = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
  const authorization = `Basic ${Buffer.from(`${form(clientId)}:${form(secret)}`).toString("base64")}`;
  return { of: async () => ({ headers: { authorization }, fields: {} }) };
}

/** RFC 7523 §2.2: an assertion, signed anew for each request. */
export function privateKeyJwt(clientId: string, { key, alg, kid }: ClientKey): Credentials {
  if (typeof key !== "object" || key === null) throw new TypeError("privateKey.key must be a JWK or a CryptoKey");
  const jwk = "kty" in key ? key : undefined;
  const algorithm = alg ?? jwk?.alg;
  if (algorithm === undefined) throw new TypeError("privateKey.alg is missing");
  const id = kid ?? jwk?.kid;
  const imported = jwk ? importJWK(jwk, algorithm) : Promise.resolve(key as CryptoKey);
  // A key that cannot be used fails the questions that need it, and nothing before.
  imported.catch(() => undefined);
  return {
    of: async (issuer) => {
      const assertion = await new SignJWT()
        .setProtectedHeader({ alg: algorithm, ...(id === undefined ? {} : { kid: id }) })
        .setIssuer(clientId).setSubject(clientId).setAudience(issuer)
        .setJti(randomUUID()).setIssuedAt().setExpirationTime("60 s")
        .sign(await imported);
      const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
      return { headers: {}, fields: { client_assertion_type: type, client_assertion: assertion } };
    },
  };
}
