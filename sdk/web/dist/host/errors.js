import { PorticoError } from "../shared/errors.js";
export class NotSignedIn extends PorticoError {
    constructor() {
        super("not_signed_in", "nobody is signed in");
    }
}
export class SignInFailed extends PorticoError {
}
export class ConsentRequired extends PorticoError {
    appId;
    scope;
    consentUri;
    consentRequest;
    constructor(appId, scope, consentUri, consentRequest) {
        super("consent_required", `${appId} needs consent for: ${scope}`);
        this.appId = appId;
        this.scope = scope;
        this.consentUri = consentUri;
        this.consentRequest = consentRequest;
    }
}
export class ConsentExpired extends PorticoError {
    appId;
    constructor(appId) {
        super("consent_expired", `the consent request of ${appId} is too old`);
        this.appId = appId;
    }
    get retryable() {
        return true;
    }
}
export class UnknownMiniProgram extends PorticoError {
    appId;
    constructor(appId) {
        super("invalid_target", `there is no live mini-program ${appId}`);
        this.appId = appId;
    }
}
