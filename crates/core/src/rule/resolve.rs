//! Resolving: which app may learn by what another app knows its people.

use crate::denied::{Code, Denied};
use crate::id::ClientId;
use crate::noun::client::Client;

/// The most OpenIDs of one question.
pub const MOST: usize = 1000;

/// Refuses more OpenIDs than one question may name.
pub fn measure(open_ids: &[String]) -> Result<(), Denied> {
    match open_ids.len() <= MOST {
        true => Ok(()),
        false => Err(Denied::request(format!("openids may name {MOST} at most"))),
    }
}

/// The two apps of a question, as far as the caller may ask it: one of them, about two that both work.
///
/// Refuses with `access_denied`, in the same words as [`agreed`]: what other apps there are is not told.
pub fn parties<T: AsRef<Client>>(
    caller: &ClientId,
    from: Option<T>,
    to: Option<T>,
) -> Result<(T, T), Denied> {
    let works = |client: &T| client.as_ref().app().is_some() && client.as_ref().is_live();
    let (from, to) = from.filter(works).zip(to.filter(works)).ok_or_else(no_agreement)?;
    let is_one = from.as_ref().id == *caller || to.as_ref().id == *caller;
    match is_one {
        true => Ok((from, to)),
        false => Err(no_agreement()),
    }
}

/// Refuses unless an agreement is registered.
pub fn agreed(agreed: bool) -> Result<(), Denied> {
    if agreed { Ok(()) } else { Err(no_agreement()) }
}

fn no_agreement() -> Denied {
    Denied::new(Code::AccessDenied, "no agreement lets this app resolve these OpenIDs")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::{NOW, client, host};

    struct Loaded(Client);

    impl AsRef<Client> for Loaded {
        fn as_ref(&self) -> &Client {
            &self.0
        }
    }

    fn refused(caller: &str, from: Option<Client>, to: Option<Client>) -> bool {
        let caller = caller.parse().unwrap();
        match parties(&caller, from.map(Loaded), to.map(Loaded)) {
            Ok(_) => false,
            Err(denied) => {
                assert_eq!(denied, agreed(false).unwrap_err(), "it tells what there is");
                true
            }
        }
    }

    #[test]
    fn either_app_of_an_agreement_may_ask_and_no_other() {
        let (shop, taxi) = (|| Some(client("org.example.shop")), || Some(client("org.example.taxi")));
        assert!(!refused("org.example.shop", shop(), taxi()));
        assert!(!refused("org.example.taxi", shop(), taxi()));
        assert!(refused("org.example.bank", shop(), taxi()));
        assert_eq!(agreed(true), Ok(()));
    }

    #[test]
    fn an_app_that_is_not_there_or_suspended_and_a_host_are_refused_alike() {
        let shop = || Some(client("org.example.shop"));
        let suspended = Client { suspended_at: Some(NOW), ..client("org.example.taxi") };
        for other in [None, Some(suspended), Some(host("super"))] {
            assert!(refused("org.example.shop", shop(), other.clone()));
            assert!(refused("org.example.shop", other, shop()));
        }
    }

    #[test]
    fn a_thousand_are_answered_and_one_more_is_refused() {
        assert_eq!(measure(&vec![String::new(); 1000]), Ok(()));
        assert_eq!(measure(&vec![String::new(); 1001]).unwrap_err().code, Code::InvalidRequest);
    }
}
