use crate::outcome::Failure;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::fmt::{Display, Write as _};
use std::io::{StdoutLock, Write as _};

/// What may come in.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What may not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What should not stay so.
pub(crate) const CARE: Style = AnsiColor::Yellow.on_default().bold();
/// What is beside the point.
pub(crate) const ASIDE: Style = Style::new().dimmed();

/// Standard output: colours go to a terminal only.
pub(crate) struct Output {
    json: bool,
    stream: anstream::AutoStream<StdoutLock<'static>>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, stream: anstream::stdout().lock() }
    }

    /// Whether a machine reads the answer.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.stream, "{text}")?)
    }

    /// A text that has its line ends already.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.stream.write_all(text.as_bytes())?;
        Ok(self.stream.flush()?)
    }

    /// A value as one line of ASCII.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text =
            serde_json::to_string(value).map_err(|error| Failure::usage(error.to_string()))?;
        self.line(ascii_json(&text))
    }
}

/// A remark on standard error, which the answer's reader does not see.
pub(crate) fn remark(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// A warning on standard error.
pub(crate) fn warn(text: impl Display) {
    let text = plain(&text.to_string());
    remark(format_args!("{CARE}warning:{CARE:#} {text}"));
}

/// Foreign bytes for a person's eyes: quoted, everything but visible ASCII escaped, cut.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    const MOST: usize = 256;
    let (shown, more) = match bytes.get(..MOST) {
        Some(cut) if bytes.len() > MOST => (cut, "…"),
        _ => (bytes, ""),
    };
    format!("\"{}\"{more}", shown.escape_ascii())
}

/// A text that may hold foreign characters: those that move a terminal's cursor, colour it or turn
/// the direction of writing are escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let moves = character.is_control()
            || matches!(
                character,
                '\u{61c}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
            );
        if moves {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// JSON text on one line and in ASCII: no white space between the tokens, every other character as
/// `\uXXXX`. The text is valid JSON already, so what is not ASCII stands inside a string.
pub(crate) fn ascii_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if !in_string && character.is_ascii_whitespace() {
            continue;
        }
        if character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && character == '\\' && !escaped;
        if matches!(character, ' '..='~') {
            out.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_one_line_of_ascii() {
        let text =
            "{ \"a\" : \"x \\\" \u{9b}\\\\\" ,\r\n\t\"b\":[1, 2],\"c\":\"\u{1f511}\u{7f}\" }";
        assert_eq!(ascii_json(text), r#"{"a":"x \" \u009b\\","b":[1,2],"c":"\ud83d\udd11\u007f"}"#);
    }

    #[test]
    fn nothing_foreign_moves_the_cursor() {
        assert_eq!(plain("a\u{1b}[2J\u{202e}é"), "a\\u{1b}[2J\\u{202e}é");
        assert_eq!(quoted(b"a\x1b\xff\"\n"), r#""a\x1b\xff\"\n""#);
        assert_eq!(quoted(&[b'a'; 300]).len(), 256 + 2 + "…".len());
    }
}
