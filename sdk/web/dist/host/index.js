export { PorticoHost } from "./portico-host.js";
export { ConsentRequired } from "./errors.js";
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
