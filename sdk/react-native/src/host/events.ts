import type { Environment } from "../net/environment";
import { jsonObject, textField } from "../net/request";
import type { Emitter } from "./emitter";
import type { EndReason } from "../messages/messages";
import type { StreamEvent } from "../net/sse";
import type { Authorized } from "./authorized";
import { Follower } from "./follow";
import type { Launches } from "./launches";
import type { HostEvents } from "./options";

/** Follows `GET /v1/events` and passes on what it says; `over` is called when the session is. */
export function follow(
  env: Environment,
  authorized: Authorized,
  launches: Launches,
  events: Emitter<HostEvents>,
  over: (reason: EndReason) => void,
): Follower {
  const heard = (event: StreamEvent): void => {
    const data = jsonObject(event.data);
    switch (event.type) {
      case "session_expired":
        over(textField(data, "reason") || "expired");
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
        const names = Array.isArray(claims) ? claims.filter((claim): claim is string => typeof claim === "string") : [];
        events.emit("profile_changed", { claims: names });
      }
    }
  };
  const follower = new Follower(env, {
    open: (lastEventId, listener, signal) => {
      const resumed: Record<string, string> = lastEventId === "" ? {} : { "last-event-id": lastEventId };
      return authorized.stream("/v1/events", { accept: "text/event-stream", ...resumed }, listener, signal);
    },
    heard,
    online: (now) => events.emit("online", now),
  });
  follower.start();
  return follower;
}
