/**
 * Portico for the super app's shell.
 *
 * @packageDocumentation
 */
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
export { ConsentRequired } from "./errors.js";
export { PorticoHost } from "./portico-host.js";
export type { MiniProgram } from "./mini-program.js";
export type { WebView, WebViewMessage } from "./web-view.js";
export type { HostEvents, HostOptions, HostSession, LaunchOptions, PendingLaunch, Place, Redirect, SignInOptions, } from "./options.js";
export type { Init } from "./issuer.js";
export type { TokenStorage } from "./storage.js";
export type { Fields } from "../shared/fields.js";
export type { Environment } from "../shared/environment.js";
export type { EndReason, Theme } from "../shared/messages.js";
export type { Unsubscribe } from "../shared/emitter.js";
