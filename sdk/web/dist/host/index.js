export { PorticoHost } from "./portico-host.js";
export { ConsentExpired, ConsentRequired, NotSignedIn, SignInFailed, UnknownMiniProgram } from "./errors.js";
export { AccessDenied, PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
