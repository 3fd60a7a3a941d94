"""A person with a browser that has no JavaScript: follows redirects, fills in forms."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            method = (attrs.get("method") or "get").lower()
            self.forms.append({"action": attrs.get("action") or "", "method": method, "fields": {}, "buttons": []})
        elif not self.forms:
            return
        elif tag == "input" and attrs.get("type") in ("checkbox", "radio"):
            if "checked" in attrs:
                self._field(attrs.get("name"), attrs.get("value", "on"))
        elif tag == "input" and attrs.get("type") != "submit":
            self._field(attrs.get("name"), attrs.get("value") or "")
        elif tag in ("button", "input"):
            self.forms[-1]["buttons"].append((attrs.get("name"), attrs.get("value") or ""))

    def _field(self, name, value):
        if name:
            self.forms[-1]["fields"].setdefault(name, []).append(value)


def forms(html):
    parser = _Forms()
    parser.feed(html)
    return parser.forms


class Visitor:
    """Keeps one cookie jar; `visit` goes on until an address of the client is reached."""

    def __init__(self, username, password):
        self.browser = requests.Session()
        self.username, self.password = username, password
        self.pages = []

    def visit(self, url, until):
        """The client's own address with what Portico gave it, as a browser would have opened it."""
        self.pages = []
        answer = self.browser.get(url, allow_redirects=False, timeout=20)
        for _ in range(24):
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                if url.startswith(until):
                    return url
                answer = self.browser.get(url, allow_redirects=False, timeout=20)
                continue
            assert answer.status_code == 200, f"{answer.status_code} at {urlsplit(url).path}: {answer.text[:500]}"
            url, answer = self._fill_in(url, answer.text)
        raise AssertionError(f"no end at {url}")

    def _fill_in(self, url, html):
        found = forms(html)
        signing_in = [form for form in found if "username" in form["fields"]]
        if signing_in:
            self.pages.append("sign-in")
            form = signing_in[0]
            assert set(form["fields"]) >= {"username", "password", "csrf"}, form["fields"]
            fields = form["fields"] | {"username": self.username, "password": self.password}
        else:
            self.pages.append("consent")
            form = next((form for form in found if form["method"] == "post"), None)
            assert form, f"a page without a form: {html[:500]}"
            fields = dict(form["fields"])
            fields.update((name, value) for name, value in self._agreeing(form["buttons"]) if name)
        assert form["method"] == "post"
        target = urljoin(url, form["action"])
        return target, self.browser.post(target, data=fields, allow_redirects=False, timeout=20)

    @staticmethod
    def _agreeing(buttons):
        words = ("allow", "agree", "accept", "grant", "continue", "yes")
        agreeing = [button for button in buttons if button[1].lower().startswith(words)]
        return (agreeing or buttons)[:1]


def answer_of(url):
    """The parameters in a redirect's query, one value each."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
