// A taxi's back end on Express. ISSUER, CLIENT_ID, CLIENT_SECRET and PORT are its surroundings.

import express from "express";
import { createPortico } from "@portico/node";
import { backChannelLogout, requireScopes } from "@portico/node/express";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env;
const portico = createPortico({
  issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, onProblem: (problem) => console.warn(problem.message),
});
const app = express();

// Lives with less: without the phone number the driver waits at the door.
app.get("/rides", requireScopes(portico, "profile.basic"), ({ portico: caller }, response) => {
  response.json({ userId: caller.userId, pickUp: caller.has("phone.verified") ? "call" : "wait" });
});

// Cannot do without: who withdrew the number is told so, and can be asked again.
app.post("/call", requireScopes(portico, "phone.verified"), ({ portico: caller }, response) => {
  response.json({ calling: caller.userId });
});

app.post("/logout", backChannelLogout(portico, ({ sessionId }) => console.log(`over: ${sessionId}`)));

const server = app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
process.once("SIGTERM", () => {
  portico.close();
  server.close();
});
