//! The only file in which pointers become references.
//!
//! What can be checked is: NULL, alignment, lengths that no object has, storage that was never made
//! ready. What cannot be checked is the caller's promise, stated once here and named by each exported
//! function: a pointer leads to as many initialised elements as are said, they stay and do not change
//! until the call returns (for a gate's rules: until the gate ends), and what is written to is used by
//! nobody else meanwhile.
//!
//! Beside pointers, one call is unsafe: into the code that sees the header lines through with AVX2 (`wide`).

use crate::codes::{DOORWARD_HTTP, DOORWARD_HTTPS};
use crate::gate::{State, Stored};
use crate::types::{
    DOORWARD_GATE_WORDS, DOORWARD_TICKET_PAYLOAD_BYTES, doorward_bytes, doorward_gate,
    doorward_header, doorward_key, doorward_list, doorward_request, doorward_ticket_slot,
    doorward_tickets,
};
use core::mem::{MaybeUninit, align_of, offset_of, size_of};
use doorward_core::limits::MAX_HEADERS;
use doorward_core::ticket::MAX_PAYLOAD_BYTES;
use doorward_core::{Digest, Header, Key, Reason, Request, Scheme, TicketSlot, TicketTable};
use zeroize::Zeroize;

// The storage of the header holds what is put into it.
const _: () = {
    assert!(size_of::<Stored>() <= size_of::<doorward_gate>());
    assert!(align_of::<Stored>() <= align_of::<doorward_gate>());
    assert!(size_of::<StoredKey>() <= size_of::<doorward_key>());
    assert!(align_of::<StoredKey>() <= align_of::<doorward_key>());
    assert!(size_of::<StoredTickets>() <= size_of::<doorward_tickets>());
    assert!(align_of::<StoredTickets>() <= align_of::<doorward_tickets>());
    assert!(size_of::<TicketSlot>() <= size_of::<doorward_ticket_slot>());
    assert!(align_of::<TicketSlot>() <= align_of::<doorward_ticket_slot>());
    assert!(DOORWARD_TICKET_PAYLOAD_BYTES == MAX_PAYLOAD_BYTES);
    // Its one field has 32 bytes, so it stands at the beginning: a digest is its bytes.
    assert!(size_of::<Digest>() == size_of::<[u8; 32]>() && align_of::<Digest>() == 1);
};

/// A gate that is none.
const EMPTY: doorward_gate = doorward_gate { private_words: [0; DOORWARD_GATE_WORDS] };

/// A pointer that may be followed.
fn check<T>(pointer: *const T) -> Result<(), Reason> {
    if pointer.is_null() {
        Err(Reason::NullArgument)
    } else if !pointer.is_aligned() {
        Err(Reason::StorageMisaligned)
    } else {
        Ok(())
    }
}

/// A list that may be followed; `false` if there is nothing in it and so no pointer to judge.
fn check_list<T>(items: *const T, len: usize) -> Result<bool, Reason> {
    if len == 0 {
        return Ok(false);
    }
    check(items)?;
    // No object is larger than isize::MAX bytes: such a length is a difference that went below zero.
    match len.checked_mul(size_of::<T>()) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(true),
        _ => Err(Reason::NullArgument),
    }
}

/// Whether bytes are at NULL or of a length that no object has, by one comparison: the highest bit of
/// the length, and of the address less one. It also tells of an address in the upper half of the memory,
/// which nothing is wrong with, and of no bytes at NULL: [`check_list`] judges in full.
fn doubtful(data: *const u8, len: usize) -> bool {
    isize::try_from(data.addr().wrapping_sub(1) | len).is_err()
}

/// One structure.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn shared<'a, T>(pointer: *const T) -> Result<&'a T, Reason> {
    check(pointer)?;
    // SAFETY: not NULL, aligned, and the caller promises the rest.
    Ok(unsafe { &*pointer })
}

/// A list of structures.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn slice<'a, T>(items: *const T, len: usize) -> Result<&'a [T], Reason> {
    if !check_list(items, len)? {
        return Ok(&[]);
    }
    // SAFETY: not NULL, aligned, of a possible length, and the caller promises the rest.
    Ok(unsafe { core::slice::from_raw_parts(items, len) })
}

/// Bytes.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn bytes<'a>(from: doorward_bytes) -> Result<&'a [u8], Reason> {
    if doubtful(from.data, from.len) {
        // SAFETY: as the caller promises.
        return unsafe { slice(from.data, from.len) };
    }
    // SAFETY: not NULL, of a possible length, and the caller promises the rest.
    Ok(unsafe { core::slice::from_raw_parts(from.data, from.len) })
}

/// Text; other bytes than UTF-8 are a mistake of the caller's.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn text<'a>(from: doorward_bytes) -> Result<&'a str, Reason> {
    // SAFETY: as the caller promises.
    core::str::from_utf8(unsafe { bytes(from) }?).map_err(|_| Reason::NullArgument)
}

/// The texts of a list.
///
/// # Safety
/// The promise above, for the list and for each text.
pub(crate) unsafe fn list<'a>(from: doorward_list) -> Result<&'a [doorward_bytes], Reason> {
    // SAFETY: as the caller promises.
    unsafe { slice(from.items, from.len) }
}

/// Digests, 32 bytes each.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn digests<'a>(
    items: *const [u8; 32],
    len: usize,
) -> Result<&'a [Digest], Reason> {
    // SAFETY: as the caller promises. A digest is its bytes, as asserted above, and any are one.
    unsafe { slice(items.cast::<Digest>(), len) }
}

/// Whether nothing about the arguments of a decision is in doubt: one look, which does not tell what is
/// wrong. Where code is to be small there is no such look: each is judged by itself.
///
/// # Safety
/// The promise above, for the request and its list of lines.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) unsafe fn are_plain<T>(
    request: *const doorward_request,
    scratch: *mut u8,
    scratch_len: usize,
    out: *mut T,
) -> bool {
    if cfg!(not(target_pointer_width = "64")) {
        return false;
    }
    // What is asked of `usize` there.
    const { assert!(cfg!(not(target_pointer_width = "64")) || align_of::<T>() <= align_of::<usize>()) };
    if wide::is_here() {
        // SAFETY: the CPU has what the function is compiled for, and the caller promises the rest.
        unsafe { wide::are_plain(request, scratch, scratch_len, out.cast()) }
    } else {
        // SAFETY: as the caller promises.
        unsafe { are_plain_anywhere(request, scratch, scratch_len, out.cast()) }
    }
}

/// The arguments of a decision.
///
/// # Safety
/// The promise above, for all that they lead to, and they [`are_plain`].
pub(crate) unsafe fn plain<'a, T>(
    request: *const doorward_request,
    scratch: *mut u8,
    scratch_len: usize,
    out: *mut T,
) -> (&'a doorward_request, &'a mut [u8], Out<T>) {
    // SAFETY: none is at NULL, each is aligned, the buffer has a possible length, and the caller promises
    // the rest.
    unsafe { (&*request, core::slice::from_raw_parts_mut(scratch, scratch_len), Out(out)) }
}

/// # Safety
/// The promise above, for the request and its list of lines.
#[inline(never)]
unsafe fn are_plain_anywhere(
    request: *const doorward_request,
    scratch: *mut u8,
    scratch_len: usize,
    out: *const usize,
) -> bool {
    // SAFETY: as the caller promises.
    unsafe { are_plain_with(request, scratch, scratch_len, out, clear) }
}

/// # Safety
/// The promise above, for the request and its list of lines.
#[cfg_attr(target_pointer_width = "64", inline(always))]
unsafe fn are_plain_with(
    request: *const doorward_request,
    scratch: *mut u8,
    scratch_len: usize,
    out: *const usize,
    clear: impl FnOnce(&[usize; WORDS], &[[usize; WORDS]]) -> bool,
) -> bool {
    check(request).is_ok()
        && check(out).is_ok()
        && !doubtful(scratch, scratch_len)
        // SAFETY: not NULL, aligned, and the caller promises the rest.
        && unsafe { is_plain(&*request, clear) }
}

/// Whether anything about a request is in doubt and must be judged piece by piece: a pointer that is NULL
/// or not aligned, a length that no object has, no lines or more than the core takes, no scheme.
///
/// # Safety
/// The promise above, for the request and its list of lines.
pub(crate) unsafe fn in_doubt(request: &doorward_request) -> bool {
    // SAFETY: as the caller promises.
    unsafe { !is_plain(request, clear) }
}

/// # Safety
/// The promise above, for the request and its list of lines.
#[cfg_attr(target_pointer_width = "64", inline(always))]
unsafe fn is_plain(
    request: &doorward_request,
    clear: impl FnOnce(&[usize; WORDS], &[[usize; WORDS]]) -> bool,
) -> bool {
    let &doorward_request { scheme, headers, headers_len, .. } = request;
    let listed = headers_len.wrapping_sub(1) < MAX_HEADERS && check(headers).is_ok();
    if !listed || !matches!(scheme, DOORWARD_HTTP | DOORWARD_HTTPS) {
        return false;
    }
    // SAFETY: a request begins with method and target, and a line is name and value: four words each, as
    // asserted below, and any bytes are words. The lines are not at NULL, they are aligned and no more
    // than an object has room for, and the caller promises the rest.
    let (first, lines) = unsafe {
        (
            &*core::ptr::from_ref(request).cast::<[usize; WORDS]>(),
            core::slice::from_raw_parts(headers.cast::<[usize; WORDS]>(), headers_len),
        )
    };
    clear(first, lines)
}

/// Whether no text of these pairs is [`doubtful`]: one pass that asks nothing of a pair by itself.
fn clear(first: &[usize; WORDS], rest: &[[usize; WORDS]]) -> bool {
    let all = rest.iter().fold(sums(first), |all, pair| {
        let sums = sums(pair);
        [all[0] | sums[0], all[1] | sums[1], all[2] | sums[2], all[3] | sums[3]]
    });
    let [a, b, c, d] = all;
    isize::try_from(a | b | c | d).is_ok()
}

fn sums(texts: &[usize; WORDS]) -> [usize; WORDS] {
    let [a, a_len, b, b_len] = *texts;
    [a.wrapping_sub(1), a_len, b.wrapping_sub(1), b_len]
}

/// The same look with AVX2, which takes a pair in one piece.
#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(doorward_backend = "portable")
))]
mod wide {
    use super::{WORDS, doorward_request, size_of};
    use core::arch::x86_64::*;

    cpufeatures::new!(cpu, "avx2");
    pub(super) use cpu::get as is_here;

    /// # Safety
    /// As for [`super::are_plain`].
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn are_plain(
        request: *const doorward_request,
        scratch: *mut u8,
        scratch_len: usize,
        out: *const usize,
    ) -> bool {
        // SAFETY: as the caller promises.
        unsafe { super::are_plain_with(request, scratch, scratch_len, out, |a, b| clear(a, b)) }
    }

    /// By one instruction a pair: the least of the upper halves, as signed numbers. A length's must not be
    /// below zero. An address' must be above it, which one in the first 4 GiB is not either, where programs
    /// of a fixed place have their constants: such a request is judged once more.
    #[target_feature(enable = "avx2")]
    fn clear(first: &[usize; WORDS], mut rest: &[[usize; WORDS]]) -> bool {
        const { assert!(size_of::<[usize; WORDS]>() == size_of::<__m256i>()) };
        // SAFETY: of the same size, and need not be aligned.
        let load =
            |pair: &[usize; WORDS]| unsafe { _mm256_loadu_si256(core::ptr::from_ref(pair).cast()) };
        let less = |all, pair| _mm256_min_epi32(all, load(pair));
        let mut least = load(first);
        while let [a, b, c, d, e, f, g, h, behind @ ..] = rest {
            least = [a, b, c, d, e, f, g, h].into_iter().fold(least, less);
            rest = behind;
        }
        if let [a, b, c, d, behind @ ..] = rest {
            least = [a, b, c, d].into_iter().fold(least, less);
            rest = behind;
        }
        least = rest.iter().fold(least, less);
        let bounds = _mm256_set_epi32(-1, 0, 0, 0, -1, 0, 0, 0);
        let above = _mm256_cmpgt_epi32(least, bounds);
        // Of each word the highest bit, which is its upper half's.
        _mm256_movemask_pd(_mm256_castsi256_pd(above)) == 0b1111
    }
}

#[cfg(not(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(doorward_backend = "portable")
)))]
mod wide {
    pub(super) use super::are_plain_anywhere as are_plain;

    pub(super) const fn is_here() -> bool {
        false
    }
}

/// A request in the form of the core, its texts where they lie; without its peer.
///
/// # Safety
/// The promise above, for the request and all that it points to, of which nothing is [`in_doubt`].
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) unsafe fn request(from: &doorward_request) -> Request<'_> {
    let &doorward_request { method, target, scheme, headers, headers_len, .. } = from;
    // It is one of the two.
    let scheme = if scheme == DOORWARD_HTTP { Scheme::Http } else { Scheme::Https };
    // SAFETY: none is at NULL, each has a possible length, and the caller promises the rest. A line is
    // laid out as the core's, as asserted below, and what is true of method and target is of its name
    // and value.
    unsafe {
        Request {
            method: core::slice::from_raw_parts(method.data, method.len),
            target: core::slice::from_raw_parts(target.data, target.len),
            scheme,
            peer: None,
            headers: core::slice::from_raw_parts(headers.cast(), headers_len),
        }
    }
}

/// Header lines made anew, one by one: a Rust slice is never at NULL, not even an empty one. Of more
/// lines than the core takes there is one more, for its own answer to those.
///
/// # Safety
/// The promise above, for each name and value.
pub(crate) unsafe fn copied_headers(
    lines: &[doorward_header],
) -> Result<heapless::Vec<Header<'_>, TOO_MANY>, Reason> {
    let mut copies = heapless::Vec::new();
    for line in lines.iter().take(TOO_MANY) {
        // SAFETY: as the caller promises.
        let copy = unsafe { Header { name: bytes(line.name)?, value: bytes(line.value)? } };
        copies.push(copy).map_err(|_| Reason::Internal)?;
    }
    Ok(copies)
}

const TOO_MANY: usize = MAX_HEADERS + 1;

// Rust does not say how it lays a `Header` out, but it is the same wherever one compiler run does it:
// whether the first slice is the name, pointer before length, and the second the value is seen here. A
// slice is two words next to each other, so that its length tells where it stands.
const WORDS: usize = 4;
const _: () = {
    assert!(size_of::<doorward_header>() == size_of::<[usize; WORDS]>());
    assert!(align_of::<doorward_header>() == align_of::<usize>());
    assert!(offset_of!(doorward_request, method) == 0);
    assert!(offset_of!(doorward_request, target) == size_of::<doorward_bytes>());
    assert!(align_of::<doorward_request>() >= align_of::<usize>());
    // A list of that many is no larger than an object may be.
    assert!(MAX_HEADERS <= isize::MAX.unsigned_abs() / size_of::<doorward_header>());
    assert!(size_of::<Header<'_>>() == size_of::<doorward_header>());
    assert!(align_of::<Header<'_>>() == align_of::<doorward_header>());
    let header = Header { name: &[0; 3], value: &[0; 5] };
    // SAFETY: of the same size, and any bytes are `MaybeUninit`.
    let words: [MaybeUninit<usize>; WORDS] = unsafe { core::mem::transmute(header) };
    // SAFETY: a `Header` has no padding: it has the size of its two slices.
    assert!(unsafe { words[1].assume_init() } == 3 && unsafe { words[3].assume_init() } == 5);
};

/// A buffer to write into.
///
/// # Safety
/// The promise above.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) unsafe fn buffer<'a>(data: *mut u8, len: usize) -> Result<&'a mut [u8], Reason> {
    if doubtful(data, len) && !check_list(data, len)? {
        return Ok(&mut []);
    }
    // SAFETY: not NULL, of a possible length, and the caller promises the rest.
    Ok(unsafe { core::slice::from_raw_parts_mut(data, len) })
}

/// Where a result is written, once there is one.
#[derive(Clone, Copy)]
pub(crate) struct Out<T>(*mut T);

/// Checks an out-parameter before the work is done.
///
/// # Safety
/// The promise above.
pub(crate) unsafe fn out<T>(pointer: *mut T) -> Result<Out<T>, Reason> {
    check(pointer)?;
    Ok(Out(pointer))
}

impl<T: Copy> Out<T> {
    /// Writes the result.
    pub(crate) fn set(self, value: T) {
        // SAFETY: `out` checked the pointer, and its caller promised the rest.
        unsafe { self.0.write(value) };
    }
}

/// The state of a gate that was made ready.
///
/// # Safety
/// The promise above. The gate is initialised memory, all zero at the least.
pub(crate) unsafe fn gate<'a>(pointer: *const doorward_gate) -> Result<&'a State, Reason> {
    check(pointer)?;
    let stored = pointer.cast::<Stored>();
    // SAFETY: not NULL, aligned, initialised. The mark is the first word of `Stored`.
    if unsafe { (&raw const (*stored).mark).read() } != Stored::MARK {
        return Err(Reason::NullArgument);
    }
    // SAFETY: `place_gate` put a state there, which nobody has taken out since.
    Ok(unsafe { &(*stored).state })
}

/// Puts a state into a gate.
///
/// # Safety
/// The promise above; nobody else uses the gate.
pub(crate) unsafe fn place_gate(pointer: *mut doorward_gate, state: State) -> Result<(), Reason> {
    check(pointer)?;
    // SAFETY: not NULL, aligned, and large enough by the assertion above.
    unsafe { pointer.cast::<Stored>().write(Stored { mark: Stored::MARK, state }) };
    Ok(())
}

/// Takes the state out of a gate, if one is in it, and leaves zeroes.
///
/// # Safety
/// The promise above; nobody else uses the gate.
pub(crate) unsafe fn take_gate(pointer: *mut doorward_gate) -> Option<State> {
    // SAFETY: as the caller promises.
    unsafe { gate(pointer) }.ok()?;
    // SAFETY: a state is there, and what is read out is not used there again.
    let stored = unsafe { pointer.cast::<Stored>().read() };
    // SAFETY: not NULL and aligned.
    unsafe { pointer.write(EMPTY) };
    Some(stored.state)
}

/// A new gate on the heap.
#[cfg(feature = "std")]
pub(crate) fn boxed_gate(state: State) -> Result<*mut doorward_gate, Reason> {
    let pointer = Box::into_raw(Box::new(EMPTY));
    // SAFETY: a box of our own.
    unsafe { place_gate(pointer, state) }?;
    Ok(pointer)
}

/// Gives the memory of a gate back.
///
/// # Safety
/// It is from [`boxed_gate`] and is not used again.
#[cfg(feature = "std")]
pub(crate) unsafe fn unbox_gate(pointer: *mut doorward_gate) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(pointer) });
}

/// What a `doorward_key` holds.
#[repr(C)]
struct StoredKey {
    mark: u64,
    key: Key<'static>,
}

/// Tells a key from memory that is not one. Any other than the gate's.
const KEY_MARK: u64 = u64::from_le_bytes(*b"dw key 1");

/// A key that was made ready.
///
/// # Safety
/// The promise above. The key is initialised memory, all zero at the least.
pub(crate) unsafe fn key<'a>(pointer: *const doorward_key) -> Result<&'a Key<'static>, Reason> {
    check(pointer)?;
    let stored = pointer.cast::<StoredKey>();
    // SAFETY: not NULL, aligned, initialised. The mark is the first word.
    if unsafe { (&raw const (*stored).mark).read() } != KEY_MARK {
        return Err(Reason::NullArgument);
    }
    // SAFETY: `place_key` put a key there, which was not wiped since.
    Ok(unsafe { &(*stored).key })
}

/// Puts a key into its storage.
///
/// # Safety
/// The promise above; nobody else uses the storage.
pub(crate) unsafe fn place_key(
    pointer: *mut doorward_key,
    key: Key<'static>,
) -> Result<(), Reason> {
    check(pointer)?;
    // SAFETY: not NULL, aligned, and large enough by the assertion above.
    unsafe { pointer.cast::<StoredKey>().write(StoredKey { mark: KEY_MARK, key }) };
    Ok(())
}

/// Wipes a key, or memory that is to become one. A key owns nothing but its own bytes.
///
/// # Safety
/// The promise above; nobody else uses the storage.
pub(crate) unsafe fn wipe_key(pointer: *mut doorward_key) {
    if check(pointer).is_ok() {
        // SAFETY: not NULL, aligned, and any bytes are words.
        unsafe { (*pointer).private_words.zeroize() };
    }
}

/// What a `doorward_tickets` holds: where its slots are, so that they can be wiped, and the table.
#[repr(C)]
struct StoredTickets {
    mark: u64,
    slots: *mut doorward_ticket_slot,
    count: usize,
    table: TicketTable<'static>,
}

/// Tells a table from memory that is not one. Any other than the gate's and the key's.
const TICKETS_MARK: u64 = u64::from_le_bytes(*b"dw ticks");

/// A table that was made ready.
///
/// # Safety
/// The promise above, for the table and its slots. The table is initialised memory, all zero at the
/// least, and nobody else uses it.
pub(crate) unsafe fn tickets<'a>(
    pointer: *mut doorward_tickets,
) -> Result<&'a mut TicketTable<'static>, Reason> {
    check(pointer)?;
    let stored = pointer.cast::<StoredTickets>();
    // SAFETY: not NULL, aligned, initialised. The mark is the first word.
    if unsafe { (&raw const (*stored).mark).read() } != TICKETS_MARK {
        return Err(Reason::NullArgument);
    }
    // SAFETY: `place_tickets` put a table there, which was not wiped since.
    Ok(unsafe { &mut (*stored).table })
}

/// Puts an empty table into its storage, over these slots.
///
/// # Safety
/// The promise above; nobody else uses the storage, and nobody the slots until the table is wiped.
pub(crate) unsafe fn place_tickets(
    pointer: *mut doorward_tickets,
    ttl: u64,
    slots: *mut doorward_ticket_slot,
    count: usize,
) -> Result<(), Reason> {
    check(pointer)?;
    let table: &'static mut [TicketSlot] = if check_list(slots, count)? {
        let first = slots.cast::<TicketSlot>();
        for at in 0..count {
            // SAFETY: the caller's slots are no smaller and no less aligned than these, as asserted
            // above, so that `count` of these fit into `count` of those.
            unsafe { first.add(at).write(TicketSlot::EMPTY) };
        }
        // SAFETY: as above, and all of them are written now.
        unsafe { core::slice::from_raw_parts_mut(first, count) }
    } else {
        &mut []
    };
    let table = TicketTable::new(ttl, table);
    let stored = StoredTickets { mark: TICKETS_MARK, slots, count, table };
    // SAFETY: not NULL, aligned, and large enough by the assertion above.
    unsafe { pointer.cast::<StoredTickets>().write(stored) };
    Ok(())
}

/// Wipes a table and its slots, if it is one.
///
/// # Safety
/// As for [`tickets`].
pub(crate) unsafe fn wipe_tickets(pointer: *mut doorward_tickets) {
    // SAFETY: as the caller promises.
    if unsafe { tickets(pointer) }.is_err() {
        return;
    }
    let stored = pointer.cast::<StoredTickets>();
    // SAFETY: a table is there, as just seen; its slots are not used again.
    unsafe {
        let (slots, count) = ((*stored).slots, (*stored).count);
        // `check_list` found the length possible when the table was made.
        wipe(slots.cast(), count.saturating_mul(size_of::<doorward_ticket_slot>()));
        (*pointer).private_words.zeroize();
    }
}

/// Memory of the caller's, handed out piece by piece to the rules of a gate. What it hands out is
/// called `'static`: it lives as long as the gate, which the caller promises to keep it for.
pub(crate) struct Arena {
    next: *mut u8,
    left: usize,
}

impl Arena {
    /// Memory to hand out.
    ///
    /// # Safety
    /// The promise above; nobody else uses the memory until the gate ends.
    pub(crate) unsafe fn new(memory: *mut u8, len: usize) -> Result<Self, Reason> {
        check_list(memory, len)?;
        Ok(Self { next: memory, left: len })
    }

    /// A list of `count` elements, made one after the other; making one may take memory as well.
    pub(crate) fn list<T>(
        &mut self,
        count: usize,
        mut make: impl FnMut(&mut Self, usize) -> Result<T, Reason>,
    ) -> Result<&'static mut [T], Reason> {
        if count == 0 {
            return Ok(&mut []);
        }
        let place = self.take::<T>(count)?;
        for at in 0..count {
            let element = make(self, at)?;
            // SAFETY: `take` gave room for `count` elements, aligned, to nobody else.
            unsafe { place.add(at).write(element) };
        }
        // SAFETY: all of them are written now, and nobody else has their place.
        Ok(unsafe { core::slice::from_raw_parts_mut(place, count) })
    }

    /// A copy of a text.
    pub(crate) fn text(&mut self, text: &str) -> Result<&'static str, Reason> {
        let copy = self
            .list(text.len(), |_, at| text.as_bytes().get(at).copied().ok_or(Reason::Internal))?;
        core::str::from_utf8(copy).map_err(|_| Reason::Internal)
    }

    fn take<T>(&mut self, count: usize) -> Result<*mut T, Reason> {
        let gap = self.next.align_offset(align_of::<T>());
        let needed = count
            .checked_mul(size_of::<T>())
            .and_then(|bytes| bytes.checked_add(gap))
            .filter(|&needed| needed <= self.left)
            .ok_or(Reason::StorageTooSmall)?;
        // SAFETY: `gap <= needed <= left`, the bytes that are left.
        let place = unsafe { self.next.add(gap) };
        // SAFETY: as above; at most one past the end.
        self.next = unsafe { self.next.add(needed) };
        self.left = self.left.saturating_sub(needed);
        Ok(place.cast())
    }
}

/// Wipes the memory that a gate's rules were in, its keys among them. They own nothing but those
/// bytes, so there is nothing to drop.
///
/// # Safety
/// The promise above; nothing in the memory is used again.
pub(crate) unsafe fn wipe(memory: *mut u8, len: usize) {
    // Padding between the rules may never have been written, hence not a slice of bytes.
    let memory = memory.cast::<MaybeUninit<u8>>();
    if let Ok(true) = check_list(memory, len) {
        // SAFETY: not NULL, of a possible length, and the caller promises the rest.
        unsafe { core::slice::from_raw_parts_mut(memory, len) }.zeroize();
    }
}
