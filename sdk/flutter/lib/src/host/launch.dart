import '../shared/errors.dart';
import '../shared/messages.dart';
import '../shared/scope.dart';
import 'exchange.dart';

/// How a mini-program is launched, with every field decided.
final class Launch {
  /// Launches [appId].
  ///
  /// Throws [PorticoException] `invalid_launch` when a field is not well-formed.
  Launch(this.appId, {required this.theme, required this.locale, this.scope, this.path = ''}) {
    if (_message('a.b.c', 'openid', 1, null) == null) {
      throw const PorticoException('invalid_launch', 'appId, theme, locale or path is not well-formed');
    }
  }

  /// The mini-program's id.
  final String appId;

  /// Scopes to ask for; `null` asks for all that the manifest names.
  final String? scope;

  /// The colour theme.
  final String theme;

  /// The language, a BCP 47 tag.
  final String locale;

  /// Where in the mini-program to begin, relative to its entry.
  final String path;

  /// The same, asking for [scope].
  Launch asking(String? scope) => Launch(appId, scope: scope, theme: theme, locale: locale, path: path);

  /// The same, asking for [more] as well; one that asks for all asks for that already.
  Launch askingToo(String more) => scope == null ? this : asking(union(scope!, more));

  /// The same, asking no more for [refused].
  Launch askingWithout(String refused) => scope == null ? this : asking(without(scope!, refused));

  /// The same for another person: asking for [scope], at the start page.
  Launch afresh(String? scope) => Launch(appId, scope: scope, theme: theme, locale: locale);

  /// The same in another [theme].
  Launch inTheme(String theme) => Launch(appId, scope: scope, theme: theme, locale: locale, path: path);

  /// The message that launches with [token], and answers the question [id].
  ///
  /// Throws [PorticoException] `invalid_response` when Portico gave something else than a launch token.
  BridgeMessage message(Exchanged token, DateTime now, {String? id}) =>
      _message(token.value, token.scope, secondsLeft(token, now), id) ??
      (throw const PorticoException('invalid_response', 'this is no launch token'));

  BridgeMessage? _message(String token, String scope, int seconds, String? id) => BridgeMessage.fromHost({
    'portico': bridgeVersion,
    'type': 'launch',
    if (id != null) 'id': id,
    'miniProgramId': appId,
    'token': token,
    'scope': scope,
    'expiresIn': seconds,
    'theme': theme,
    'locale': locale,
    'path': path,
  });
}

/// The seconds that [token] has left, as the bridge's messages say it: 1 to 1800.
int secondsLeft(Exchanged token, DateTime now) => token.expiresAt.difference(now).inSeconds.clamp(1, 1800);
