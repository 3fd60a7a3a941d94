import { $, icon, make, start } from "/mini.js";

let phone;

/** How the driver reaches the person: by telephone, where the number is shared, and in here otherwise. */
function contact(element, number) {
  const changed = phone !== undefined && phone !== number && element.id === "contact";
  const share = number ? null : make("button", { type: "button", className: "share" }, "Share it");
  share?.addEventListener("click", () => void request("phone.verified").catch(() => {}));
  element.replaceChildren(icon(number ? "phone" : "chat"), make("span", {}, number ? `The driver can call ${number}` : "No number: the driver writes here"), ...(share ? [share] : []));
  element.toggleAttribute("data-changed", changed);
}

function draw({ claims }) {
  const number = claims.phone_number ?? null;
  $("hello").textContent = `Hello, ${claims.name?.split(" ")[0] ?? "there"}`;
  contact($("contact"), number);
  contact($("ride-contact"), number);
  phone = number;
  $("order").disabled = false;
}

function clear() {
  phone = undefined;
  $("order").disabled = true;
}

function riding(on) {
  $("plan").hidden = on;
  $("ride").hidden = !on;
  document.body.toggleAttribute("data-riding", on);
}

$("sees-open").append(icon("shield"));
$("cancel").addEventListener("click", () => riding(false));

const { call, request } = await start({
  draw,
  clear,
  sees: [
    { glyph: "person", words: "Your name", value: ({ claims }) => claims.name },
    { glyph: "phone", words: "Your phone number", value: ({ claims }) => claims.phone_number },
  ],
});

$("order").addEventListener("click", async () => {
  $("order").disabled = true;
  try {
    const place = document.querySelector("[name=place]:checked").value;
    const ride = await call("/api/rides", { place });
    $("ride-title").textContent = `${ride.driver} is on the way`;
    $("ride-text").textContent = `To ${ride.to}, ${ride.price}. Here in ${ride.minutes} minutes.`;
    $("driver-face").textContent = ride.driver[0];
    $("driver-name").textContent = ride.driver;
    $("driver-car").textContent = ride.car;
    $("driver-plate").textContent = ride.plate;
    riding(true);
  } catch (error) {
    $("contact").replaceChildren(icon("info"), error.message);
  }
  $("order").disabled = false;
});
