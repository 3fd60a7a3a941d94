import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import 'browser.dart';
import 'issuer.dart';
import 'pkce.dart';
import 'redirect.dart';

/// How somebody is to be signed in. Everything is optional (OpenID Connect Core 1.0 §3.1.2.1).
final class SignInOptions {
  /// Leaves to Portico what is not given.
  const SignInOptions({this.prompt, this.maxAge, this.loginHint, this.acrValues});

  /// `none`, `login`, `consent`, `select_account`, or several, separated by a space.
  final String? prompt;

  /// How old the last active sign-in may be.
  final Duration? maxAge;

  /// Who is probably about to sign in.
  final String? loginHint;

  /// How strongly: authentication context classes, separated by a space.
  final String? acrValues;
}

/// Signing in by authorization code with PKCE, `state`, `nonce` and `iss` (RFC 9700 §2.1, RFC 9207).
final class SignIn {
  /// Signs in at [_issuer] for [_scope], by way of [_browser].
  SignIn(this._environment, this._issuer, this._browser, this._redirectUri, this._scope);

  final Environment _environment;
  final Issuer _issuer;
  final Browser _browser;
  final Uri _redirectUri;
  final String _scope;

  /// The token endpoint's answer, whose ID token belongs to this sign-in.
  ///
  /// Throws [SignInFailed] when it was refused, closed, or answered by somebody else; [Unreachable].
  Future<Json> run(SignInOptions options, String locale) async {
    final [state, verifier, nonce] = List.generate(3, (_) => secretText(_environment));
    final page = (await _issuer.metadata()).authorizationEndpoint.replace(
      queryParameters: {
        'response_type': 'code',
        'client_id': _issuer.clientId,
        'redirect_uri': '$_redirectUri',
        'scope': _scope,
        'state': state,
        'nonce': nonce,
        'code_challenge': await challenge(_environment, verifier),
        'code_challenge_method': 'S256',
        'ui_locales': locale,
        if (options.prompt case final prompt?) 'prompt': prompt,
        if (options.maxAge case final age?) 'max_age': '${age.inSeconds}',
        if (options.loginHint case final hint?) 'login_hint': hint,
        if (options.acrValues case final values?) 'acr_values': values,
      },
    );
    final back = await _browser.open(page, returnTo: _redirectUri);
    if (back == null) throw const SignInFailed('cancelled', 'the sign-in page was closed');
    final code = _code(parametersOf(back, _redirectUri), state);
    final tokens = await _issuer.token({
      'grant_type': 'authorization_code',
      'code': code,
      'redirect_uri': '$_redirectUri',
      'code_verifier': verifier,
    }, refuse: (answer) => SignInFailed(answer.body.text('error')));
    _checkIdToken(unverifiedClaims(tokens.text('id_token')), nonce);
    return tokens;
  }

  String _code(Map<String, String> answer, String state) {
    if (answer['state'] != state) throw const SignInFailed('state_mismatch', 'an answer to another question');
    if (answer['iss'] != _issuer.url) throw const SignInFailed('issuer_mismatch', 'another issuer answered');
    if (answer['error'] case final error?) throw SignInFailed(error, answer['error_description']);
    return answer['code'] ?? '';
  }

  /// OpenID Connect Core 1.0 §3.1.3.7; the signature may be left out, for the token came from the endpoint itself.
  void _checkIdToken(Json claims, String nonce) {
    final audience = switch (claims['aud']) {
      final List<Object?> several => several,
      final one => [one],
    };
    final expiry = claims['exp'];
    final good =
        claims['iss'] == _issuer.url &&
        audience.contains(_issuer.clientId) &&
        (claims['azp'] == null || claims['azp'] == _issuer.clientId) &&
        expiry is int &&
        DateTime.fromMillisecondsSinceEpoch((expiry + 60) * 1000).isAfter(_environment.now()) &&
        claims['nonce'] == nonce;
    if (!good) throw const SignInFailed('invalid_id_token', 'the ID token is not for this sign-in');
  }
}
