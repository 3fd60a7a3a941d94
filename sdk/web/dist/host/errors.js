import { PorticoError } from "../shared/errors.js";
export class ConsentRequired extends PorticoError {
    constructor(appId, scope, request, url) {
        super("consent_required", scope);
        this.appId = appId;
        this.scope = scope;
        this.request = request;
        this.url = url;
    }
}
