import { PorticoError } from "../shared/errors.js";
import type { Fields } from "../shared/fields.js";
import { at, discover, jsonObject, refusal, request, type Metadata } from "../shared/request.js";
import type { Context } from "./context.js";

/** Fields of a form or query; those that are `undefined` are left out. */
export type Form = Readonly<Record<string, string | undefined>>;

/** Writes what is set of `form` into `into`. */
export function fill(into: URLSearchParams, form: Form): URLSearchParams {
  for (const [name, value] of Object.entries(form)) if (value !== undefined) into.set(name, value);
  return into;
}

/** The discovery document, read once; a failure is not remembered. */
export async function metadata(host: Context): Promise<Metadata> {
  return (host.metadata ??= await discover(host.env, host.issuer));
}

/**
 * Posts a form as this host.
 *
 * @throws what `refuse` makes of an answer that is not 2xx; a {@link PorticoError} with its OAuth error code.
 */
export async function post(
  host: Context,
  endpoint: "token_endpoint" | "revocation_endpoint",
  form: Form,
  refuse = refusal,
): Promise<Fields> {
  const body = fill(new URLSearchParams({ client_id: host.clientId }), form);
  const response = await request(host.env, (await metadata(host))[endpoint], { method: "POST", body });
  const answer = await jsonObject(response);
  if (!response.ok) throw refuse(response, answer);
  return answer;
}

/** A request's options; its headers are a plain object. */
export type Init = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> };

/**
 * Asks one of Portico's own paths, such as `/v1/events`, with the person's token.
 *
 * @throws {@link SessionExpired} on 401, once a renewed token is refused too; {@link PorticoError} `not_signed_in`;
 * {@link Unreachable}.
 */
export function authorized(host: Context, path: string, init?: Init): Promise<Response> {
  return host.tokens.using(async (token) => {
    const headers = { ...init?.headers, authorization: `Bearer ${token}` };
    const response = await request(host.env, at(host.issuer, path), { ...init, headers });
    if (response.status === 401) throw new PorticoError("invalid_token");
    return response;
  });
}
