import { ConfigurationError } from "./wrong.js";
import { Table } from "./table.js";

/** What is known of an app. */
export interface App {
  readonly id: string;
  /** Needed of those whose tokens callers bring. */
  readonly secret: string | undefined;
  readonly wxAppId: string | undefined;
  readonly origins: readonly string[];
}

/** Reads `apps`. @throws {@link ConfigurationError} */
export function readApps(value: unknown): Map<string, App> {
  if (!Array.isArray(value)) throw new ConfigurationError("apps", "must be a list, of what registering each answered");
  const apps = new Map<string, App>();
  value.forEach((one, at) => {
    const table = new Table(one, `apps[${at}]`, ["app_id", "client_secret", "wx_app_id", "origins"]);
    const id = table.need("app_id");
    if (apps.has(id)) throw table.wrong("app_id", "is there twice");
    const [secret, wxAppId, origins] = [table.text("client_secret"), table.text("wx_app_id"), table.texts("origins")];
    apps.set(id, { id, secret, wxAppId, origins });
  });
  return apps;
}
