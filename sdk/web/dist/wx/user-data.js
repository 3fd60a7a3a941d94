import { unverifiedClaims } from "../shared/jwt.js";
import { at, jsonObject, request, tokenRefusal } from "../shared/request.js";
export async function userData(env, token, kind) {
    const url = at(unverifiedClaims(token)["iss"] ?? "", "/v1/wechat/user-data");
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = await jsonObject(await request(env, url, { method: "POST", headers, body: JSON.stringify({ kind }) }, tokenRefusal));
    return body;
}
