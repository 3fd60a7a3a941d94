// A taxi's back end on Fastify. ISSUER, CLIENT_ID, CLIENT_SECRET and PORT are its surroundings.

import fastify from "fastify";
import { createPortico } from "@portico/node";
import { backChannelLogout, requireScopes } from "@portico/node/fastify";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const portico = createPortico({
  issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, onProblem: (problem) => console.warn(problem.message),
});
const app = fastify();

// Lives with less: without the phone number the driver waits at the door.
app.get("/rides", { onRequest: requireScopes(portico, "profile.basic") }, ({ portico: caller }) => {
  return { userId: caller.userId, pickUp: caller.has("phone.verified") ? "call" : "wait" };
});

// Cannot do without: who withdrew the number is told so, and can be asked again.
app.post("/call", { onRequest: requireScopes(portico, "phone.verified") }, ({ portico: caller }) => {
  return { calling: caller.userId };
});

app.register(backChannelLogout(portico, { path: "/logout", ended: ({ sessionId }) => console.log(`over: ${sessionId}`) }));

await app.listen({ port: Number(PORT), host: "127.0.0.1" });
console.log(`listening on ${PORT}`);
process.once("SIGTERM", () => {
  portico.close();
  app.close();
});
