/// The documents that come and go in the main frame of a WebView, by the numbers that the platform gives to those that
/// speak: each is higher than those before.
///
/// That a load was begun says nothing: it may fail, or be a download, and the document stays. One is gone when another
/// speaks, or when another [began] to be shown. Where it cannot be told whose beginning that is, it stays until another
/// speaks: what is said to a document that is gone reaches nobody, but one that is taken for gone hears nothing more.
final class MainFrame {
  int _latest = 0;
  int? _shown;

  // A document can be heard before the platform says that one has begun. Until a load has [finished], the beginning
  // that follows its first word may be its own.
  bool _mayBegin = false;

  /// The number of the document that spoke last and is still there.
  int? get shown => _shown;

  /// Document [number] spoke: whether it is the one that is there now.
  bool spoke(int number) {
    if (number > _latest) {
      _latest = _shown = number;
      _mayBegin = true;
    }
    return number == _shown;
  }

  /// A document began to be shown, with [number] where the platform knows it; those that spoke before are gone.
  void began([int? number]) {
    if (number != null) {
      if (number > _latest) _latest = _shown = number;
    } else if (_mayBegin) {
      _mayBegin = false;
    } else {
      _shown = null;
    }
  }

  /// The document that is shown has been loaded: it began before.
  void finished() => _mayBegin = false;

  /// Whatever was there is gone.
  void left() {
    _shown = null;
    _mayBegin = false;
  }
}
