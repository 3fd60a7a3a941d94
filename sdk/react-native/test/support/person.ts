// A person at the system's browser: follows redirects, keeps cookies, fills in the forms that have no script.

import type { Browser } from "../../src";

const AGREEING = /^(allow|agree|accept|grant|continue|yes)/i;

function attributes(tag: string): ReadonlyMap<string, string> {
  const unescape = (text: string) => text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  const pairs = tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, unescape(value)]));
}

/** The page's first form that is posted and that asks something, filled in, every box ticked. */
function filledIn(html: string, answers: Readonly<Record<string, string>>): { action: string; body: URLSearchParams } {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = "", inside = ""]) => ({
    head,
    inside,
  }));
  const isPosted = ({ head }: { head: string }) => attributes(head).get("method")?.toLowerCase() === "post";
  const form = forms.find(({ inside }) => inside.includes('name="username"')) ?? forms.find(isPosted);
  if (form === undefined) throw new Error(`a page without a form: ${html.slice(0, 300)}`);
  const body = new URLSearchParams();
  for (const [, tag = ""] of form.inside.matchAll(/<input\b([^>]*)>/g)) {
    const input = attributes(tag);
    const isLeftOut = input.get("type") === "radio" && !input.has("checked");
    const name = input.get("name");
    if (name !== undefined && !isLeftOut) body.append(name, answers[name] ?? input.get("value") ?? "on");
  }
  const buttons = [...form.inside.matchAll(/<button\b([^>]*)>/g)].map(([, tag = ""]) => attributes(tag));
  const button = buttons.find((each) => AGREEING.test(each.get("value") ?? "")) ?? buttons[0];
  const name = button?.get("name");
  if (name !== undefined) body.append(name, button?.get("value") ?? "");
  return { action: attributes(form.head).get("action") ?? "", body };
}

/** A browser with a person at it, who agrees to everything. */
export function person(username: string, password: string): Browser {
  const cookies = new Map<string, string>();
  const open = async (url: string, body?: URLSearchParams) => {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { cookie, origin: new URL(url).origin, "content-type": "application/x-www-form-urlencoded" };
    const init = body === undefined ? { headers } : { headers, method: "POST", body: body.toString() };
    const answer = await fetch(url, { ...init, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return answer;
  };
  return async (start, redirectUri) => {
    let url = start;
    let answer = await open(url);
    for (let step = 0; step < 24; step += 1) {
      const location = answer.headers.get("location");
      if (location !== null) {
        url = location.startsWith("/") ? new URL(url).origin + location : location;
        if (url.startsWith(redirectUri)) return url;
        answer = await open(url);
        continue;
      }
      if (answer.status !== 200) throw new Error(`${answer.status} at ${url}: ${(await answer.text()).slice(0, 300)}`);
      const { action, body } = filledIn(await answer.text(), { username, password });
      const [page = ""] = url.split("?");
      url =
        action === ""
          ? url
          : action.startsWith("http")
            ? action
            : action.startsWith("/")
              ? new URL(url).origin + action
              : page + action;
      answer = await open(url, body);
    }
    throw new Error(`no end at ${url}`);
  };
}
