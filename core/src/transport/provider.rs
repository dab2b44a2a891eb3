//! The cryptography of TLS: aws-lc's, with random bytes from the operating system.
//!
//! aws-lc makes its own random numbers under locks that must not be locked during a fork (see `entropy`), even when it makes a
//! key pair. So the key pairs of a handshake are made from bytes that this file passes to it. The hybrid key exchange with ML-KEM
//! is not offered: aws-lc makes its keys only with its own generator, and rustls uses it only for a server that accepts nothing
//! else.

use std::fmt;

use aws_lc_rs::agreement::{self, Algorithm, PrivateKey, PublicKey, UnparsedPublicKey};
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, GetRandomFailed, SecureRandom, SharedSecret, SupportedKxGroup,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved};
use zeroize::Zeroizing;

use crate::entropy;

/// The defaults of rustls, except for the source of random bytes.
pub(super) fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![&X25519, &SECP256R1, &SECP384R1],
        secure_random: &FromTheSystem,
        ..rustls::crypto::aws_lc_rs::default_provider()
    }
}

#[derive(Debug)]
struct FromTheSystem;

impl SecureRandom for FromTheSystem {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        entropy::fill(bytes).map_err(|_| GetRandomFailed)
    }
}

/// A key exchange on an elliptic curve.
struct Group {
    name: NamedGroup,
    algorithm: &'static Algorithm,
    private_key_bytes: usize,
    /// Whether a public key has the only format that TLS allows (RFC 8446, 4.2.8.2). aws-lc checks that it is a point on the
    /// curve.
    is_in_form: fn(&[u8]) -> bool,
}

static X25519: Group = Group {
    name: NamedGroup::X25519,
    algorithm: &agreement::X25519,
    private_key_bytes: 32,
    is_in_form: |public_key| public_key.len() == 32,
};

static SECP256R1: Group = Group {
    name: NamedGroup::secp256r1,
    algorithm: &agreement::ECDH_P256,
    private_key_bytes: 32,
    is_in_form: is_uncompressed,
};

static SECP384R1: Group = Group {
    name: NamedGroup::secp384r1,
    algorithm: &agreement::ECDH_P384,
    private_key_bytes: 48,
    is_in_form: is_uncompressed,
};

fn is_uncompressed(public_key: &[u8]) -> bool {
    public_key.first() == Some(&4)
}

impl Group {
    /// A uniformly random private key. Random bytes that are not below the order of the curve are replaced, which happens once in
    /// four billion times (FIPS 186-5, A.2.2).
    fn private_key(&self) -> Result<PrivateKey, Error> {
        const DRAWS: usize = 8;
        let mut bytes = Zeroizing::new([0; 48]);
        let bytes = &mut bytes[..self.private_key_bytes];
        for _ in 0..DRAWS {
            FromTheSystem.fill(bytes)?;
            if let Ok(key) = PrivateKey::from_private_key(self.algorithm, bytes) {
                return Ok(key);
            }
        }
        Err(GetRandomFailed.into())
    }
}

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let private_key = self.private_key()?;
        let public_key = private_key.compute_public_key().map_err(|_| GetRandomFailed)?;
        let Self { name, algorithm, is_in_form, .. } = *self;
        Ok(Box::new(Exchange { name, algorithm, private_key, public_key, is_in_form }))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        self.name
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(formatter)
    }
}

/// A key exchange that has begun.
struct Exchange {
    name: NamedGroup,
    algorithm: &'static Algorithm,
    private_key: PrivateKey,
    public_key: PublicKey,
    is_in_form: fn(&[u8]) -> bool,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, theirs: &[u8]) -> Result<SharedSecret, Error> {
        let refused = || Error::from(PeerMisbehaved::InvalidKeyShare);
        if !(self.is_in_form)(theirs) {
            return Err(refused());
        }
        let theirs = UnparsedPublicKey::new(self.algorithm, theirs);
        agreement::agree(&self.private_key, theirs, refused(), |secret| Ok(SharedSecret::from(secret)))
    }

    fn pub_key(&self) -> &[u8] {
        self.public_key.as_ref()
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [&Group; 3] = [&X25519, &SECP256R1, &SECP384R1];

    #[test]
    fn each_key_exchange_agrees_with_that_of_the_crypto_library() {
        for ours in GROUPS {
            let theirs = rustls::crypto::aws_lc_rs::ALL_KX_GROUPS
                .iter()
                .find(|group| group.name() == ours.name())
                .unwrap();
            let (mine, others) = (ours.start().unwrap(), theirs.start().unwrap());
            let (my_public_key, their_public_key) = (mine.pub_key().to_vec(), others.pub_key().to_vec());
            let one = mine.complete(&their_public_key).unwrap();
            let other = others.complete(&my_public_key).unwrap();
            assert_eq!(one.secret_bytes(), other.secret_bytes(), "{ours:?}");
        }
    }

    #[test]
    fn private_keys_are_never_the_same() {
        for group in GROUPS {
            let (one, other) = (group.start().unwrap(), group.start().unwrap());
            assert_ne!(one.pub_key(), other.pub_key(), "{group:?}");
        }
    }

    #[test]
    fn a_malformed_off_curve_or_small_order_public_key_is_refused() {
        for group in GROUPS {
            let own = group.start().unwrap().pub_key().to_vec();
            let (mut bad, shorter) = (vec![Vec::new(), vec![0; own.len()]], own[1..].to_vec());
            bad.push(shorter);
            // Every 32-byte string is a valid X25519 key.
            if group.name != NamedGroup::X25519 {
                let (mut compressed, mut off) = (own.clone(), own);
                compressed.truncate(1 + group.private_key_bytes);
                compressed[0] = 2;
                off[group.private_key_bytes * 2] ^= 1;
                bad.extend([compressed, off]);
            }
            for theirs in bad {
                let refused = group.start().unwrap().complete(&theirs).map(drop).unwrap_err();
                assert_eq!(refused, PeerMisbehaved::InvalidKeyShare.into(), "{group:?} {theirs:?}");
            }
        }
    }
}
