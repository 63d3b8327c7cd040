//! What the standard library asks of its platform. There is none: no file, no variable, no clock, no
//! random source. Memory is the C library's.

use std::alloc::{GlobalAlloc, Layout};

unsafe extern "C" {
    fn memalign(align: usize, bytes: usize) -> *mut u8;
    fn free(memory: *mut u8);
    fn chip_stop(text: *const u8, len: usize) -> !;
}

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: memalign and free keep the contract; NULL is a failure for both sides.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the alignment is a power of two; newlib wants at least that of a pointer.
        unsafe { memalign(layout.align().max(8), layout.size()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: it came from `alloc`.
        unsafe { free(memory) };
    }
}

#[unsafe(no_mangle)]
extern "C" fn sys_panic(text: *const u8, len: usize) -> ! {
    // SAFETY: std gives its message.
    unsafe { chip_stop(text, len) }
}

#[unsafe(no_mangle)]
extern "C" fn sys_halt() -> ! {
    sys_panic("halted".as_ptr(), 6)
}

/// The hash tables' keys: nobody attacks them here.
#[unsafe(no_mangle)]
extern "C" fn sys_rand(words: *mut u32, count: usize) {
    // SAFETY: std gives room for them.
    unsafe { words.write_bytes(7, count) };
}

#[unsafe(no_mangle)]
extern "C" fn sys_write(_: u32, text: *const u8, len: usize) {
    // Only a panic's message is ever written.
    sys_panic(text, len);
}

#[unsafe(no_mangle)]
extern "C" fn sys_read(_: u32, _: *mut u8, _: usize) -> usize {
    0
}

/// No variable is set.
#[unsafe(no_mangle)]
extern "C" fn sys_getenv(_: *mut u32, _: usize, _: *const u8, _: usize) -> usize {
    usize::MAX
}

#[unsafe(no_mangle)]
extern "C" fn sys_argc() -> usize {
    0
}

#[unsafe(no_mangle)]
extern "C" fn sys_argv(_: *mut u32, _: usize, _: usize) -> usize {
    0
}

#[unsafe(no_mangle)]
extern "C" fn sys_alloc_aligned(bytes: usize, align: usize) -> *mut u8 {
    // SAFETY: as for `alloc`.
    unsafe { memalign(align.max(8), bytes) }
}

#[unsafe(no_mangle)]
extern "C" fn sys_alloc_words(words: usize) -> *mut u32 {
    sys_alloc_aligned(4 * words, 4).cast()
}
