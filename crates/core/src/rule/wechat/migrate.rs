//! Turning OpenIDs of one app into those of another, in the shape of WeChat's `changeopenid`.

use super::errcode::Errcode;

/// The most OpenIDs of one call.
pub const MOST: usize = 100;

/// What became of one OpenID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The OpenID that was asked for.
    pub old: &'a str,
    /// What it became; empty where it is nobody's that both apps know.
    pub new: &'a str,
    /// Which of the two it was.
    pub said: &'static str,
}

/// Refuses a call that names no OpenID, and one that names more than [`MOST`].
pub fn measure(count: usize) -> Result<(), Errcode> {
    if (1..=MOST).contains(&count) { Ok(()) } else { Err(Errcode::Malformed) }
}

/// Each OpenID asked for beside the one that it became, in order.
pub fn rows<'a>(asked: &'a [String], resolved: &'a [Option<String>]) -> impl Iterator<Item = Row<'a>> {
    asked.iter().zip(resolved).map(|(old, new)| match new {
        Some(new) => Row { old, new, said: "ok" },
        None => Row { old, new: "", said: "ori_openid error" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_one_openid_to_a_hundred() {
        assert_eq!([1, 100].map(measure), [Ok(()), Ok(())]);
        assert_eq!([0, 101, usize::MAX].map(measure), [Err(Errcode::Malformed); 3]);
    }

    #[test]
    fn each_openid_is_answered_in_order_and_what_is_nobodys_by_an_empty_one() {
        let asked = ["a", "b", "a"].map(str::to_owned);
        let resolved = [Some("x".to_owned()), None, Some("x".to_owned())];
        let good = Row { old: "a", new: "x", said: "ok" };
        let bad = Row { old: "b", new: "", said: "ori_openid error" };
        assert_eq!(rows(&asked, &resolved).collect::<Vec<_>>(), [good.clone(), bad, good]);
    }
}
