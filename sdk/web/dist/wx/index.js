export { connectWx } from "./wx.js";
export { NoHost } from "../mini-program/errors.js";
export { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
