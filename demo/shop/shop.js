import { $, icon, make, start } from "/mini.js";

const bag = new Set();
let goods = [];
let person = null;

const price = (cents) => `€${(cents / 100).toFixed(2)}`;

function draw({ claims }) {
  $("hello").textContent = `Welcome back, ${claims.name?.split(" ")[0] ?? "neighbour"}`;
  $("receipt").replaceChildren(icon(claims.email ? "mail" : "document"), claims.email ? `Receipt to ${claims.email}` : "No e-mail shared: the receipt stays in here");
}

function clear() {
  bag.clear();
  drawBag();
  $("hello").textContent = "\u00a0";
}

function drawBag() {
  for (const button of $("goods").querySelectorAll(".add")) {
    const held = bag.has(button.dataset.id);
    button.ariaPressed = String(held);
    button.replaceChildren(icon(held ? "check" : "plus"));
  }
  $("bag").hidden = bag.size === 0;
  if (bag.size > 0) $("thanks").hidden = true;
  $("bag-count").textContent = String(bag.size);
  $("bag-total").textContent = price(goods.filter((good) => bag.has(good.id)).reduce((sum, good) => sum + good.cents, 0));
}

function row(good, index) {
  const add = make("button", { type: "button", className: "add", ariaLabel: `${good.name}, in the bag`, data: { id: good.id } });
  add.addEventListener("click", () => {
    if (!bag.delete(good.id)) bag.add(good.id);
    drawBag();
  });
  return make(
    "li",
    { className: "good", data: { tone: String(index % 4) } },
    make("div", { className: "pic" }, make("img", { src: `/art/${good.id}.svg`, alt: "" })),
    make("div", { className: "text" }, make("strong", {}, good.name), make("small", {}, good.maker)),
    make("div", { className: "foot" }, price(good.cents), add),
  );
}

/** The shop's back end was written for WeChat and knows no profile, so the page asks Portico itself. */
async function me(call, host) {
  const { sub, ...claims } = await call("/oauth/userinfo", undefined, host);
  person = { openid: sub, claims };
  if (goods.length === 0) {
    ({ goods } = await call("/api/goods"));
    $("goods").append(...goods.map(row));
    drawBag();
  }
  return { reference: sub.slice(0, 6), claims };
}

$("sees-open").append(icon("shield"));

const { call } = await start({
  me,
  draw,
  clear,
  sees: [
    { glyph: "person", words: "Your name", value: ({ claims }) => claims.name },
    { glyph: "mail", words: "Your e-mail address", value: ({ claims }) => claims.email },
  ],
});

$("buy").addEventListener("click", async () => {
  $("buy").disabled = true;
  try {
    const { claims, openid } = person;
    const order = await call("/api/orders", { openid, goods: [...bag] });
    if (order.errcode !== 0) throw new Error("Something in the bag is not for sale.");
    bag.clear();
    drawBag();
    const where = claims.email ? `The receipt goes to ${claims.email}.` : "The receipt is kept in here.";
    $("thanks").replaceChildren(icon("check"), make("span", {}, make("b", {}, `Thank you, ${claims.name?.split(" ")[0] ?? "neighbour"}`), `Order ${order.number}, ${price(order.cents)}. ${where}`));
  } catch (error) {
    $("thanks").replaceChildren(icon("info"), error.message);
  }
  $("thanks").hidden = false;
  $("buy").disabled = false;
});
