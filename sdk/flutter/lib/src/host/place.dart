import '../shared/messages.dart';

/// One document (of a WebView) or one run (of a Flutter module) of a mini-program: what may be spoken to once it has
/// said `ready`, until it is gone.
abstract interface class Document {
  /// Says [message] to this very document; nothing happens once it is gone.
  void send(BridgeMessage message);
}

/// What a [Place] tells the host.
abstract interface class PlaceListener {
  /// [message] is what [from] said, in any form; nothing about it is known but who said it.
  void heard(Document from, BridgeMessage message);

  /// What was here is gone: a navigation has begun, the engine has stopped.
  void gone();

  /// The person closed it.
  void closed();
}

/// Where a mini-program runs: a WebView, a Flutter engine of its own, or what else an app has.
///
/// A place vouches for its senders: it hears the mini-program's main document alone, and only at the mini-program's own
/// origin, as the platform names it.
abstract interface class Place {
  /// The origins of the mini-program, exact; none where it is no web page.
  Set<String> get origins;

  /// Opens the mini-program. Its first document will say `ready`, and is launched then.
  ///
  /// [launch] is how it is to begin; a place has no need to keep the token in it.
  Future<void> open(BridgeMessage launch, PlaceListener listener);

  /// Opens it anew with [launch], without the documents before and their history: for another person, where nothing
  /// that the mini-program keeps for the one before is there for the next, neither cookies nor storage; or for the same
  /// one, whose document has given up.
  ///
  /// From the call on the documents before are heard no more. [listener] is that of [open], and is not told `closed`.
  Future<void> reopen(BridgeMessage launch, PlaceListener listener);

  /// Closes it; afterwards nothing is heard any more.
  Future<void> close();
}
