//! A pending login as stored by a browser or an application. It is decrypted only once, no matter how often it is read.

use std::sync::OnceLock;

use crate::protocol::pending::{Loan, Pending, SealingKeys, Used};

/// Only this file can access the sealed text, so no other code can decrypt it again.
pub(crate) struct SealedLogin {
    sealed: String,
    opened: OnceLock<Option<Pending>>,
}

impl SealedLogin {
    pub(crate) fn new(sealed: &str) -> Self {
        Self { sealed: sealed.to_owned(), opened: OnceLock::new() }
    }

    /// The pending login; `None` if none of the keys sealed it.
    pub(crate) fn open(&self, keys: &SealingKeys) -> Option<&Pending> {
        self.opened.get_or_init(|| Pending::open(keys, &self.sealed)).as_ref()
    }

    /// The loan that this login can give; `None` if none of the keys sealed it.
    pub(crate) fn loan(&self, keys: &SealingKeys, used: &Used) -> Option<Loan> {
        self.open(keys).map(|_| Loan::of(&self.sealed, used))
    }

    /// The pending login for a `state` that borrows this login.
    pub(crate) fn lend(&self, state: &str, issued_at: u64) -> Pending {
        Pending::borrowing(&self.sealed, state, issued_at)
    }

    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.sealed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::pending::ENTROPY_BYTES;
    use crate::secret::Secret;

    #[test]
    fn a_sealed_login_is_decrypted_once_and_not_again_with_other_keys() {
        let [right, wrong] =
            ["right", "wrong"].map(|secret| SealingKeys::derive("client", &[Secret::from(secret)]).unwrap());
        let (_, sealed) = Pending::begin(&right, "state", 1000, &[7; ENTROPY_BYTES]).unwrap();
        let (first, second) = (SealedLogin::new(&sealed), SealedLogin::new(&sealed));
        let opened = first.open(&right).unwrap();
        assert!(std::ptr::eq(first.open(&wrong).unwrap(), opened), "the first result must be kept");
        assert!(second.open(&wrong).is_none() && second.open(&right).is_none());
    }
}
