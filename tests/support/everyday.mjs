// The demo's super app, as a person uses it.

/** One browser page on the demo's shell. Mini-programs are named by their key: `taxi`, `shop`, `gov`. */
export class Everyday {
  #apps;

  constructor(page, url) {
    this.page = page;
    this.url = url;
  }

  /** Signs in as the person that the phone shows. */
  async signIn() {
    const { page } = this;
    await page.goto(this.url);
    // Until the shell has drawn its first view, the phone shows no name and no password.
    await this.view("welcome").waitFor();
    const [username, password] = ["#hint-username", "#hint-password"].map((id) => page.locator(id).innerText());
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByLabel(/password/i).waitFor();
    await page.getByLabel(/user/i).fill(await username);
    await page.getByLabel(/password/i).fill(await password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await this.view("home").waitFor();
  }

  view(name) {
    return this.page.locator(`#screen[data-view="${name}"]`);
  }

  window(key) {
    return this.page.locator(`article.window[data-app="${key}"]`);
  }

  frame(key) {
    return this.page.frameLocator(`iframe[name="${key}"]`);
  }

  consentPage() {
    return this.page.getByRole("button", { name: "Allow", exact: true });
  }

  /** Taps a mini-program on the home screen. */
  async choose(key) {
    this.#apps ??= (await (await fetch(new URL("/demo/config.json", this.url))).json()).apps;
    const { app_id: id } = this.#apps.find((app) => app.key === key);
    await this.home();
    await this.page.locator(`#apps [data-app="${id}"]`).click();
  }

  async allow() {
    await this.consentPage().click();
  }

  /** The mini-program has been launched and its back end has answered. */
  async live(key) {
    await this.page.locator(`article.window[data-app="${key}"][data-state="live"]`).waitFor();
    await this.frame(key).locator("body[data-ready]").waitFor();
  }

  /** Taps a mini-program and agrees to what it asks, if it asks. True if it asked. */
  async open(key) {
    await this.choose(key);
    const live = this.page.locator(`article.window[data-app="${key}"][data-state="live"]`);
    await live.or(this.consentPage()).waitFor();
    const asked = await this.consentPage().isVisible();
    if (asked) await this.allow();
    await this.live(key);
    return asked;
  }

  async home() {
    const { page } = this;
    await page.locator("#screen:not([data-view=start])").waitFor();
    if (await this.view("app").isVisible()) {
      await page.locator("article.window[data-front]").getByRole("button", { name: /back to home/i }).click();
    } else if (!(await this.view("home").isVisible())) {
      await page.locator("#tabs [data-go=home]").click();
    }
    await this.view("home").waitFor();
  }

  async account() {
    await this.home();
    await this.page.locator("#tabs [data-go=account]").click();
    await this.view("account").waitFor();
  }

  async signOut() {
    await this.account();
    await this.page.locator("#sign-out").click();
    await this.view("switcher").waitFor();
  }
}
