import { parsed } from "../shared/text.js";
import type { Context } from "./context.js";

/** Where a host's tokens are kept: `sessionStorage`, `localStorage`, or anything with these three. */
export interface TokenStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Whose it is, and where. */
export type Kept = Pick<Context, "storage" | "clientId">;

/** Under which key `host` keeps `name`. */
export const keyOf = (host: Kept, name: string): string => `portico.${host.clientId}.${name}`;

/** The JSON value that `host` keeps as `name`; `null` where there is none or it cannot be read. */
export async function recall<Value>(host: Kept, name: string): Promise<Value | null> {
  return parsed(await host.storage.getItem(keyOf(host, name))) as Value | null;
}

/** Keeps `value` as `name`; `null` removes it. */
export async function keep(host: Kept, name: string, value: object | null): Promise<void> {
  if (value) await host.storage.setItem(keyOf(host, name), JSON.stringify(value));
  else await host.storage.removeItem(keyOf(host, name));
}

/** The value `name`, which is removed: a second call finds nothing. */
export async function take<Value>(host: Kept, name: string): Promise<Value | null> {
  const value = await recall<Value>(host, name);
  await keep(host, name, null);
  return value;
}
