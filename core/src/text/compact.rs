//! Compact JSON, as nearly every issuer writes claims: no white space and no escape. Where all quotes are
//! known, a reader goes from string to string and looks at what lies between.
//!
//! It knows less than [`json`](super::json) and never more: what it takes, that takes, with the same
//! members. Whatever else there is, a fault in the text before all, it leaves to that.

use super::json::{NameKey, Span, number_len};
use crate::limits::MAX_JSON_DEPTH;
use doorward_simd::Vector;

/// What one pass over a text has noted, while it was decoded: that no backslash is in it, nor, if it is ASCII, a control
/// character; and where all its quotes are.
#[derive(Clone, Copy)]
pub(crate) struct Notes<'s> {
    /// The text, and what lies behind it: at least sixteen bytes, of no meaning.
    pub(crate) room: &'s [u8],
    /// How many quotes there are.
    pub(crate) quotes: usize,
    /// Whether the text is ASCII.
    pub(crate) ascii: bool,
    /// Who took them. Where there is no vector code there are no notes, and their reader is not built.
    pub(crate) vector: Vector,
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

    /// What a member of this name begins with behind another one, if its value is a string: `,"iss":"`.
    const fn member(self) -> u64 {
        let [a, b, c, quote] = self.0.to_le_bytes();
        u64::from_le_bytes([b',', b'"', a, b, c, quote, b':', b'"'])
    }
}

/// Names to look for.
pub(crate) struct ShortNames {
    /// What their members begin with, each at the place of its name.
    members: [u64; 8],
}

impl ShortNames {
    pub(crate) const fn new(mut rest: &[ShortName]) -> Self {
        let mut members = [0; 8];
        while let [name, others @ ..] = rest {
            if let (_, [entry, ..]) = members.split_at_mut(name.place()) {
                assert!(*entry == 0, "each has a place of its own");
                *entry = name.member();
            }
            rest = others;
        }
        Self { members }
    }

    /// The place of a name, if it is one of these.
    pub(crate) fn place(&self, key: NameKey) -> Option<usize> {
        let name = ShortName(key.short()?);
        (*self.members.get(name.place())? == name.member()).then_some(name.place())
    }
}

/// What the values of the names that are looked for are: a bit for each place and kind.
#[derive(Clone, Copy)]
pub(crate) struct Kinds(u32);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);

    /// There is a value.
    pub(crate) const THERE: Self = Self(1);

    /// There is one, and it is a string.
    pub(crate) const TEXT: Self = Self(1 | 1 << 8);

    /// There is one, and it is known to be ten digits, as nearly every date.
    pub(crate) const DATE: Self = Self(1 | 1 << 16);

    /// These, and a value of one of these kinds at a place.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn with(self, Self(kind): Self, place: usize) -> Self {
        Self(self.0 | kind << (place & 7))
    }

    /// Whether there is a value at a place.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn has(self, place: usize) -> bool {
        self.0 >> (place & 7) & 1 != 0
    }

    /// The places that have values.
    pub(crate) const fn there(self) -> u32 {
        self.0 & 0xff
    }

    /// The places that have values, but of no string.
    pub(crate) const fn no_texts(self) -> u32 {
        self.there() & !(self.0 >> 8)
    }

    /// The places that have values, but not of what is known to be ten digits.
    pub(crate) const fn no_dates(self) -> u32 {
        self.there() & !(self.0 >> 16)
    }
}

/// How far an object is read: where its next member begins, how many quotes are before it, and what the values were.
#[derive(Clone, Copy)]
pub(crate) struct Read {
    at: u32,
    quotes: usize,
    kinds: Kinds,
}

impl Read {
    /// Nothing is read.
    pub(crate) const NONE: Self = Self { at: 0, quotes: 0, kinds: Kinds::NONE };
}

/// Reads the first members of a room's object, as long as their names are looked for and their values are strings or ten
/// digits: most of most claims. `quotes` begins with the places of the quotes. Where `None` or little comes of it,
/// [`object`] has more to do, and nothing else changes.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn front(
    notes: Notes<'_>,
    quotes: &[[u8; 2]],
    known: &ShortNames,
    values: &mut [Span; 8],
) -> Option<Read> {
    let quotes = quotes.get(..notes.quotes)?;
    let mut reader = Reader { room: notes.room, quotes, vector: notes.vector };
    let (mut at, mut kinds) = (0, Kinds::NONE);
    let mut word = reader.first_word()?;
    while let Member::Read(end, with) = reader.known(at, word, kinds, known, values)? {
        (at, kinds) = (end, with);
        word = reader.word(at)?;
    }
    Some(Read { at, quotes: notes.quotes.wrapping_sub(reader.quotes.len()), kinds })
}

/// Reads on, the first `len` bytes of the room as one object; `spare` begins with the places of the quotes. The values
/// of the names that are looked for go each to the place of its name.
///
/// `None` leaves the text to [`object`](super::json::object), which alone knows what is wrong with it.
pub(crate) fn object(
    notes: Notes<'_>,
    len: usize,
    spare: &mut [u8],
    known: &ShortNames,
    values: &mut [Span; 8],
    Read { mut at, quotes: before, mut kinds }: Read,
) -> Option<Kinds> {
    let (quotes, spare) = spare.split_at_mut_checked(notes.quotes.checked_mul(2)?)?;
    let quotes = quotes.as_chunks().0.get(before..)?;
    let mut reader = Reader { room: notes.room, quotes, vector: notes.vector };
    let mut others = Names { keys: spare.as_chunks_mut().0, count: 0, bits: 0 };
    let mut word = if at == 0 { reader.first_word()? } else { reader.word(at)? };
    loop {
        match reader.known(at, word, kinds, known, values)? {
            Member::Read(end, with) => (at, kinds) = (end, with),
            Member::Odd(place) => {
                reader.name()?;
                let start = at.wrapping_add(7);
                (at, reader.quotes) = value(reader, start)?;
                kinds = kinds.with(Kinds::THERE, place);
                *values.get_mut(place)? = Span::new(start, at, false);
            }
            Member::Other => {
                if !is(word, b",\"") {
                    break;
                }
                (at, reader.quotes) = others.member(reader)?;
            }
        }
        word = reader.word(at)?;
    }
    // What was read beyond the text was none of it.
    let whole = is(word, b"}") && at.wrapping_add(1) as usize == len;
    (whole && (notes.ascii || is_plain(notes.room.get(..len)?))).then_some(kinds)
}

/// Whether a text is UTF-8 and has no control character.
#[inline(never)]
fn is_plain(text: &[u8]) -> bool {
    core::str::from_utf8(text).is_ok() && !text.iter().any(|&byte| byte < 0x20)
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
    /// Goes over the next member, whose name is none of those that are looked for, to the end of its value.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn member<'n>(&mut self, mut reader: Reader<'n>) -> Option<(u32, &'n [[u8; 2]])> {
        let name = reader.name()?;
        self.enter(NameKey::new(reader.word(name.start())?, name.len()))?;
        let (start, first) = reader.behind(name)?;
        let end = reader.value(start, first)?;
        Some((end, reader.quotes))
    }

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

/// What was met where a member begins.
enum Member {
    /// A name that is looked for, and a string or ten digits: they are read. Their end, and the kinds with them.
    Read(u32, Kinds),
    /// The name of a place and another value, still to be read.
    Odd(usize),
    /// Nothing of the kind, still to be read.
    Other,
}

/// A string, by the places of its quotes.
#[derive(Clone, Copy)]
struct Quoted {
    open: u32,
    close: u32,
}

impl Quoted {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn start(self) -> u32 {
        self.open.wrapping_add(1)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn len(self) -> usize {
        self.close.wrapping_sub(self.start()) as usize
    }
}

/// A text and the quotes in it that are not yet read. Where a quote is met in the text, it is the first of
/// them: all before it have been read.
///
/// Its words are eight bytes of the text, the first the lowest. What is shifted out leaves zeros, which begin nothing.
/// A text that is not ASCII may have some of its own: it is refused when all is read.
#[derive(Clone, Copy)]
struct Reader<'n> {
    room: &'n [u8],
    quotes: &'n [[u8; 2]],
    vector: Vector,
}

impl Reader<'_> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn word(&self, at: u32) -> Option<u64> {
        let at = at as usize;
        self.room.get(at..at.wrapping_add(8))?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The word that an object begins with, its brace made the comma that stands before every other member.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn first_word(&self) -> Option<u64> {
        let word = self.word(0)?;
        is(word, b"{\"").then_some(word ^ u64::from(b'{' ^ b','))
    }

    /// Reads the member that begins at a place with `word`, if its name is looked for. `None` if that is there twice.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn known(
        &mut self,
        at: u32,
        word: u64,
        kinds: Kinds,
        known: &ShortNames,
        values: &mut [Span; 8],
    ) -> Option<Member> {
        #[allow(clippy::cast_possible_truncation, reason = "three letters and a quote")]
        let place = ShortName((word >> 16) as u32).place();
        let difference = word ^ known.members.get(place)?;
        let start = at.wrapping_add(7);
        if difference << 8 != 0 {
            return Some(Member::Other);
        }
        if kinds.has(place) {
            return None;
        }
        if difference == 0 {
            let end = self.text_of_member()?;
            *values.get_mut(place)? = Span::new(start, end, true);
            return Some(Member::Read(end, kinds.with(Kinds::TEXT, place)));
        }
        let Some(end) = self.date(start) else { return Some(Member::Odd(place)) };
        self.name()?;
        *values.get_mut(place)? = Span::new(start, end, false);
        Some(Member::Read(end, kinds.with(Kinds::DATE, place)))
    }

    /// The name of the next member.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn name(&mut self) -> Option<Quoted> {
        let [open, close, rest @ ..] = self.quotes else { return None };
        self.quotes = rest;
        Some(Quoted { open: place(*open), close: place(*close) })
    }

    /// The end of the string here.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn text(&mut self) -> Option<u32> {
        let [_, close, rest @ ..] = self.quotes else { return None };
        self.quotes = rest;
        Some(place(*close).wrapping_add(1))
    }

    /// The end of the last of the strings here, one after the other in an array, and the word behind it, which has seven
    /// bytes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn texts(&mut self) -> Option<(u32, u64)> {
        loop {
            let [_, close, rest @ ..] = self.quotes else { return None };
            self.quotes = rest;
            let close = place(*close);
            let word = self.word(close)?;
            if !is(word, b"\",\"") {
                return Some((close.wrapping_add(1), word >> 8));
            }
        }
    }

    /// The end of the string that is the value of the next member.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn text_of_member(&mut self) -> Option<u32> {
        let [_, _, _, close, rest @ ..] = self.quotes else { return None };
        self.quotes = rest;
        Some(place(*close).wrapping_add(1))
    }

    /// Where the value of a name begins, and the word there, which has six bytes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn behind(&self, name: Quoted) -> Option<(u32, u64)> {
        let word = self.word(name.close)?;
        is(word, b"\":").then_some((name.close.wrapping_add(2), word >> 16))
    }

    /// The end of the value at a place, which begins with `first`.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn value(&mut self, at: u32, first: u64) -> Option<u32> {
        if is(first, b"\"") {
            return self.text();
        }
        if !opens(first) {
            return self.scalar(at, first);
        }
        let end;
        (end, self.quotes) = nested(self.room, at, self.quotes, self.vector)?;
        Some(end)
    }

    /// The end of the number of ten digits at a place, if it begins with no zero and goes on with none of what makes
    /// it no integer.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn date(&self, at: u32) -> Option<u32> {
        let text = self.sixteen(at)?;
        let [b'1'..=b'9', _, _, _, _, _, _, _, _, _, b',' | b'}', ..] = text else { return None };
        (self.vector.leading_digits(text) == 10).then_some(at.wrapping_add(10))
    }

    /// The end of a number, truth value or `null`.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn scalar(&self, at: u32, first: u64) -> Option<u32> {
        if begins_integer(first) {
            self.integer(at)
        } else if is(first, b"true") || is(first, b"null") {
            Some(at.wrapping_add(4))
        } else if is(first, b"false") {
            Some(at.wrapping_add(5))
        } else {
            self.number(at)
        }
    }

    /// The end of a number that begins with a digit but 0.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn integer(&self, at: u32) -> Option<u32> {
        let text = self.sixteen(at)?;
        let len = self.vector.leading_digits(text);
        match text.get(len as usize)? {
            b'.' | b'e' | b'E' => self.number(at),
            _ => Some(at.wrapping_add(len)),
        }
    }

    /// Goes from member to member of a nested object, which the word begins or goes on with: to the value that is an
    /// array or object, or to the end of the last one. The place, the word there, and whether it is the end.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn members(&mut self, word: u64) -> Option<(u32, u64, bool)> {
        if !is(word >> 8, b"\"") {
            return None;
        }
        loop {
            let [_, close, ..] = self.quotes else { return None };
            let close = place(*close);
            let (start, word) = (close.wrapping_add(2), self.word(close)?);
            let (at, behind);
            if is(word, b"\":\"") {
                let [_, _, _, end, rest @ ..] = self.quotes else { return None };
                self.quotes = rest;
                let end = place(*end);
                let word = self.word(end)?;
                if is(word, b"\",\"") {
                    continue;
                }
                (at, behind) = (end.wrapping_add(1), word >> 8);
            } else {
                self.name()?;
                let first = word >> 16;
                if !is(word, b"\":") {
                    return None;
                } else if begins_integer(first) {
                    // Four digits, a comma and a quote are what six bytes hold.
                    let digits = digit_bits(first);
                    if digits <= 32 && is(first >> digits, b",\"") {
                        continue;
                    }
                    at = self.integer(start)?;
                } else if is(first, b"true") {
                    at = start.wrapping_add(4);
                } else if opens(first) {
                    return Some((start, first, false));
                } else {
                    at = self.scalar(start, first)?;
                }
                behind = self.word(at)?;
                if is(behind, b",\"") {
                    continue;
                }
            }
            return Some((at, behind, true));
        }
    }

    /// As [`members`](Self::members), of an array.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn elements(&mut self, mut at: u32) -> Option<(u32, u64, bool)> {
        let mut first = self.word(at.wrapping_add(1))?;
        loop {
            let start = at.wrapping_add(1);
            if opens(first) {
                return Some((start, first, false));
            }
            let behind;
            (at, behind) = if is(first, b"\"") {
                self.texts()?
            } else {
                let end = self.scalar(start, first)?;
                (end, self.word(end)?)
            };
            if !is(behind, b",") {
                return Some((at, behind, true));
            }
            first = behind >> 8;
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn sixteen(&self, at: u32) -> Option<&[u8; 16]> {
        let at = at as usize;
        self.room.get(at..at.wrapping_add(16))?.first_chunk()
    }

    /// The end of any number.
    #[inline(never)]
    fn number(&self, at: u32) -> Option<u32> {
        let len = number_len(self.room.get(at as usize..)?)?;
        at.checked_add(len.try_into().ok()?)
    }
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn place(noted: [u8; 2]) -> u32 {
    u16::from_le_bytes(noted) as u32
}

/// How many bits the digits have that a word begins with.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn digit_bits(word: u64) -> u32 {
    // 0 to 9 are those bytes that stay below 0x80. What a byte carries reaches only those behind it, and it is none.
    let values = word ^ 0x3030_3030_3030_3030;
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    others.trailing_zeros() & !7
}

/// Whether a digit but 0 stands here.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn begins_integer(first: u64) -> bool {
    matches!(first.to_le_bytes(), [b'1'..=b'9', ..])
}

/// Whether an array or object begins here.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn opens(first: u64) -> bool {
    matches!(first.to_le_bytes(), [b'[' | b'{', ..])
}

/// The end of the value at a place, and the quotes behind it.
#[inline(never)]
fn value(mut reader: Reader<'_>, at: u32) -> Option<(u32, &[[u8; 2]])> {
    let end = reader.value(at, reader.word(at)?)?;
    Some((end, reader.quotes))
}

/// The end of the array or object at a place, and the quotes behind it. Which of the two each level is stands in
/// the bits of a word: no recursion, constant stack.
#[inline(never)]
fn nested<'n>(
    room: &'n [u8],
    mut at: u32,
    quotes: &'n [[u8; 2]],
    vector: Vector,
) -> Option<(u32, &'n [[u8; 2]])> {
    let mut reader = Reader { room, quotes, vector };
    // The object around this value is the first level: what stands in it is in no array.
    let mut depth = 1_u32;
    let mut objects = 1_u32;
    let mut word = reader.word(at)?;
    loop {
        // Here an array or object begins.
        depth = depth.wrapping_add(1);
        if depth > MAX_JSON_DEPTH {
            return None;
        }
        objects = objects << 1 | u32::from(is(word, b"{"));
        let mut goes_on = !is(word >> 8, closing(objects));
        if !goes_on {
            (at, word) = (at.wrapping_add(1), word >> 8);
        }
        loop {
            if goes_on {
                let ended;
                (at, word, ended) =
                    if objects & 1 == 1 { reader.members(word)? } else { reader.elements(at)? };
                if !ended {
                    break;
                }
                // From one object of an array to the next no level changes.
                if objects & 3 == 1 && is(word, b"},{\"") {
                    (at, word) = (at.wrapping_add(2), word >> 16);
                    continue;
                }
            }
            if !is(word, closing(objects)) {
                return None;
            }
            at = at.wrapping_add(1);
            depth = depth.wrapping_sub(1);
            objects >>= 1;
            if depth == 1 {
                return Some((at, reader.quotes));
            }
            word = reader.word(at)?;
            goes_on = is(word, b",");
        }
    }
}

/// What ends the innermost level.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn closing(objects: u32) -> &'static [u8; 1] {
    if objects & 1 == 1 { b"}" } else { b"]" }
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
        let ascii = text.is_ascii();
        if text.iter().any(|&byte| byte == b'\\' || ascii && byte < 0x20) {
            return None;
        }
        let mut room = text.to_vec();
        room.extend([behind; 16]);
        let places = (0..text.len()).filter(|&at| text[at] == b'"');
        let mut spare: Vec<u8> = places.flat_map(|at| (at as u16).to_le_bytes()).collect();
        let quotes = spare.len() / 2;
        spare.resize(spare.len() + 8 * NAMES + 8, 0xa5);
        let notes = Notes { room: &room, quotes, ascii, vector };
        // In one piece, and in two.
        let mut whole = ([Span::NONE; 8], spare.clone());
        let kinds = object(notes, text.len(), &mut whole.1, &KNOWN, &mut whole.0, Read::NONE);
        let mut values = [Span::NONE; 8];
        let places = spare.as_chunks().0;
        let read = front(notes, places, &KNOWN, &mut values).unwrap_or(Read::NONE);
        let pieces = object(notes, text.len(), &mut spare, &KNOWN, &mut values, read);
        assert_eq!(kinds.map(|Kinds(bits)| bits), pieces.map(|Kinds(bits)| bits));
        let kinds = kinds?;
        assert_eq!(whole.0.map(|value| value.text(text)), values.map(|value| value.text(text)));
        for (at, value) in values.iter().enumerate() {
            let digits = value.text(text);
            let date = digits.len() == 10 && digits.iter().all(u8::is_ascii_digit);
            let expected = [!value.is_absent(), value.is_quoted(), date];
            let (there, texts) = (kinds.there(), kinds.there() & !kinds.no_texts());
            let dates = kinds.there() & !kinds.no_dates();
            let found = [there, texts, dates].map(|bits| bits >> at & 1 == 1);
            assert_eq!(found, expected, "{}", text.escape_ascii());
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
            r#"{"a":{"b":1,"c":12,"d":1234,"e":12345,"f":123456,"g":1.5,"h":1e3,"i":12.5,"j":1234.5,"k":0}}"#,
            r#"{"a":{"b":"c","d":true,"e":"","f":null,"g":",","h":false,"i":"j"}}"#,
            r#"{"a":{"b":"c","d":{"e":"f","g":["h"]},"i":true}}"#,
            r#"{"a":["b","c","",",",1,"d","e",[],"f","g",{}],"h":["i","j"]}"#,
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
            // `{` to `,` as this to `}`: what else the first byte may be is asked for.
            "*",
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
            r#"{"a":["b""c"]}"#,
            r#"{"a":{"b":12"c":1}}"#,
            r#"{"a":{"b":12,}}"#,
            r#"{"a":{"b":12,c":1}}"#,
            r#"{"a":{"b":012,"c":1}}"#,
            r#"{"a":{"b":1.,"c":1}}"#,
            r#"{"a":{"b":1x,"c":1}}"#,
            r#"{"a":{"b":"c""d":1}}"#,
            r#"{"a":{"b":"c",}}"#,
            r#"{"a":{"b":"c","d"}}"#,
            r#"{"a":{"b":"c","d":"e"]}"#,
            r#"{"a":{"b":"c","d":1"#,
            r#"{"a":{"b":truee,"c":1}}"#,
            r#"{"a":{"b":true"c":1}}"#,
            r#"{"a":["b","c",]}"#,
            r#"{"a":["b","c"}"#,
            r#"{"a":["b",c"]}"#,
            r#"{"a":["b","c":1]}"#,
            r#"{"a":["b","c"#,
            r#"{"a":{"b":1},{"c":2}}"#,
            r#"{"a":{"b":1},{"c":2}]}"#,
            r#"{"a":{"b":{"c":1},{"d":2}}}"#,
            r#"{"a":[{"b":{"c":1},{"d":2}}]}"#,
            r#"{"a":[{"b":1},{"c":2}}"#,
            r#"{"exp":{"b":1},{"c":2}}"#,
            "{\"\u{fc}\":1",
        ] {
            assert!(!compare(text.as_bytes()), "{text}");
        }
        assert!(!compare(b"{\"a\":\"\xff\"}") && !compare(b"{\"\xc3\":\"\xbc\"}"));
        assert!(!compare("{\"a\":\"\u{fc}\u{1f}\"}".as_bytes()));
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
            br#"{"iss":"me","a":[1,{"b":12345678},"c","","d"],"exp":1700000000,"e":{"f":42,"g":"h","i":"","j":true,"k":[]}}"#;
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
