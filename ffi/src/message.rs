//! Explanations in words, in the caller's room.

use crate::guard;
use crate::types::doorward_message;
use core::fmt;
use doorward_core::Reason;

/// Writes a text into a caller's room: all of it or, where it does not fit, its beginning, cut between
/// two characters; always with a NUL behind it. A NUL in the text ends it.
pub(crate) struct Message<'a> {
    room: &'a mut [u8],
    len: usize,
}

impl<'a> Message<'a> {
    /// # Safety
    /// The promise of [`guard`].
    pub(crate) unsafe fn new(message: doorward_message) -> Result<Self, Reason> {
        // SAFETY: as the caller promises.
        let room = unsafe { guard::buffer(message.text.cast(), message.size) }?;
        if let Some(first) = room.first_mut() {
            *first = 0;
        }
        Ok(Self { room, len: 0 })
    }
}

impl fmt::Write for Message<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            let end = self.len.saturating_add(character.len_utf8());
            let Some(place) = self.room.get_mut(self.len..end.saturating_add(1)) else {
                // Full: nothing shorter that comes later may follow a gap.
                self.room = &mut [];
                return Err(fmt::Error);
            };
            place.fill(0);
            character.encode_utf8(place);
            self.len = end;
        }
        Ok(())
    }
}

/// Writes as much as fits.
pub(crate) fn tell(message: &mut Message<'_>, text: impl fmt::Display) {
    // A message that is cut is still a message.
    let _ = fmt::Write::write_fmt(message, format_args!("{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, size: usize) -> Vec<u8> {
        let mut room = [b'x'; 16];
        let message = doorward_message { text: room.as_mut_ptr().cast(), size };
        // SAFETY: the room has at least `size` bytes.
        let mut message = unsafe { Message::new(message) }.unwrap();
        tell(&mut message, text);
        tell(&mut message, "!");
        room[..size].to_vec()
    }

    #[test]
    fn a_message_ends_with_a_nul_and_is_cut_between_characters() {
        assert_eq!(written("ab", 8), b"ab!\0xxxx");
        assert_eq!(written("abc", 4), b"abc\0");
        assert_eq!(written("abcd", 4), b"abc\0");
        // No half character, and nothing behind the gap.
        assert_eq!(written("ab\u{20ac}", 5), b"ab\0xx");
        assert_eq!(written("ab", 1), b"\0");
        assert_eq!(written("ab", 0), b"");
    }
}
