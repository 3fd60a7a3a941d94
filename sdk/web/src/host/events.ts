import type { Emitter } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import type { EndReason } from "../shared/messages.js";
import { textField } from "../shared/request.js";
import type { Authorized } from "./authorized.js";
import { Follower } from "./follow.js";
import type { Launches } from "./launches.js";
import type { HostEvents } from "./options.js";
import type { StreamEvent } from "./sse.js";

/** Follows `GET /v1/events` and passes on what it says; `over` is called when the session is. */
export function follow(
  env: Environment,
  authorized: Authorized,
  launches: Launches,
  events: Emitter<HostEvents>,
  over: (reason: EndReason) => Promise<void>,
): Follower {
  const heard = (event: StreamEvent): void => {
    const data = fields(event.data);
    switch (event.type) {
      case "session_expired":
        void over(textField(data, "reason") || "expired");
        return;
      case "consent_changed": {
        const change = {
          appId: textField(data, "app_id"),
          scope: textField(data, "scope"),
          removed: textField(data, "removed"),
        };
        launches.consentChanged(change);
        events.emit("consent_changed", change);
        return;
      }
      case "profile_changed": {
        const claims: unknown = data["claims"];
        events.emit("profile_changed", {
          claims: Array.isArray(claims)
            ? claims.filter((claim): claim is string => typeof claim === "string")
            : [],
        });
      }
    }
  };
  const follower = new Follower(env, {
    open: (lastEventId, signal) => {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastEventId !== "") headers["last-event-id"] = lastEventId;
      return authorized.fetch("/v1/events", { headers, signal });
    },
    heard,
    online: (now) => events.emit("online", now),
  });
  void follower.run();
  return follower;
}

function fields(data: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
