/// Portico for a mini-program that is a Flutter module: a token that is always fresh, the profile, login codes,
/// permissions, and the news.
library;

export 'src/flutter/engine_link.dart' show connect;
export 'src/mini_program/connection.dart';
export 'src/mini_program/session_events.dart';
export 'src/shared/environment.dart';
export 'src/shared/errors.dart';
export 'src/shared/http.dart';
export 'src/shared/io_http.dart';
