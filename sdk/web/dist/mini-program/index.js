export { connect } from "./connect.js";
export { NoHost } from "./errors.js";
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
