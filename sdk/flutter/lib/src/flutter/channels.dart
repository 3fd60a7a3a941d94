import 'package:flutter/services.dart';

/// The bridge: what a host and a mini-program say to each other, one method per type of message. In the host's engine
/// every message names its `miniProgramId`; in a mini-program's the platform knows it.
const MethodChannel bridgeChannel = MethodChannel('super_app/mini_program_bridge');

/// Session events. In a mini-program's engine: what the host says unasked. In the host's engine: which mini-program has
/// been `closed`.
const EventChannel bridgeEvents = EventChannel('super_app/mini_program_bridge/events');

/// What pages in WebViews say, and what they are told.
const MethodChannel pageChannel = MethodChannel('super_app/mini_program_bridge/web_view');

/// The system's browser.
const MethodChannel browserChannel = MethodChannel('super_app/mini_program_bridge/browser');
