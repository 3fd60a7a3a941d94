import { randomUUID } from "node:crypto";
import { SignJWT, importJWK } from "jose";
export function secretBasic(clientId, secret) {
    const form = (text) => new URLSearchParams([["", text]]).toString().slice(1);
    const authorization = `Basic ${Buffer.from(`${form(clientId)}:${form(secret)}`).toString("base64")}`;
    return { of: async () => ({ headers: { authorization }, fields: {} }) };
}
export function privateKeyJwt(clientId, { key, alg, kid }) {
    if (typeof key !== "object" || key === null)
        throw new TypeError("privateKey.key must be a JWK or a CryptoKey");
    const jwk = "kty" in key ? key : undefined;
    const algorithm = alg ?? jwk?.alg;
    if (algorithm === undefined)
        throw new TypeError("privateKey.alg is missing");
    const id = kid ?? jwk?.kid;
    const imported = jwk ? importJWK(jwk, algorithm) : Promise.resolve(key);
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
