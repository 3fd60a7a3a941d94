import 'dart:async';

/// Time that passes when it is told to.
final class FakeClock {
  /// Begins on 21 November 2026.
  FakeClock() : _now = DateTime.utc(2026, 11, 21);

  DateTime _now;
  final List<FakeTimer> _timers = [];

  /// The time.
  DateTime now() => _now;

  /// How many timers wait.
  int get waiting => _timers.length;

  /// Calls [run] after [after].
  Timer timer(Duration after, void Function() run) {
    final timer = FakeTimer(_now.add(after), run, _timers.remove);
    _timers.add(timer);
    return timer;
  }

  /// Lets [duration] pass, with everything that is due in it.
  Future<void> elapse(Duration duration) async {
    final end = _now.add(duration);
    for (;;) {
      await _settle();
      final due = _timers.where((timer) => !timer.at.isAfter(end)).toList()..sort((a, b) => a.at.compareTo(b.at));
      if (due.isEmpty) break;
      if (due.first.at.isAfter(_now)) _now = due.first.at;
      due.first.fire();
    }
    _now = end;
    await _settle();
  }

  Future<void> _settle() async {
    for (var i = 0; i < 20; i++) {
      await Future<void>.delayed(Duration.zero);
    }
  }
}

/// A timer of a [FakeClock].
final class FakeTimer implements Timer {
  /// Due at [at].
  FakeTimer(this.at, this._run, this._remove);

  /// When it is due.
  final DateTime at;

  final void Function() _run;
  final void Function(FakeTimer) _remove;
  bool _active = true;

  /// Runs it.
  void fire() {
    cancel();
    _run();
  }

  @override
  void cancel() {
    _active = false;
    _remove(this);
  }

  @override
  bool get isActive => _active;

  @override
  int get tick => _active ? 0 : 1;
}
