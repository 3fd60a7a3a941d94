import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/http.dart';
import '../shared/jwt.dart';
import '../shared/request.dart';

/// The profile endpoint (OpenID Connect Core 1.0 §5.3) of whichever issuer a token names.
final class UserInfo {
  /// Asks through [_environment].
  UserInfo(this._environment);

  final Environment _environment;
  final Map<String, Metadata> _known = {};

  /// The profile, or `null` when the token is refused.
  ///
  /// Throws [Unreachable], [AccessDenied], [PorticoException].
  Future<Json?> read(String token) async {
    final issuer = unverifiedClaims(token).text('iss');
    final metadata = _known[issuer] ??= await Metadata.discover(_environment, issuer);
    final request = HttpRequest(metadata.userinfoEndpoint, headers: {'authorization': 'Bearer $token'});
    final answer = await ask(_environment, request);
    if (answer.status == 401) return null;
    if (!answer.ok) throw refusal(answer);
    if (answer.body['sub'] is String) return answer.body;
    throw const PorticoException('invalid_response', 'userinfo answered without sub');
  }
}
