import { PorticoError } from "../shared/errors.js";
export class ConsentRequired extends PorticoError {
    constructor(asked) {
        super("consent_required");
        Object.assign(this, asked);
    }
}
