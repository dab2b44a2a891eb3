//! Random strings in the alphabets that Clever's codes and tokens have.
//!
//! They come from the system's random numbers, or from a seed if a run must be repeatable. Anyone can predict the values of a
//! seed, which is harmless in an emulator on the loopback address.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

/// The one source of random numbers.
#[derive(Default)]
pub(crate) struct Random {
    seed: Option<u64>,
    drawn: AtomicU64,
}

impl Random {
    /// Random strings, or with a seed the same sequence at every start.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// Twice `N` lowercase hexadecimal digits; `N` is at most 32.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads random numbers")]
    pub(crate) fn hex<const N: usize>(&self) -> Result<String, Unspecified> {
        const { assert!(N <= 32, "a seeded string is one hash") };
        let mut bytes = [0; N];
        match self.seed {
            Some(seed) => self.draw(seed, &mut bytes),
            None => rand::fill(&mut bytes)?,
        }
        Ok(hexadecimal(&bytes))
    }

    fn draw(&self, seed: u64, bytes: &mut [u8]) {
        let number = self.drawn.fetch_add(1, Ordering::SeqCst);
        let hash = digest::digest(&SHA256, &[seed.to_be_bytes(), number.to_be_bytes()].concat());
        for (byte, drawn) in bytes.iter_mut().zip(hash.as_ref()) {
            *byte = *drawn;
        }
    }
}

/// Two lowercase digits for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_string_has_two_digits_for_each_byte_and_never_comes_twice() {
        for random in [Random::default(), Random::new(Some(7))] {
            let (one, other) = (random.hex::<20>().unwrap(), random.hex::<20>().unwrap());
            assert_eq!(one.len(), 40);
            assert!(one.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
            assert_ne!(one, other);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_values_and_another_seed_gives_others() {
        let row = |seed| {
            let random = Random::new(Some(seed));
            [random.hex::<20>().unwrap(), random.hex::<20>().unwrap()]
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
    }
}
