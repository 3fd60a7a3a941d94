//! A challenge: a code that was sent, or a passkey ceremony that was begun, to be answered once.

use crate::id::UserId;
use crate::moment::{Moment, Span};

/// How long a challenge can be answered.
pub const CHALLENGE_LIFE: Span = Span::minutes(10);
/// How many wrong answers a challenge bears; the one after them is not looked at.
pub const MOST_TRIES: u32 = 5;

/// Something that one person, or nobody known, is to answer once.
///
/// A challenge for nobody is kept like any other, so that neither the answer nor its time tells
/// who is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// SHA-256 of the 256-bit reference that the asker holds.
    pub digest: [u8; 32],
    /// What an answer is good for.
    pub purpose: ChallengePurpose,
    /// Whom it is about, if that is somebody known.
    pub user: Option<UserId>,
    /// The keyed hash of reference and code; zeros where the answer is no code.
    pub answer: [u8; 32],
    /// What it is about, such as an address, sealed under the operator's key for this challenge alone.
    pub sealed: Vec<u8>,
    /// How many wrong answers were given.
    pub tries: u32,
    /// When it can no longer be answered.
    pub expires_at: Moment,
    /// When it was answered, if it was.
    pub answered_at: Option<Moment>,
}

/// What an answer is good for. An answer to one is none to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChallengePurpose {
    /// Signing in by a code.
    SignIn,
    /// Making an account.
    Register,
    /// Setting a new password where the old one is lost.
    Recover,
    /// Proving that an e-mail address or phone number is one's own.
    Verify,
    /// Proving one factor more in a session.
    StepUp,
    /// Adding a passkey.
    PasskeyAdd,
    /// Signing in by a passkey.
    PasskeySignIn,
}

impl ChallengePurpose {
    /// Every purpose there is.
    pub const ALL: [Self; 7] = [
        Self::SignIn,
        Self::Register,
        Self::Recover,
        Self::Verify,
        Self::StepUp,
        Self::PasskeyAdd,
        Self::PasskeySignIn,
    ];

    /// The purpose as the store writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Register => "register",
            Self::Recover => "recover",
            Self::Verify => "verify",
            Self::StepUp => "step_up",
            Self::PasskeyAdd => "passkey_add",
            Self::PasskeySignIn => "passkey_sign_in",
        }
    }

    /// The purpose written as [`Self::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}
