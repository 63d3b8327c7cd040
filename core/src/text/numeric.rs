//! `NumericDate` (RFC 7519 §2): any JSON number, compared exactly, never wrapping.

use super::ascii::{eight_digits, joined_digits, spread};
use crate::limits::MAX_NUMERIC_DATE;

/// Seconds since the epoch: the whole seconds below, and how much lies above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate {
    floor: i64,
    /// The fraction in attoseconds, rounded up: finer differences do not order two dates, but a
    /// fraction is never lost.
    fraction: u64,
}

/// Attoseconds in a second.
const ATTO: u64 = 1_000_000_000_000_000_000;

impl NumericDate {
    /// The whole seconds, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.floor
    }

    /// The first whole second that is not before this date.
    pub(crate) const fn ceil(self) -> i64 {
        self.floor.saturating_add((self.fraction != 0) as i64)
    }

    /// Whether this date lies more than `seconds` after another.
    pub(crate) fn is_later_than(self, other: Self, seconds: i64) -> bool {
        let whole = self.floor.saturating_sub(other.floor);
        whole > seconds || (whole == seconds && self.fraction > other.fraction)
    }

    /// The date that ten digits write.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn of_digits(text: &[u8; 10]) -> Self {
        const { assert!(MAX_NUMERIC_DATE >= 9_999_999_999, "all are dates") };
        let [eight @ .., tens, ones] = text;
        let two = ((*tens & 0x0f) as u64).wrapping_mul(10).wrapping_add((*ones & 0x0f) as u64);
        let all = joined_digits(*eight).wrapping_mul(100).wrapping_add(two);
        Self { floor: all.cast_signed(), fraction: 0 }
    }

    /// Reads the text of a JSON value; `None` if it is no number, or lies outside the years that RFC 3339
    /// can write.
    #[inline]
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        match plain_integer(value) {
            Some(whole) => {
                (whole <= MAX_NUMERIC_DATE).then_some(Self { floor: whole, fraction: 0 })
            }
            None => Self::parse_any(value),
        }
    }

    #[cold]
    fn parse_any(value: &[u8]) -> Option<Self> {
        let (negative, magnitude) = match value {
            [b'-', rest @ ..] => (true, rest),
            [b'0'..=b'9', ..] => (false, value),
            _ => return None,
        };
        let (whole, fraction) = magnitude_of(magnitude)?;
        if whole > MAX_NUMERIC_DATE {
            return None;
        }
        Some(if negative {
            let below = i64::from(fraction != 0);
            let floor = whole.saturating_neg().saturating_sub(below);
            Self { floor, fraction: ATTO.saturating_sub(fraction) % ATTO }
        } else {
            Self { floor: whole, fraction }
        })
    }
}

/// The whole part of an unsigned JSON number and its fraction; `None` past the last date.
fn magnitude_of(text: &[u8]) -> Option<(i64, u64)> {
    let (mantissa, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (text.get(..at)?, exponent_of(text.get(at.checked_add(1)?..)?)),
        None => (text, 0),
    };
    let point = mantissa.iter().position(|&byte| byte == b'.').unwrap_or(mantissa.len());
    // Where the point stands once the exponent has moved it, counted in digits from the left.
    let point = i64::try_from(point).ok()?.saturating_add(exponent);
    let mut whole = 0_i64;
    let mut fraction = Fraction::new(point);
    let mut place = 0_i64;
    for digit in mantissa.iter().filter(|byte| byte.is_ascii_digit()) {
        if place < point {
            whole = bounded(push_digit(whole, digit))?;
        } else {
            fraction.push(*digit);
        }
        place = place.saturating_add(1);
    }
    // Zeros that the exponent adds behind the last digit. Nothing grows from 0, so stop there.
    while place < point && whole != 0 {
        whole = bounded(push_digit(whole, &b'0'))?;
        place = place.saturating_add(1);
    }
    Some((whole, fraction.attoseconds()))
}

/// The number that a text of up to 16 digits and nothing else writes: nearly every date.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn plain_integer(text: &[u8]) -> Option<i64> {
    // As many as every date has from 2001 to 2286.
    if let Some((eight, &[tens, ones])) = text.split_first_chunk() {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        if tens > 9 || ones > 9 {
            return None;
        }
        let two = u64::from(tens).wrapping_mul(10).wrapping_add(ones.into());
        return i64::try_from(eight_digits(*eight)?.wrapping_mul(100).wrapping_add(two)).ok();
    }
    let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
        return short_integer(text);
    };
    // The last eight overlap the first: what was there before counts as leading zeros.
    let new = text.len().wrapping_sub(8);
    let scale = POWERS_OF_TEN.get(new)?;
    let before = u64::MAX.checked_shr(u32::try_from(new).ok()?.wrapping_mul(8)).unwrap_or(0);
    let last = u64::from_le_bytes(*last);
    let last = last & !before | spread(b'0') & before;
    let whole = eight_digits(*first)?.wrapping_mul(*scale);
    i64::try_from(whole.wrapping_add(eight_digits(last.to_le_bytes())?)).ok()
}

fn short_integer(text: &[u8]) -> Option<i64> {
    let mut whole = 0_i64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit));
    }
    (!text.is_empty()).then_some(whole)
}

/// How much the first eight digits of a number count before up to eight more.
const POWERS_OF_TEN: [u64; 9] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The digits behind the point.
struct Fraction {
    sum: u64,
    /// What the next digit counts; 0 once it is finer than an attosecond.
    unit: u64,
    finer: bool,
}

impl Fraction {
    /// A point far to the left of the first digit stands for zeros between the two.
    fn new(point: i64) -> Self {
        let mut unit = ATTO / 10;
        let mut place = point;
        while place < 0 && unit != 0 {
            unit /= 10;
            place = place.saturating_add(1);
        }
        Self { sum: 0, unit, finer: false }
    }

    fn push(&mut self, digit: u8) {
        let value = u64::from(digit.wrapping_sub(b'0'));
        self.sum = self.sum.saturating_add(value.saturating_mul(self.unit));
        self.finer |= self.unit == 0 && value != 0;
        self.unit /= 10;
    }

    /// Rounded up, and below a second.
    fn attoseconds(&self) -> u64 {
        self.sum.saturating_add(u64::from(self.finer)).min(ATTO.saturating_sub(1))
    }
}

fn push_digit(sum: i64, digit: &u8) -> i64 {
    sum.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')))
}

/// Past this no date is left, and 18 digits keep the sum far from wrapping.
fn bounded(sum: i64) -> Option<i64> {
    (sum <= MAX_NUMERIC_DATE).then_some(sum)
}

fn exponent_of(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = digits.iter().fold(0, push_digit);
    if negative { magnitude.saturating_neg() } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<(i64, i64)> {
        NumericDate::parse(text.as_bytes()).map(|date| (date.floor, date.ceil()))
    }

    #[test]
    fn numbers_are_compared_exactly() {
        assert_eq!(date("1700000000"), Some((1_700_000_000, 1_700_000_000)));
        assert_eq!(date("1699999999.999"), Some((1_699_999_999, 1_700_000_000)));
        assert_eq!(date("1.7e9"), Some((1_700_000_000, 1_700_000_000)));
        assert_eq!(date("17000000005E-1"), Some((1_700_000_000, 1_700_000_001)));
        assert_eq!(date("0.0000000000000000000000001"), Some((0, 1)));
        assert_eq!(date("-0.5"), Some((-1, 0)));
        assert_eq!(date("-0"), Some((0, 0)));
        assert_eq!(date("0e999999999999999999999"), Some((0, 0)));
        assert_eq!(date("1e-999999999999999999999"), Some((0, 1)));
        assert_eq!(date("253402300799"), Some((253_402_300_799, 253_402_300_799)));
        for beyond in
            ["253402300800", "1e400", "18446744073709551617", "1e19", "1700003600000", "-1e400"]
        {
            assert_eq!(date(beyond), None);
        }
    }
}
