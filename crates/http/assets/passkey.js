// Passkeys: the one thing that pages cannot do without a script.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const decode = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  /** The credential as JSON, bytes as base64url. */
  const written = ({ id, rawId, type, response }) => {
    const bytes = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) bytes[name] = encode(response[name]);
    }
    return { id, rawId: encode(rawId), type, response: bytes };
  };

  for (const place of document.querySelectorAll("[data-passkey]")) {
    const { passkey: kind, begin, finish, csrf, failed, known } = place.dataset;
    const button = place.querySelector("button");
    const alert = place.querySelector("[role=alert]");
    let waiting;

    const say = (text) => {
      alert.querySelector("p").textContent = text;
      alert.hidden = !text;
    };

    const post = async (path, body) => {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": csrf },
        body: JSON.stringify(body),
      });
      const json = await answer.json().catch(() => ({}));
      if (!answer.ok) throw Object.assign(new Error(), { shown: json.detail ?? failed });
      return json;
    };

    const create = ({ publicKey }) => {
      const descriptors = (publicKey.excludeCredentials ?? []).map((one) => ({ ...one, id: decode(one.id) }));
      return navigator.credentials.create({
        publicKey: {
          ...publicKey,
          challenge: decode(publicKey.challenge),
          user: { ...publicKey.user, id: decode(publicKey.user.id) },
          excludeCredentials: descriptors,
        },
      });
    };

    const get = ({ publicKey }, more) =>
      navigator.credentials.get({ publicKey: { ...publicKey, challenge: decode(publicKey.challenge) }, ...more });

    /** One ceremony from its options to the next page. */
    const run = async (ask, more) => {
      waiting?.abort();
      const own = (waiting = new AbortController());
      try {
        const options = await post(begin, {});
        if (own.signal.aborted) return;
        const credential = await ask(options, own.signal);
        const sent = { reference: options.reference, credential: written(credential), ...more?.() };
        location.assign((await post(finish + location.search, sent)).to);
      } catch (error) {
        if (error.name === "InvalidStateError") say(known);
        else if (!["NotAllowedError", "AbortError"].includes(error.name)) say(error.shown ?? failed);
      }
    };

    button.addEventListener("click", () => {
      say("");
      if (kind === "add") return run(create);
      const username = document.getElementById("username")?.value.trim();
      return run((options) => get(options), () => (kind === "sign-in" && username ? { username } : {}));
    });
    place.hidden = false;
    document.querySelector("[data-without-passkeys]")?.remove();

    if (kind === "sign-in") {
      window.PublicKeyCredential.isConditionalMediationAvailable?.().then((available) => {
        if (available) run((options, signal) => get(options, { mediation: "conditional", signal }));
      });
    }
  }
})();
