//! From when until when a token is good.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::clock::Moment;
use crate::error::Cause;

/// How far the clock of the issuer may be ahead of ours.
pub(crate) const AHEAD: Duration = Duration::from_secs(60);
/// No token of Portico's lives longer: what is remembered of endings is forgotten after that.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(30 * 60);
/// The last second of the year 9999. No date lies beyond it.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// A moment since 1970, as a token says it in seconds (RFC 7519 §2, NumericDate).
#[derive(Clone, Copy)]
pub(crate) struct Date(Duration);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(from)?;
        if !(0.0..=LAST_SECOND).contains(&seconds) {
            return Err(serde::de::Error::custom("no date"));
        }
        Ok(Self(Duration::from_secs_f64(seconds)))
    }
}

/// What a token says of its life, each since 1970.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) iat: Duration,
    /// `iat`, or `nbf` where that is later.
    begins: Duration,
    pub(crate) exp: Duration,
}

impl Times {
    /// Those of a life that is neither nothing nor longer than any of Portico's.
    pub(crate) fn of(Date(iat): Date, nbf: Option<Date>, Date(exp): Date) -> Result<Self, Cause> {
        if exp <= iat || exp - iat > LONGEST_LIFE {
            return Err(Cause::Claims);
        }
        Ok(Self { iat, begins: nbf.map_or(iat, |Date(nbf)| nbf.max(iat)), exp })
    }

    /// Whether the token is good now, as far as that hangs on the time.
    pub(crate) fn check(&self, now: Moment) -> Result<(), Cause> {
        if self.exp <= now.since_epoch {
            return Err(Cause::Expired);
        }
        if self.begins > now.since_epoch + AHEAD {
            return Err(Cause::NotYet);
        }
        Ok(())
    }
}
