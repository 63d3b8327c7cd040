//! What a gate holds, whoever's memory it is in.

use doorward_core::Gate;

/// The content of a `doorward_gate`.
#[repr(C)]
pub(crate) struct Stored {
    pub(crate) mark: u64,
    pub(crate) state: State,
}

impl Stored {
    /// Tells a gate from memory that is not one: used before `doorward_gate_init`, or after its end.
    pub(crate) const MARK: u64 = u64::from_le_bytes(*b"doorward");
}

/// The two kinds of gate.
#[allow(
    clippy::large_enum_variant,
    reason = "it lies in storage of a fixed size, mostly without a heap"
)]
pub(crate) enum State {
    /// Rules in memory of the caller's.
    Rules {
        /// The core's gate over them.
        gate: Gate<'static>,
        /// Bytes of scratch that it may need.
        scratch_bytes: usize,
        /// Where they are.
        memory: *mut u8,
        /// Bytes of it.
        len: usize,
    },
    /// Rules on the heap, replaced as a whole by a reload.
    #[cfg(feature = "std")]
    Shared(doorward_policy::Gate),
}

impl State {
    /// Shows the rules of this moment, and how many bytes of scratch they may need.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn with<T>(&self, see: impl FnOnce(&Gate<'_>, usize) -> T) -> T {
        match self {
            Self::Rules { gate, scratch_bytes, .. } => see(gate, *scratch_bytes),
            #[cfg(feature = "std")]
            Self::Shared(shared) => {
                let current = shared.current();
                see(current.gate(), current.scratch_bytes())
            }
        }
    }
}
