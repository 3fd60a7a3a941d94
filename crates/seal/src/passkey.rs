//! Passkeys: the ceremonies of WebAuthn (W3C Web Authentication Level 3), with user verification always
//! required and with credentials that are found without a name.
//!
//! What a ceremony has to remember between its two halves comes out as bytes, and must be kept where the
//! browser cannot reach it, for one use.

use serde_json::Value;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// An issuer as a relying party: its host is the RP id, itself the one origin.
#[derive(Debug)]
pub struct RelyingParty(Webauthn);

/// A ceremony that has begun.
pub struct Begun {
    /// What `navigator.credentials` is asked with, bytes as base64url.
    pub options: Value,
    /// What the second half needs.
    pub state: Vec<u8>,
}

/// Why a ceremony was not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPassed {
    /// The answer is none that a browser would send.
    #[error("the answer is malformed")]
    Malformed,
    /// It was made for another origin or host.
    #[error("the answer is for another origin")]
    OtherOrigin,
    /// The authenticator has not verified its user.
    #[error("the user was not verified")]
    NotVerified,
    /// The authenticator's counter went back: there is a second one with the same key.
    #[error("the counter went back")]
    Cloned,
    /// Challenge, signature or anything else does not fit.
    #[error("the answer does not fit")]
    Refused,
}

impl From<WebauthnError> for NotPassed {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::Cloned,
            WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash => Self::OtherOrigin,
            WebauthnError::UserNotVerified => Self::NotVerified,
            _ => Self::Refused,
        }
    }
}

/// A credential record (§4): public key, counter and flags.
#[derive(Debug, Clone)]
pub struct Credential(Passkey);

impl Credential {
    /// The credential as it is kept, to be sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).expect("a credential is plain data")
    }

    /// The credential that [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }

    /// The id that the authenticator gave it.
    pub fn id(&self) -> &[u8] {
        self.0.cred_id().as_slice()
    }
}

impl RelyingParty {
    /// The relying party of this issuer. `None` where browsers offer no passkeys: without TLS (save on
    /// `localhost`), and where the host is an address and not a name.
    pub fn of(issuer: &str) -> Option<Self> {
        let origin = Url::parse(issuer).ok()?;
        let host = origin.domain()?;
        if origin.scheme() != "https" && host != "localhost" {
            return None;
        }
        WebauthnBuilder::new(host, &origin).and_then(|builder| builder.rp_name(host).build()).ok().map(Self)
    }

    /// Begins to add a passkey for the person of this user handle. Authenticators that hold one of
    /// the known credentials already will say so.
    pub fn begin_adding(&self, user: [u8; 16], name: &str, known: &[Credential]) -> Result<Begun, NotPassed> {
        let known: Vec<CredentialID> = known.iter().map(|known| known.0.cred_id().clone()).collect();
        let user = Uuid::from_bytes(user);
        let (mut options, state) = self.0.start_passkey_registration(user, name, name, Some(known))?;
        // The library leaves it to the authenticator whether a credential can be found without a
        // name; here every one must be, since nobody is ever told whose credentials there are.
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            selection.require_resident_key = true;
            let required = serde_json::from_value(Value::from("required"));
            selection.resident_key = required.ok();
        }
        begun(&options, &state)
    }

    /// The passkey that a browser made. Whether it is known already is for the caller to see.
    pub fn finish_adding(&self, state: &[u8], answer: Value) -> Result<Credential, NotPassed> {
        let state: PasskeyRegistration = read(state)?;
        let answer: RegisterPublicKeyCredential =
            serde_json::from_value(answer).map_err(|_| NotPassed::Malformed)?;
        Ok(Credential(self.0.finish_passkey_registration(&answer, &state)?))
    }

    /// Begins to sign in whoever answers. The options name no credential, so they are the same
    /// whoever is meant.
    pub fn begin_signing_in(&self) -> Result<Begun, NotPassed> {
        let (options, state) = self.0.start_discoverable_authentication()?;
        begun(&options, &state)
    }

    /// Which credential answers, and for which user handle, before anything is believed.
    pub fn claimed(&self, answer: &Value) -> Result<(Vec<u8>, [u8; 16]), NotPassed> {
        let answer: PublicKeyCredential =
            serde_json::from_value(answer.clone()).map_err(|_| NotPassed::Malformed)?;
        let (user, id) =
            self.0.identify_discoverable_authentication(&answer).map_err(|_| NotPassed::Malformed)?;
        Ok((id.to_vec(), *user.as_bytes()))
    }

    /// Checks that this credential answers, and gives it back with its counter moved on.
    ///
    /// [`NotPassed::Cloned`] comes after the signature was found good, so that nobody else can
    /// bring it about.
    pub fn finish_signing_in(
        &self,
        state: &[u8],
        answer: Value,
        credential: &Credential,
    ) -> Result<Credential, NotPassed> {
        let state: DiscoverableAuthentication = read(state)?;
        let answer: PublicKeyCredential = serde_json::from_value(answer).map_err(|_| NotPassed::Malformed)?;
        let result = self.0.finish_discoverable_authentication_v2(&answer, state, &credential.0)?;
        if !result.user_verified() {
            return Err(NotPassed::NotVerified);
        }
        let mut used = credential.0.clone();
        used.update_credential(&result);
        Ok(Credential(used))
    }
}

fn begun(options: &impl serde::Serialize, state: &impl serde::Serialize) -> Result<Begun, NotPassed> {
    let mut options = serde_json::to_value(options).map_err(|_| NotPassed::Refused)?;
    let state = serde_json::to_vec(state).map_err(|_| NotPassed::Refused)?;
    Ok(Begun { options: options["publicKey"].take(), state })
}

fn read<T: serde::de::DeserializeOwned>(state: &[u8]) -> Result<T, NotPassed> {
    serde_json::from_slice(state).map_err(|_| NotPassed::Refused)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_issuer_with_a_name_over_tls_or_on_this_machine_has_passkeys() {
        for issuer in ["https://id.example", "https://id.example:8443", "http://localhost:8080"] {
            assert!(RelyingParty::of(issuer).is_some(), "{issuer}");
        }
        for issuer in ["http://id.example", "http://127.0.0.1:8080", "https://192.0.2.1", "no address"] {
            assert!(RelyingParty::of(issuer).is_none(), "{issuer}");
        }
    }

    #[test]
    fn signing_in_names_no_credential_and_demands_verification() {
        let here = RelyingParty::of("http://localhost:8080").unwrap();
        let (one, other) = (here.begin_signing_in().unwrap(), here.begin_signing_in().unwrap());
        assert_eq!(one.options["rpId"], "localhost");
        assert_eq!(one.options["userVerification"], "required");
        assert_eq!(one.options["allowCredentials"], serde_json::json!([]));
        assert_ne!(one.options["challenge"], other.options["challenge"]);
    }

    #[test]
    fn a_new_passkey_must_be_found_without_a_name_and_verify_its_user() {
        let here = RelyingParty::of("https://id.example").unwrap();
        let options = here.begin_adding([7; 16], "Mira", &[]).unwrap().options;
        let selection = &options["authenticatorSelection"];
        assert_eq!(
            (&selection["residentKey"], &selection["requireResidentKey"]),
            (&"required".into(), &true.into())
        );
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["user"]["id"], "BwcHBwcHBwcHBwcHBwcHBw");
    }

    #[test]
    fn garbage_is_malformed() {
        let here = RelyingParty::of("https://id.example").unwrap();
        let begun = here.begin_adding([7; 16], "Mira", &[]).unwrap();
        for garbage in [Value::Null, Value::from("x"), serde_json::json!({ "id": 1 }), serde_json::json!([])]
        {
            let added = here.finish_adding(&begun.state, garbage.clone()).map(|_| ());
            assert_eq!(added, Err(NotPassed::Malformed));
            assert_eq!(here.claimed(&garbage), Err(NotPassed::Malformed));
        }
    }
}
