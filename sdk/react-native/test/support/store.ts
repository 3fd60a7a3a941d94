import type { SecretStore } from "../../src";

/** A secret store that forgets with the process. */
export class MemoryStore implements SecretStore {
  readonly items = new Map<string, string>();

  get = async (key: string) => this.items.get(key) ?? null;
  set = async (key: string, value: string) => void this.items.set(key, value);
  remove = async (key: string) => void this.items.delete(key);
}
