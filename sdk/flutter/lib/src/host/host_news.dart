import '../shared/environment.dart';
import '../shared/jwt.dart';
import 'authorized.dart';
import 'event_parser.dart';
import 'follower.dart';
import 'host_events.dart';

/// Follows `GET /v1/events` and passes on what it says, as [heard].
Follower followNews(Environment environment, Authorized authorized, void Function(HostEvent) heard) {
  late final Follower follower;
  return follower = Follower(
    environment,
    open: (lastEventId, aborted) => authorized.open('/v1/events', {
      'accept': 'text/event-stream',
      if (lastEventId.isNotEmpty) 'last-event-id': lastEventId,
    }, aborted),
    heard: (event) {
      final news = hostEventOf(event);
      if (news is SessionEnded) follower.stop();
      if (news != null) heard(news);
    },
    online: ({required open}) => heard(Online(open: open)),
  );
}

/// What [event] tells a host, or `null` for pings and what this version does not know.
HostEvent? hostEventOf(StreamEvent event) {
  final data = jsonObject(event.data);
  return switch (event.type) {
    'session_expired' => SessionEnded(data.text('reason').isEmpty ? 'expired' : data.text('reason')),
    'consent_changed' => ConsentChanged(data.text('app_id'), data.text('scope'), data.text('removed')),
    'profile_changed' => ProfileChanged(switch (data['claims']) {
      final List<Object?> claims => claims.whereType<String>().toList(),
      _ => const [],
    }),
    _ => null,
  };
}
