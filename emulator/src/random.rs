//! Random strings in the alphabets that Clever's codes and tokens have.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;

/// Twice `N` lowercase hexadecimal digits.
pub(crate) fn hex<const N: usize>() -> Result<String, Unspecified> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)?;
    Ok(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_string_has_two_digits_for_each_byte_and_never_comes_twice() {
        let (one, other) = (hex::<20>().unwrap(), hex::<20>().unwrap());
        assert_eq!(one.len(), 40);
        assert!(one.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
        assert_ne!(one, other);
    }
}
