/// Whether a value is what a field holds; `null` stands for a field that is missing.
typedef Check = bool Function(Object? value);

/// The fields of one kind of message.
typedef Shape = Map<String, Check>;

Check _text(int most, String pattern) {
  final expression = RegExp(pattern);
  return (value) => value is String && value.length <= most && expression.hasMatch(value);
}

Check _optional(Check check) => (value) => value == null || check(value);

const String _scopeToken = r'[\x21\x23-\x5b\x5d-\x7e]+';

final Check _id = _text(64, r'^[\x21-\x7e]+$');
final Check _scope = _text(4096, '^$_scopeToken( $_scopeToken)*\$');
final Check _token = _text(16384, r'^[\w-]+\.[\w-]+\.[\w-]+$');
final Check _code = _text(1024, r'^[\x21-\x7e]+$');
final Check _word = _text(64, r'^[a-z][a-z0-9_-]*$');
final Check _theme = _text(32, r'^[a-z][a-z0-9-]*$');
final Check _locale = _text(35, r'^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$');
final Check _path = _text(2048, r'^(?!\/\/|[A-Za-z][A-Za-z0-9+.-]*:)[^\\\x00-\x20\x7f]*$');
final Check _appId = _text(255, r'^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$');

final Check _purpose = _optional((value) => value == 'phone');

bool _scopeOrNone(Object? value) => value == '' || _scope(value);

bool _seconds(Object? value) => value is int && value > 0 && value <= 1800;

/// Everything that a host may say.
final Map<String, Shape> hostShapes = {
  'launch': {
    'id': _optional(_id),
    'miniProgramId': _appId,
    'token': _token,
    'scope': _scope,
    'expiresIn': _seconds,
    'theme': _theme,
    'locale': _locale,
    'path': _path,
  },
  'token_renewed': {'id': _optional(_id), 'token': _token, 'expiresIn': _seconds},
  'login_code': {'id': _id, 'code': _code, 'expiresIn': _seconds, 'purpose': _purpose},
  'error': {'id': _id, 'error': _word},
  'consent_changed': {'scope': _scopeOrNone, 'removed': _scopeOrNone},
  'theme_changed': {'theme': _theme},
  'session_expired': {'reason': _word},
};

/// Everything that a mini-program may say.
final Map<String, Shape> miniProgramShapes = {
  'ready': {},
  'renew': {'id': _id},
  'login': {'id': _id, 'purpose': _purpose},
  'request_permission': {'id': _id, 'scope': _scope},
};
