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

/// Between which apps an agreement has to be, where the caller is one of them: others' are not looked for.
///
/// Refuses with `access_denied`, in the same words as [`agreed`] and [`working`]: what other apps there are, and
/// what they agreed upon, is not told.
pub fn between(caller: &ClientId, from: &str, to: &str) -> Result<(ClientId, ClientId), Denied> {
    let (Ok(from), Ok(to)) = (from.parse(), to.parse()) else { return Err(no_agreement()) };
    if from == *caller || to == *caller { Ok((from, to)) } else { Err(no_agreement()) }
}

/// The two apps of an agreement, where both are there and work.
pub fn working<T: AsRef<Client>>(from: Option<T>, to: Option<T>) -> Result<(T, T), Denied> {
    let works = |client: &T| client.as_ref().app().is_some() && client.as_ref().is_live();
    from.filter(works).zip(to.filter(works)).ok_or_else(no_agreement)
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

    const SHOP: &str = "org.example.shop";
    const TAXI: &str = "org.example.taxi";

    #[test]
    fn either_app_of_an_agreement_may_ask_and_no_other() {
        let pair = || Ok((SHOP.parse().unwrap(), TAXI.parse().unwrap()));
        for caller in [SHOP, TAXI] {
            assert_eq!(between(&caller.parse().unwrap(), SHOP, TAXI), pair());
        }
        assert_eq!(between(&"org.example.bank".parse().unwrap(), SHOP, TAXI), Err(no_agreement()));
        assert_eq!((agreed(true), agreed(false)), (Ok(()), Err(no_agreement())));
    }

    #[test]
    fn what_is_no_id_of_an_app_is_refused_as_an_app_without_an_agreement_is() {
        let caller = SHOP.parse().unwrap();
        for other in ["", "No App", "4111111111111111 "] {
            assert_eq!(between(&caller, SHOP, other), Err(no_agreement()), "{other}");
            assert_eq!(between(&caller, other, SHOP), Err(no_agreement()), "{other}");
        }
    }

    #[test]
    fn an_app_that_is_not_there_or_suspended_and_a_host_are_refused_alike() {
        let shop = || Some(Loaded(client(SHOP)));
        let refused = |from, to| working(from, to).err() == Some(no_agreement());
        let suspended = Client { suspended_at: Some(NOW), ..client(TAXI) };
        for other in [None, Some(suspended), Some(host("super"))] {
            assert!(refused(shop(), other.clone().map(Loaded)));
            assert!(refused(other.map(Loaded), shop()));
        }
        assert!(!refused(shop(), Some(Loaded(client(TAXI)))));
    }

    #[test]
    fn a_thousand_are_answered_and_one_more_is_refused() {
        assert_eq!(measure(&vec![String::new(); 1000]), Ok(()));
        assert_eq!(measure(&vec![String::new(); 1001]).unwrap_err().code, Code::InvalidRequest);
    }
}
