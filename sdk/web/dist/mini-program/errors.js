import { PorticoError } from "../shared/errors.js";
export class NoHost extends PorticoError {
    constructor(message) {
        super("no_host", message, true);
    }
}
