export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
export { ConsentRequired } from "./errors.js";
export { PorticoHost } from "./portico-host.js";
