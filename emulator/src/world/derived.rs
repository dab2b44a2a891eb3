//! Details of people, schools and districts that Clever has but a world does not.
//!
//! All of it is derived from an id and a purpose: it is the same at every start, and differs from person to person. Gender,
//! race and ethnicity are never derived.

use aws_lc_rs::digest::{self, SHA256};

use crate::system::random::hexadecimal;

/// One of these choices; an empty text if there are none.
pub(crate) fn pick<'a>(purpose: &str, id: &str, choices: &[&'a str]) -> &'a str {
    let index = number(purpose, id, u64::try_from(choices.len()).unwrap_or_default());
    usize::try_from(index).ok().and_then(|index| choices.get(index).copied()).unwrap_or_default()
}

/// A number below this limit.
pub(crate) fn number(purpose: &str, id: &str, limit: u64) -> u64 {
    let number = hash(purpose, id).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    number.checked_rem(limit).unwrap_or_default()
}

/// This many digits, at most 19. The first is not a zero.
pub(crate) fn digits(purpose: &str, id: &str, count: u32) -> String {
    let lowest = 10_u64.saturating_pow(count.clamp(1, 19) - 1);
    lowest.saturating_add(number(purpose, id, lowest.saturating_mul(9))).to_string()
}

/// An id in Clever's form.
pub(crate) fn object_id(purpose: &str, id: &str) -> String {
    hexadecimal(&hash(purpose, id)).chars().take(24).collect()
}

/// A time of this year, between two of its months, as Clever writes it.
pub(crate) fn time(purpose: &str, id: &str, year: u16, months: (u64, u64)) -> String {
    let part = |name: &str, limit| number(&format!("{purpose} {name}"), id, limit);
    let month = months.0 + part("month", months.1.saturating_sub(months.0) + 1);
    // Every month has 28 days.
    let day = 1 + part("day", 28);
    let (hour, minute, second) = (part("hour", 24), part("minute", 60), part("second", 60));
    let millisecond = part("millisecond", 1000);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

fn hash(purpose: &str, id: &str) -> Vec<u8> {
    // No purpose has a slash, so no two pairs make the same text.
    digest::digest(&SHA256, format!("{purpose}/{id}").as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "64c20b1e8f3a7d0019c4e501";

    #[test]
    fn a_derived_value_depends_only_on_the_id_and_the_purpose() {
        assert_eq!(digits("phone", ID, 9), digits("phone", ID, 9));
        assert_ne!(digits("phone", ID, 9), digits("zip", ID, 9));
        assert_ne!(digits("phone", ID, 9), digits("phone", "64c20b1e8f3a7d0019c4e502", 9));
    }

    #[test]
    fn a_derived_number_has_the_requested_number_of_digits() {
        for count in 1..=19 {
            let digits = digits("digits", ID, count);
            assert!(digits.len() == count as usize && !digits.starts_with('0'), "{digits}");
        }
    }

    #[test]
    fn an_object_id_has_clevers_form() {
        let id = object_id("contact", ID);
        assert!(id.len() == 24 && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    }

    #[test]
    fn a_time_lies_between_its_months() {
        for number in 0..200 {
            let time = time("created", &number.to_string(), 2023, (7, 12));
            let month: u8 = time[5..7].parse().unwrap();
            assert!(time.starts_with("2023-") && (7..=12).contains(&month) && time.len() == 24, "{time}");
        }
    }

    #[test]
    fn without_choices_nothing_is_picked() {
        assert_eq!(pick("choice", ID, &[]), "");
        assert!(["a", "b"].contains(&pick("choice", ID, &["a", "b"])));
    }
}
