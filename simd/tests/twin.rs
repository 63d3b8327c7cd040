//! The vector code beside the plainest code that does the same: every length, every byte at every
//! place, and random input.

#![allow(
    clippy::cast_possible_truncation,
    reason = "the plainest code that does the same cuts integers to bytes"
)]

use doorward_simd::{Beside, Decoded, Room, Vector, text_room};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

/// FIPS 180-4 §5.3.3.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// SHA-256 of what follows a keyed block, by the reference compression.
fn hash(state: [u32; 8], message: &[u8]) -> [u8; 32] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend(((message.len() as u64 + 64) * 8).to_be_bytes());
    let mut state = state;
    compress256(&mut state, padded.as_chunks::<64>().0);
    let mut bytes = [0; 32];
    for (place, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    bytes
}

fn states(secret: &[u8; 64]) -> [[u32; 8]; 2] {
    [0x36, 0x5c].map(|pad| {
        let mut state = START;
        compress256(&mut state, &[secret.map(|byte| byte ^ pad)]);
        state
    })
}

fn hmac([inner, outer]: [[u32; 8]; 2], message: &[u8]) -> [u8; 32] {
    hash(outer, &hash(inner, message))
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        for place in 0..=group.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

/// Bit by bit, as RFC 4648 §4 describes it.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for &byte in text {
        bits = bits << 6 | ALPHABET.iter().position(|&letter| letter == byte)? as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    (held < 6 && bits == 0).then_some(bytes)
}

/// What the vector code must say of a text, and where its quotes are.
fn judge(text: &[u8]) -> (Decoded, Vec<usize>) {
    let quotes: Vec<_> = (0..text.len()).filter(|&at| text[at] == b'"').collect();
    let ascii = text.is_ascii();
    let odd = text.iter().any(|&byte| byte == b'\\' || ascii && byte < 0x20);
    let decoded = Decoded { len: text.len(), ascii, quotes: (!odd).then_some(quotes.len()) };
    (decoded, quotes)
}

struct Rooms {
    text: Vec<u8>,
    quotes: Vec<[u8; 2]>,
}

impl Rooms {
    fn for_chars(chars: usize) -> Self {
        Self { text: vec![0xa5; text_room(chars)], quotes: vec![[0; 2]; chars + 48] }
    }

    fn room(&mut self) -> Room<'_> {
        Room { text: &mut self.text, quotes: &mut self.quotes }
    }

    fn places(&self, count: usize) -> Vec<usize> {
        self.quotes[..count].iter().map(|place| u16::from_le_bytes(*place).into()).collect()
    }
}

/// Runs the vector code on a payload and holds it against the plain code.
fn compare(vector: Vector, payload: &[u8]) {
    let mut rooms = Rooms::for_chars(payload.len());
    let found = vector.decode(payload, rooms.room());
    let Some(text) = decode(payload) else {
        assert_eq!(found, None, "{payload:?}");
        return;
    };
    let (expected, quotes) = judge(&text);
    assert_eq!(found, Some(expected), "{payload:?}");
    assert_eq!(rooms.text[..text.len()], text);
    if let Some(count) = expected.quotes {
        assert_eq!(rooms.places(count), quotes);
    }
}

/// xorshift64*: the same input in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| (self.next() >> 56) as u8).collect()
    }
}

fn vector() -> Option<Vector> {
    let vector = Vector::detect();
    if vector.is_none() {
        eprintln!("left out: no vector code for this CPU or in this build");
    }
    vector
}

#[test]
fn the_plain_code_is_right_itself() {
    // RFC 4231 §4.2 (test case 1) and RFC 4648 §10.
    let mut secret = [0; 64];
    secret[..20].fill(0x0b);
    let mac = hmac(states(&secret), b"Hi There");
    assert_eq!(mac[..4], [0xb0, 0x34, 0x4c, 0x61]);
    assert_eq!(mac[28..], [0x2e, 0x32, 0xcf, 0xf7]);
    for (bytes, text) in
        [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
    {
        assert_eq!(encode(bytes.as_bytes()), text);
        assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
    }
    assert_eq!(decode(b"Zh"), None);
    assert_eq!(decode(b"Z"), None);
    assert_eq!(decode(b"Zm9="), None);
}

#[test]
fn every_character_at_every_place_of_every_length() {
    let Some(vector) = vector() else { return };
    for len in (1..7).chain(30..37).chain([63, 64, 65, 66, 67, 130]) {
        let mut payload: Vec<u8> = (0..len).map(|at| ALPHABET[(at * 7 + len) % 64]).collect();
        compare(vector, &payload);
        for at in 0..len {
            let before = payload[at];
            for byte in 0..=255 {
                payload[at] = byte;
                compare(vector, &payload);
            }
            payload[at] = before;
        }
    }
}

#[test]
fn every_byte_at_every_place_is_decoded_and_marked() {
    let Some(vector) = vector() else { return };
    for len in [1, 2, 3, 47, 48, 49, 100] {
        for at in 0..len {
            let mut text = vec![b'x'; len];
            for byte in 0..=255 {
                text[at] = byte;
                compare(vector, encode(&text).as_bytes());
            }
        }
    }
}

#[test]
fn random_text_of_quotes_and_the_rest() {
    let Some(vector) = vector() else { return };
    let mut random = Random(1);
    for round in 0..8_000 {
        let len = random.below(700);
        let mut text = random.bytes(len);
        // From all bytes random to hardly any of them anything but a quote or a letter.
        let share = [1, 2, 8, 200][round % 4];
        for byte in &mut text {
            if random.below(share) != 0 {
                *byte = if random.below(6) == 0 { b'"' } else { b'a' + *byte % 26 };
            }
        }
        let mut payload = encode(&text).into_bytes();
        compare(vector, &payload);
        if !payload.is_empty() {
            let at = random.below(payload.len());
            payload[at] = random.next() as u8;
            compare(vector, &payload);
            payload.truncate(at);
            compare(vector, &payload);
        }
    }
}

#[test]
fn too_little_room_is_told_and_nothing_beyond_it_is_written() {
    let Some(vector) = vector() else { return };
    for len in (0..8).chain(45..51).chain([95, 96, 97, 150]) {
        let text = vec![b'"'; len];
        let payload = encode(&text);
        for room in 0..text_room(payload.len()) + 2 {
            let mut rooms = Rooms { text: vec![0; room], quotes: vec![[0; 2]; len + 48] };
            let found = vector.decode(payload.as_bytes(), rooms.room());
            if room >= text_room(payload.len()) {
                assert_eq!(found.map(|found| found.quotes), Some(Some(len)));
            }
            if let Some(found) = found {
                assert_eq!(rooms.text[..found.len], text);
            }
        }
        for quotes in 0..len {
            let mut rooms = Rooms::for_chars(payload.len());
            rooms.quotes.truncate(quotes);
            let found = vector.decode(payload.as_bytes(), rooms.room());
            assert_eq!(found, Some(Decoded { len, ascii: true, quotes: None }));
        }
    }
}

/// The last text whose quotes are noted, and the first whose quotes are not: a place has 16 bits.
#[test]
fn what_is_too_long_for_a_place_of_16_bits_has_no_notes() {
    let Some(vector) = vector() else { return };
    for (len, noted) in [(49_150, true), (49_152, false)] {
        let mut text = vec![b'x'; len];
        text[len - 1] = b'"';
        let payload = encode(&text);
        let mut rooms = Rooms::for_chars(payload.len());
        let found = vector.decode(payload.as_bytes(), rooms.room());
        assert_eq!(found, Some(Decoded { len, ascii: true, quotes: noted.then_some(1) }));
        assert_eq!(rooms.text[..len], text);
        assert!(!noted || rooms.places(1) == [len - 1]);
    }
}

/// What is done beside the hashes: it notes each turn and what text it saw.
#[derive(Default)]
struct Turns(Vec<(u8, Vec<u8>, Decoded)>);

impl Turns {
    fn see(&mut self, turn: u8, found: Decoded, text: &[u8]) {
        self.0.push((turn, text[..found.len].to_vec(), found));
    }
}

impl Beside for Turns {
    fn first(&mut self, _: Vector, found: Decoded, text: &[u8], _: &mut [[u8; 2]]) {
        self.see(1, found, text);
    }

    fn then(&mut self, _: Vector, found: Decoded, text: &[u8], _: &mut [[u8; 2]]) {
        self.see(2, found, text);
    }
}

/// Signs `head.payload` and verifies it, whole and with each kind of change.
fn verify(vector: Vector, states: [[u32; 8]; 2], head: &[u8], payload: &[u8]) {
    let keyed = vector.keyed(&states[0], &states[1]);
    let input = [head, b".", payload].concat();
    let mac = hmac(states, &input);
    let tag = encode(&mac);
    let tag: [u8; 43] = tag.into_bytes().try_into().expect("32 bytes");
    let at = input.len() - payload.len();
    let payload = &input[at..];
    let run = |tag: &[u8; 43]| {
        let mut rooms = Rooms::for_chars(payload.len());
        let mut turns = Turns::default();
        let found = vector.hs256(&keyed, &input, at, tag, rooms.room(), &mut turns);
        if let Some((_, found)) = found {
            let text = decode(payload).expect("it was decoded");
            assert_eq!(found, judge(&text).0);
            assert_eq!(rooms.text[..text.len()], text);
            assert_eq!(turns.0, [(1, text.clone(), found), (2, text, found)]);
        }
        found.map(|(proven, _)| proven)
    };
    let good = decode(payload).is_some() && input.len() >= 64;
    assert_eq!(run(&tag), good.then_some(true));
    for at in 0..43 {
        for byte in [b'A', b'B', b'_', b'.', 0x80] {
            let mut other = tag;
            other[at] = byte;
            let expected = decode(&other).filter(|_| good).map(|other| other == mac);
            assert_eq!(run(&other), expected);
        }
    }
}

#[test]
fn a_token_of_every_length_is_verified() {
    let Some(vector) = vector() else { return };
    let mut random = Random(2);
    for len in 0..300 {
        let secret: [u8; 64] = random.bytes(64).try_into().expect("64 bytes");
        let head: Vec<u8> = random.bytes(20 + len % 70);
        let payload: Vec<u8> = (0..len).map(|_| ALPHABET[random.below(64)]).collect();
        verify(vector, states(&secret), &head, &payload);
        if len > 0 {
            let mut payload = payload;
            payload[random.below(len)] = b'.';
            verify(vector, states(&secret), &head, &payload);
        }
    }
}

#[test]
fn a_short_text_of_every_length_has_its_hash() {
    let Some(vector) = vector() else { return };
    let mut random = Random(3);
    for len in 0..260 {
        for _ in 0..20 {
            let text = random.bytes(len);
            let expected = (16..120).contains(&len).then(|| Sha256::digest(&text).into());
            assert_eq!(vector.short_sha256(&text), expected, "{len} bytes");
        }
    }
}

#[test]
fn a_key_prints_nothing_of_itself() {
    let Some(vector) = vector() else { return };
    assert_eq!(format!("{:?}", vector.keyed(&[7; 8], &[9; 8])), "Keyed(HMAC-SHA-256)");
}
