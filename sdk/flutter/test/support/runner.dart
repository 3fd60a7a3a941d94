import 'dart:async';
import 'dart:io';

typedef _Case = ({String name, FutureOr<void> Function() body});

final List<_Case> _cases = [];
final List<FutureOr<void> Function()> _atEnd = [];

/// Registers a test; its [name] is a sentence.
void test(String name, FutureOr<void> Function() body) => _cases.add((name: name, body: body));

/// Runs [body] after the last test.
void atEnd(FutureOr<void> Function() body) => _atEnd.add(body);

/// Runs what was registered, one after the other, and ends with the totals and a matching exit code. [only] keeps the
/// tests whose names contain it.
Future<void> runAll(String only) async {
  var passed = 0, failed = 0;
  for (final (:name, :body) in _cases.where((each) => each.name.contains(only))) {
    Object? stray;
    StackTrace? at;
    final watch = Stopwatch()..start();
    final done = Completer<void>();
    runZonedGuarded(
      () async {
        try {
          await Future.sync(body).timeout(const Duration(seconds: 60));
          // What nobody awaited fails the test that began it.
          await Future<void>.delayed(Duration.zero);
        } finally {
          done.complete();
        }
      },
      (error, trace) {
        stray ??= error;
        at ??= trace;
      },
    );
    await done.future;
    await Future<void>.delayed(Duration.zero);
    if (stray == null) {
      passed += 1;
      stdout.writeln('ok   $name (${watch.elapsedMilliseconds} ms)');
    } else {
      failed += 1;
      stdout.writeln('FAIL $name\n     $stray\n$at');
    }
  }
  for (final end in _atEnd) {
    await end();
  }
  stdout.writeln('$passed passed, $failed failed');
  exit(failed == 0 && passed > 0 ? 0 : 1);
}

/// Fails unless [good].
void check(bool good, [String why = 'it is not so']) {
  if (!good) throw StateError(why);
}

/// Fails unless [actual] is [expected], lists and maps by what they hold.
void expectEqual(Object? actual, Object? expected) {
  if (!_same(actual, expected)) throw StateError('expected <$expected>, got <$actual>');
}

/// The [T] that [body] throws; fails when it throws nothing or something else.
Future<T> expectThrows<T extends Object>(FutureOr<Object?> Function() body) async {
  final Object? value;
  try {
    value = await body();
  } on T catch (error) {
    return error;
  } on Object catch (error) {
    throw StateError('expected $T, got ${error.runtimeType}: $error');
  }
  throw StateError('expected $T, and nothing was thrown: $value');
}

/// Lets everything run that waits for nothing but its turn.
Future<void> settle() async {
  for (var i = 0; i < 20; i++) {
    await Future<void>.delayed(Duration.zero);
  }
}

bool _same(Object? a, Object? b) => switch ((a, b)) {
  (final List<Object?> a, final List<Object?> b) =>
    a.length == b.length && a.indexed.every((each) => _same(each.$2, b[each.$1])),
  (final Map<Object?, Object?> a, final Map<Object?, Object?> b) =>
    a.length == b.length && a.entries.every((each) => b.containsKey(each.key) && _same(each.value, b[each.key])),
  (final Set<Object?> a, final Set<Object?> b) => a.length == b.length && a.containsAll(b),
  _ => a == b,
};
