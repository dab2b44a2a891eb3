//! Reads the issuer and the expiration date of a certificate, for a report. Nothing depends on it.

/// Who issued a certificate, and its last day.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The organization and the common name of the issuer, if it has them.
    pub(super) issuer: String,
    pub(super) is_self_signed: bool,
    last_day: Day,
}

type Day = (i64, i64, i64);

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const VERSION: u8 = 0xa0;
/// The attribute types commonName and organizationName (RFC 5280 A.1), as DER writes them.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

impl Certificate {
    /// Reads a certificate (RFC 5280 4.1).
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut certificate = Reader(Reader(der).sequence()?);
        let mut body = Reader(certificate.sequence()?);
        if body.0.first() == Some(&VERSION) {
            body.next()?;
        }
        // Skips the serial number and the signature algorithm.
        body.next()?;
        body.next()?;
        let issuer = body.sequence()?;
        let mut validity = Reader(body.sequence()?);
        let subject = body.sequence()?;
        validity.next()?;
        let (kind, until) = validity.next()?;
        let names: Vec<_> =
            [ORGANIZATION, COMMON_NAME].into_iter().filter_map(|kind| attribute(issuer, kind)).collect();
        Some(Self {
            issuer: names.join(", "),
            is_self_signed: issuer == subject,
            last_day: day(kind, until)?,
        })
    }

    /// The last day of validity, as `2027-01-31`.
    pub(super) fn last_day(&self) -> String {
        let (year, month, day) = self.last_day;
        format!("{year}-{month:02}-{day:02}")
    }

    /// The number of days left, counted from `now` in Unix seconds.
    pub(super) fn days_left(&self, now: u64) -> i64 {
        days_since_1970(self.last_day) - i64::try_from(now / 86_400).unwrap_or(i64::MAX)
    }
}

/// Reads values of DER (X.690), one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The tag and the content of the next value.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(first);
        if let Some(bytes) = length.checked_sub(0x80) {
            let (long, behind) = rest.split_at_checked(bytes).filter(|_| bytes <= 3)?;
            length = long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            rest = behind;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn sequence(&mut self) -> Option<&'a [u8]> {
        self.next().and_then(|(tag, content)| (tag == SEQUENCE).then_some(content))
    }
}

/// The text of the first attribute of this type in a name.
fn attribute(name: &[u8], kind: &[u8]) -> Option<String> {
    let mut sets = Reader(name);
    while let Some((_, set)) = sets.next() {
        let mut attribute = Reader(Reader(set).sequence()?);
        if attribute.next()?.1 == kind {
            return Some(String::from_utf8_lossy(attribute.next()?.1).into_owned());
        }
    }
    None
}

/// The day of a `UTCTime` or a `GeneralizedTime` (RFC 5280 4.1.2.5).
fn day(kind: u8, time: &[u8]) -> Option<Day> {
    let time = std::str::from_utf8(time).ok()?;
    let digits = if kind == UTC_TIME { 2 } else { 4 };
    let number = |from: usize, to: usize| time.get(from..to)?.parse::<u16>().ok().map(i64::from);
    let year = number(0, digits)?;
    let century = match (kind, year) {
        (UTC_TIME, 50..) => 1900,
        (UTC_TIME, _) => 2000,
        _ => 0,
    };
    Some((century + year, number(digits, digits + 2)?, number(digits + 2, digits + 4)?))
}

/// The days since 1970-01-01, in the Gregorian calendar. Years are counted from March, so that a leap day is the last day of its
/// year.
fn days_since_1970((year, month, day): Day) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    #[test]
    fn the_issuer_and_the_last_day_are_read() {
        let mut params = CertificateParams::new(["clever.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, "Springfield Schools");
        params.distinguished_name.push(DnType::CommonName, "Filter CA é");
        for (year, month, day, written) in [(2027, 1, 31, "2027-01-31"), (2060, 12, 1, "2060-12-01")] {
            params.not_after = date_time_ymd(year, month, day);
            let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let read = Certificate::read(made.der()).unwrap();
            assert_eq!((&*read.issuer, read.is_self_signed), ("Springfield Schools, Filter CA é", true));
            assert_eq!(read.last_day(), written);
            let now = u64::try_from(params.not_after.unix_timestamp()).unwrap();
            assert_eq!(
                (read.days_left(now), read.days_left(now - 86_400), read.days_left(now + 86_400)),
                (0, 1, -1)
            );
        }
    }

    #[test]
    fn a_truncated_or_changed_certificate_causes_no_panic() {
        let made = rcgen::generate_simple_self_signed(["clever.example".to_owned()]).unwrap();
        let der = made.cert.der().to_vec();
        for length in 0..der.len() {
            assert!(Certificate::read(&der[..length]).is_none());
        }
        for place in 0..der.len() {
            for byte in [0, 0x7f, 0x80, 0x83, 0xff] {
                let mut changed = der.clone();
                changed[place] = byte;
                drop(Certificate::read(&changed));
            }
        }
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        for (day, days) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((2100, 3, 1), 47_541),
        ] {
            assert_eq!(days_since_1970(day), days, "{day:?}");
        }
        assert_eq!(day(UTC_TIME, b"491231235959Z"), Some((2049, 12, 31)));
        assert_eq!(day(UTC_TIME, b"500101000000Z"), Some((1950, 1, 1)));
        assert_eq!(day(0x18, b"20500101000000Z"), Some((2050, 1, 1)));
    }
}
