// Every page of Portico's own, as a person comes to it, in whatever language it speaks.

import { PASSWORD, phoneOf } from "./people.mjs";

/** Signs in on the page that is open. */
export async function signIn(page, username, password = PASSWORD) {
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("main form button[type=submit]").first().click();
}

/**
 * Walks through every page and calls `seen(name)` on each. `portico` is a `house()`; the person is new, so that
 * everything is still to be asked.
 */
export async function walk(page, portico, seen) {
  const username = portico.newPerson();
  const at = (path) => page.goto(new URL(path, portico.issuer).href);
  await at("/settings");
  await seen("sign-in");
  await signIn(page, username, "not the password");
  await page.getByRole("alert").waitFor();
  await seen("sign-in-refused");

  const send = () => page.locator("main form button[type=submit]").first().click();
  const typed = (path) => page.waitForURL((url) => url.pathname === path);
  await page.locator("#username").fill(username);
  await page.locator("button[formaction]").click();
  await typed("/sign-in/code");
  await seen("sign-in-code");
  await page.locator("#code").fill("000000");
  await send();
  await page.getByRole("alert").waitFor();
  await seen("sign-in-code-refused");
  await at("/register");
  await seen("register");
  await page.locator("#name").fill("Newcomer");
  await page.locator("#contact").fill(phoneOf(`person9${username.slice("person".length).padStart(3, "0")}`));
  await send();
  await typed("/register/code");
  await seen("register-code");
  await at("/recover");
  await seen("recover");
  await page.locator("#username").fill(username);
  await send();
  await typed("/recover/code");
  await seen("recover-code");

  const question = async (returnTo) => {
    const { consent_uri } = await portico.launch(await portico.hostToken(username), { prompt: "consent" });
    const uri = new URL(consent_uri);
    if (returnTo) uri.searchParams.set("return_to", returnTo);
    return uri.href;
  };
  await page.goto(await question());
  await seen("consent");
  await page.locator("button[value=allow]").click();
  await page.locator("main h1").waitFor();
  await seen("done");

  await at("/settings");
  await signIn(page, username);
  await page.locator("nav a[aria-current=page]").waitFor();
  const sections = await page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const section of sections) {
    await at(section);
    for (const closed of await page.locator("main details:not([open]) > summary").all()) await closed.click();
    await seen(section.slice(1).replaceAll("/", "-"));
  }
  await page.goto(portico.stepUp());
  await typed("/sign-in/step-up");
  await seen("step-up");
  await page.locator("form:has(input[name=action][value=send]) button").click();
  await page.locator("input[name=code]").waitFor();
  await seen("step-up-code");
  await at("/oauth/end-session");
  await seen("sign-out");
  await page.locator("button[value=sign_out]").click();
  await page.locator("main h1").waitFor();
  await seen("signed-out");
  await at("/consent/there-is-no-such-request");
  await seen("error");
}
