/// Everything of Portico that needs no Flutter: the host's and the mini-program's rules, on `dart:` libraries alone.
///
/// An app imports `host.dart` or `mini_program.dart`; this library is for tests, for command-line programs, and for
/// places and links of one's own.
library;

export 'src/host/browser.dart';
export 'src/host/consent.dart' show ConsentRequest;
export 'src/host/host_events.dart';
export 'src/host/mini_program.dart' show MiniProgram;
export 'src/host/place.dart';
export 'src/host/portico_host.dart';
export 'src/host/sign_in.dart' show SignInOptions;
export 'src/host/token_set.dart' show HostSession;
export 'src/host/token_store.dart' show MemoryTokenStore, TokenStore;
export 'src/mini_program/connection.dart';
export 'src/mini_program/host_link.dart';
export 'src/mini_program/session_events.dart';
export 'src/shared/environment.dart';
export 'src/shared/errors.dart';
export 'src/shared/http.dart';
export 'src/shared/io_http.dart';
export 'src/shared/messages.dart';
