//! What the claims say that the rules do not take. It explains; the verdict is the core's.

use super::Finding;
use crate::moment::{date, span};
use crate::output::quoted;
use doorward_core::limits::MAX_NUMERIC_DATE;
use doorward_core::{ClaimRules, UnixTime, Value, primitive};

/// A claim that should be a date.
pub(super) enum Date {
    /// Whole seconds, rounded down.
    Seconds(i64),
    /// It is none, and what it is instead.
    Wrong(&'static str),
}

/// Reads a claim that should be a date.
pub(super) fn read_date(claim: Value<'_>) -> Date {
    if let Some(text) = claim.as_str() {
        let number = text.to_string().parse::<f64>().is_ok();
        return Date::Wrong(if number { "a number in quotes" } else { "text" });
    }
    if claim.is_null() {
        return Date::Wrong("null");
    }
    match claim.raw().parse::<f64>() {
        // Formatting is the cast that neither wraps nor is undefined.
        Ok(number) if number.is_finite() => match format!("{:.0}", number.floor()).parse() {
            Ok(seconds) => Date::Seconds(seconds),
            Err(_) => Date::Wrong("a number beyond every calendar"),
        },
        _ => Date::Wrong("no number"),
    }
}

/// The larger units that dates are written in by mistake, and how many of each a second has.
const UNITS: [(&str, i64); 3] =
    [("milliseconds", 1_000), ("microseconds", 1_000_000), ("nanoseconds", 1_000_000_000)];

/// Between 1990 and 2200: what a date of a token means.
fn is_plausible(seconds: i64) -> bool {
    (631_152_000..7_258_118_400).contains(&seconds)
}

/// Everything that the claims give reason to say.
pub(super) fn find(payload: &[u8], rules: &ClaimRules<'_>, now: UnixTime) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut spare = vec![0; payload.len()];
    if let Err(reason) = primitive::json_object(payload, &mut spare) {
        found.push(Finding::new("claims_json", reason.text()));
        return found;
    }
    let claim = |name: &str| primitive::json_at(payload, &[name]);
    let now = i64::try_from(now.seconds()).unwrap_or(i64::MAX);
    let mut dates = [None; 3];
    for (slot, name) in dates.iter_mut().zip(["exp", "nbf", "iat"]) {
        match claim(name).map(read_date) {
            None => {}
            Some(Date::Wrong(what)) => found.push(Finding::new(
                "claim_type",
                format!("{name} is {what}: it must be a number, the seconds since 1970"),
            )),
            Some(Date::Seconds(seconds)) => match wrong_unit(name, seconds) {
                Some(finding) => found.push(finding),
                None => *slot = Some(seconds),
            },
        }
    }
    let [exp, nbf, iat] = dates;
    found.extend(exp.and_then(|exp| expired(exp, iat, rules, now)));
    found.extend(nbf.and_then(|nbf| ahead("nbf", nbf, rules, now)));
    if nbf.is_none_or(|nbf| nbf <= now) {
        found.extend(iat.and_then(|iat| ahead("iat", iat, rules, now)));
    }
    found.extend(lifetime(exp, iat, rules, now));
    found.extend(missing(&claim, rules));
    found.extend(issuer(claim("iss"), rules));
    found.extend(audience(claim("aud"), rules));
    found.extend(subject(claim("sub"), rules));
    found
}

fn wrong_unit(name: &str, value: i64) -> Option<Finding> {
    if value > MAX_NUMERIC_DATE {
        let unit = UNITS.iter().find(|(_, per_second)| is_plausible(value / per_second));
        let message = match unit {
            Some((unit, per_second)) => format!(
                "{name} is in {unit}, not in seconds: {value} means {}; the issuer should divide by \
                 {per_second}",
                date(value / per_second)
            ),
            None => format!("{name} is {value}: that is beyond the year 9999"),
        };
        return Some(Finding::new("time_unit", message));
    }
    (0..100_000_000).contains(&value).then(|| {
        let message = format!(
            "{name} is {value}, which is {}: a duration was written where a date belongs",
            date(value)
        );
        Finding::new("time_duration", message)
    })
}

fn expired(exp: i64, iat: Option<i64>, rules: &ClaimRules<'_>, now: i64) -> Option<Finding> {
    let ago = now.saturating_sub(exp);
    let leeway = i64::from(rules.leeway);
    let late = if rules.valid_at_expiry { ago > leeway } else { ago >= leeway };
    let life = match iat {
        Some(iat) if exp >= iat => format!("; it was made for {}", span(exp.abs_diff(iat))),
        _ => String::new(),
    };
    late.then(|| {
        Finding::new(
            "expired",
            format!(
                "the token expired {} ago: exp {}, now {}, leeway {leeway} s{life}. If it is \
                 fresh, one of the two clocks is off by at least {} s",
                span(ago.unsigned_abs()),
                date(exp),
                date(now),
                ago.saturating_sub(leeway).max(1)
            ),
        )
    })
}

/// `nbf` refuses, `iat` does not; both show a clock that is off.
fn ahead(name: &str, at: i64, rules: &ClaimRules<'_>, now: i64) -> Option<Finding> {
    let ahead = at.saturating_sub(now);
    if ahead <= 0 {
        return None;
    }
    let seconds = span(ahead.unsigned_abs());
    if name == "nbf" && ahead > i64::from(rules.leeway) {
        return Some(Finding::new(
            "not_yet_valid",
            format!(
                "the token is valid in {seconds}: nbf {}, now {}, leeway {} s. If it should be valid \
                 now, this clock is {ahead} s behind the issuer's",
                date(at),
                date(now),
                rules.leeway
            ),
        ));
    }
    Some(Finding::new(
        "clock",
        format!(
            "{name} lies {seconds} ahead of now: this clock is {ahead} s behind the issuer's. That \
             alone refuses nothing"
        ),
    ))
}

fn lifetime(
    exp: Option<i64>,
    iat: Option<i64>,
    rules: &ClaimRules<'_>,
    now: i64,
) -> Option<Finding> {
    let within = |seconds: i64, max: u64| u64::try_from(seconds).is_ok_and(|seconds| seconds > max);
    let leeway = i64::from(rules.leeway);
    if let (Some(exp), Some(max)) = (exp, rules.max_lifetime) {
        let left = exp.saturating_sub(now).saturating_sub(leeway);
        let whole = iat.map_or(0, |iat| exp.saturating_sub(iat));
        if within(left, max) || within(whole, max) {
            let longest = span(left.max(whole).unsigned_abs());
            return Some(Finding::new(
                "lifetime",
                format!("the token lives for {longest}, and max_lifetime is {}", span(max)),
            ));
        }
    }
    if let (Some(iat), Some(max)) = (iat, rules.max_age) {
        let age = now.saturating_sub(iat);
        if within(age.saturating_sub(leeway).saturating_add(1), max) {
            let age = span(age.unsigned_abs());
            return Some(Finding::new(
                "age",
                format!("the token was made {age} ago, and max_age is {}", span(max)),
            ));
        }
    }
    None
}

fn missing<'v>(
    claim: &dyn Fn(&str) -> Option<Value<'v>>,
    rules: &ClaimRules<'_>,
) -> Option<Finding> {
    let needed = [
        (true, "exp"),
        (rules.issuer.is_some(), "iss"),
        (!rules.audience.is_empty(), "aud"),
        (rules.subject.is_some(), "sub"),
        (rules.max_age.is_some(), "iat"),
    ];
    let needed = needed.into_iter().filter_map(|(needed, name)| needed.then_some(name));
    let mut absent: Vec<String> = needed
        .chain(rules.required.iter().copied())
        .filter(|name| claim(name).is_none_or(|value| value.is_null()))
        .map(|name| quoted(name.as_bytes()))
        .collect();
    absent.dedup();
    (!absent.is_empty()).then(|| {
        let absent = absent.join(", ");
        Finding::new("claim_missing", format!("required and not in the token: {absent}"))
    })
}

fn issuer(iss: Option<Value<'_>>, rules: &ClaimRules<'_>) -> Option<Finding> {
    let (has, wants) = (iss?.as_str()?.to_string(), rules.issuer?);
    if has == wants {
        return None;
    }
    let id = near(&has, wants).map_or("issuer_other", |_| "issuer_near");
    let (shown, wanted) = (quoted(has.as_bytes()), quoted(wants.as_bytes()));
    let near = near(&has, wants).map_or(String::new(), |near| format!("; {near}"));
    Some(Finding::new(
        id,
        format!("iss is {shown}, expected is {wanted}{near}. They are compared byte for byte"),
    ))
}

fn audience(aud: Option<Value<'_>>, rules: &ClaimRules<'_>) -> Option<Finding> {
    let aud = aud?;
    let has: Vec<String> = match aud.elements() {
        Some(elements) => {
            elements.filter_map(|element| Some(element.as_str()?.to_string())).collect()
        }
        None => vec![aud.as_str()?.to_string()],
    };
    let list = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| quoted(name.as_bytes())).collect::<Vec<_>>().join(", ")
    };
    let shown = list(&mut has.iter().map(String::as_str));
    if rules.audience.is_empty() {
        let message = format!(
            "aud is {shown}, and none is expected: such a token is meant for somebody else (RFC \
             7519 §4.1.3). If that is this server, set audience = [{shown}] (--audience)"
        );
        return (!rules.ignore_audience).then(|| Finding::new("audience_unexpected", message));
    }
    if has.iter().any(|name| rules.audience.contains(&name.as_str())) {
        return None;
    }
    let wanted = list(&mut rules.audience.iter().copied());
    let near = has
        .iter()
        .flat_map(|name| rules.audience.iter().map(move |wants| near(name, wants)))
        .find_map(|near| near);
    let id = if near.is_some() { "audience_near" } else { "audience_other" };
    let near = near.map_or(String::new(), |near| format!("; {near}"));
    Some(Finding::new(
        id,
        format!(
            "aud is {shown}, expected is one of {wanted}{near}. They are compared byte for byte"
        ),
    ))
}

fn subject(sub: Option<Value<'_>>, rules: &ClaimRules<'_>) -> Option<Finding> {
    let (has, wants) = (sub?.as_str()?.to_string(), rules.subject?);
    (has != wants).then(|| {
        let (has, wants) = (quoted(has.as_bytes()), quoted(wants.as_bytes()));
        Finding::new("subject_other", format!("sub is {has}, expected is {wants}"))
    })
}

/// In what little two names differ, if it is little.
pub(super) fn near(has: &str, wants: &str) -> Option<&'static str> {
    fn bare(name: &str) -> &str {
        let name = name.trim().trim_end_matches('/');
        name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")).unwrap_or(name)
    }
    let slash = |name: &str| name.trim_end_matches('/').to_owned();
    Some(if has == wants {
        return None;
    } else if slash(has) == slash(wants) {
        "only the slash at the end differs"
    } else if has.eq_ignore_ascii_case(wants) {
        "only the case differs"
    } else if has.trim() == wants.trim() {
        "only the white space around it differs"
    } else if bare(has) == bare(wants) && !bare(has).is_empty() {
        "only the scheme, or the scheme and the slash at the end, differs"
    } else if bare(&has.to_ascii_lowercase()) == bare(&wants.to_ascii_lowercase())
        && !bare(has).is_empty()
    {
        "only case, scheme, white space or the slash at the end differ"
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        assert_eq!(near("https://a/", "https://a"), Some("only the slash at the end differs"));
        assert_eq!(near("MUX", "mux"), Some("only the case differs"));
        assert_eq!(near(" mux", "mux"), Some("only the white space around it differs"));
        assert!(near("http://a", "https://a").is_some());
        assert!(near("HTTPS://A", "https://a/").is_some());
        assert_eq!(near("/", "https://"), None);
        assert_eq!(near("mux", "mux"), None);
        assert_eq!(near("mux", "other"), None);
    }

    #[test]
    fn dates_are_read_without_wrapping() {
        let seconds = |text: &str| {
            let json = format!("{{\"exp\":{text}}}");
            match read_date(primitive::json_at(json.as_bytes(), &["exp"]).unwrap()) {
                Date::Seconds(seconds) => Ok(seconds),
                Date::Wrong(what) => Err(what),
            }
        };
        assert_eq!(seconds("1700000000"), Ok(1_700_000_000));
        assert_eq!(seconds("1.7e9"), Ok(1_700_000_000));
        assert_eq!(seconds("-0.5"), Ok(-1));
        assert_eq!(seconds("1e300"), Err("a number beyond every calendar"));
        assert_eq!(seconds("\"17\""), Err("a number in quotes"));
        assert_eq!(seconds("\"soon\""), Err("text"));
        assert_eq!(seconds("null"), Err("null"));
        assert_eq!(seconds("[1]"), Err("no number"));
        assert_eq!(seconds("true"), Err("no number"));
    }
}
