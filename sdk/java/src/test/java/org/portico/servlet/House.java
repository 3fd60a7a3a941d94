package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.portico.Vectors;

/** The real server, one host and one app, and people who sign in by an assertion of the host's. */
final class House implements AutoCloseable {
    static final String APP = "org.example.taxi";
    private static final String HOST = "super-app";
    private static final String PEOPLE = "https://people.example";
    private static final Pattern READY = Pattern.compile("portico: ready on http://\\S+:([0-9]+) .*");

    private final HttpClient http = HttpClient.newHttpClient();
    private final OctetKeyPairJsonWebKey key;
    private final Path data;
    private final Process process;
    private final String issuer;
    private final String secret;
    private int people;

    /** A person who is signed in. */
    record Person(House house, String token) {
        /** Launches the app with everything granted that it asks for. */
        String launch() throws Exception {
            Map<String, Object> answer = ask();
            if ("consent_required".equals(answer.get("error"))) {
                Map<String, Object> decision = new HashMap<>();
                decision.put("granted", Arrays.asList(((String) answer.get("scope")).split(" ")));
                decision.put("refused", List.of());
                house.me("POST", "/v1/consents/" + answer.get("consent_request"), token, decision);
                answer = ask();
            }
            return (String) answer.get("access_token");
        }

        private Map<String, Object> ask() throws Exception {
            return house.token(Map.of(
                    "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                    "subject_token", token,
                    "subject_token_type", "urn:ietf:params:oauth:token-type:access_token",
                    "audience", APP));
        }

        /** Withdraws everything but these. */
        void keep(String scope) throws Exception {
            house.me("PATCH", "/v1/me/apps/" + APP, token, Map.of("scope", "openid " + scope));
        }

        void signOut() throws Exception {
            house.me("DELETE", "/v1/me/sessions/current", token, Map.of());
        }
    }

    House(Path folder, String logoutUri) throws Exception {
        this(folder, logoutUri, null);
    }

    /** With a proxy, the issuer's address is the proxy's. */
    House(Path folder, String logoutUri, Proxy proxy) throws Exception {
        key = OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519);
        key.setKeyId("people");
        data = folder.resolve("data");
        List<String> serve = new ArrayList<>(List.of("serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"));
        if (proxy != null) {
            serve.addAll(List.of("--issuer", proxy.url()));
        }
        process = command(serve).start();
        Matcher ready = READY.matcher(firstLine(process));
        assertTrue(ready.matches(), "the server did not start");
        int port = Integer.parseInt(ready.group(1));
        issuer = proxy == null ? "http://127.0.0.1:" + port : proxy.url();
        if (proxy != null) {
            proxy.target = port;
        }
        register("developers", Map.of("developer_id", "acme", "name", "Acme"));
        register("hosts", host());
        secret = (String) register("apps", manifest(logoutUri)).get("client_secret");
    }

    String issuer() {
        return issuer;
    }

    String secret() {
        return secret;
    }

    private ProcessBuilder command(List<String> arguments) {
        String binary = System.getenv().getOrDefault("PORTICO_BIN", "../../target/release/portico");
        assertTrue(Files.isExecutable(Path.of(binary)), "PORTICO_BIN names no server");
        List<String> command = new ArrayList<>(List.of(binary));
        command.addAll(arguments);
        command.addAll(List.of("--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        // The server reads every PORTICO_* variable as configuration.
        builder.environment().keySet().removeIf(name -> name.startsWith("PORTICO_"));
        return builder;
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader lines = process.inputReader();
        return String.valueOf(lines.readLine());
    }

    Map<String, Object> cli(String input, String... arguments) throws Exception {
        Process run = command(List.of(arguments)).start();
        run.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        run.getOutputStream().close();
        String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, run.waitFor(), String.join(" ", arguments));
        return JsonUtil.parseJson(printed);
    }

    private Map<String, Object> register(String kind, Map<String, Object> document) throws Exception {
        return cli(JsonUtil.toJson(document), kind, "register", "-");
    }

    private Map<String, Object> host() {
        Map<String, Object> jwk = new LinkedHashMap<>(key.toParams(OutputControlLevel.PUBLIC_ONLY));
        jwk.putAll(Map.of("alg", "EdDSA", "use", "sig"));
        Map<String, Object> trusted = Map.of(
                "issuer", PEOPLE, "audience", issuer, "user_claim", "sub", "jwks", Map.of("keys", List.of(jwk)));
        return Map.of(
                "host_id", HOST, "name", "Super App", "token_endpoint_auth_method", "none",
                "redirect_uris", List.of("https://app.example/"), "origins", List.of("https://app.example"),
                "trusted_issuers", List.of(trusted));
    }

    /** A W3C MiniApp manifest with Portico's own part. */
    private static Map<String, Object> manifest(String logoutUri) {
        Map<String, Object> portico = Map.of(
                "developer", "acme", "kind", "webview", "entry", "https://taxi.example/",
                "origins", List.of("https://taxi.example"), "backchannel_logout_uri", logoutUri,
                "backend", Map.of("token_endpoint_auth_method", "client_secret_basic"));
        return Map.of(
                "app_id", APP, "name", "Taxi", "version", Map.of("code", 1, "name", "1.0.0"),
                "icons", List.of(Map.of("src", "https://taxi.example/48.png", "sizes", "48x48")),
                "platform_version", Map.of("min_code", 1), "pages", List.of("pages/index/index"),
                "req_permissions", List.of(
                        Map.of("name", "profile.basic", "reason", "to greet you"),
                        Map.of("name", "phone.verified", "reason", "to call you")),
                "portico", portico);
    }

    /** Signs in somebody new, with a verified phone. */
    Person signIn() throws Exception {
        long now = System.currentTimeMillis() / 1000;
        int number = people++;
        Map<String, Object> claims = new HashMap<>(Map.of(
                "iss", PEOPLE, "aud", issuer, "sub", "person-" + number, "jti", "assertion-" + number,
                "iat", now, "exp", now + 60, "name", "Ana", "phone_number_verified", true));
        claims.put("phone_number", "+35191%07d".formatted(number));
        JsonWebSignature assertion = new JsonWebSignature();
        assertion.setPayload(JsonUtil.toJson(claims));
        assertion.setAlgorithmHeaderValue("EdDSA");
        assertion.setKeyIdHeaderValue("people");
        assertion.setKey(key.getPrivateKey());
        Map<String, Object> answer = token(Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion", assertion.getCompactSerialization(),
                "scope", "openid host"));
        return new Person(this, (String) answer.get("access_token"));
    }

    private Map<String, Object> token(Map<String, String> form) throws Exception {
        Map<String, String> fields = new HashMap<>(form);
        fields.put("client_id", HOST);
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(issuer + "/oauth/token"))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))
                .build();
        return JsonUtil.parseJson(http.send(request, BodyHandlers.ofString()).body());
    }

    private void me(String method, String path, String token, Map<String, Object> document) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(issuer + path))
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .method(method, BodyPublishers.ofString(document.isEmpty() ? "" : JsonUtil.toJson(document)))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        assertEquals(2, answer.statusCode() / 100, answer.body());
    }

    /** Whether the one logout token that was due was taken in. */
    boolean isDelivered() throws Exception {
        List<Map<String, Object>> listed = Vectors.list(cli("", "deliveries", "list"), "items");
        return listed.size() == 1
                && "delivered".equals(listed.get(0).get("state"))
                && listed.get(0).get("last_error") == null;
    }

    @Override
    public void close() {
        process.destroy();
        assertEquals(0, process.onExit().orTimeout(30, TimeUnit.SECONDS).join().exitValue());
    }
}
