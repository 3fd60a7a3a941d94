//! WeChat's scopes and those of the catalogue.

use crate::noun::app::App;
use crate::scope::ScopeSet;

/// What a web authorization asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snsapi {
    /// The OpenID alone, without a question.
    Base,
    /// Name and picture as well.
    UserInfo,
}

/// The scope of the catalogue behind name and picture.
pub const PROFILE: &str = "profile.basic";
/// The scope of the catalogue behind `unionid`.
pub const UNION_ID: &str = "union_id";
/// The scope of the catalogue behind the phone number.
pub const PHONE: &str = "phone.verified";

impl Snsapi {
    /// Reads `scope`: several are separated by commas, of which the widest counts. `snsapi_login`, the name
    /// of the same thing on the web, is understood.
    pub fn read(text: &str) -> Option<Self> {
        text.split([',', ' ']).try_fold(Self::Base, |widest, one| match one {
            "snsapi_base" => Some(widest),
            "snsapi_userinfo" | "snsapi_login" => Some(Self::UserInfo),
            _ => None,
        })
    }

    /// The scope as an answer names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "snsapi_base",
            Self::UserInfo => "snsapi_userinfo",
        }
    }

    /// What is asked for in the catalogue's names. `unionid` is asked for along with name and picture, where
    /// the manifest names it: WeChat has no scope of its own for it.
    pub fn asks(self, app: &App) -> ScopeSet {
        let names: &[&str] = match self {
            Self::Base => &["openid"],
            Self::UserInfo => &["openid", PROFILE, UNION_ID],
        };
        let scopes = names.iter().filter_map(|name| name.parse().ok());
        // A profile that the manifest does not name is refused where it is asked for, not left out.
        scopes.filter(|scope| app.names(scope) || scope.as_str() == PROFILE).collect()
    }

    /// Which of the two holds, of what consent covers.
    pub fn holding(covered: &ScopeSet) -> Self {
        if covered.has(PROFILE) { Self::UserInfo } else { Self::Base }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::app::Permission;
    use crate::rule::sample::{app, client, scopes};

    #[test]
    fn the_widest_of_several_scopes_counts_and_an_unknown_one_is_refused() {
        assert_eq!(Snsapi::read("snsapi_base"), Some(Snsapi::Base));
        assert_eq!(Snsapi::read("snsapi_userinfo"), Some(Snsapi::UserInfo));
        assert_eq!(Snsapi::read("snsapi_login"), Some(Snsapi::UserInfo));
        assert_eq!(Snsapi::read("snsapi_userinfo,snsapi_base"), Some(Snsapi::UserInfo));
        for bad in ["", "openid", "snsapi_base,all", "SNSAPI_BASE"] {
            assert_eq!(Snsapi::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn base_asks_for_the_openid_alone_and_userinfo_for_the_union_id_where_the_manifest_names_it() {
        let mut taxi = app(&client("org.example.taxi")).clone();
        assert_eq!(Snsapi::Base.asks(&taxi), scopes("openid"));
        assert_eq!(Snsapi::UserInfo.asks(&taxi), scopes("openid profile.basic"));
        let reason = "to know you".to_owned();
        taxi.permissions.extend("union_id".parse().map(|scope| Permission {
            scope,
            reason,
            required: false,
        }));
        assert_eq!(Snsapi::UserInfo.asks(&taxi), scopes("openid profile.basic union_id"));
    }

    #[test]
    fn what_holds_is_what_consent_covers() {
        assert_eq!(Snsapi::holding(&scopes("openid profile.basic")).as_str(), "snsapi_userinfo");
        assert_eq!(Snsapi::holding(&scopes("openid union_id")).as_str(), "snsapi_base");
    }
}
