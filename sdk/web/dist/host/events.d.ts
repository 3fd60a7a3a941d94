import type { Emitter } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import type { EndReason } from "../shared/messages.js";
import type { Authorized } from "./authorized.js";
import { Follower } from "./follow.js";
import type { Launches } from "./launches.js";
import type { HostEvents } from "./options.js";
/** Follows `GET /v1/events` and passes on what it says; `over` is called when the session is. */
export declare function follow(env: Environment, authorized: Authorized, launches: Launches, events: Emitter<HostEvents>, over: (reason: EndReason) => Promise<void>): Follower;
