import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/http.dart';
import '../shared/jwt.dart';
import '../shared/origin.dart';
import '../shared/request.dart';

/// Portico, as one host sees it.
final class Issuer {
  /// The issuer [url], seen by the host [clientId].
  ///
  /// Throws [PorticoException] `invalid_origin` unless it is https or loopback.
  Issuer(this._environment, this.url, this.clientId) : origin = originOf(url);

  /// The issuer's URL, exactly as its discovery document names it.
  final String url;

  /// The origin of its pages.
  final String origin;

  /// The host's id.
  final String clientId;

  final Environment _environment;
  Future<Metadata>? _metadata;

  /// The discovery document, read once; a failure is not remembered.
  Future<Metadata> metadata() => _metadata ??= Metadata.discover(_environment, url).onError<Object>((
    error,
    trace,
  ) {
    _metadata = null;
    Error.throwWithStackTrace(error, trace);
  });

  /// The address of one of Portico's own paths, such as `/v1/events`: whatever [path] is, the address is the issuer's.
  Uri at(String path) => Uri.parse('${withoutSlash(url)}/${path.startsWith('/') ? path.substring(1) : path}');

  /// Posts a form to the token endpoint as this client.
  ///
  /// Throws what [refuse] makes of an answer that is not 2xx.
  Future<Json> token(
    Map<String, String?> fields, {
    PorticoException Function(Answer) refuse = refusal,
  }) async => _post((await metadata()).tokenEndpoint, fields, refuse);

  /// Posts a form to the revocation endpoint as this client (RFC 7009).
  Future<void> revoke(Map<String, String?> fields) async =>
      _post((await metadata()).revocationEndpoint, fields, refusal);

  Future<Json> _post(Uri url, Map<String, String?> fields, PorticoException Function(Answer) refuse) async {
    final HttpRequest form = formPost(url, {'client_id': clientId, ...fields});
    final answer = await ask(_environment, form);
    return answer.ok ? answer.body : throw refuse(answer);
  }
}
