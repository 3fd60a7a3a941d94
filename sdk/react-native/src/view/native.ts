import type { Spec } from "../spec/NativeMiniProgramBridge";

/**
 * The native module, looked up when it is first needed: a file that only takes types from this package, or a test,
 * does without it.
 */
export function nativeBridge(): Spec {
  // An import would look it up at once.
  return (require("../spec/NativeMiniProgramBridge") as { default: Spec }).default;
}
