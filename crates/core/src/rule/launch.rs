//! Launching an app: what the launch token is good for, or what must be asked first.

use crate::denied::{Code, Denied};
use crate::moment::Span;
use crate::noun::acr::Acr;
use crate::noun::app::AppKind;
use crate::noun::catalogue::CatalogueEntry;
use crate::noun::client::Client;
use crate::noun::consent::{Consents, Decision};
use crate::rule::{acr, cover};
use crate::scope::ScopeSet;

/// Whether the person may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prompt {
    /// Where something was never decided.
    #[default]
    WhereNeeded,
    /// Never; take what there is.
    Never,
    /// About everything asked for, even what is decided.
    Always,
}

/// What a host asks for (RFC 8693 §2.1; contract, section 3).
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The scopes; all that the manifest names where none are given.
    pub scope: Option<ScopeSet>,
    /// Whether the person may be asked.
    pub prompt: Prompt,
    /// A shorter life than the app's usual one.
    pub expires_in: Option<Span>,
}

/// How the person signed in, and what that opens.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// The level of the session.
    pub level: Acr,
    /// The catalogue, which says what demands more.
    pub catalogue: &'a [CatalogueEntry],
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// A token for these scopes, living this long.
    Granted {
        /// Asked ∩ manifest ∩ consent.
        scope: ScopeSet,
        /// How long the token lives.
        ttl: Span,
    },
    /// The person must be asked about these first.
    ConsentNeeded(ScopeSet),
    /// The person must sign in as strongly as this first: the operator demands it for a scope.
    StepUpNeeded(Acr),
}

/// Decides a launch. The session has been found live and the host's token good.
///
/// Refusals: `invalid_target` where there is no such live app, `invalid_scope` beyond the
/// manifest, `access_denied` where a required permission that is asked for stands refused. Where nobody
/// may be asked, scopes that demand a stronger sign-in are left out like those without consent.
pub fn launch(
    ask: &Ask,
    target: Option<&Client>,
    consents: &Consents,
    sign_in: SignIn<'_>,
) -> Result<Launch, Denied> {
    let live = target.filter(|client| client.is_live());
    // A service accepts only what an app brings it, so a host has nothing to launch there.
    let app =
        live.and_then(Client::app).filter(|app| app.kind != AppKind::Service).ok_or_else(no_such_app)?;
    let asked = asked(ask, app)?;
    let to_ask = match ask.prompt {
        Prompt::Never => ScopeSet::empty(),
        Prompt::WhereNeeded => cover::undecided(app, consents, &asked),
        Prompt::Always => asked.only(|scope| !scope.is_openid()),
    };
    let refused = asked.iter().find(|scope| {
        let required = app.permission(scope).is_some_and(|permission| permission.required);
        required && consents.of(scope) == Some(Decision::Refused)
    });
    if let (Prompt::WhereNeeded, Some(scope)) = (ask.prompt, refused) {
        let text = format!(
            "the person has refused '{scope}', which the app requires; launch with prompt=consent to ask again"
        );
        return Err(Denied::new(Code::AccessDenied, text));
    }
    if !to_ask.is_empty() {
        return Ok(Launch::ConsentNeeded(to_ask));
    }
    let scope = asked.only(|scope| cover::covers(app, consents, scope));
    let open = acr::open_to(sign_in.level, &scope, sign_in.catalogue);
    let demanded = acr::demanded(&scope, sign_in.catalogue).filter(|_| open != scope);
    let scope = match (demanded, ask.prompt) {
        (Some(demanded), Prompt::WhereNeeded | Prompt::Always) => return Ok(Launch::StepUpNeeded(demanded)),
        _ => open,
    };
    let ttl = ask.expires_in.map_or(app.token_ttl, |wish| wish.min(app.token_ttl));
    Ok(Launch::Granted { scope, ttl })
}

/// The scopes asked for, within the manifest.
pub fn asked(ask: &Ask, app: &crate::noun::app::App) -> Result<ScopeSet, Denied> {
    let Some(asked) = &ask.scope else { return Ok(app.manifest_scope()) };
    match asked.iter().find(|scope| !app.names(scope)) {
        Some(beyond) => {
            let text = format!("'{beyond}' is not among the permissions in the app's manifest");
            Err(Denied::new(Code::InvalidScope, text))
        }
        None => Ok(asked.clone()),
    }
}

fn no_such_app() -> Denied {
    Denied::new(Code::InvalidTarget, "there is no app of this name, or it is suspended")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::catalogue::built_in;
    use crate::rule::sample::{NOW, client, consents, host, scopes};

    fn launch(ask: &Ask, target: Option<&Client>, consents: &Consents) -> Result<Launch, Denied> {
        super::launch(ask, target, consents, SignIn { level: Acr::One, catalogue: &[] })
    }

    fn ask(scope: &str) -> Ask {
        Ask { scope: Some(scopes(scope)), ..Ask::default() }
    }

    fn granted(result: Result<Launch, Denied>) -> ScopeSet {
        match result {
            Ok(Launch::Granted { scope, .. }) => scope,
            other => panic!("not granted: {other:?}"),
        }
    }

    const BOTH: &[(&str, Decision)] =
        &[("profile.basic", Decision::Granted), ("phone.verified", Decision::Granted)];

    #[test]
    fn a_first_launch_asks_for_what_was_never_decided() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted)]);
        let result = launch(&ask("openid profile.basic phone.verified"), Some(&taxi), &said);
        assert_eq!(result, Ok(Launch::ConsentNeeded(scopes("phone.verified"))));
    }

    #[test]
    fn only_the_openid_needs_no_consent() {
        let taxi = client("org.example.taxi");
        assert_eq!(granted(launch(&ask("openid"), Some(&taxi), &Consents::default())), scopes("openid"));
    }

    #[test]
    fn without_a_scope_all_of_the_manifest_is_meant() {
        let taxi = client("org.example.taxi");
        let result = launch(&Ask::default(), Some(&taxi), &consents(BOTH));
        assert_eq!(result, Ok(Launch::ConsentNeeded(scopes("email.verified"))));
    }

    #[test]
    fn what_was_withdrawn_is_left_out_silently_even_if_required() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted), ("phone.verified", Decision::Withdrawn)]);
        let result = launch(&ask("openid profile.basic phone.verified"), Some(&taxi), &said);
        assert_eq!(granted(result), scopes("openid profile.basic"));
    }

    #[test]
    fn a_refused_optional_permission_is_left_out_and_a_refused_required_one_denies() {
        let taxi = client("org.example.taxi");
        let optional = consents(&[("email.verified", Decision::Refused)]);
        assert_eq!(granted(launch(&ask("openid email.verified"), Some(&taxi), &optional)), scopes("openid"));
        let required = consents(&[("phone.verified", Decision::Refused)]);
        let denied = launch(&ask("openid phone.verified"), Some(&taxi), &required);
        assert_eq!(denied.map_err(|denied| denied.code), Err(Code::AccessDenied));
        let not_asked = launch(&ask("openid"), Some(&taxi), &required);
        assert_eq!(granted(not_asked), scopes("openid"));
    }

    #[test]
    fn prompt_consent_asks_again_and_prompt_none_never_asks() {
        let taxi = client("org.example.taxi");
        let said = consents(&[("profile.basic", Decision::Granted), ("phone.verified", Decision::Refused)]);
        let always = Ask { prompt: Prompt::Always, ..ask("openid profile.basic phone.verified") };
        let result = launch(&always, Some(&taxi), &said);
        assert_eq!(result, Ok(Launch::ConsentNeeded(scopes("profile.basic phone.verified"))));
        let never = Ask { prompt: Prompt::Never, ..Ask::default() };
        assert_eq!(granted(launch(&never, Some(&taxi), &said)), scopes("openid profile.basic"));
    }

    #[test]
    fn a_scope_that_demands_more_than_the_session_has_is_stepped_up_for_or_left_out() {
        let taxi = client("org.example.taxi");
        let said = consents(BOTH);
        let mut catalogue = built_in();
        let phone = catalogue.iter_mut().find(|entry| entry.scope.as_str() == "phone.verified");
        phone.expect("it is built in").acr = Some(Acr::Two);
        let from = |level, ask: &Ask| {
            super::launch(ask, Some(&taxi), &said, SignIn { level, catalogue: &catalogue })
        };
        let both = ask("openid profile.basic phone.verified");
        assert_eq!(from(Acr::One, &both), Ok(Launch::StepUpNeeded(Acr::Two)));
        assert_eq!(granted(from(Acr::Two, &both)), scopes("openid profile.basic phone.verified"));
        assert_eq!(granted(from(Acr::One, &ask("openid profile.basic"))), scopes("openid profile.basic"));
        let never = Ask { prompt: Prompt::Never, ..both };
        assert_eq!(granted(from(Acr::One, &never)), scopes("openid profile.basic"));
    }

    #[test]
    fn a_scope_beyond_the_manifest_is_refused() {
        let taxi = client("org.example.taxi");
        let denied = launch(&ask("openid kyc.status"), Some(&taxi), &consents(BOTH));
        assert_eq!(denied.map_err(|denied| denied.code), Err(Code::InvalidScope));
    }

    #[test]
    fn a_suspended_app_a_host_and_nobody_are_no_target() {
        let mut taxi = client("org.example.taxi");
        taxi.suspended_at = Some(NOW);
        for target in [Some(&taxi), Some(&host("super")), None] {
            let denied = launch(&ask("openid"), target, &consents(BOTH));
            assert_eq!(denied.map_err(|denied| denied.code), Err(Code::InvalidTarget));
        }
    }

    #[test]
    fn a_life_can_be_shortened_but_not_lengthened() {
        let taxi = client("org.example.taxi");
        for (wish, ttl) in [(60, 60), (9999, 1800)] {
            let ask = Ask { expires_in: Some(Span::seconds(wish)), ..ask("openid") };
            let result = launch(&ask, Some(&taxi), &consents(BOTH));
            assert_eq!(result, Ok(Launch::Granted { scope: scopes("openid"), ttl: Span::seconds(ttl) }));
        }
    }
}
