//! What a browser accepts, according to the `Accept` and `Accept-Language` headers.

/// Only this many parts of a header are read. Browsers send a few.
const MAX_PARTS: usize = 100;

/// The values that a header accepts, in lower case, with their weights in thousandths (RFC 9110 12.4.2).
pub(crate) fn accepted(header: &str) -> Vec<(String, u16)> {
    let parts = header.split(',').take(MAX_PARTS).filter_map(|part| {
        let mut parts = part.split(';').map(|part| part.trim().to_ascii_lowercase());
        let kind = parts.next().filter(|kind| !kind.is_empty())?;
        let weight = parts.find_map(|parameter| Some(thousandths(parameter.strip_prefix("q=")?)));
        Some((kind, weight.unwrap_or(1000)))
    });
    parts.collect()
}

/// A weight in thousandths; 0 if `weight` is not valid.
fn thousandths(weight: &str) -> u16 {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = rest.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u16>(), digits.parse::<u16>()) {
        (Ok(0), Ok(rest)) => rest,
        (Ok(1), Ok(_)) => 1000,
        _ => 0,
    }
}
