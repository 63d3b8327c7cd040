use clap::Args;
use doorward_core::UnixTime;
use jiff::Timestamp;

/// The time that a command judges by.
#[derive(Args)]
pub(crate) struct Clock {
    /// Judges as of this time, in Unix seconds, instead of the system's clock
    #[arg(long, value_name = "SECONDS")]
    pub(crate) now: Option<u64>,
}

impl Clock {
    pub(crate) fn time(&self) -> UnixTime {
        self.now.map_or_else(doorward_policy::now, UnixTime::from_seconds)
    }
}

/// Unix seconds as RFC 3339, or as a number where the calendar ends.
pub(crate) fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| format!("{seconds} s"), |moment| moment.to_string())
}

/// A number of seconds, and what that is in larger units.
pub(crate) fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, name) in units {
        if rest >= unit {
            parts.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    if seconds < 60 { format!("{seconds} s") } else { format!("{seconds} s ({})", parts.join(" ")) }
}

/// Reads `3600`, `90s`, `5m`, `1h`, `7d` as seconds.
pub(crate) fn parse_duration(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3_600),
        Some((at, 'd')) => (&text[..at], 86_400),
        _ => (text, 1),
    };
    let number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse::<u64>()
        .ok()
        .filter(|_| number)
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "a duration is seconds or a number with s, m, h or d".to_owned())
}

/// A moment as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Unix seconds.
    At(u64),
    /// Seconds from now.
    In(u64),
}

impl When {
    /// Reads Unix seconds, `now`, or a duration from now such as `+5m`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix('+') {
            Some(duration) => parse_duration(duration).map(Self::In),
            None if text == "now" => Ok(Self::In(0)),
            None => text
                .parse()
                .map(Self::At)
                .map_err(|_| "a moment is Unix seconds, now, or a duration from now: +5m".into()),
        }
    }

    pub(crate) const fn seconds(self, now: u64) -> u64 {
        match self {
            Self::At(seconds) => seconds,
            Self::In(seconds) => now.saturating_add(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("3600"), Ok(3600));
        assert_eq!(parse_duration("1h"), Ok(3600));
        assert_eq!(parse_duration("7d"), Ok(604_800));
        for wrong in ["", "h", "-5", "+5", "1.5h", "5 m", "5M", "18446744073709551615m"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(span(59), "59 s");
        assert_eq!(span(3725), "3725 s (1 h 2 min 5 s)");
    }

    #[test]
    fn moments() {
        assert_eq!(When::parse("+5m").unwrap().seconds(100), 400);
        assert_eq!(When::parse("now").unwrap().seconds(100), 100);
        assert_eq!(When::parse("7").unwrap().seconds(100), 7);
        assert!(When::parse("soon").is_err());
        assert_eq!(date(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(date(i64::MAX), "9223372036854775807 s");
    }
}
