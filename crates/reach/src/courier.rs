//! Messages to people: posted here, carried elsewhere, so that nobody waits for a mail server.

mod carry;
mod mail;
mod text;

use portico_core::noun::person::HandleKind;
use portico_seal::{normalise_email, normalise_phone};
use tokio::sync::mpsc::{Receiver, Sender, channel};

pub use carry::{Carrier, Carry, Errand, NotCarried};
pub use mail::{BadMail, Mail, MailSettings, MailTls};
pub use text::{BadProvider, Texts};

/// How many messages may wait.
const WAITING: usize = 10_000;

/// A message to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it goes.
    pub to: Address,
    /// What it is about; a text message has none.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(..)")
    }
}

/// Where a message goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// An e-mail address.
    Email(String),
    /// A phone number (E.164).
    Phone(String),
}

impl Address {
    /// The address of this kind as it is compared, however it was typed: what is proven by a code is then
    /// exactly that by which the person is found. None for what is no address; nothing is sent to a username.
    pub fn new(kind: HandleKind, value: &str) -> Option<Self> {
        match kind {
            HandleKind::Email => normalise_email(value).map(Self::Email),
            HandleKind::Phone => normalise_phone(value).map(Self::Phone),
            HandleKind::Username => None,
        }
    }

    /// The address or number itself.
    pub fn value(&self) -> &str {
        match self {
            Self::Email(value) | Self::Phone(value) => value,
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> HandleKind {
        match self {
            Self::Email(_) => HandleKind::Email,
            Self::Phone(_) => HandleKind::Phone,
        }
    }
}

/// Which ways of reaching people the operator has set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
    /// A mail server.
    pub email: bool,
    /// A provider of text messages.
    pub phone: bool,
}

/// Takes messages and never waits.
#[derive(Debug, Clone)]
pub struct Courier {
    letters: Sender<Letter>,
    ways: Ways,
}

impl Courier {
    /// A courier for these ways, and the end at which its messages come out to be carried.
    pub fn new(ways: Ways) -> (Self, Receiver<Letter>) {
        let (letters, carried) = channel(WAITING);
        (Self { letters, ways }, carried)
    }

    /// Whether messages of this kind can be sent at all.
    pub fn reaches(&self, kind: HandleKind) -> bool {
        match kind {
            HandleKind::Email => self.ways.email,
            HandleKind::Phone => self.ways.phone,
            HandleKind::Username => false,
        }
    }

    /// Takes a message to be carried soon, in memory only. Answers whether it was taken: not where
    /// there is no way, or where too many wait.
    pub fn post(&self, letter: Letter) -> bool {
        self.reaches(letter.to.kind()) && self.letters.try_send(letter).is_ok()
    }
}
