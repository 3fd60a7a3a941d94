/**
 * Portico for a super app in React Native.
 *
 * @packageDocumentation
 */
export { PorticoHost } from "./host/portico-host";
export { MiniProgramView, type MiniProgramViewProps } from "./view/mini-program-view";
export type { MiniProgram } from "./host/mini-program";
export type { ConsentPermission, ConsentQuestion, ConsentRequest } from "./host/consent";
export type {
  ConsentChange,
  HostEvents,
  HostOptions,
  HostSession,
  LaunchOptions,
  MiniProgramScope,
  ProfileChange,
  SessionEnd,
  SignInOptions,
} from "./host/options";
export type { SecretStore } from "./host/secrets";
export { systemBrowser, type Browser } from "./host/browser";
export {
  AccessDenied,
  ConsentExpired,
  ConsentRequired,
  NotSignedIn,
  PorticoError,
  SessionExpired,
  SignInFailed,
  UnknownMiniProgram,
  Unreachable,
  UnsupportedWebView,
} from "./errors";
export type { Environment, HttpAnswer, HttpRequest, StreamListener } from "./net/environment";
export type { EndReason, Theme } from "./messages/messages";
export type { Unsubscribe } from "./host/emitter";
