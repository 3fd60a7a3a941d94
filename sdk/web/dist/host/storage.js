import { parsed } from "../shared/text.js";
export const keyOf = (host, name) => `portico.${host.clientId}.${name}`;
export async function recall(host, name) {
    return parsed(await host.storage.getItem(keyOf(host, name)));
}
export async function keep(host, name, value) {
    if (value)
        await host.storage.setItem(keyOf(host, name), JSON.stringify(value));
    else
        await host.storage.removeItem(keyOf(host, name));
}
export async function take(host, name) {
    const value = await recall(host, name);
    await keep(host, name, null);
    return value;
}
