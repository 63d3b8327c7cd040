//! Node-API: the only unsafe code of this crate, but for the clock.
//!
//! Every function that JavaScript can call is a Rust closure behind [`Call`]: raw Node-API, since typed
//! arguments cost as much as a verification. What arrives is copied into memory of ours before a byte
//! of it is judged, and a panic ends here as an error.

use crate::arrived::wire_bytes;
use napi::sys;
use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// What a function gives back to JavaScript.
#[derive(Clone, Copy)]
pub(crate) struct Value(sys::napi_value);

/// Why there is nothing to give back. The message is the whole of it: no byte of an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// The caller's program passed something else than was asked for: a `TypeError`.
    Usage(&'static str),
    /// JavaScript has thrown, in a getter of an argument: that exception stands.
    Thrown,
    /// Node-API refused a call that should not fail, or the library failed in itself.
    Internal,
}

/// The answer of one call.
pub(crate) type Answer = Result<Value, Trouble>;

/// Most arguments of a function here.
const ARGUMENTS: usize = 8;

/// The longest character of UTF-8.
const LONGEST_CHARACTER: usize = 4;

/// What a value was.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Bytes,
}

/// One call from JavaScript, and the means to answer it.
pub(crate) struct Call {
    env: sys::napi_env,
    arguments: [sys::napi_value; ARGUMENTS],
    /// How many of them were passed.
    passed: usize,
}

/// The module's object, which functions are put into.
pub(crate) struct Exports {
    call: Call,
    object: sys::napi_value,
}

impl Exports {
    pub(crate) fn of(object: &napi::bindgen_prelude::Object<'_>) -> Self {
        use napi::JsValue as _;
        let value = object.value();
        let call = Call { env: value.env, arguments: [ptr::null_mut(); ARGUMENTS], passed: 0 };
        Self { call, object: value.value }
    }

    /// Adds a function.
    pub(crate) fn add<F>(&self, name: &'static str, body: F) -> Result<(), Trouble>
    where
        F: Fn(&Call) -> Answer + 'static,
    {
        let Value(function) = self.call.function(body)?;
        let mut key = ptr::null_mut();
        // SAFETY: the name is `name.len()` bytes of UTF-8; `object` and `function` are values of this
        // environment and scope.
        unsafe {
            let env = self.call.env;
            let text = name.as_ptr().cast::<c_char>();
            done(sys::napi_create_string_utf8(env, text, length(name.len()), &mut key))?;
            done(sys::napi_set_property(env, self.object, key, function))
        }
    }
}

/// A length as Node-API takes it. A Rust slice has at most `isize::MAX` bytes.
const fn length(bytes: usize) -> isize {
    bytes.cast_signed()
}

fn done(status: sys::napi_status) -> Result<(), Trouble> {
    match status {
        sys::Status::napi_ok => Ok(()),
        sys::Status::napi_pending_exception => Err(Trouble::Thrown),
        _ => Err(Trouble::Internal),
    }
}

/// What JavaScript calls: `data` is the closure of [`Call::function`].
unsafe extern "C" fn enter<F>(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value
where
    F: Fn(&Call) -> Answer + 'static,
{
    let mut call = Call { env, arguments: [ptr::null_mut(); ARGUMENTS], passed: ARGUMENTS };
    let mut data = ptr::null_mut();
    // SAFETY: `arguments` has room for `passed` values; Node-API fills those that were not passed with
    // undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &mut call.passed,
            call.arguments.as_mut_ptr(),
            ptr::null_mut(),
            &mut data,
        )
    };
    let answer = if status == sys::Status::napi_ok {
        // SAFETY: `Call::function` made this function with a pointer to an `F`, which `release` frees
        // only when the function itself is gone. Only the environment's own thread calls it.
        let body = unsafe { &*data.cast::<F>() };
        catch_unwind(AssertUnwindSafe(|| body(&call))).unwrap_or(Err(Trouble::Internal))
    } else {
        Err(Trouble::Internal)
    };
    match answer {
        Ok(Value(value)) => value,
        Err(trouble) => {
            call.throw(trouble);
            ptr::null_mut()
        }
    }
}

/// Drops the closure of a function that is gone.
unsafe extern "C" fn release<F>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `data` came from `Box::into_raw` of a `Box<F>`, and Node-API calls a finalizer once.
    let body = unsafe { Box::from_raw(data.cast::<F>()) };
    // A finalizer has nobody to tell of a panic.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(body)));
}

impl Call {
    /// A function that owns `body`.
    pub(crate) fn function<F>(&self, body: F) -> Answer
    where
        F: Fn(&Self) -> Answer + 'static,
    {
        let data = Box::into_raw(Box::new(body)).cast::<c_void>();
        let mut function = ptr::null_mut();
        // SAFETY: no name is passed; `data` lives until `release`, which is attached right behind, or
        // is dropped below where one of the two fails.
        let made = unsafe {
            done(sys::napi_create_function(
                self.env,
                ptr::null(),
                0,
                Some(enter::<F>),
                data,
                &mut function,
            ))
            .and_then(|()| {
                done(sys::napi_add_finalizer(
                    self.env,
                    function,
                    data,
                    Some(release::<F>),
                    ptr::null_mut(),
                    ptr::null_mut(),
                ))
            })
        };
        if let Err(trouble) = made {
            // SAFETY: no finalizer was attached, so this is the only owner; the function, if there is
            // one, was never handed to JavaScript.
            drop(unsafe { Box::from_raw(data.cast::<F>()) });
            return Err(trouble);
        }
        Ok(Value(function))
    }

    fn throw(&self, trouble: Trouble) {
        let text = match trouble {
            Trouble::Thrown => return,
            Trouble::Usage(text) => text,
            Trouble::Internal => "doorward: internal error",
        };
        // Every message is a literal without a zero byte; were one not, it would be empty.
        let text = std::ffi::CString::new(text).unwrap_or_default();
        // SAFETY: `text` ends in a zero byte and lives through the call. If throwing fails, an
        // exception is pending already.
        unsafe {
            match trouble {
                Trouble::Usage(_) => {
                    sys::napi_throw_type_error(self.env, ptr::null(), text.as_ptr())
                }
                _ => sys::napi_throw_error(self.env, ptr::null(), text.as_ptr()),
            };
        }
    }

    fn argument(&self, at: usize) -> sys::napi_value {
        self.arguments.get(at).copied().unwrap_or(ptr::null_mut())
    }

    /// Reads a string as UTF-8, or the bytes of a `Uint8Array`, into `room`.
    ///
    /// All of it if that is at most `bound` bytes; otherwise its beginning, of more than `bound` bytes,
    /// so that whoever has a limit at or under `bound` sees that it is passed. `room` grows to
    /// `bound` and a little at most.
    ///
    /// Strictly UTF-8: the faster read as Latin-1 keeps only the low byte of each character, so that
    /// U+0165 would pass for `e`. A lone surrogate is read as U+FFFD.
    pub(crate) fn read<'r>(
        &self,
        at: usize,
        bound: usize,
        room: &'r mut Vec<u8>,
    ) -> Result<&'r [u8], Trouble> {
        let (len, _) = self.read_value(self.argument(at), bound, room)?;
        Ok(room.get(..len).unwrap_or_default())
    }

    /// As [`Call::read`], without a bound but the caller's own memory.
    pub(crate) fn read_all(&self, at: usize) -> Result<Vec<u8>, Trouble> {
        let mut room = Vec::new();
        let (len, _) = self.read_value(self.argument(at), usize::MAX / 2, &mut room)?;
        room.truncate(len);
        Ok(room)
    }

    /// A string, whole.
    pub(crate) fn text(&self, at: usize) -> Result<String, Trouble> {
        String::from_utf8(self.read_all(at)?).map_err(|_| Trouble::Usage("expected text"))
    }

    /// A string, or `None` for undefined.
    pub(crate) fn optional_text(&self, at: usize) -> Result<Option<String>, Trouble> {
        if self.is_undefined(self.argument(at))? { Ok(None) } else { self.text(at).map(Some) }
    }

    /// Copies a string of ASCII into the front of `room`, and gives its length; `None` if the value is
    /// something else or `room` too small.
    pub(crate) fn copy_ascii(&self, at: usize, room: &mut [u8]) -> Result<Option<usize>, Trouble> {
        let copied = self.copy_string(self.argument(at), room)?;
        // As in `read_value`: what may have been cut is not taken for whole.
        let whole = copied.filter(|copied| copied + LONGEST_CHARACTER < room.len());
        Ok(whole.filter(|&len| room.get(..len).is_some_and(is_ascii)))
    }

    fn read_value(
        &self,
        value: sys::napi_value,
        bound: usize,
        room: &mut Vec<u8>,
    ) -> Result<(usize, Kind), Trouble> {
        let Some(copied) = self.copy_string(value, room)? else {
            return Ok((self.copy_bytes(value, bound, room)?, Kind::Bytes));
        };
        // Node-API copies whole characters as long as they fit. Where one more would have fitted, the
        // string is at its end; where not, the copy may be cut, even if the next character alone would
        // not have gone in, so a full buffer is no measure.
        if copied + LONGEST_CHARACTER < room.len() {
            return Ok((copied, Kind::Text));
        }
        let mut whole = 0;
        // SAFETY: without a buffer Node-API only measures.
        unsafe {
            done(sys::napi_get_value_string_utf8(self.env, value, ptr::null_mut(), 0, &mut whole))?;
        }
        // Room for `bound` bytes, one character more and the zero: what is longer shows.
        let needed = whole.min(bound.saturating_add(LONGEST_CHARACTER)) + LONGEST_CHARACTER + 1;
        if room.len() < needed {
            room.resize(needed, 0);
        }
        let copied = self.copy_string(value, room)?.ok_or(Trouble::Internal)?;
        Ok((copied, Kind::Text))
    }

    /// Copies as much of a string as goes into `room`; `None` if the value is no string.
    fn copy_string(
        &self,
        value: sys::napi_value,
        room: &mut [u8],
    ) -> Result<Option<usize>, Trouble> {
        let mut copied = 0;
        let text = if room.is_empty() { &mut [0; LONGEST_CHARACTER + 1][..] } else { room };
        // SAFETY: Node-API writes at most `text.len()` bytes, its zero included.
        let status = unsafe {
            sys::napi_get_value_string_utf8(
                self.env,
                value,
                text.as_mut_ptr().cast(),
                text.len(),
                &mut copied,
            )
        };
        match status {
            sys::Status::napi_string_expected => Ok(None),
            status => done(status).map(|()| Some(copied)),
        }
    }

    /// Copies the bytes of a `Uint8Array`, which a `Buffer` is: at most one more than `bound`.
    fn copy_bytes(
        &self,
        value: sys::napi_value,
        bound: usize,
        room: &mut Vec<u8>,
    ) -> Result<usize, Trouble> {
        const EXPECTED: Trouble = Trouble::Usage("expected a string or a Uint8Array");
        let (mut kind, mut len, mut offset) = (0, 0, 0);
        let (mut data, mut memory) = (ptr::null_mut(), ptr::null_mut());
        let (mut is_array, mut is_own) = (false, false);
        // SAFETY: every out-parameter is a live local.
        unsafe {
            done(sys::napi_is_typedarray(self.env, value, &mut is_array))?;
            if !is_array {
                return Err(EXPECTED);
            }
            done(sys::napi_get_typedarray_info(
                self.env,
                value,
                &mut kind,
                &mut len,
                &mut data,
                &mut memory,
                &mut offset,
            ))?;
            done(sys::napi_is_arraybuffer(self.env, memory, &mut is_own))?;
        }
        if kind != sys::TypedarrayType::uint8_array {
            return Err(EXPECTED);
        }
        if !is_own {
            return Err(Trouble::Usage("memory that other threads share cannot be judged"));
        }
        let len = len.min(bound.saturating_add(1));
        if room.len() < len {
            room.resize(len, 0);
        }
        if len > 0 {
            // SAFETY: `data` is `len` bytes or more of an array buffer that no other thread reaches,
            // and no JavaScript runs between asking for it and here; `room` is memory of ours.
            unsafe { ptr::copy_nonoverlapping(data.cast::<u8>(), room.as_mut_ptr(), len) };
        }
        Ok(len)
    }

    /// Reads an array of strings and `Uint8Array`s, the strings as [`wire_bytes`] takes them, and no
    /// more than `most` of them. `None` if they are more than `bound` bytes together.
    pub(crate) fn read_parts(
        &self,
        at: usize,
        most: usize,
        bound: usize,
    ) -> Result<Option<Vec<Vec<u8>>>, Trouble> {
        let array = self.argument(at);
        let (mut is_array, mut len) = (false, 0);
        // SAFETY: every out-parameter is a live local.
        unsafe {
            done(sys::napi_is_array(self.env, array, &mut is_array))?;
            if !is_array {
                return Err(Trouble::Usage("expected an array"));
            }
            done(sys::napi_get_array_length(self.env, array, &mut len))?;
        }
        let (mut parts, mut left) = (Vec::new(), bound);
        for index in (0..len).take(most) {
            let (mut element, mut read, mut decoded) = (ptr::null_mut(), Vec::new(), Vec::new());
            // SAFETY: `array` is an array, and `element` a live local.
            unsafe { done(sys::napi_get_element(self.env, array, index, &mut element))? };
            let (len, kind) = self.read_value(element, left, &mut read)?;
            read.truncate(len);
            let Some(rest) = left.checked_sub(len) else {
                return Ok(None);
            };
            left = rest;
            parts.push(match kind {
                Kind::Text => wire_bytes(&read, &mut decoded).to_vec(),
                Kind::Bytes => read,
            });
        }
        Ok(Some(parts))
    }

    /// A number, or `None` for undefined.
    pub(crate) fn number(&self, at: usize) -> Result<Option<f64>, Trouble> {
        if at >= self.passed {
            return Ok(None);
        }
        let mut number = 0.0;
        // SAFETY: the out-parameter is a live local.
        let status =
            unsafe { sys::napi_get_value_double(self.env, self.argument(at), &mut number) };
        match status {
            sys::Status::napi_number_expected if self.is_undefined(self.argument(at))? => Ok(None),
            sys::Status::napi_number_expected => Err(Trouble::Usage("expected a number")),
            status => done(status).map(|()| Some(number)),
        }
    }

    /// A whole number of at most 32 bits.
    pub(crate) fn count(&self, at: usize) -> Result<u32, Trouble> {
        let mut number = 0;
        // SAFETY: the out-parameter is a live local.
        let status =
            unsafe { sys::napi_get_value_uint32(self.env, self.argument(at), &mut number) };
        match status {
            sys::Status::napi_number_expected => Err(Trouble::Usage("expected a number")),
            status => done(status).map(|()| number),
        }
    }

    /// Whether there is an argument at this place.
    pub(crate) fn is_given(&self, at: usize) -> Result<bool, Trouble> {
        self.is_undefined(self.argument(at)).map(|undefined| !undefined)
    }

    fn is_undefined(&self, value: sys::napi_value) -> Result<bool, Trouble> {
        let mut kind = 0;
        // SAFETY: the out-parameter is a live local.
        unsafe { done(sys::napi_typeof(self.env, value, &mut kind))? };
        Ok(kind == sys::ValueType::napi_undefined)
    }

    /// A small number, such as a reason's.
    pub(crate) fn give_number(&self, number: u32) -> Answer {
        let mut value = ptr::null_mut();
        // SAFETY: the out-parameter is a live local.
        unsafe { done(sys::napi_create_uint32(self.env, number, &mut value))? };
        Ok(Value(value))
    }

    /// A number that need not be small.
    #[cfg(feature = "bench")]
    pub(crate) fn give_double(&self, number: f64) -> Answer {
        let mut value = ptr::null_mut();
        // SAFETY: the out-parameter is a live local.
        unsafe { done(sys::napi_create_double(self.env, number, &mut value))? };
        Ok(Value(value))
    }

    /// A truth value.
    pub(crate) fn give_bool(&self, truth: bool) -> Answer {
        let mut value = ptr::null_mut();
        // SAFETY: the out-parameter is a live local.
        unsafe { done(sys::napi_get_boolean(self.env, truth, &mut value))? };
        Ok(Value(value))
    }

    /// Nothing: what Node-API takes for undefined, without a call to ask for it. No item of a list.
    #[allow(clippy::unused_self, reason = "an answer as the others")]
    pub(crate) const fn give_nothing(&self) -> Answer {
        Ok(Value(ptr::null_mut()))
    }

    /// A string.
    pub(crate) fn give_text(&self, text: &str) -> Answer {
        self.give_utf8(text.as_bytes())
    }

    /// A string from bytes that are known to be UTF-8; V8 would put U+FFFD in the place of what is not.
    pub(crate) fn give_utf8(&self, text: &[u8]) -> Answer {
        // What is ASCII is Latin-1 as well, which V8 copies without looking for characters.
        if is_ascii(text) {
            return self.give_bytes(text);
        }
        let mut value = ptr::null_mut();
        let data = text.as_ptr().cast::<c_char>();
        // SAFETY: `data` is `text.len()` bytes.
        unsafe {
            done(sys::napi_create_string_utf8(self.env, data, length(text.len()), &mut value))?;
        }
        Ok(Value(value))
    }

    /// A string of one character a byte, U+0000 to U+00FF.
    pub(crate) fn give_bytes(&self, bytes: &[u8]) -> Answer {
        let mut value = ptr::null_mut();
        let data = bytes.as_ptr().cast::<c_char>();
        // SAFETY: `data` is `bytes.len()` bytes.
        unsafe {
            done(sys::napi_create_string_latin1(self.env, data, length(bytes.len()), &mut value))?;
        }
        Ok(Value(value))
    }

    /// An array.
    pub(crate) fn give_list(&self, items: &[Value]) -> Answer {
        let mut array = ptr::null_mut();
        // SAFETY: the out-parameter is a live local, and each item a value of this call's scope.
        unsafe {
            done(sys::napi_create_array_with_length(self.env, items.len(), &mut array))?;
            for (index, Value(item)) in (0..).zip(items) {
                done(sys::napi_set_element(self.env, array, index, *item))?;
            }
        }
        Ok(Value(array))
    }
}

/// As the method of that name, which looks at up to 63 bytes of the end one by one.
fn is_ascii(text: &[u8]) -> bool {
    in_steps::<32>(text)
        .or_else(|| in_steps::<8>(text))
        .unwrap_or_else(|| text.iter().all(u8::is_ascii))
}

/// Whether a text of one step or more is ASCII.
fn in_steps<const STEP: usize>(text: &[u8]) -> Option<bool> {
    let end = text.last_chunk::<STEP>()?;
    let high = |bytes: &[u8; STEP]| {
        let words = bytes.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word));
        words.fold(0, |all, word| all | word) & 0x8080_8080_8080_8080 != 0
    };
    // The last step may lie over the one before it.
    Some(!text.as_chunks().0.iter().chain([end]).any(high))
}
