//! Text that is given to C.

use core::ffi::c_char;
use doorward_core::Reason;

/// Copies bytes to the beginning of a buffer.
pub(crate) fn copy(bytes: &[u8], out: &mut [u8]) -> Result<usize, Reason> {
    out.get_mut(..bytes.len()).ok_or(Reason::OutputTooSmall)?.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// A text that ends with a NUL and lives as long as the program.
pub(crate) const fn c_str(text: &'static core::ffi::CStr) -> *const c_char {
    text.as_ptr()
}
