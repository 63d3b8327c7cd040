//! The members and the elements of a text that was judged, found again.
//!
//! That the text keeps the grammar is known, so all that is looked for is where each value ends. Over a
//! text that was not judged the walk ends where it stumbles, and may have shown what is no value.

use super::{Kind, Value};
use crate::text::ascii::{first_digits, spread};

/// The elements of a JSON array.
#[derive(Clone)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Elements<'a> {
    /// `None` if the text does not begin with an array.
    pub(super) fn of(text: &'a [u8]) -> Option<Self> {
        Some(Self { rest: text.strip_prefix(b"[")? })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn next(&mut self) -> Option<Value<'a>> {
        let (element, rest) = value(behind_comma(self.rest))?;
        self.rest = rest;
        Some(element)
    }
}

/// The members of a JSON object, each its name, which is a string, and its value.
#[derive(Clone, Default)]
pub struct Members<'a> {
    rest: &'a [u8],
}

impl<'a> Members<'a> {
    /// `None` if the text does not begin with an object.
    pub(crate) fn of(text: &'a [u8]) -> Option<Self> {
        Some(Self { rest: behind_white(text).strip_prefix(b"{")? })
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Value<'a>, Value<'a>);

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = string(behind_comma(self.rest))?;
        let (value, rest) = value(behind_white(behind_white(rest).strip_prefix(b":")?))?;
        self.rest = rest;
        Some((name, value))
    }
}

/// Where the next value begins: there is no comma before the first.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn behind_comma(text: &[u8]) -> &[u8] {
    match behind_white(text) {
        [b',', rest @ ..] => behind_white(rest),
        rest => rest,
    }
}

/// Outside of its strings, a text has no other characters up to the space than white ones.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn behind_white(mut text: &[u8]) -> &[u8] {
    while let [..=b' ', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The string that the text begins with, and what follows it.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn string(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let mut escaped = false;
    let rest = match from_stop(text.strip_prefix(b"\"")?) {
        [b'"', rest @ ..] => rest,
        rest => {
            escaped = true;
            behind_escapes(rest)?
        }
    };
    let text = text.get(..text.len().wrapping_sub(rest.len()))?;
    Some((Value { kind: Kind::String { escaped }, text }, rest))
}

/// What follows a string, of which this is the part from the first backslash on.
#[cold]
fn behind_escapes(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        match text {
            [b'"', rest @ ..] => return Some(rest),
            // The digits of a character's number are no quotes.
            [b'\\', _, rest @ ..] => text = from_stop(rest),
            _ => return None,
        }
    }
}

/// The text from its first quote or backslash on, which is looked for eight bytes at a time.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn from_stop(mut text: &[u8]) -> &[u8] {
    while let Some((chunk, rest)) = text.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        // As in `Cursor::plain`.
        let quote = (word ^ spread(b'"')).wrapping_sub(spread(1));
        let backslash = (word ^ spread(b'\\')).wrapping_sub(spread(1));
        let stop = (quote | backslash) & !word & spread(0x80);
        if stop != 0 {
            return text.get((stop.trailing_zeros() >> 3) as usize..).unwrap_or_default();
        }
        text = rest;
    }
    while let [byte, rest @ ..] = text
        && !matches!(byte, b'"' | b'\\')
    {
        text = rest;
    }
    text
}

/// The value that the text begins with, and what follows it.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn value(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (kind, len) = match text.first()? {
        b'"' => return string(text),
        b'[' => (Kind::Array, nested_len(text)?),
        b'{' => (Kind::Object, nested_len(text)?),
        b't' => (Kind::Bool(true), 4),
        b'f' => (Kind::Bool(false), 5),
        b'n' => (Kind::Null, 4),
        _ => (Kind::Number, number_len(text)?),
    };
    let (text, rest) = text.split_at_checked(len)?;
    Some((Value { kind, text }, rest))
}

/// Bytes of the number that the text begins with.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn number_len(text: &[u8]) -> Option<usize> {
    match first_digits(text) {
        Some(len) if matches!(text.get(len), Some(b',' | b'}')) => Some(len),
        _ => any_number_len(text),
    }
    .filter(|&len| len != 0)
}

fn any_number_len(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// Bytes of the array or the object that the text begins with: up to the bracket that closes as many as
/// were opened, of which kind the judge has seen.
fn nested_len(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        rest = match rest {
            [b'"', ..] => string(rest)?.1,
            [b'[' | b'{', rest @ ..] => {
                depth = depth.wrapping_add(1);
                rest
            }
            [b']' | b'}', rest @ ..] => {
                depth = depth.wrapping_sub(1);
                if depth == 0 {
                    return Some(text.len().wrapping_sub(rest.len()));
                }
                rest
            }
            [_, rest @ ..] => rest,
            [] => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Value, find, members};
    use super::Members;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    /// A member as far as it can be compared: name, kind and text of the value.
    type Seen<'a> = (&'a [u8], Kind, &'a [u8]);

    fn shown<'a>((name, value): (Value<'a>, Value<'a>)) -> Seen<'a> {
        (name.text(), value.kind, value.text)
    }

    /// What the judge sees, which checks the whole grammar.
    fn judged(text: &[u8]) -> Option<Vec<Seen<'_>>> {
        let mut seen = Vec::new();
        members(text, false, |member| {
            seen.push((member.name, member.value.kind, member.value.text));
        })?;
        Some(seen)
    }

    /// Values of every kind, with what could be taken for an end at every distance from a word's.
    fn values() -> Vec<String> {
        let mut values = Vec::new();
        for pad in 0..18 {
            let pad = "a".repeat(pad);
            for end in
                ["", r#"\""#, r"\\", r#"\\\""#, r"\u0022", "},]{[", "\u{e9}", "\u{7f}", "\u{1f600}"]
            {
                values.push(format!("\"{pad}{end}\""));
                values.push(format!("\"{end}{pad}\""));
                values.push(format!("[\"{pad}{end}\",{{\"{end}{pad}\":[ ]}}]"));
                values.push(format!("{{ \"{pad}{end}\" : \"{end}\" , \"k\":[[],{{}}]}}"));
            }
            let digits = "7".repeat(pad.len().max(1));
            for number in ["", "-", "0.", "-0.", "1e", "1E-", "1.5e+"] {
                values.push(format!("{number}{digits}"));
            }
        }
        values.extend(
            ["0", "-0", "true", "false", "null", "[]", "{}", "[true,false,null]"].map(String::from),
        );
        values
    }

    #[test]
    fn each_value_ends_where_the_judge_ended_it() {
        let values = values();
        assert!(values.len() > 700);
        for (value, next) in values.iter().zip(values.iter().cycle().skip(1)) {
            for text in [
                format!("{{\"a\":{value}}}"),
                format!("{{\"first\":{value},\"second\\n\":{next},\"\":{value}}}"),
                format!(" {{ \"a\"\t:\n{value} ,\r\"b\" : {next} }} "),
            ] {
                let text = text.as_bytes();
                let expected = judged(text).expect("the text of the test is JSON");
                let found: Vec<_> = Members::of(text).unwrap().map(shown).collect();
                assert_eq!(found, expected);
            }
            let text = format!("{{\"list\":[{value},{next} , {value} ]}}");
            let list = find(text.as_bytes(), "list").unwrap();
            let found: Vec<_> = list.elements().unwrap().map(|element| element.raw()).collect();
            assert_eq!(found, [value, next, value]);
        }
    }

    #[test]
    fn what_was_not_judged_has_an_end() {
        let values = values();
        let whole = format!("{{\"n\":[{}]}}", values.join(","));
        for end in (0..whole.len()).filter(|&end| end < 2_000 || end + 2_000 > whole.len()) {
            let cut = whole.as_bytes().get(..end).unwrap();
            assert!(Members::of(cut).unwrap_or_default().count() <= 1);
        }
        for text in [
            "{",
            "{,",
            "{\"",
            "{\"a",
            "{\"a\\",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":[",
            "{\"a\":]",
            "{1:2}",
            "{\"a\":1",
            "{\"a\":tru",
        ] {
            assert_eq!(Members::of(text.as_bytes()).unwrap().count(), 0, "{text}");
        }
    }
}
