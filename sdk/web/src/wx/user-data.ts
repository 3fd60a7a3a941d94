import type { Environment } from "../shared/environment.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { at, jsonObject, request, tokenRefusal } from "../shared/request.js";

/** Data that the mini-program's back end decrypts with the person's `session_key`. */
export interface Encrypted {
  /** AES-128-CBC with PKCS#7, base64. */
  readonly encryptedData: string;
  /** Base64. */
  readonly iv: string;
}

/** The same with the plain text beside it, and its signature: `sha1(rawData + session_key)`. */
export interface SignedData extends Encrypted {
  readonly rawData: string;
  readonly signature: string;
}

/** The person's data as WeChat gives it (`POST /v1/wechat/user-data`). */
export async function userData<Kind extends "profile" | "phone">(
  env: Environment,
  token: string,
  kind: Kind,
): Promise<Kind extends "profile" ? SignedData : Encrypted> {
  const url = at(unverifiedClaims(token)["iss"] ?? "", "/v1/wechat/user-data");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = await jsonObject(
    await request(env, url, { method: "POST", headers, body: JSON.stringify({ kind }) }, tokenRefusal),
  );
  return body as unknown as Kind extends "profile" ? SignedData : Encrypted;
}
