import { PorticoError, SessionExpired } from "../shared/errors.js";
import { refusal, textField } from "../shared/request.js";
import { ConsentRequired, UnknownMiniProgram } from "./errors.js";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const LOGIN_CODE = "urn:portico:token-type:login-code";
const REFUSALS = {
    invalid_request: "stale",
    invalid_grant: "over",
};
export class Exchange {
    #env;
    #issuer;
    #tokens;
    constructor(env, issuer, tokens) {
        this.#env = env;
        this.#issuer = issuer;
        this.#tokens = tokens;
    }
    async run(appId, wish) {
        const sid = this.#tokens.session?.sid;
        const exchanged = await this.#tokens.using((token) => this.#once(token, appId, wish), (error) => (error instanceof PorticoError ? (REFUSALS[error.code] ?? null) : null));
        if (this.#tokens.session?.sid !== sid)
            throw new SessionExpired("signed_out");
        return exchanged;
    }
    async #once(subjectToken, appId, wish) {
        const asked = this.#env.now();
        const fields = {
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token: subjectToken,
            subject_token_type: ACCESS_TOKEN,
            audience: appId,
            scope: wish.scope,
            prompt: wish.prompt,
            theme: wish.theme,
            ui_locales: wish.locale,
            requested_token_type: wish.type && LOGIN_CODE,
        };
        const answer = await this.#issuer.post("token_endpoint", fields, (response, body) => {
            if (body["error"] === "consent_required" && textField(body, "consent_uri") !== "") {
                return new ConsentRequired(appId, textField(body, "scope"), textField(body, "consent_uri"), textField(body, "consent_request"));
            }
            return body["error"] === "invalid_target" ? new UnknownMiniProgram(appId) : refusal(response, body);
        });
        const lifetime = Number(answer["expires_in"] ?? 0) * 1000;
        return {
            value: textField(answer, "access_token"),
            scope: textField(answer, "scope"),
            expiresAt: asked + lifetime,
            lifetime,
        };
    }
}
