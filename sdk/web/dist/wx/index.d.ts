/**
 * `wx` for pages written for WeChat: signing in and the person's data, in WeChat's shapes.
 *
 * @packageDocumentation
 */
export { connectWx, type Settings, type UserInfo, type Wx } from "./wx.js";
export type { Call, Callbacks, Said } from "./call.js";
export type { WxScope } from "./settings.js";
export type { Encrypted, SignedData } from "./user-data.js";
export type { Connection } from "../mini-program/connection.js";
export type { ConnectOptions, MiniProgramEvents, Profile, StorageName } from "../mini-program/options.js";
export { NoHost } from "../mini-program/errors.js";
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
export type { Environment } from "../shared/environment.js";
export type { EndReason, Theme } from "../shared/messages.js";
export type { Unsubscribe } from "../shared/emitter.js";
