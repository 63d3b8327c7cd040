//! Strict JSON (RFC 8259), read where it lies: no allocation, no recursion, nothing copied.
//!
//! Stricter than the grammar where readers disagree: UTF-8 only, no byte order mark, no lone
//! surrogate (RFC 7493 §2.1), a name at most once, a depth of at most [`MAX_JSON_DEPTH`].

use super::ascii::{WIDE, eight_digits, hex_digit, leading_digits, same, spread, zero_bytes};
use super::numeric::plain_integer;
use crate::limits::{MAX_JSON_DEPTH, MAX_TOKEN_BYTES};
use crate::reason::Reason;
use core::fmt;

mod judged;

pub use judged::{Elements, Members};

/// What can be wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not one JSON object, or it is beyond a limit.
    Syntax,
    /// A name stands in it twice.
    Duplicate,
    /// There is no room for the table of its names: the caller's fault, not the text's.
    Room,
}

impl Fault {
    /// The fault of a claims set, as a reason.
    pub(crate) const fn of_claims(self) -> Reason {
        match self {
            Self::Syntax => Reason::ClaimsJson,
            Self::Duplicate => Reason::ClaimsDuplicateName,
            Self::Room => Reason::ScratchTooSmall,
        }
    }
}

/// A JSON value in a verified text: its kind and the text that it is.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    kind: Kind,
    text: &'a [u8],
}

/// Where a value stands in its text, in four bytes: a [`Value`] has 24. From the lowest bit on: the place of
/// the value, 14 bits, [`QUOTED`](Self::QUOTED), [`ESCAPED`](Self::ESCAPED), and the place behind it. 0 where there is
/// no value.
#[derive(Clone, Copy)]
pub(crate) struct Span(u32);

const _: () = assert!(MAX_TOKEN_BYTES <= Span::PLACES as usize + 1, "a place has 14 bits");

impl Span {
    /// No value.
    pub(crate) const NONE: Self = Self(0);

    const PLACES: u32 = (1 << 14) - 1;

    /// The value is a string.
    const QUOTED: u32 = 1 << 14;

    /// A backslash is in the string.
    const ESCAPED: u32 = 1 << 15;

    /// A value without a backslash, between two places of a text.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn new(start: u32, end: u32, quoted: bool) -> Self {
        let mark = if quoted { Self::QUOTED } else { 0 };
        Self(start.wrapping_add(mark).wrapping_add(end << 16))
    }

    /// Where a value of `text` stands.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[allow(clippy::cast_possible_truncation, reason = "no text is that long")]
    pub(crate) fn of(value: Value<'_>, text: &[u8]) -> Self {
        let start = value.text.as_ptr().addr().wrapping_sub(text.as_ptr().addr()) as u32;
        let mark = match value.kind {
            Kind::String { escaped: false } => Self::QUOTED,
            Kind::String { escaped: true } => Self::QUOTED | Self::ESCAPED,
            _ => 0,
        };
        Self(start | mark | start.wrapping_add(value.text.len() as u32) << 16)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn is_absent(self) -> bool {
        self.0 == 0
    }

    /// Whether the value is a string.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn is_quoted(self) -> bool {
        self.0 & Self::QUOTED != 0
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn is_escaped(self) -> bool {
        self.0 & Self::ESCAPED != 0
    }

    /// Whether the value is this string.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn is_string(self, text: &[u8], expected: &str) -> bool {
        match self.plain(text) {
            Some(content) => same(content, expected.as_bytes()),
            None => self.is_escaped() && self.is_escaped_string(text, expected),
        }
    }

    #[cold]
    fn is_escaped_string(self, text: &[u8], expected: &str) -> bool {
        self.value(text).is_some_and(|value| value.is_string(expected))
    }

    /// Its text, a string's with the quotes; empty where there is no value.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn text(self, text: &[u8]) -> &[u8] {
        let start = (self.0 & Self::PLACES) as usize;
        text.get(start..self.end()).unwrap_or_default()
    }

    /// What stands between the quotes of a string without a backslash.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn plain(self, text: &[u8]) -> Option<&[u8]> {
        if self.0 & (Self::QUOTED | Self::ESCAPED) != Self::QUOTED {
            return None;
        }
        let start = (self.0 & Self::PLACES) as usize;
        text.get(start.wrapping_add(1)..self.end().wrapping_sub(1))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn end(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// The first bytes of its text, or of what stands there and behind it.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn first_bytes<const N: usize>(self, text: &[u8]) -> Option<&[u8; N]> {
        let start = (self.0 & Self::PLACES) as usize;
        text.get(start..start.wrapping_add(N))?.first_chunk()
    }

    /// The value there, if there is one.
    pub(crate) fn value(self, text: &[u8]) -> Option<Value<'_>> {
        let text = self.text(text);
        let kind = match text.first()? {
            b'"' => Kind::String { escaped: self.is_escaped() },
            b'[' => Kind::Array,
            b'{' => Kind::Object,
            b't' => Kind::Bool(true),
            b'f' => Kind::Bool(false),
            b'n' => Kind::Null,
            _ => Kind::Number,
        };
        Some(Value { kind, text })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The text between the quotes; `escaped` if a backslash is in it.
    String {
        escaped: bool,
    },
    Number,
    Bool(bool),
    Null,
    Array,
    Object,
}

impl<'a> Value<'a> {
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of the value, a string's without its quotes.
    pub(crate) const fn text(&self) -> &'a [u8] {
        match (self.kind, self.text) {
            (Kind::String { .. }, [b'"', content @ .., b'"']) => content,
            (_, text) => text,
        }
    }

    /// The string, if the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<JsonStr<'a>> {
        match self.kind {
            Kind::String { escaped } => {
                Some(JsonStr { raw: core::str::from_utf8(self.text()).ok()?, escaped })
            }
            _ => None,
        }
    }

    /// Whether the value is this string.
    pub(crate) fn is_string(&self, expected: &str) -> bool {
        match self.kind {
            Kind::String { escaped: false } => self.text() == expected.as_bytes(),
            _ => self.as_str().is_some_and(|text| text == expected),
        }
    }

    /// The bytes between the quotes, if the value is a string without escapes: for a caller that makes a
    /// string of its own of them and checks their UTF-8 in doing so.
    #[must_use]
    pub const fn plain_bytes(&self) -> Option<&'a [u8]> {
        match self.kind {
            Kind::String { escaped: false } => Some(self.text()),
            _ => None,
        }
    }

    /// The integer, if the value is a number written without fraction and exponent that an `i64`
    /// holds.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.kind {
            Kind::Number => plain_integer(self.text)
                .or_else(|| core::str::from_utf8(self.text).ok()?.parse().ok()),
            _ => None,
        }
    }

    /// The truth value, if the value is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the value is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The value as JSON text, byte for byte; a string with its quotes and its escapes.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        // Always UTF-8: it is a part of a checked text, cut at ASCII bytes.
        core::str::from_utf8(self.text).unwrap_or_default()
    }

    /// The member of this name, if the value is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        match self.kind {
            Kind::Object => find(self.text, name),
            _ => None,
        }
    }

    /// The elements, if the value is an array.
    #[must_use]
    pub fn elements(&self) -> Option<Elements<'a>> {
        match self.kind {
            Kind::Array => Elements::of(self.text),
            _ => None,
        }
    }
}

impl<'a> Value<'a> {
    /// The members in the order of the text, if the value is an object. In an object inside of
    /// another, a name may stand twice; [`get`](Self::get) finds the first.
    #[must_use]
    pub fn members(&self) -> Option<Members<'a>> {
        match self.kind {
            Kind::Object => Members::of(self.text),
            _ => None,
        }
    }
}

/// Prints the kind: the bytes are a token's.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?}, {} bytes)", self.kind, self.text.len())
    }
}

/// The content of a JSON string, its escapes still in it.
#[derive(Clone, Copy)]
pub struct JsonStr<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> JsonStr<'a> {
    pub(crate) const fn from_plain(raw: &'a str) -> Self {
        Self { raw, escaped: false }
    }

    /// The string as it stands, if no escape is in it: nearly always.
    #[must_use]
    pub const fn plain(&self) -> Option<&'a str> {
        if self.escaped { None } else { Some(self.raw) }
    }

    /// The text between the quotes, escapes as they are written.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// The characters, escapes resolved.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        Chars { rest: self.raw, escaped: self.escaped }
    }

    /// Writes the string, escapes resolved, to the beginning of `out`; `None` if it does not fit. It
    /// is never longer than [`raw`](Self::raw).
    pub fn copy_to<'o>(&self, out: &'o mut [u8]) -> Option<&'o str> {
        let mut len = 0_usize;
        for character in self.chars() {
            let place = out.get_mut(len..)?;
            if place.len() < character.len_utf8() {
                return None;
            }
            len = len.wrapping_add(character.encode_utf8(place).len());
        }
        core::str::from_utf8(out.get(..len)?).ok()
    }
}

impl PartialEq<str> for JsonStr<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.plain() {
            Some(plain) => plain == other,
            None => self.chars().eq(other.chars()),
        }
    }
}

impl PartialEq<&str> for JsonStr<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq for JsonStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

/// Writes the string, escapes resolved. It is the token's text: quote it before it reaches a log.
impl fmt::Display for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| fmt::Write::write_char(f, character))
    }
}

/// Prints the length: the text is a token's.
impl fmt::Debug for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonStr({} bytes)", self.raw.len())
    }
}

struct Chars<'a> {
    rest: &'a str,
    escaped: bool,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let first = chars.next()?;
        self.rest = chars.as_str();
        if first != '\\' || !self.escaped {
            return Some(first);
        }
        let escape = chars.next()?;
        self.rest = chars.as_str();
        Some(match escape {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            other => other,
        })
    }
}

impl Chars<'_> {
    fn unicode(&mut self) -> Option<char> {
        let high = self.unit()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        self.rest = self.rest.strip_prefix("\\u")?;
        let low = self.unit()?;
        char::from_u32(join_surrogates(high, low)?)
    }

    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        u32::from_str_radix(digits, 16).ok()
    }
}

fn join_surrogates(high: u32, low: u32) -> Option<u32> {
    let high = high.checked_sub(0xd800).filter(|&bits| bits < 0x400)?;
    let low = low.checked_sub(0xdc00).filter(|&bits| bits < 0x400)?;
    (high << 10 | low).checked_add(0x1_0000)
}

/// An odd number, searched for: the upper six bits of its products tell some thirty usual names of claims apart.
const MIX: u64 = 0xcfdb_07a7_c314_bb5d;

/// A name of an object as a key for comparing: its first seven bytes, the first the lowest, and above
/// them its length, 255 or more taken together. Exact for names of up to seven bytes, which all
/// registered ones are; others with the same key are compared in full.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameKey(u64);

impl NameKey {
    const BYTES: usize = 7;

    /// The key of the empty name.
    pub(crate) const NONE: Self = Self(0);

    /// The key of a name of `len` bytes that a word begins with.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn new(bytes: u64, len: usize) -> Self {
        if len > Self::BYTES {
            let len = if len < 255 { len as u64 } else { 255 };
            return Self(bytes & (u64::MAX >> 8) | len << 56);
        }
        // The shift is at most 56.
        let mask = (1_u64 << (len.wrapping_mul(8) & 63)).wrapping_sub(1);
        Self(bytes & mask | (len as u64) << 56)
    }

    /// The key of a short name, for comparing with in a `match`-like chain.
    pub(crate) const fn of(name: &str) -> Self {
        let mut bytes = 0_u64;
        let mut rest = name.as_bytes();
        let mut shift = 0_u32;
        while let [first, tail @ ..] = rest {
            bytes |= (*first as u64) << (shift & 63);
            shift = shift.saturating_add(8);
            rest = tail;
        }
        assert!(name.len() <= Self::BYTES, "only short names are told by their key");
        Self::new(bytes, name.len())
    }

    /// The key as bytes, to be laid down.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn to_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    /// The name and a quote, if it has three bytes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn short(self) -> Option<u32> {
        match self.0.to_le_bytes() {
            [a, b, c, 0, 0, 0, 0, 3] => Some(u32::from_le_bytes([a, b, c, b'"'])),
            _ => None,
        }
    }

    /// One of 64 bits. Two names with different bits differ.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn bit(self) -> u64 {
        1 << (self.mixed() >> 58)
    }

    const fn mixed(self) -> u64 {
        self.0.wrapping_mul(MIX)
    }

    /// The key of the name without escapes that `text` begins with. What follows it in the text is
    /// read along with a short one, and masked off.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn of_first(text: &[u8], len: usize) -> Self {
        let bytes = match text.first_chunk::<8>() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => text.iter().take(len).rev().fold(0, |word, &b| word << 8 | u64::from(b)),
        };
        Self::new(bytes, len)
    }

    #[cold]
    fn of_escaped(name: &[u8]) -> Self {
        let (mut bytes, mut len) = (0, 0_usize);
        let mut utf8 = [0; 4];
        for character in name_chars(name, true) {
            for &byte in character.encode_utf8(&mut utf8).as_bytes() {
                if len < Self::BYTES {
                    bytes |= u64::from(byte) << (len.wrapping_mul(8) & 63);
                }
                len = len.wrapping_add(1);
            }
        }
        Self::new(bytes, len)
    }
}

fn name_chars(name: &[u8], escaped: bool) -> Chars<'_> {
    Chars { rest: core::str::from_utf8(name).unwrap_or_default(), escaped }
}

/// One member of an object.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    name: &'a [u8],
    escaped: bool,
    /// Bytes from the first of the name to the end of the text: where the member stands.
    left: usize,
    pub(crate) key: NameKey,
    pub(crate) value: Value<'a>,
}

impl Member<'_> {
    fn has_name(&self, name: &str) -> bool {
        if self.escaped {
            name_chars(self.name, true).eq(name.chars())
        } else {
            self.name == name.as_bytes()
        }
    }
}

/// Whether a name is the one that begins this many bytes before the end of `text`.
#[cold]
fn is_name_at(text: &[u8], left: usize, name: &[u8], name_escaped: bool) -> bool {
    name_at(text, left).is_some_and(|(other, escaped)| {
        if escaped || name_escaped {
            name_chars(other, escaped).eq(name_chars(name, name_escaped))
        } else {
            other == name
        }
    })
}

/// How many members are compared with each other as they come; an object with more has its names
/// entered in a table afterwards.
const AT_ONCE: usize = 16;

/// Reads `text` as one object and shows each member to `see`. `spare` is room for the table of names
/// of a large object: as many bytes as the text has are always enough.
///
/// A fault in the syntax is told before a duplicate, wherever the two stand.
pub(crate) fn object<'a>(
    text: &'a [u8],
    max_members: usize,
    spare: &mut [u8],
    see: impl FnMut(NameKey, Value<'a>),
) -> Result<(), Fault> {
    let large = read(text, max_members, see)?;
    if large && !names_differ(text, spare)? { Err(Fault::Duplicate) } else { Ok(()) }
}

/// Reads the members: whether they are so many that their names are yet to be compared.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn read<'a>(
    text: &'a [u8],
    max_members: usize,
    mut see: impl FnMut(NameKey, Value<'a>),
) -> Result<bool, Fault> {
    let mut keys = [NameKey::NONE; AT_ONCE];
    let mut places = [0; AT_ONCE];
    // A bit for each name: most members need no look at the others.
    let mut bits = 0_u64;
    let mut count = 0_usize;
    let mut duplicate = false;
    let (plain, ascii) = survey(text);
    members(text, plain, |Member { name, escaped, left, key, value }| {
        let bit = key.bit();
        if bits & bit != 0
            && keys
                .iter()
                .zip(&places)
                .take(count)
                .any(|(&k, &other)| k == key && is_name_at(text, other, name, escaped))
        {
            duplicate = true;
        }
        bits |= bit;
        if let (Some(k), Some(place)) = (keys.get_mut(count), places.get_mut(count)) {
            (*k, *place) = (key, left);
        }
        count = count.wrapping_add(1);
        see(key, value);
    })
    .filter(|_| count <= max_members)
    .ok_or(Fault::Syntax)?;
    if !ascii && core::str::from_utf8(text).is_err() {
        return Err(Fault::Syntax);
    }
    if duplicate { Err(Fault::Duplicate) } else { Ok(count > AT_ONCE) }
}

/// Whether all names of a valid object differ, by a table of their places in `spare`: open
/// addressing over four-byte slots. A member takes five bytes of text at the least, so a table as
/// large as the text is at most four fifths full.
#[cold]
fn names_differ(text: &[u8], spare: &mut [u8]) -> Result<bool, Fault> {
    let table = spare.get_mut(..text.len()).ok_or(Fault::Room)?;
    table.fill(0);
    let slots = table.as_chunks_mut::<4>().0;
    let mut differ = true;
    let all = members(text, survey(text).0, |member| differ &= enter(slots, text, &member));
    Ok(all.is_some() && differ)
}

/// Enters a member's place in the table; false if its name is there, or no slot is free.
fn enter(slots: &mut [[u8; 4]], text: &[u8], member: &Member<'_>) -> bool {
    // Only a key's holder can choose names that collide, and only up to MAX_CLAIMS of them.
    let hash = name_chars(member.name, member.escaped)
        .fold(0_u32, |sum, c| (sum ^ u32::from(c)).wrapping_mul(0x9e37_79b1).rotate_left(15));
    let Some(start) = usize::try_from(hash).ok().and_then(|hash| hash.checked_rem(slots.len()))
    else {
        return false;
    };
    let (wrapped, first) = slots.split_at_mut_checked(start).unwrap_or_default();
    for slot in first.iter_mut().chain(wrapped) {
        // 0 is a free slot: no name is the last byte of its object, so none has 0 bytes left.
        match u32::from_le_bytes(*slot) {
            0 => {
                *slot = u32::try_from(member.left).unwrap_or_default().to_le_bytes();
                return true;
            }
            left if usize::try_from(left)
                .is_ok_and(|left| is_name_at(text, left, member.name, member.escaped)) =>
            {
                return false;
            }
            _ => {}
        }
    }
    false
}

/// The name that begins this many bytes before the end.
fn name_at(text: &[u8], left: usize) -> Option<(&[u8], bool)> {
    let start = text.len().checked_sub(left)?;
    Cursor::new(text.get(start..)?).string()
}

/// The member of this name in a valid object.
pub(crate) fn find<'a>(text: &'a [u8], name: &str) -> Option<Value<'a>> {
    let mut found = None;
    members(text, survey(text).0, |member| {
        if found.is_none() && member.has_name(name) {
            found = Some(member.value);
        }
    })?;
    found
}

/// How long the number is that a text begins with.
#[cold]
pub(crate) fn number_len(text: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(text);
    cursor.number()?;
    Some(cursor.since(text).len())
}

/// Walks over one object, of a text that is known to be plain or not, and shows its members; `None` if it is
/// anything but an object. It may yet be no UTF-8.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn members<'a>(text: &'a [u8], plain: bool, mut see: impl FnMut(Member<'a>)) -> Option<()> {
    let mut cursor = Cursor { rest: text, plain };
    cursor.next(b'{')?;
    cursor.white();
    if cursor.take(b'}').is_none() {
        loop {
            see(cursor.member()?);
            if cursor.next(b',').is_none() {
                cursor.take(b'}')?;
                break;
            }
        }
    }
    cursor.white();
    cursor.rest.is_empty().then_some(())
}

/// Reads what follows a backslash: what stands behind it.
#[cold]
fn escape(text: &[u8]) -> Option<&[u8]> {
    let (kind, rest) = text.split_first()?;
    match kind {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(rest),
        b'u' => match escaped_unit(rest)? {
            (high @ 0xd800..0xdc00, rest) => {
                let (low, rest) = escaped_unit(rest.strip_prefix(b"\\u")?)?;
                join_surrogates(high, low).map(|_| rest)
            }
            (0xdc00..0xe000, _) => None,
            (_, rest) => Some(rest),
        },
        _ => None,
    }
}

/// Reads four hexadecimal digits: the number, and what stands behind them.
fn escaped_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let unit =
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | u32::from(hex_digit(digit)?)))?;
    Some((unit, rest))
}

/// The eight bytes at a place, the first the lowest; `None` if there are not as many.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn word(text: &[u8], at: u32) -> Option<u64> {
    let at = at as usize;
    text.get(at..at.wrapping_add(8))?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The place of the first quote from a place on, where `first` stands.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn quote(text: &[u8], mut at: u32, mut first: u64) -> Option<u32> {
    loop {
        let found = zero_bytes(first ^ spread(b'"'));
        if found != 0 {
            return Some(at.wrapping_add(found.trailing_zeros() >> 3));
        }
        at = at.wrapping_add(8);
        first = word(text, at)?;
    }
}

/// A string of plain text, whose opening quote is behind, and what stands behind it.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn plain_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = quote(text, 0, word(text, 0)?)? as usize;
    Some((text.get(..end)?, text.get(end.wrapping_add(1)..)?))
}

/// Whether a word begins with three bytes and a quote.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn is_three_letters(word: u64) -> bool {
    // The marks up to the first are exact.
    zero_bytes(word ^ spread(b'"')) & 0xffff_ffff == 1 << 31
}

/// The end of the fewer than sixteen digits at a place, which a comma follows, or what ends the object.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn digits(text: &[u8], at: u32) -> Option<u32> {
    let first = word(text, at)?;
    let len = leading_digits(first);
    if len < 8 {
        return ends_number(first, len).then_some(at.wrapping_add(len));
    }
    let second = word(text, at.wrapping_add(8))?;
    let more = leading_digits(second);
    // Ten, as nearly every date has: told as well.
    if more == 2 && ends_number(second, 2) {
        return Some(at.wrapping_add(10));
    }
    (more < 8 && ends_number(second, more)).then_some(at.wrapping_add(8).wrapping_add(more))
}

/// Whether what ends a member stands behind so many bytes of a word.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn ends_number(word: u64, len: u32) -> bool {
    matches!((word >> (len.wrapping_mul(8) & 63)).to_le_bytes(), [b',' | b'}', ..])
}

/// Whether a text is plain, without a backslash and a control character, and whether it is ASCII. One pass that
/// the compiler turns into vector code. Neither is said of a text of less than sixteen bytes, or of more than a
/// token's.
#[cfg_attr(target_pointer_width = "64", inline(never))]
fn survey(text: &[u8]) -> (bool, bool) {
    let Some(last) = text.last_chunk().filter(|_| WIDE && text.len() <= MAX_TOKEN_BYTES) else {
        return (false, false);
    };
    // The last block is seen whole, some of it a second time.
    let (mut ends, mut seen, mut rest) = ([0; 16], [0; 16], text);
    while !rest.is_empty() {
        let (block, behind) = rest.split_first_chunk().unwrap_or((last, &[]));
        (ends, seen) = survey_block(ends, seen, block);
        rest = behind;
    }
    let any = |lanes: [u8; 16]| lanes.iter().fold(0, |any, lane| any | lane);
    (any(ends) == 0, any(seen) < 0x80)
}

/// Sixteen lanes side by side, which become vector code.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn survey_block(mut ends: [u8; 16], mut seen: [u8; 16], block: &[u8; 16]) -> ([u8; 16], [u8; 16]) {
    for ((byte, ends), seen) in block.iter().zip(&mut ends).zip(&mut seen) {
        *ends |= u8::from((*byte == b'\\') | (*byte < 0x20)).wrapping_neg();
        *seen |= byte;
    }
    (ends, seen)
}

/// A place in a JSON text. Each method reads one thing of the grammar and moves on, or refuses. What is no part
/// of its caller's code takes a place by value: one whose address is known stays in memory.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    rest: &'a [u8],
    /// Whether it is known that neither a backslash nor a control character is in the text, and that the text is
    /// no longer than a token.
    plain: bool,
}

impl<'a> Cursor<'a> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn new(rest: &'a [u8]) -> Self {
        Self { rest, plain: false }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn bump(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn take(&mut self, byte: u8) -> Option<()> {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                Some(())
            }
            _ => None,
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn white(&mut self) {
        while let [byte @ ..=b' ', rest @ ..] = self.rest {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return;
            }
            self.rest = rest;
        }
    }

    /// Takes the byte, with white space before it. Nearly every text has none there.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn next(&mut self, byte: u8) -> Option<()> {
        if self.take(byte).is_none() {
            self.white();
            self.take(byte)?;
        }
        Some(())
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn literal(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// What lies between an earlier place and this one.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn since(&self, start: &'a [u8]) -> &'a [u8] {
        start.get(..start.len().wrapping_sub(self.rest.len())).unwrap_or_default()
    }

    /// A name, a colon and a value.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn member(&mut self) -> Option<Member<'a>> {
        if WIDE && let Some((member, behind)) = self.plain_member() {
            self.rest = behind;
            return Some(member);
        }
        let member;
        (member, self.rest) = self.any_member()?;
        Some(member)
    }

    /// A member as nearly all are, and what stands behind it: in plain text, without white space, its value a
    /// string or a few digits. `None` leaves it to [`any_member`](Self::any_member).
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn plain_member(&self) -> Option<(Member<'a>, &'a [u8])> {
        let text = self.rest;
        let (quoted, first) = (word(text, 0)?, word(text, 1)?);
        if !self.plain || !matches!(quoted.to_le_bytes(), [b'"', ..]) {
            return None;
        }
        // Told, not computed: what stands behind need not wait for it.
        let close = if is_three_letters(first) { 4 } else { quote(text, 1, first)? };
        let behind = word(text, close)?;
        let start = close.wrapping_add(2);
        let (kind, end) = match behind.to_le_bytes() {
            [b'"', b':', b'"', ..] => {
                let content = start.wrapping_add(1);
                let end = quote(text, content, word(text, content)?)?;
                (Kind::String { escaped: false }, end.wrapping_add(1))
            }
            [b'"', b':', b'1'..=b'9', ..] => (Kind::Number, digits(text, start)?),
            _ => return None,
        };
        let name = text.get(1..close as usize)?;
        let value = Value { kind, text: text.get(start as usize..end as usize)? };
        let key = NameKey::new(first, name.len());
        let left = text.len().wrapping_sub(1);
        Some((Member { name, escaped: false, left, key, value }, text.get(end as usize..)?))
    }

    /// A member of whatever kind, and what stands behind it.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn any_member(mut self) -> Option<(Member<'a>, &'a [u8])> {
        self.next(b'"')?;
        let start = self.rest;
        let (name, escaped) = self.string()?;
        let key =
            if escaped { NameKey::of_escaped(name) } else { NameKey::of_first(start, name.len()) };
        self.next(b':')?;
        self.white();
        let value = self.value()?;
        Some((Member { name, escaped, left: start.len(), key, value }, self.rest))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn value(&mut self) -> Option<Value<'a>> {
        let start = self.rest;
        let kind = match start.first()? {
            b'"' => {
                self.bump();
                let (_, escaped) = self.string()?;
                Kind::String { escaped }
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Kind::Number
            }
            opening @ (b'[' | b'{') => {
                self.rest = self.nested()?;
                if *opening == b'[' { Kind::Array } else { Kind::Object }
            }
            b't' => {
                self.literal(b"true")?;
                Kind::Bool(true)
            }
            b'f' => {
                self.literal(b"false")?;
                Kind::Bool(false)
            }
            b'n' => {
                self.literal(b"null")?;
                Kind::Null
            }
            _ => return None,
        };
        Some(Value { kind, text: self.since(start) })
    }

    /// The text up to the closing quote, and whether a backslash is in it. The opening quote is
    /// behind.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn string(&mut self) -> Option<(&'a [u8], bool)> {
        let start = self.rest;
        if WIDE
            && self.plain
            && let Some((text, behind)) = plain_string(start)
        {
            self.rest = behind;
            return Some((text, false));
        }
        let mut escaped = false;
        loop {
            self.plain();
            let text = self.since(start);
            match self.bump()? {
                b'"' => return Some((text, escaped)),
                b'\\' => {
                    escaped = true;
                    self.rest = escape(self.rest)?;
                }
                // RFC 8259 §7: control characters are written as escapes.
                _ => return None,
            }
        }
    }

    /// Skips to the next quote, backslash or control character, eight bytes at a time.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn plain(&mut self) {
        while let Some((chunk, behind)) = self.rest.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*chunk);
            // A byte below 0x80 stops here if one of the three borrows from it (see `zero_bytes`).
            let quote = (word ^ spread(b'"')).wrapping_sub(spread(1));
            let backslash = (word ^ spread(b'\\')).wrapping_sub(spread(1));
            let control = word.wrapping_sub(spread(0x20));
            let stop = (quote | backslash | control) & !word & spread(0x80);
            if stop != 0 {
                let ahead = (stop.trailing_zeros() >> 3) as usize;
                self.rest = self.rest.get(ahead..).unwrap_or_default();
                return;
            }
            self.rest = behind;
        }
        while let [byte, behind @ ..] = self.rest {
            if matches!(byte, b'"' | b'\\' | 0..0x20) {
                return;
            }
            self.rest = behind;
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        match self.bump()? {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.take(b'.').is_some() {
            self.some_digits()?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            self.rest = rest;
            if let [b'+' | b'-', rest @ ..] = self.rest {
                self.rest = rest;
            }
            self.some_digits()?;
        }
        Some(())
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn digits(&mut self) {
        while let Some((eight, rest)) = self.rest.split_first_chunk::<8>() {
            if eight_digits(*eight).is_none() {
                break;
            }
            self.rest = rest;
        }
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn some_digits(&mut self) -> Option<()> {
        matches!(self.rest, [b'0'..=b'9', ..]).then(|| self.digits())
    }

    /// What stands behind one array or object with all that is in it. Which of the two each level is stands in
    /// the bits of a word: no recursion, constant stack.
    fn nested(mut self) -> Option<&'a [u8]> {
        // The object around this value is the first level.
        let mut depth = 1_u32;
        let mut kinds = 0_u32;
        loop {
            // Here a value begins.
            let opened = match self.rest.first()? {
                b'[' => Some(0),
                b'{' => Some(1),
                _ => None,
            };
            if let Some(kind) = opened {
                self.bump();
                self.white();
                depth = depth.checked_add(1).filter(|&depth| depth <= MAX_JSON_DEPTH)?;
                kinds = kinds << 1 | kind;
                let empty = if kind == 1 { self.take(b'}') } else { self.take(b']') };
                if empty.is_some() {
                    depth = depth.checked_sub(1)?;
                    kinds >>= 1;
                } else {
                    self.enter_member(kinds)?;
                    continue;
                }
            } else {
                self.scalar()?;
            }
            // Here a value has ended: close levels until a comma leads to the next value.
            loop {
                if depth == 1 {
                    return Some(self.rest);
                }
                self.white();
                match self.bump()? {
                    b',' => {
                        self.white();
                        self.enter_member(kinds)?;
                        break;
                    }
                    b']' if kinds & 1 == 0 => {}
                    b'}' if kinds & 1 == 1 => {}
                    _ => return None,
                }
                depth = depth.checked_sub(1)?;
                kinds >>= 1;
            }
        }
    }

    /// In an object, reads the name and the colon before the next value.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn enter_member(&mut self, kinds: u32) -> Option<()> {
        if kinds & 1 == 1 {
            self.take(b'"')?;
            self.string()?;
            self.white();
            self.take(b':')?;
            self.white();
        }
        Some(())
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn scalar(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'"' => {
                self.bump();
                self.string().map(|_| ())
            }
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write as _;
    use std::string::ToString as _;
    use std::vec::Vec;

    fn judge(text: &[u8]) -> Result<usize, Fault> {
        let mut spare = [0; 20_000];
        let mut members = 0;
        object(text, 512, &mut spare, |_, _| members += 1).map(|()| members)
    }

    #[test]
    fn names_are_compared_after_their_escapes() {
        assert_eq!(judge(br#"{"exp":1,"\u0065xp":2}"#), Err(Fault::Duplicate));
        assert_eq!(judge(br#"{"a/":1,"a\/":2}"#), Err(Fault::Duplicate));
        assert_eq!(judge(br#"{"a":1,"A":2,"":3,"\u0000":4}"#), Ok(4));
        assert_eq!(judge(br#"{"https://a/1":1,"https://a/2":2}"#), Ok(2));
        assert_eq!(judge(br#"{"https://a/1":1,"https://a/1":2}"#), Err(Fault::Duplicate));
    }

    #[test]
    fn members_come_in_order_with_their_names() {
        let text = br#" { "a" : 1 ,"b\u0062":[1,{"x":2}],"c":{ },"d":"}" } "#;
        let mut members = Members::of(text).unwrap();
        let mut next = || {
            members.next().map(|(name, value)| (name.as_str().unwrap().to_string(), value.raw()))
        };
        assert_eq!(next(), Some(("a".to_string(), "1")));
        assert_eq!(next(), Some(("bb".to_string(), r#"[1,{"x":2}]"#)));
        assert_eq!(next(), Some(("c".to_string(), "{ }")));
        assert_eq!(next(), Some(("d".to_string(), r#""}""#)));
        assert_eq!(next(), None);
        assert_eq!(next(), None);
        let plain: Vec<_> =
            Members::of(text).unwrap().map(|(name, _)| name.plain_bytes()).collect();
        assert_eq!(plain, [Some(&b"a"[..]), None, Some(b"c"), Some(b"d")]);
        assert_eq!(Members::of(b"{1:2}").unwrap().count(), 0);
        assert_eq!(Members::of(b"{ }").unwrap().count(), 0);
        assert!(Members::of(b"[]").is_none());
        let nested = find(br#"{"o":{"k":1,"k":2}}"#, "o").unwrap();
        assert_eq!(nested.members().unwrap().count(), 2);
        assert_eq!(nested.get("k").unwrap().raw(), "1");
        assert!(find(br#"{"o":[1]}"#, "o").unwrap().members().is_none());
    }

    #[test]
    fn too_little_room_is_no_duplicate() {
        let mut text = heapless::String::<400>::new();
        text.push('{').unwrap();
        for i in 0..20 {
            write!(text, "\"{i}\":0,").unwrap();
        }
        text.push_str("\"last\":0}").unwrap();
        let mut spare = [0; 400];
        let mut judge = |room: usize| object(text.as_bytes(), 512, &mut spare[..room], |_, _| ());
        assert_eq!(judge(text.len()), Ok(()));
        assert_eq!(judge(text.len() - 1), Err(Fault::Room));
    }

    #[test]
    fn large_objects_are_searched_by_a_table() {
        for repeat in [None, Some(0), Some(17), Some(498)] {
            let mut text = heapless::String::<20_000>::new();
            text.push('{').unwrap();
            for i in 0..500 {
                write!(text, "\"claim number {i}\":{i},").unwrap();
            }
            match repeat {
                Some(i) => write!(text, "\"claim number {i}\":0}}").unwrap(),
                None => write!(text, "\"last\":0}}").unwrap(),
            }
            let expected = if repeat.is_some() { Err(Fault::Duplicate) } else { Ok(501) };
            assert_eq!(judge(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_densest_object_fits_its_table() {
        // Five bytes a member, as few as there can be with distinct names, and syntax before
        // duplicates.
        let mut text = heapless::String::<2_000>::new();
        text.push_str("{\"\":0").unwrap();
        for c in ' '..='~' {
            if c != '"' && c != '\\' {
                write!(text, ",\"{c}\":0").unwrap();
            }
        }
        let len = text.len();
        let mut whole = text.clone();
        whole.push('}').unwrap();
        assert_eq!(judge(whole.as_bytes()), Ok(94));
        text.push_str(",\"a\":0").unwrap();
        assert_eq!(judge(text.as_bytes()), Err(Fault::Syntax));
        text.push('}').unwrap();
        assert_eq!(judge(text.as_bytes()), Err(Fault::Duplicate));
        assert!(len > 500);
    }

    /// The members by the reader of plain text, where the text is plain, and by the one of any text.
    fn compare(text: &[u8]) {
        let read = |plain| {
            let mut seen = Vec::new();
            let whole = members(text, plain, |Member { name, escaped, left, key, value }| {
                seen.push((name, escaped, left, key.0, value.kind, value.text));
            });
            (whole, seen)
        };
        assert_eq!(read(survey(text).0), read(false), "{}", text.escape_ascii());
    }

    /// Every change of one byte, in texts of several lengths.
    #[test]
    fn plain_text_is_read_as_any_other() {
        for filler in 0..9 {
            let x = "x".repeat(filler);
            let text = std::format!(
                r#"{{"iss":"{x}","exp":1700000000,"":"","a":12345678,"a¨":["{x}",{{"b":"c"}}],"scope":"{x}"}}"#
            );
            let text = text.as_bytes();
            assert_eq!(survey(text).0, WIDE);
            for at in 0..text.len() {
                for byte in b"\"{}[]:,019.e- x\x00\x1f\\\x7f\x80\xff" {
                    let mut other = text.to_vec();
                    other[at] = *byte;
                    compare(&other);
                    compare(&[&text[..at], &[*byte], &text[at..]].concat());
                }
                compare(&text[..at]);
                compare(&[&text[..at], &text[at + 1..]].concat());
            }
        }
    }

    #[test]
    fn a_text_is_plain_and_ascii_if_every_byte_is() {
        for len in 0..50 {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    let mut text = [b'a'; 50];
                    text[at] = byte;
                    let told = len >= 16 && WIDE;
                    let plain = byte >= 0x20 && byte != b'\\';
                    assert_eq!(survey(&text[..len]), (told && plain, told && byte.is_ascii()));
                }
            }
        }
        assert_eq!(survey(&[b'a'; MAX_TOKEN_BYTES + 1]), (false, false));
    }

    #[test]
    fn values_are_read_by_path() {
        let text = br#"{"a":{"b":[1,{"c":"x\ty"}],"t":true},"n":-7,"z":null}"#;
        let a = find(text, "a").unwrap();
        assert_eq!(a.get("t").unwrap().as_bool(), Some(true));
        let mut elements = a.get("b").unwrap().elements().unwrap();
        assert_eq!(elements.next().unwrap().as_i64(), Some(1));
        assert!(elements.next().unwrap().get("c").unwrap().as_str().unwrap() == "x\ty");
        assert!(elements.next().is_none());
        assert_eq!(find(text, "n").unwrap().as_i64(), Some(-7));
        assert!(find(text, "z").unwrap().is_null());
        assert!(find(text, "b").is_none());
    }
}
