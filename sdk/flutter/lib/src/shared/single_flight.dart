/// Work of which at most one run is under way at any time.
final class SingleFlight<T> {
  /// Runs this when asked and idle.
  SingleFlight(this._work);

  final Future<T> Function() _work;
  Future<T>? _flying;

  /// The run that is under way, or a new one. All who ask during one run get the same answer, or error.
  Future<T> run() => _flying ??= _work().whenComplete(() => _flying = null);

  /// Waits until no run is under way; never fails.
  Future<void> settled() async {
    try {
      await _flying;
    } on Object {
      // Whoever asked for the run hears of it.
    }
  }
}
