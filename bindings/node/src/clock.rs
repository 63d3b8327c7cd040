//! The time, to the second.

use doorward_policy::UnixTime;

/// The time of a decision: that which JavaScript names, in seconds, or else the system's.
///
/// A number that is none, or that lies before 1970, is no time: what needs one is then answered
/// `clock_unavailable`.
pub(crate) fn at(seconds: Option<f64>) -> UnixTime {
    // The cast takes NaN and what lies below 0 for 0, and what lies above for the last second.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and 0 is the unknown time"
    )]
    seconds.map_or_else(now, |seconds| UnixTime::from_seconds(seconds as u64))
}

/// The system's time. A rule counts whole seconds, so the clock that the kernel moves on with each
/// tick, every few milliseconds, is exact enough, and a third of the price.
#[cfg(target_os = "linux")]
fn now() -> UnixTime {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock's number is Linux's, and `time` a live local.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_REALTIME_COARSE, &mut time) };
    match u64::try_from(time.tv_sec) {
        Ok(seconds) if status == 0 => UnixTime::from_seconds(seconds),
        _ => doorward_policy::now(),
    }
}

#[cfg(not(target_os = "linux"))]
fn now() -> UnixTime {
    doorward_policy::now()
}
