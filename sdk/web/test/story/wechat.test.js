import assert from "node:assert/strict";
import { createDecipheriv, createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browser, sent, signIn, site, storing, town } from "./town.js";

const SHOP = "org.example.shop";
const example = (name) => readFileSync(new URL(`../../examples/${name}.html`, import.meta.url), "utf8");

/** A back end that knows nothing but WeChat's server API, at `base`. */
function backEnd(base, { wx_app_id: appid, client_secret: secret }) {
  const keys = new Map();
  const ask = async (path, query, body) => {
    const init = body && { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(`${base}${path}?${new URLSearchParams(query)}`, init);
    return JSON.parse(await answer.text());
  };
  return {
    keys,
    appid,
    "/api/login": async (request) => {
      const { code: js_code } = await sent(request);
      const grant_type = "authorization_code";
      const { openid, session_key } = await ask("sns/jscode2session", { appid, secret, js_code, grant_type });
      keys.set(openid, session_key);
      return ["text/plain", openid];
    },
    "/api/profile": async (request) => {
      const { customer, rawData, signature, encryptedData, iv } = await sent(request);
      const key = keys.get(customer);
      assert.equal(createHash("sha1").update(rawData + key).digest("hex"), signature);
      const decipher = createDecipheriv("aes-128-cbc", Buffer.from(key, "base64"), Buffer.from(iv, "base64"));
      const plain = JSON.parse(decipher.update(encryptedData, "base64", "utf8") + decipher.final("utf8"));
      assert.equal(plain.watermark.appid, appid);
      assert.equal(plain.openId, customer);
      return ["text/plain", `welcome, ${plain.nickName}`];
    },
    "/api/phone": async (request) => {
      const { code } = await sent(request);
      const { access_token } = await ask("cgi-bin/token", { grant_type: "client_credential", appid, secret });
      const { phone_info } = await ask("wxa/business/getuserphonenumber", { access_token }, { code });
      return ["text/plain", phone_info.phoneNumber];
    },
  };
}

let chromium, shell, shop, portico, house;

before(async () => {
  const here = (text) =>
    text
      .replaceAll("https://id.example", portico.issuer)
      .replaceAll("https://app.example", shell.origin)
      .replaceAll("https://taxi.example", shop.origin)
      .replaceAll("org.example.taxi", SHOP);
  const routes = {};
  shell = await site("localhost", () => here(example("host")));
  shop = await site("127.0.0.1", () => here(example("wechat")), routes);
  const started = await town(shell.origin);
  portico = started.portico;
  const registered = started.register(SHOP, shop.origin, ["profile.basic", "phone.verified"], ["address.list"]);
  house = backEnd(`${portico.issuer}/wechat/`, registered);
  Object.assign(routes, house);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await shell?.close();
  await shop?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

/** The shell with the shop open in it, which was given all that it requires. */
async function opened(page) {
  await page.goto(shell.origin);
  await signIn(page);
  await page.getByRole("button", { name: "Taxi" }).click();
  const frame = page.locator("iframe");
  const allow = page.getByRole("button", { name: /^allow/i });
  await frame.or(allow).waitFor();
  if (await allow.isVisible()) await allow.click();
  await frame.waitFor();
  return page;
}

test("a_page_written_for_wechat_logs_in_and_its_back_end_redeems_and_decrypts", async () => {
  const page = await opened(await chromium.newPage());
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: "Enter" }).click();
  await frame.getByText("Ana Markou: welcome, Ana Markou").waitFor();
  const [openid] = house.keys.keys();
  assert.equal(openid.length, 28);
  await frame.getByRole("button", { name: "Call me" }).click();
  await frame.getByText("13800138000").waitFor();

  const inside = page.frames().at(-1);
  const of = (call) => inside.evaluate(call);
  assert.deepEqual(await of(() => wx.checkSession()), { errMsg: "checkSession:ok" });
  const { authSetting } = await of(() => wx.getSetting());
  assert.deepEqual(authSetting, { "scope.userInfo": true, "scope.phoneNumber": true });
  const older = await of(() => wx.getPhoneNumber());
  assert.deepEqual(Object.keys(older).sort(), ["code", "encryptedData", "errMsg", "iv"]);
  assert.deepEqual(await of(() => wx.authorize({ scope: "scope.userInfo" })), { errMsg: "authorize:ok" });

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out: signed_out").waitFor();
  await page.close();
});

/** The shop's document, once the shell has put it there. */
async function inside(page) {
  const frame = await (await page.locator("iframe").elementHandle()).contentFrame();
  await frame.waitForFunction(() => window.wx);
  return frame;
}

const settings = async (page) => (await inside(page)).evaluate(async () => (await wx.getSetting()).authSetting);
const noted = async (page) => (await inside(page)).evaluate(() => localStorage.getItem("portico.wx.asked"));

test("what_was_refused_on_the_consent_page_is_false_in_the_settings_and_asked_for_again_from_them", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "wechat-"));
  const keeping = await storing(folder);
  t.after(async () => {
    await keeping.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const page = await opened(await keeping.newPage());
  const granted = await settings(page);
  assert.equal("scope.address" in granted, false);

  // The question takes the page away, so that there is nobody to wait for the answer.
  await (await inside(page)).evaluate(() => void wx.authorize({ scope: "scope.address" }));
  await page.getByRole("button", { name: "Deny" }).click();
  assert.deepEqual(await settings(page), { ...granted, "scope.address": false });
  assert.match(await noted(page), /\naddress\.list$/);

  await (await inside(page)).evaluate(() => void wx.openSetting());
  await page.getByRole("switch").check();
  await page.getByRole("button", { name: "Allow" }).click();
  assert.deepEqual(await settings(page), { ...granted, "scope.address": true });
  assert.equal(await noted(page), null);
});
