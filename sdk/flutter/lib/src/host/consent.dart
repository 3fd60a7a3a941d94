import '../shared/errors.dart';
import 'browser.dart';
import 'launch.dart';
import 'redirect.dart';

/// A question to the person, as `onConsentRequired` of the host is given it.
final class ConsentRequest {
  ConsentRequest._(this.appId, this.scope, this.request, this.page);

  /// The question behind [required], whose page ends at [returnTo].
  ///
  /// Throws [PorticoException] `invalid_consent_uri` when the page is not one of the issuer's.
  factory ConsentRequest.of(
    ConsentRequired required, {
    required String issuer,
    required Uri returnTo,
    required String theme,
    required String locale,
  }) {
    final page = Uri.tryParse(required.consentUri);
    if (page == null || !page.hasScheme || page.origin != Uri.parse(issuer).origin) {
      throw const PorticoException('invalid_consent_uri', 'the consent page is not at the issuer');
    }
    return ConsentRequest._(
      required.appId,
      required.scope,
      required.consentRequest,
      page.replace(
        queryParameters: {
          ...page.queryParameters,
          'return_to': '$returnTo',
          'ui_locales': locale,
          'theme': theme,
        },
      ),
    );
  }

  /// The mini-program that asks.
  final String appId;

  /// The scopes that have never been decided.
  final String scope;

  /// The request's id, for `consent` and `decide` of the host.
  final String request;

  /// The page that asks, complete with where it ends, language and theme. It opens once, within ten minutes, in the
  /// browser.
  final Uri page;
}

/// Has the person decide what a mini-program asks for.
final class Consents {
  /// In the app's own way [_ask], or on a page of [_issuer] in [_browser], which ends at [_returnTo].
  const Consents(this._issuer, this._browser, this._returnTo, this._ask);

  final String _issuer;
  final Browser _browser;
  final Uri _returnTo;
  final Future<void> Function(ConsentRequest request)? _ask;

  /// Completes once the person has decided what is [required] for [launch].
  ///
  /// Throws [required] when they closed the page, [ConsentExpired] when it was too old.
  Future<void> decide(ConsentRequired required, Launch launch) async {
    final question = ConsentRequest.of(
      required,
      issuer: _issuer,
      returnTo: _returnTo,
      theme: launch.theme,
      locale: launch.locale,
    );
    if (_ask case final ask?) return ask(question);
    final back = await _browser.open(question.page, returnTo: _returnTo);
    if (back == null) throw required;
    if (parametersOf(back, _returnTo)['consent'] != 'done') throw ConsentExpired(required.appId);
  }
}
