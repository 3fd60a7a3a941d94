// Apache with mod_auth_openidc in front of a page that says who came.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { waitFor } from "./portico.mjs";

const MODULES =
  ["mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "auth_openidc"];

const configuration = ({ folder, port, upstream, issuer, clientId, secret }) => `
ServerRoot ${folder}
ServerName 127.0.0.1
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LogLevel warn
Listen 127.0.0.1:${port}
User www-data
Group www-data
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}

OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${secret}
OIDCRedirectURI http://127.0.0.1:${port}/secure/back
OIDCCryptoPassphrase only-for-this-test
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
<Location /secure>
  AuthType openid-connect
  Require valid-user
</Location>
ProxyPass /secure/back !
ProxyPass /secure http://127.0.0.1:${upstream}/
`;

/** What the protected page sees of the person: the claims that mod_auth_openidc put into headers. */
function protectedPage() {
  const server = createServer((request, response) => {
    const { oidc_claim_sub: sub, oidc_claim_name: name } = request.headers;
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(JSON.stringify({ sub, name }));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.end());
  });

/** Apache on a port, protecting `/secure` for a registered site. */
export async function apache({ port, issuer, clientId, secret }) {
  const folder = mkdtempSync(join(tmpdir(), "apache-"));
  const page = await protectedPage();
  const file = join(folder, "apache.conf");
  writeFileSync(file, configuration({ folder, port, upstream: page.address().port, issuer, clientId, secret }));
  const child = spawn("/usr/sbin/apache2", ["-d", folder, "-f", file, "-D", "FOREGROUND"], { stdio: "inherit" });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await waitFor(() => accepts(port), "Apache");
  return {
    page: `http://127.0.0.1:${port}/secure/`,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      page.closeAllConnections();
      page.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
