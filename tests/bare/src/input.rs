//! What comes from C. Nothing of it is known to the compiler, so no check is folded away.

use core::net::IpAddr;
use doorward_core::UnixTime;

/// A text: a pointer and a length. NULL is a text that is absent.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Text {
    data: *const u8,
    len: usize,
}

impl Text {
    /// The bytes, none where the text is absent.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that outlive `'a` and do not change.
    pub(crate) unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.data.is_null() {
            return &[];
        }
        // SAFETY: as the caller promises.
        unsafe { core::slice::from_raw_parts(self.data, self.len) }
    }

    /// The text, empty where it is absent or not UTF-8.
    ///
    /// # Safety
    /// As for [`Text::bytes`].
    pub(crate) unsafe fn str<'a>(self) -> &'a str {
        // SAFETY: as the caller promises.
        core::str::from_utf8(unsafe { self.bytes() }).unwrap_or_default()
    }

    /// The text, `None` where it is absent.
    ///
    /// # Safety
    /// As for [`Text::bytes`].
    pub(crate) unsafe fn option<'a>(self) -> Option<&'a str> {
        // SAFETY: as the caller promises.
        (!self.data.is_null()).then(|| unsafe { self.str() })
    }
}

/// A buffer that C owns.
#[repr(C)]
pub(crate) struct Room {
    data: *mut u8,
    len: usize,
}

impl Room {
    /// The buffer.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that outlive `'a` and that nobody else uses.
    pub(crate) unsafe fn bytes<'a>(&mut self) -> &'a mut [u8] {
        if self.data.is_null() {
            return &mut [];
        }
        // SAFETY: as the caller promises.
        unsafe { core::slice::from_raw_parts_mut(self.data, self.len) }
    }
}

/// Up to six texts, two numbers and flags: the arguments of the functions that are one call each.
#[repr(C)]
pub(crate) struct Input {
    texts: [Text; 6],
    pub(crate) number: u64,
    pub(crate) now: u64,
    pub(crate) flags: u32,
}

impl Input {
    /// A text, empty where there is none.
    ///
    /// # Safety
    /// As for [`Text::bytes`].
    pub(crate) unsafe fn bytes<'a>(&self, at: usize) -> &'a [u8] {
        // SAFETY: as the caller promises.
        self.texts.get(at).map_or(&[], |text| unsafe { text.bytes() })
    }

    /// As [`Input::bytes`], empty where it is not UTF-8.
    ///
    /// # Safety
    /// As for [`Text::bytes`].
    pub(crate) unsafe fn str<'a>(&self, at: usize) -> &'a str {
        // SAFETY: as the caller promises.
        self.texts.get(at).map_or("", |text| unsafe { text.str() })
    }

    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_seconds(self.now)
    }
}

/// The address of these 4 or 16 bytes.
pub(crate) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => bytes.first_chunk().map(|bytes: &[u8; 4]| (*bytes).into()),
        16 => bytes.first_chunk().map(|bytes: &[u8; 16]| (*bytes).into()),
        _ => None,
    }
}
