// A person with a browser that has no JavaScript: follows redirects, fills in the sign-in form.

const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";

/** Keeps cookies; `visit` goes on until an address of the client is reached, and gives that. */
export class Visitor {
  #cookies = new Map();

  constructor(username, password) {
    this.username = username;
    this.password = password;
  }

  async visit(url, until) {
    let answer = await this.#request(url);
    for (let step = 0; step < 12; step++) {
      const location = answer.headers.get("location");
      if (location) {
        url = new URL(location, url).href;
        if (url.startsWith(until)) return new URL(url);
        answer = await this.#request(url);
      } else {
        const page = await answer.text();
        if (answer.status !== 200) throw new Error(`${answer.status} at ${new URL(url).pathname}: ${page}`);
        answer = await this.#request(url, this.#filled(page));
      }
    }
    throw new Error(`no end at ${url}`);
  }

  #filled(page) {
    const form = new URLSearchParams();
    for (const [tag] of page.matchAll(/<input\b[^>]*>/g)) {
      if (attribute(tag, "type") === "checkbox") continue;
      form.set(attribute(tag, "name"), attribute(tag, "value"));
    }
    if (form.has("username")) {
      form.set("username", this.username);
      form.set("password", this.password);
    } else {
      form.set("decision", "allow");
    }
    return form;
  }

  async #request(url, body) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = cookie ? { cookie } : {};
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";", 1)[0].split(/=(.*)/s);
      this.#cookies.set(name.trim(), value);
    }
    return answer;
  }
}
