import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/http.dart';
import '../shared/request.dart';
import 'issuer.dart';
import 'tokens.dart';

final class _Refused extends PorticoException {
  const _Refused() : super('invalid_token');
}

/// Requests to Portico's own paths, with the person's token.
final class Authorized {
  /// Requests to [_issuer] with [_tokens].
  Authorized(this._environment, this._issuer, this._tokens);

  final Environment _environment;
  final Issuer _issuer;
  final Tokens _tokens;

  /// One request and the JSON of its answer.
  ///
  /// Throws [SessionExpired] on 401 once a renewed token is refused too, [NotSignedIn], [Unreachable].
  Future<Answer> call(String path, {String method = 'GET', Map<String, String> headers = const {}, String? body}) =>
      _with((token) async {
        final answer = await ask(_environment, _request(path, token, method: method, headers: headers, body: body));
        return answer.status == 401 ? throw const _Refused() : answer;
      });

  /// Opens a stream of events, as [call].
  Future<HttpResponse> open(String path, Map<String, String> headers, Future<void> aborted) async {
    final session = _tokens.here();
    return _with((token) async {
      final response = await begin(_environment, _request(path, token, headers: headers, aborted: aborted));
      if (response.status != 401 && _tokens.isHere(session)) return response;
      await response.body.listen(null, onError: (_) {}).cancel();
      throw const _Refused();
    });
  }

  Future<T> _with<T>(Future<T> Function(String token) use) async =>
      _tokens.using(_tokens.here(), use, (error) => error is _Refused ? Refusal.over : null);

  HttpRequest _request(
    String path,
    String token, {
    String method = 'GET',
    Map<String, String> headers = const {},
    String? body,
    Future<void>? aborted,
  }) => HttpRequest(
    _issuer.at(path),
    method: method,
    headers: {...headers, 'authorization': 'Bearer $token'},
    body: body,
    aborted: aborted,
  );
}
