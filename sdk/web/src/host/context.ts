import type { Emitter } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import type { EndReason, Theme } from "../shared/messages.js";
import type { Metadata } from "../shared/request.js";
import type { MiniProgram } from "./mini-program.js";
import type { HostEvents, HostOptions } from "./options.js";
import type { TokenStorage } from "./storage.js";
import type { Tokens } from "./tokens.js";

/** One host: what it was set up with, and what it has become. */
export interface Context extends HostOptions {
  readonly env: Environment;
  readonly storage: TokenStorage;
  readonly events: Emitter<HostEvents>;
  readonly tokens: Tokens;
  /** The mini-programs that are open. */
  readonly open: Set<MiniProgram>;
  /** The discovery document, once it has been asked for. */
  metadata?: Metadata;
  theme: Theme;
  locale: string;
  /** Takes the top-level page to a URL. */
  navigate(url: string): unknown;
  /** The session is over: tells everybody, and forgets it. */
  over(reason: EndReason): Promise<void>;
}
