import { unverifiedClaims } from "../shared/jwt.js";
import { at, jsonObject, refusal, request } from "../shared/request.js";
export async function userData(env, token, kind) {
    const url = at(unverifiedClaims(token)["iss"] ?? "", "/v1/wechat/user-data");
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await request(env, url, { method: "POST", headers, body: JSON.stringify({ kind }) });
    const body = await jsonObject(response);
    if (!response.ok)
        throw refusal(response, body);
    return body;
}
