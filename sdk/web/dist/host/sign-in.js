import { encode } from "../shared/base64url.js";
import { textClaim, unverifiedClaims } from "../shared/jwt.js";
import { textField } from "../shared/request.js";
import { SignInFailed } from "./errors.js";
import { challenge } from "./pkce.js";
import { Slot } from "./storage.js";
export const ANSWER = [
    "code",
    "state",
    "iss",
    "session_state",
    "error",
    "error_description",
    "error_uri",
];
export class SignIn {
    #env;
    #issuer;
    #storage;
    #redirectUri;
    #scope;
    constructor(env, issuer, storage, redirectUri, scope) {
        this.#env = env;
        this.#issuer = issuer;
        this.#storage = storage;
        this.#redirectUri = redirectUri;
        this.#scope = scope;
    }
    async begin(options, locale) {
        const secret = () => encode(this.#env.random(32));
        const [state, verifier, nonce] = [secret(), secret(), secret()];
        const flow = {
            verifier,
            nonce,
            ...(options.returnState !== undefined && { returnState: options.returnState }),
        };
        await this.#flow(state).write(flow);
        const url = new URL((await this.#issuer.metadata()).authorization_endpoint);
        const fields = {
            response_type: "code",
            client_id: this.#issuer.clientId,
            redirect_uri: this.#redirectUri,
            scope: this.#scope,
            state,
            nonce,
            code_challenge: await challenge(verifier),
            code_challenge_method: "S256",
            ui_locales: locale,
            prompt: options.prompt,
            max_age: options.maxAge?.toString(),
            login_hint: options.loginHint,
            acr_values: options.acrValues,
        };
        for (const [name, value] of Object.entries(fields))
            if (value !== undefined)
                url.searchParams.set(name, value);
        return url.href;
    }
    async finish(answer) {
        const flow = await this.#flow(answer.get("state") ?? "").take();
        if (flow === null)
            throw new SignInFailed("state_mismatch", "this sign-in was not begun here");
        if (answer.get("iss") !== this.#issuer.url)
            throw new SignInFailed("issuer_mismatch", "another issuer answered");
        const error = answer.get("error");
        if (error !== null)
            throw new SignInFailed(error, answer.get("error_description") ?? error);
        const tokens = await this.#issuer.post("token_endpoint", {
            grant_type: "authorization_code",
            code: answer.get("code") ?? "",
            redirect_uri: this.#redirectUri,
            code_verifier: flow.verifier,
        });
        this.#checkIdToken(textField(tokens, "id_token"), flow.nonce);
        return { tokens, returnState: flow.returnState };
    }
    #checkIdToken(idToken, nonce) {
        const claims = unverifiedClaims(idToken);
        const audience = claims?.["aud"];
        const exp = claims?.["exp"];
        const good = textClaim(claims, "iss") === this.#issuer.url &&
            (Array.isArray(audience) ? audience : [audience]).includes(this.#issuer.clientId) &&
            (claims?.["azp"] === undefined || claims["azp"] === this.#issuer.clientId) &&
            typeof exp === "number" &&
            (exp + 60) * 1000 > this.#env.now() &&
            textClaim(claims, "nonce") === nonce;
        if (!good)
            throw new SignInFailed("invalid_id_token", "the ID token is not for this sign-in");
    }
    #flow(state) {
        return new Slot(this.#storage, `portico.${this.#issuer.clientId}.flow.${state}`);
    }
}
