/**
 * Portico for mini-programs.
 *
 * @packageDocumentation
 */
export { connect } from "./connect.js";
export type { Connection } from "./connection.js";
export type { ConnectOptions, MiniProgramEvents, Profile, StorageName } from "./options.js";
export { NoHost } from "./errors.js";
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
export type { Environment } from "../shared/environment.js";
export type { EndReason, Theme } from "../shared/messages.js";
export type { Unsubscribe } from "../shared/emitter.js";
