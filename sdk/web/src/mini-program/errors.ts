import { PorticoError } from "../shared/errors.js";

/** The page does not run inside a host that it trusts, or the host does not answer. */
export class NoHost extends PorticoError {
  constructor(message: string) {
    super("no_host", message, true);
  }
}
