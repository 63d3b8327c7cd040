//! No decision allocates, whatever arrives and however it ends: counted over every vector.

use doorward_core::UnixTime;
use doorward_tests::operation::{Arrived, gate_of};
use doorward_tests::suite::{Case, read_folder};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator as it is; counting touches a
// thread-local cell without a destructor, which allocates nothing.
#[allow(unsafe_code, reason = "counting allocations takes an allocator")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise about the layout is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(run: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    run();
    ALLOCATIONS.with(Cell::get) - before
}

#[test]
fn deciding_allocates_nothing() {
    let mut counted = 0;
    for suite in read_folder(&doorward_tests::folder()).unwrap() {
        for case in suite.cases {
            let Case::Decide(case) = case else { continue };
            let Ok(gate) = gate_of(&case.policy) else { continue };
            let arrived = Arrived::read(&case.request).unwrap();
            let snapshot = gate.snapshot();
            let mut scratch = vec![0; snapshot.scratch_bytes()];
            let now = UnixTime::from_seconds(case.now);
            arrived.with(|request| {
                let allocations = count(|| {
                    let decision = snapshot.decide(request, now, &mut scratch);
                    std::hint::black_box(&decision);
                });
                assert_eq!(allocations, 0, "{}/{}", suite.suite, case.id);
            });
            counted += 1;
        }
    }
    assert!(counted > 1_000, "{counted}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(count(|| drop(std::hint::black_box(Box::new(7)))), 1);
}
