// A taxi's back end on Koa. ISSUER, CLIENT_ID, CLIENT_SECRET and PORT are its surroundings.

import Koa from "koa";
import { createPortico } from "@portico/node";
import { backChannelLogout, requireScopes } from "@portico/node/koa";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const portico = createPortico({
  issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, onProblem: (problem) => console.warn(problem.message),
});

const routes = {
  // Lives with less: without the phone number the driver waits at the door.
  "GET /rides": [requireScopes(portico, "profile.basic"), (context) => {
    const caller = context.state.portico;
    context.body = { userId: caller.userId, pickUp: caller.has("phone.verified") ? "call" : "wait" };
  }],
  // Cannot do without: who withdrew the number is told so, and can be asked again.
  "POST /call": [requireScopes(portico, "phone.verified"), (context) => {
    context.body = { calling: context.state.portico.userId };
  }],
  "POST /logout": [backChannelLogout(portico, ({ sessionId }) => console.log(`over: ${sessionId}`))],
};

const app = new Koa();
app.use((context) => {
  const [guard, handler] = routes[`${context.method} ${context.path}`] ?? [];
  return guard?.(context, async () => handler(context));
});
const server = app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
process.once("SIGTERM", () => {
  portico.close();
  server.close();
});
