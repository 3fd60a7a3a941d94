import '../shared/errors.dart';

/// The mini-program's end of the bridge, as a platform has it. It hears the host alone.
abstract interface class HostLink {
  /// Calls [heard] with whatever the host says, in any form, from now on.
  void listen(void Function(Object? data) heard);

  /// Says [message] to the host.
  ///
  /// Throws [NoHost] when there is none.
  Future<void> send(Map<String, Object?> message);

  /// Stops listening.
  Future<void> close();
}
