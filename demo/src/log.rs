//! What a server logs: lines of `key=value`, in the form of its language's logger.

/// What one line says that matters here, if it does: the reason, or who came in where, or that the rules
/// are new.
pub(crate) fn read(line: &str) -> Option<String> {
    if let (Some(code), Some(reason)) = (field(line, "code"), field(line, "reason")) {
        return Some(format!("{code} {reason}"));
    }
    if let (Some(kind), Some(place)) = (field(line, "kind"), field(line, "place")) {
        return Some(format!("{kind} in {place}"));
    }
    line.contains("new rules").then(|| "new rules".to_owned())
}

/// The value of a key, without the quotes that some loggers put around it.
fn field<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    line.split_ascii_whitespace().find_map(|word| {
        let (name, value) = word.split_once('=')?;
        // Some loggers put a group in front.
        let name = name.rsplit('.').next()?;
        (name == key).then(|| value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_of_several_loggers_say_the_same() {
        for line in [
            "INFO doorward: refused code=2205 reason=\"origin_not_allowed\" status=403",
            "time=2026-11-22T00:00:00Z level=INFO msg=refused doorward.code=2205 doorward.reason=origin_not_allowed",
        ] {
            assert_eq!(read(line).as_deref(), Some("2205 origin_not_allowed"));
        }
        let allowed = "allowed kind=token place=subprotocol:bearer.";
        assert_eq!(read(allowed).as_deref(), Some("token in subprotocol:bearer."));
        assert_eq!(read("INFO new rules").as_deref(), Some("new rules"));
        assert_eq!(read("a barcode=2205 and no reason"), None);
    }
}
