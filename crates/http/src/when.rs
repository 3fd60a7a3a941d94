//! Points in time as people read them, in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use portico_core::moment::Moment;

use crate::page::Stamp;
use crate::page::words::Words;

/// `21 Nov 2026, 14:05 UTC` as the language writes it, and the same for machines (RFC 3339).
///
/// A moment beyond what calendars go to is shown as the last one that there is.
pub fn stamp(moment: Moment, words: &Words) -> Stamp {
    let time = timestamp(moment).to_zoned(TimeZone::UTC);
    let values = [
        ("day", time.day().into()),
        ("month", time.month().into()),
        ("year", time.year().into()),
        ("time", time.strftime("%H:%M").to_string().into()),
    ];
    Stamp { text: words.say_plainly("when-stamp", &values), datetime: rfc3339(moment) }
}

/// The moment in whole seconds by RFC 3339, such as `2026-11-21T14:05:00Z`.
pub fn rfc3339(moment: Moment) -> String {
    timestamp(moment).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The moment of a text by RFC 3339, such as `2026-11-21T14:05:00Z`, in milliseconds.
pub fn parse(text: &str) -> Option<Moment> {
    let time: Timestamp = text.parse().ok()?;
    Some(Moment::from_millis(time.as_millisecond()))
}

fn timestamp(moment: Moment) -> Timestamp {
    let end = if moment.millis() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(moment.seconds()).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::preferred;

    #[test]
    fn a_moment_reads_for_people_and_for_machines() {
        for (language, text) in [
            ("en", "21 Nov 2026, 14:05 UTC"),
            ("zh-CN", "2026年11月21日 14:05（UTC）"),
            ("ru", "21 ноября 2026 г., 14:05 UTC"),
        ] {
            let stamp = stamp(Moment::from_millis(1_795_269_900_999), preferred([language]));
            assert_eq!(stamp.text, text);
            assert_eq!(stamp.datetime, "2026-11-21T14:05:00Z");
        }
    }

    #[test]
    fn every_month_has_its_name() {
        for language in ["en", "zh-CN", "ru"] {
            let month = |i: i64| stamp(Moment::from_millis(i * 31 * 86_400_000), preferred([language])).text;
            let names: std::collections::BTreeSet<_> =
                (0..12).map(|i| month(i).replace(|c: char| c.is_ascii_digit(), "")).collect();
            assert_eq!(names.len(), if language == "zh-CN" { 1 } else { 12 }, "{names:?}");
        }
    }

    #[test]
    fn a_moment_is_read_by_rfc_3339_and_in_no_other_way() {
        assert_eq!(parse("2026-11-21T15:05:00+01:00"), Some(Moment::from_seconds(1_795_269_900)));
        for bad in ["", "2026-11-21", "1795269900", "21 Nov 2026", "2026-13-21T14:05:00Z", "yesterday"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_end_of_all_calendars_is_shown_too() {
        assert_eq!(rfc3339(Moment::from_millis(i64::MAX)), "9999-12-30T22:00:00Z");
        assert!(rfc3339(Moment::from_millis(i64::MIN)).starts_with('-'));
    }
}
