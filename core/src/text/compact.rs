//! Compact JSON, as nearly every issuer writes claims: no white space and no escape. Where all quotes are
//! known, a reader goes from string to string and looks at what lies between.
//!
//! It knows less than [`json`](super::json) and never more: what it takes, that takes, with the same
//! members. Whatever else there is, a fault in the text before all, it leaves to that.

use super::ascii::{eight_digits, leading_digits};
use super::json::{NameKey, Span, number_len};
use crate::limits::MAX_JSON_DEPTH;
use core::slice::Iter;
use doorward_simd::Vector;

/// What one pass over a text has noted, while it was decoded: that no backslash and no control character is
/// in it, and where all its quotes are.
#[derive(Clone, Copy)]
pub(crate) struct Notes<'s> {
    /// The text, and what lies behind it: at least sixteen bytes, of no meaning.
    pub(crate) room: &'s [u8],
    /// How many quotes there are.
    pub(crate) quotes: usize,
    /// Whether the text is ASCII.
    pub(crate) ascii: bool,
    /// Who took them. Where there is no vector code there are no notes, and their reader is not built.
    pub(crate) _by: Vector,
}

/// A name of three bytes and the quote behind it, as every registered claim's is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShortName(u32);

/// An odd number, searched for: the upper three bits of its products tell the registered names that are judged
/// apart.
const SHORT_MIX: u32 = 0xad9;

impl ShortName {
    pub(crate) const fn of([a, b, c]: [u8; 3]) -> Self {
        Self(u32::from_le_bytes([a, b, c, b'"']))
    }

    /// One of eight places.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn place(self) -> usize {
        (self.0.wrapping_mul(SHORT_MIX) >> 29) as usize
    }
}

/// Names to look for, each at its place.
pub(crate) struct ShortNames {
    names: [ShortName; 8],
    /// A place that none of them has.
    free: usize,
}

impl ShortNames {
    pub(crate) const fn new(mut rest: &[ShortName]) -> Self {
        let (mut names, mut taken) = ([ShortName(0); 8], 0_u32);
        while let [name, others @ ..] = rest {
            let place = name.place();
            assert!(taken & 1 << place == 0, "each has a place of its own");
            taken |= 1 << place;
            if let (_, [entry, ..]) = names.split_at_mut(place) {
                *entry = *name;
            }
            rest = others;
        }
        assert!(taken != 0xff, "a place is free");
        Self { names, free: taken.trailing_ones() as usize }
    }

    /// The place of a name, if it is one of these.
    pub(crate) fn place(&self, key: NameKey) -> Option<usize> {
        let name = ShortName(key.short()?);
        (*self.names.get(name.place())? == name).then_some(name.place())
    }
}

/// Where the values of the names that are looked for go, each to the place of its name; both begin empty.
pub(crate) struct Found<'f> {
    pub(crate) values: &'f mut [Span; 8],
    /// What a value is, if it is ten digits, as nearly every date, and not the last; otherwise 0.
    pub(crate) dates: &'f mut [u64; 8],
}

/// Reads the first `len` bytes of the room as one object; `spare` begins with the places of the quotes.
///
/// `None` leaves the text to [`object`](super::json::object), which alone knows what is wrong with it.
#[inline(never)]
pub(crate) fn object(
    notes: Notes<'_>,
    len: usize,
    spare: &mut [u8],
    known: &ShortNames,
    found: Found<'_>,
) -> Option<()> {
    let (strings, spare) = spare.split_at_mut_checked(notes.quotes.checked_mul(2)?)?;
    let mut reader = Reader { room: notes.room, strings: strings.as_chunks().0.iter() };
    let mut members = Members {
        known,
        found,
        others: Names { keys: spare.as_chunks_mut().0, count: 0, bits: 0 },
        at: 1,
    };
    if *notes.room.first()? != b'{' {
        return None;
    }
    while !members.plain(&mut reader)? {
        if !members.any(&mut reader)? {
            break;
        }
    }
    // What was read beyond the text was none of it.
    let whole = members.at as usize == len;
    let utf8 = || core::str::from_utf8(notes.room.get(..len).unwrap_or_default()).is_ok();
    (whole && (notes.ascii || utf8())).then_some(())
}

/// The members of the object, from one to the next.
struct Members<'m> {
    known: &'m ShortNames,
    found: Found<'m>,
    others: Names<'m>,
    /// Where the next one stands.
    at: u32,
}

impl Members<'_> {
    /// Reads those that are a string or a date: nearly all. Whether the object has ended.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn plain(&mut self, reader: &mut Reader<'_>) -> Option<bool> {
        let mut strings = reader.strings.as_slice();
        let mut ended = false;
        while let [name, others @ ..] = strings {
            let name = Quoted::new(*name);
            let (start, word) = (name.close.wrapping_add(2), reader.word(name.close)?);
            if is(word, b"\":\"") {
                let [text, rest @ ..] = others else { break };
                let text = Quoted::new(*text);
                let last = reader.word(text.close)?;
                ended = is(last, b"\"}");
                if !is(last, b"\",") && !ended {
                    break;
                }
                let end = text.close.wrapping_add(1);
                let place = self.place(name, reader)?;
                *self.found.values.get_mut(place)? = Span::new(start, end, true);
                (self.at, strings) = (end.wrapping_add(1), rest);
                if ended {
                    break;
                }
            } else if is(word, b"\":")
                && let Some(date) = reader.date(start)
            {
                let end = start.wrapping_add(10);
                let place = self.place(name, reader)?;
                *self.found.values.get_mut(place)? = Span::new(start, end, false);
                *self.found.dates.get_mut(place)? = date;
                (self.at, strings) = (end.wrapping_add(1), others);
            } else {
                break;
            }
        }
        reader.strings = strings.iter();
        Some(ended)
    }

    /// Reads a member of whatever kind. Whether there is another.
    fn any(&mut self, reader: &mut Reader<'_>) -> Option<bool> {
        let (name, first) = reader.name(self.at)?;
        let start = name.close.wrapping_add(2);
        let place = self.place(name, reader)?;
        let (end, behind) = if opens(first) {
            let end;
            (end, reader.strings) = nested(reader.room, start, reader.strings.clone())?;
            (end, reader.word(end)?)
        } else {
            reader.leaf(start, first)?
        };
        *self.found.values.get_mut(place)? = Span::new(start, end, is(first, b"\""));
        self.at = end.wrapping_add(1);
        let another = is(behind, b",");
        (another || is(behind, b"}")).then_some(another)
    }

    /// The place for the value of the next member, whose name this is.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn place(&mut self, name: Quoted, reader: &Reader<'_>) -> Option<usize> {
        let head = reader.word(self.at.wrapping_add(1))?;
        if name.open != self.at {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "three letters and a quote")]
        let short = ShortName(head as u32);
        let place = short.place();
        if *self.known.names.get(place)? == short {
            self.found.values.get(place)?.is_absent().then_some(place)
        } else {
            self.others.enter(NameKey::new(head, name.len()))?;
            // It is one of eight: so the compiler knows.
            Some(self.known.free & 7)
        }
    }
}

/// So many names are compared with each other as they come.
const NAMES: usize = 64;

/// The names so far that have no place of their own.
struct Names<'n> {
    keys: &'n mut [[u8; 8]],
    count: usize,
    /// A bit for each name: most need no look at the others.
    bits: u64,
}

impl Names<'_> {
    /// `None` if there is no room for another, or one that may be the same is there.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn enter(&mut self, key: NameKey) -> Option<()> {
        let (bit, key) = (key.bit(), key.to_bytes());
        if self.bits & bit != 0 && self.keys.iter().take(self.count).any(|other| *other == key) {
            return None;
        }
        self.bits |= bit;
        *self.keys.get_mut(self.count).filter(|_| self.count < NAMES)? = key;
        self.count = self.count.wrapping_add(1);
        Some(())
    }
}

/// A string, by the places of its quotes.
#[derive(Clone, Copy)]
struct Quoted {
    open: u32,
    close: u32,
}

impl Quoted {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn new([a, b, c, d]: [u8; 4]) -> Self {
        // Each by itself, as they were written: a load over both would wait until the two stores are done.
        let (open, close) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        Self { open: open as u32, close: close as u32 }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn start(self) -> u32 {
        self.open.wrapping_add(1)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn len(self) -> usize {
        self.close.wrapping_sub(self.start()) as usize
    }
}

/// A text and the strings in it that are not yet read.
///
/// Its words are eight bytes of the text, the first the lowest. What is shifted out leaves zeros, and a noted text
/// has none: a word that begins with zero has been used up, or the text has.
struct Reader<'n> {
    room: &'n [u8],
    strings: Iter<'n, [u8; 4]>,
}

impl<'n> Reader<'n> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn word(&self, at: u32) -> Option<u64> {
        let at = at as usize;
        self.room.get(at..at.wrapping_add(8))?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn string(&mut self) -> Option<Quoted> {
        self.strings.next().copied().map(Quoted::new)
    }

    /// The name at a place, and the word behind its colon.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn name(&mut self, at: u32) -> Option<(Quoted, u64)> {
        let name = self.string()?;
        let word = self.word(name.close)?;
        (name.open == at && is(word, b"\":")).then_some((name, word >> 16))
    }

    /// The end of the value at a place, which begins with `first` and is no array or object, and the word behind
    /// it.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn leaf(&mut self, at: u32, first: u64) -> Option<(u32, u64)> {
        if is(first, b"\"") { self.text() } else { self.scalar(at, first) }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn text(&mut self) -> Option<(u32, u64)> {
        let text = self.string()?;
        Some((text.close.wrapping_add(1), self.word(text.close)? >> 8))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn scalar(&self, at: u32, first: u64) -> Option<(u32, u64)> {
        let (end, behind) = if matches!(first.to_le_bytes(), [b'1'..=b'9', ..]) {
            match leading_digits(first) {
                // A name's colon has six bytes behind it: after five digits there is one more.
                len @ ..6 => (at.wrapping_add(len), behind(first, len)),
                _ => self.digits(at)?,
            }
        } else if is(first, b"true") || is(first, b"null") {
            (at.wrapping_add(4), first >> 32)
        } else if is(first, b"false") {
            (at.wrapping_add(5), first >> 40)
        } else {
            self.number(at)?
        };
        if goes_on(behind) { self.number(at) } else { Some((end, behind)) }
    }

    /// The number of ten digits at a place, if it begins with no zero and a comma follows.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn date(&self, at: u32) -> Option<u64> {
        let start = at as usize;
        let text: &[u8; 11] = self.room.get(start..start.wrapping_add(11))?.first_chunk()?;
        let (eight, &[tens, ones, b',']) = text.split_first_chunk()? else { return None };
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        let eight = eight_digits(*eight)?;
        if tens > 9 || ones > 9 || eight < 10_000_000 {
            return None;
        }
        let two = u64::from(tens).wrapping_mul(10).wrapping_add(ones.into());
        Some(eight.wrapping_mul(100).wrapping_add(two))
    }

    /// The end of up to fifteen digits, and the word behind them; of more than those, some word that begins with a
    /// digit.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn digits(&self, at: u32) -> Option<(u32, u64)> {
        let start = at as usize;
        let words = self.room.get(start..start.wrapping_add(16))?;
        let [first, second] = words.as_chunks().0 else { return None };
        let (first, second) = (u64::from_le_bytes(*first), u64::from_le_bytes(*second));
        match leading_digits(first) {
            8 => {
                let len = leading_digits(second);
                Some((at.wrapping_add(8).wrapping_add(len), behind(second, len)))
            }
            len => Some((at.wrapping_add(len), behind(first, len))),
        }
    }

    /// The end of a number that is more than digits, and the word behind it.
    #[cold]
    fn number(&self, at: u32) -> Option<(u32, u64)> {
        let len = number_len(self.room.get(at as usize..)?)?;
        let end = at.checked_add(len.try_into().ok()?)?;
        Some((end, self.word(end)?))
    }

    /// Goes from member to member of a nested object: to the value that is an array or object, or to the end of
    /// the last one. The place, the word there, and whether it is the end.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn members(&mut self, mut at: u32) -> Option<(u32, u64, bool)> {
        loop {
            let (name, first) = self.name(at)?;
            let start = name.close.wrapping_add(2);
            if opens(first) {
                return Some((start, first, false));
            }
            let (end, behind) = self.leaf(start, first)?;
            if !is(behind, b",") {
                return Some((end, behind, true));
            }
            at = end.wrapping_add(1);
        }
    }

    /// As [`members`](Self::members), of an array.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn elements(&mut self, mut at: u32) -> Option<(u32, u64, bool)> {
        loop {
            let first = self.word(at)?;
            if opens(first) {
                return Some((at, first, false));
            }
            let (end, behind) = self.leaf(at, first)?;
            if !is(behind, b",") {
                return Some((end, behind, true));
            }
            at = end.wrapping_add(1);
        }
    }
}

/// Whether an array or object begins here.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn opens(first: u64) -> bool {
    matches!(first.to_le_bytes(), [b'[' | b'{', ..])
}

/// The end of the array or object at a place, and the strings behind it. Which of the two each level is stands in
/// the bits of a word: no recursion, constant stack.
#[inline(never)]
fn nested<'n>(
    room: &'n [u8],
    mut at: u32,
    strings: Iter<'n, [u8; 4]>,
) -> Option<(u32, Iter<'n, [u8; 4]>)> {
    let mut reader = Reader { room, strings };
    // The object around this value is the first level.
    let mut depth = 1_u32;
    let mut objects = 0_u32;
    let mut word = reader.word(at)?;
    loop {
        // Here an array or object begins.
        depth = depth.wrapping_add(1);
        if depth > MAX_JSON_DEPTH {
            return None;
        }
        objects = objects << 1 | u32::from(is(word, b"{"));
        (at, word) = (at.wrapping_add(1), word >> 8);
        let mut goes_on = !is(word, closing(objects));
        loop {
            if goes_on {
                let ended;
                (at, word, ended) =
                    if objects & 1 == 1 { reader.members(at)? } else { reader.elements(at)? };
                if !ended {
                    break;
                }
            }
            if !is(word, closing(objects)) {
                return None;
            }
            (at, word) = (at.wrapping_add(1), word >> 8);
            depth = depth.wrapping_sub(1);
            objects >>= 1;
            if depth == 1 {
                return Some((at, reader.strings));
            }
            if is(word, b"\0") {
                word = reader.word(at)?;
            }
            goes_on = is(word, b",");
            at = at.wrapping_add(u32::from(goes_on));
        }
    }
}

/// What ends the innermost level.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn closing(objects: u32) -> &'static [u8; 1] {
    if objects & 1 == 1 { b"}" } else { b"]" }
}

/// What stands behind the first `len` bytes of a word, fewer than eight.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn behind(word: u64, len: u32) -> u64 {
    word >> (len.wrapping_mul(8) & 63)
}

/// Whether a number goes on behind its first digits.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn goes_on(behind: u64) -> bool {
    matches!(behind.to_le_bytes(), [b'.' | b'e' | b'E', ..])
}

/// Whether a word begins with these bytes.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn is<const N: usize>(word: u64, bytes: &[u8; N]) -> bool {
    let mut rest = bytes.as_slice();
    let (mut expected, mut mask) = (0, 0);
    while let [others @ .., last] = rest {
        expected = expected << 8 | *last as u64;
        mask = mask << 8 | 0xff;
        rest = others;
    }
    word & mask == expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json;
    use std::vec::Vec;

    static KNOWN: ShortNames = ShortNames::new(&[ShortName::of(*b"exp"), ShortName::of(*b"iss")]);

    /// Takes the notes as plainly as can be, with garbage behind the text, and reads.
    fn compact(text: &[u8], behind: u8) -> Option<[Span; 8]> {
        let vector = Vector::detect()?;
        if text.iter().any(|&byte| byte == b'\\' || byte < 0x20) {
            return None;
        }
        let mut room = text.to_vec();
        room.extend([behind; 16]);
        let places = (0..text.len()).filter(|&at| text[at] == b'"');
        let mut spare: Vec<u8> = places.flat_map(|at| (at as u16).to_le_bytes()).collect();
        let quotes = spare.len() / 2;
        spare.resize(spare.len() + 8 * NAMES + 8, 0xa5);
        let notes = Notes { room: &room, quotes, ascii: text.is_ascii(), _by: vector };
        let (mut values, mut dates) = ([Span::NONE; 8], [0; 8]);
        let found = Found { values: &mut values, dates: &mut dates };
        object(notes, text.len(), &mut spare, &KNOWN, found)?;
        values[KNOWN.free] = Span::NONE;
        for (value, date) in values.iter().zip(dates).filter(|(value, _)| !value.is_absent()) {
            let digits = value.text(text);
            let ten = digits.len() == 10 && digits.iter().all(u8::is_ascii_digit);
            let expected = std::str::from_utf8(digits).unwrap_or_default().parse().unwrap_or(0);
            // The last member is left to the reader of whatever kind.
            let last = text.ends_with(&[digits, b"}"].concat());
            assert_eq!(date, if ten && !last { expected } else { 0 }, "{}", text.escape_ascii());
        }
        Some(values)
    }

    /// Whatever is behind the text: what this reader takes, the other takes, with the same values. Whether it took
    /// it.
    fn compare(text: &[u8]) -> bool {
        let mut spare = [0; 4_000];
        let mut values = [Span::NONE; 8];
        let judged = json::object(text, 512, &mut spare, |name, value| {
            if let Some(place) = KNOWN.place(name) {
                values[place] = Span::of(value, text);
            }
        });
        let taken = b"\0\xff\"},0 ]".map(|behind| {
            let found = compact(text, behind);
            if let Some(found) = found {
                assert_eq!(judged, Ok(()), "{}", text.escape_ascii());
                for (found, expected) in found.iter().zip(&values) {
                    assert_eq!(found.text(text), expected.text(text));
                    assert_eq!(found.is_quoted(), expected.is_quoted());
                }
            }
            found.is_some()
        });
        assert!(taken.iter().all(|&one| one == taken[0]));
        taken[0]
    }

    #[test]
    fn compact_claims_are_read_here_and_the_rest_is_not() {
        if Vector::detect().is_none() {
            return;
        }
        for text in [
            r#"{"iss":"me"}"#,
            r#"{"exp":1700000000}"#,
            r#"{"exp":1.5e9,"a":0,"b":-1,"c":-0.5,"d":1E+3}"#,
            r#"{"a":true,"b":false,"c":null}"#,
            r#"{"a":123456,"b":1234567,"c":12345678,"d":123456789012345}"#,
            r#"{"a":[],"b":{},"c":[[],{}],"d":{"e":{"f":[1,2,{"g":"h"}]}}}"#,
            "{\"\":0,\"\u{fc}\":\"\u{20ac}\"}",
            r#"{"a":[1,12,123456,1.5,-1,0,true,"x",null],"b":{"a":1,"a":2}}"#,
            r#"{"claim-1":1,"claim-22":2}"#,
            r#"{"exp":1700000000,"iss":"me"}"#,
            r#"{"exp":9999999999,"iss":1000000000,"a":0}"#,
            r#"{"exp":170000000,"iss":17000000000,"a":0}"#,
            r#"{"exp":1700000000.5,"iss":1700000000e0,"a":0}"#,
            r#"{"exp":"1700000000","iss":-170000000,"a":0}"#,
            r#"{"a":[[[1]],[[2]]],"b":[{"c":1},{"c":2}]}"#,
        ] {
            assert!(compare(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "{",
            "}",
            "[]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1]"#,
            r#"{"a":1}}"#,
            r#"{"a":1} "#,
            r#"{"a" :1}"#,
            r#"{"a": 1}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":-}"#,
            r#"{"a":+1}"#,
            r#"{"a":tru}"#,
            r#"{"a":truely}"#,
            r#"{"a":nul"#,
            r#"{"a":1,"a":2}"#,
            r#"{"exp":1,"exp":2}"#,
            r#"{"exp":1700000000,"exp":1700000000,"a":0}"#,
            r#"{"exp":0170000000,"a":0}"#,
            r#"{"exp":170000000x,"a":0}"#,
            r#"{"exp":17000000x0,"a":0}"#,
            r#"{"exp":17x0000000,"a":0}"#,
            r#"{"iss":"me","iss":"me"}"#,
            r#"{"iss":"me"]"#,
            r#"{"claim-1":1,"claim-1":2}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1}"#,
            r#"{"a":[}"#,
            r#"{"a":{"b"}}"#,
            r#"{"a":{"b":1,}}"#,
            r#"{"a":[1 ]}"#,
            r#"{"a":"b"#,
            r#"{"a":"b""#,
            r#"{"a":1"b":2}"#,
            r#""a":1}"#,
            r#"{"a":{1:2}}"#,
            r#"{a:1}"#,
            r#"{"a":1,b:2}"#,
            r#"{"a":[1"x"]}"#,
            "{\"\u{fc}\":1",
        ] {
            assert!(!compare(text.as_bytes()), "{text}");
        }
        assert!(!compare(b"{\"a\":\"\xff\"}") && !compare(b"{\"\xc3\":\"\xbc\"}"));
        let deep = |levels: usize| {
            let ends = ["[".repeat(levels), "]".repeat(levels)];
            std::format!(r#"{{"a":{}}}"#, ends.concat())
        };
        assert!(compare(deep(31).as_bytes()) && !compare(deep(32).as_bytes()));
        // As many names as are compared, and one more.
        let many = |names: usize| {
            let members: Vec<_> = (0..names).map(|name| std::format!(r#""{name}":0"#)).collect();
            std::format!("{{{}}}", members.join(","))
        };
        assert!(compare(many(NAMES).as_bytes()) && !compare(many(NAMES + 1).as_bytes()));
    }

    /// Every change of one byte of a text with all that there is.
    #[test]
    fn no_fault_is_passed_over() {
        let text =
            br#"{"iss":"me","a":[1,{"b":12345678},"c"],"exp":1700000000,"d":{"e":true,"f":[]}}"#;
        assert!(compare(text) || Vector::detect().is_none());
        for at in 0..text.len() {
            for byte in b"\"{}[]:,0123456789.eE+-truefalsn x\x00\x1f\\\x80\xff" {
                let mut other = *text;
                other[at] = *byte;
                compare(&other);
                compare(&other[..at]);
                compare(&[&other[..at], &other[at + 1..]].concat());
                compare(&[&other[..at], &[*byte], &text[at..]].concat());
            }
        }
    }
}
