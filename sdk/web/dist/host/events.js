import { textField } from "../shared/request.js";
import { Follower } from "./follow.js";
export function follow(env, authorized, launches, events, over) {
    const heard = (event) => {
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
                const claims = data["claims"];
                events.emit("profile_changed", {
                    claims: Array.isArray(claims)
                        ? claims.filter((claim) => typeof claim === "string")
                        : [],
                });
            }
        }
    };
    const follower = new Follower(env, {
        open: (lastEventId, signal) => {
            const headers = { accept: "text/event-stream" };
            if (lastEventId !== "")
                headers["last-event-id"] = lastEventId;
            return authorized.fetch("/v1/events", { headers, signal });
        },
        heard,
        online: (now) => events.emit("online", now),
    });
    void follower.run();
    return follower;
}
function fields(data) {
    try {
        const value = JSON.parse(data);
        return typeof value === "object" && value !== null ? value : {};
    }
    catch {
        return {};
    }
}
