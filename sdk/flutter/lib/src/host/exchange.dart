import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/request.dart';
import 'issuer.dart';
import 'token_set.dart';
import 'tokens.dart';

/// What an exchange is to give.
enum Wanted {
  /// A launch token.
  launchToken(null),

  /// A code with which the mini-program's back end signs the person in.
  loginCode('urn:portico:token-type:login-code'),

  /// A code for the person's phone number; needs `phone.verified`.
  phoneCode('urn:portico:token-type:phone-code');

  /// Named to the token endpoint as this type.
  const Wanted(this._type);

  final String? _type;
}

/// What an exchange gave: a launch token, or a code.
final class Exchanged {
  /// [value], good until [expiresAt].
  const Exchanged(this.value, this.scope, this.expiresAt, this.lifetime);

  /// The token, or the code.
  final String value;

  /// What it opens: scopes separated by one space.
  final String scope;

  /// Until when.
  final DateTime expiresAt;

  /// How long it lives in all.
  final Duration lifetime;

  /// The same, opening [scope] only.
  Exchanged opening(String scope) => Exchanged(value, scope, expiresAt, lifetime);
}

/// Token exchange (RFC 8693) of the host's access token.
final class Exchange {
  /// Exchanges tokens of [_tokens] at [_issuer].
  Exchange(this._environment, this._issuer, this._tokens);

  final Environment _environment;
  final Issuer _issuer;
  final Tokens _tokens;

  /// Exchanges the token of [session] for [appId]: it must be the one that is here, and still be when the answer comes.
  /// [prompt] `none` never asks and takes what there is; `consent` asks again.
  ///
  /// Throws [ConsentRequired], [AccessDenied], [UnknownMiniProgram], [SessionExpired], [Unreachable];
  /// [PorticoException] `invalid_scope` beyond the manifest.
  Future<Exchanged> run(
    HostSession session,
    String appId, {
    String? scope,
    String? prompt,
    String? theme,
    String? locale,
    Wanted wanted = Wanted.launchToken,
  }) => _tokens.using(
    session,
    (token) => _once(appId, {
      'grant_type': 'urn:ietf:params:oauth:grant-type:token-exchange',
      'subject_token': token,
      'subject_token_type': 'urn:ietf:params:oauth:token-type:access_token',
      'audience': appId,
      'scope': scope,
      'prompt': prompt,
      'theme': theme,
      'ui_locales': locale,
      'requested_token_type': wanted._type,
    }),
    // An expired subject token is an invalid request; without a session there is no grant.
    (error) => switch (error.code) {
      'invalid_request' => Refusal.stale,
      'invalid_grant' => Refusal.over,
      _ => null,
    },
  );

  Future<Exchanged> _once(String appId, Map<String, String?> fields) async {
    final asked = _environment.now();
    final answer = await _issuer.token(fields, refuse: (answer) => _refusal(appId, answer));
    final lifetime = lifetimeOf(answer), value = answer.text('access_token');
    if (value.isEmpty || lifetime <= Duration.zero) throw const Unreachable('an answer without a token');
    return Exchanged(value, answer.text('scope'), asked.add(lifetime), lifetime);
  }

  PorticoException _refusal(String appId, Answer answer) {
    final body = answer.body;
    return switch (body.text('error')) {
      'consent_required' when body.text('consent_uri').isNotEmpty => ConsentRequired(
        appId,
        body.text('scope'),
        body.text('consent_uri'),
        body.text('consent_request'),
      ),
      'invalid_target' => UnknownMiniProgram(appId),
      _ => refusal(answer),
    };
  }
}
