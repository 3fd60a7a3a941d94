import '../shared/errors.dart';

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
