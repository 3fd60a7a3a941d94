/// Portico for a super app that is written in Flutter: signing in, opening mini-programs in WebViews and in Flutter
/// engines of their own, consent, and the end of sessions.
library;

export 'src/flutter/flutter_module.dart';
export 'src/flutter/mini_program_view.dart';
export 'src/flutter/system_browser.dart';
export 'src/flutter/web_view_place.dart';
export 'src/host/browser.dart';
export 'src/host/consent.dart' show ConsentRequest;
export 'src/host/host_events.dart';
export 'src/host/mini_program.dart' show MiniProgram;
export 'src/host/place.dart';
export 'src/host/portico_host.dart';
export 'src/host/sign_in.dart' show SignInOptions;
export 'src/host/token_set.dart' show HostSession;
export 'src/host/token_store.dart' show MemoryTokenStore, TokenStore;
export 'src/shared/environment.dart';
export 'src/shared/errors.dart';
export 'src/shared/http.dart';
export 'src/shared/io_http.dart';
export 'src/shared/messages.dart' show BridgeMessage;
