//! Times for people.

/// The time of day in UTC, of Unix seconds.
pub(crate) fn of_day(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02} UTC", seconds % 60)
}

/// A length of time in its two largest units.
pub(super) fn length(seconds: u64) -> String {
    let units =
        [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told =
        units.into_iter().skip_while(|(number, _)| *number == 0).take(2).filter(|(number, _)| *number > 0);
    let told: Vec<_> = told.map(|(number, unit)| format!("{number} {unit}")).collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_told_in_utc() {
        assert_eq!(of_day(1_700_000_000), "22:13:20 UTC");
        assert_eq!(of_day(86_400), "00:00:00 UTC");
    }

    #[test]
    fn a_length_is_told_in_its_two_largest_units() {
        let told = [0, 59, 60, 3661, 90_000, 86_405].map(length);
        assert_eq!(told, ["0 s", "59 s", "1 min", "1 h 1 min", "1 d 1 h", "1 d"]);
    }
}
