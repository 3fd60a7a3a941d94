// Renews the live figures while the page is looked at. Without it, the link above them does.
const EVERY = 5000;
const link = document.querySelector("a[data-refresh]");

async function renew() {
  if (document.hidden) return;
  const answer = await fetch(link.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(link.dataset.refresh);
  if (fresh) document.getElementById(link.dataset.refresh).replaceWith(document.adoptNode(fresh));
}

if (link) setInterval(() => renew().catch(() => {}), EVERY);
