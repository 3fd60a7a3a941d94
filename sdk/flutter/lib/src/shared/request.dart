import 'dart:async';
import 'dart:convert';

import 'environment.dart';
import 'errors.dart';
import 'http.dart';
import 'jwt.dart';
import 'origin.dart';

const Duration _patience = Duration(seconds: 30);

/// An answer with its whole body.
typedef Answer = ({int status, bool ok, Json body});

/// One request, up to the head of its answer.
///
/// Throws [Unreachable] when there is no answer, or one that asks to come back later (429, 5xx).
Future<HttpResponse> begin(Environment environment, HttpRequest request) async {
  final HttpResponse response;
  try {
    response = await environment.http.send(request);
  } on Object {
    throw Unreachable('no answer from ${request.url.origin}');
  }
  if (response.status == 429 || response.status >= 500) {
    await _discard(response);
    final seconds = int.tryParse(response.headers['retry-after'] ?? '');
    throw Unreachable(
      '${response.status} from ${request.url.path}',
      // At once would be without end.
      seconds == null || seconds <= 0 ? null : Duration(seconds: seconds),
    );
  }
  return response;
}

/// One request and the JSON object of its answer, empty where there is none. All of it is given half a minute, so that
/// nobody waits for ever who shares it.
///
/// Throws as [begin].
Future<Answer> ask(Environment environment, HttpRequest request) async {
  final late = Completer<void>();
  final timer = environment.timer(_patience, late.complete);
  try {
    return await Future.any([
      _ask(environment, request, late.future),
      late.future.then((_) => throw Unreachable('no answer from ${request.url.origin} in time')),
    ]);
  } finally {
    timer.cancel();
  }
}

Future<Answer> _ask(Environment environment, HttpRequest request, Future<void> late) async {
  final abortable = HttpRequest(
    request.url,
    method: request.method,
    headers: request.headers,
    body: request.body,
    aborted: late,
  );
  final response = await begin(environment, abortable);
  final text = StringBuffer(), read = Completer<void>();
  final pieces = const Utf8Decoder(allowMalformed: true)
      .bind(response.body)
      .listen(text.write, onError: read.completeError, onDone: read.complete, cancelOnError: true);
  unawaited(late.then((_) => pieces.cancel()));
  try {
    await read.future;
  } on Object {
    throw Unreachable('the answer from ${request.url.origin} broke off');
  }
  return (status: response.status, ok: response.ok, body: jsonObject('$text'));
}

Future<void> _discard(HttpResponse response) => response.body.listen(null, onError: (_) {}).cancel();

/// A form (RFC 6749 appendix B) of the [fields] that are not `null`.
HttpRequest formPost(Uri url, Map<String, String?> fields) => HttpRequest(
  url,
  method: 'POST',
  headers: const {'content-type': 'application/x-www-form-urlencoded'},
  body: [
    for (final MapEntry(:key, :value) in fields.entries)
      if (value != null) '${Uri.encodeQueryComponent(key)}=${Uri.encodeQueryComponent(value)}',
  ].join('&'),
);

/// The exception behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457).
PorticoException refusal(Answer answer) {
  String first(List<String> names, String otherwise) =>
      names.map(answer.body.text).firstWhere((text) => text.isNotEmpty, orElse: () => otherwise);
  final code = first(const ['error', 'code'], 'http_${answer.status}');
  final message = first(const ['error_description', 'detail'], code);
  return code == 'access_denied' ? AccessDenied(message) : PorticoException(code, message);
}

/// What discovery announces (OpenID Connect Discovery 1.0 §3), as far as this package uses it.
final class Metadata {
  Metadata._(Json document)
    : authorizationEndpoint = _endpoint(document, 'authorization_endpoint'),
      tokenEndpoint = _endpoint(document, 'token_endpoint'),
      revocationEndpoint = _endpoint(document, 'revocation_endpoint'),
      userinfoEndpoint = _endpoint(document, 'userinfo_endpoint');

  /// Where people sign in.
  final Uri authorizationEndpoint;

  /// Where tokens come from.
  final Uri tokenEndpoint;

  /// Where tokens go back to.
  final Uri revocationEndpoint;

  /// Where the claims are.
  final Uri userinfoEndpoint;

  /// Reads the `/.well-known/openid-configuration` of [issuer].
  ///
  /// Throws [PorticoException] `invalid_issuer` when the document names another issuer, or an endpoint that is neither
  /// https nor loopback; `invalid_origin` for such an [issuer].
  static Future<Metadata> discover(Environment environment, String issuer) async {
    originOf(issuer);
    final url = Uri.parse('${withoutSlash(issuer)}/.well-known/openid-configuration');
    final answer = await ask(environment, HttpRequest(url));
    if (!answer.ok || answer.body.text('issuer') != issuer) {
      throw PorticoException('invalid_issuer', 'discovery does not speak for $issuer');
    }
    return Metadata._(answer.body);
  }

  static Uri _endpoint(Json document, String name) {
    final endpoint = Uri.tryParse(document.text(name)) ?? Uri();
    try {
      exactOrigin(endpoint);
    } on PorticoException {
      throw PorticoException('invalid_issuer', 'discovery names no safe $name');
    }
    return endpoint;
  }
}

/// [issuer] without a slash at its end, to put a path behind.
String withoutSlash(String issuer) =>
    issuer.endsWith('/') ? issuer.substring(0, issuer.length - 1) : issuer;
