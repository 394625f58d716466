//! A clock with the same time for all processes on this machine.

/// Returns microseconds since an arbitrary instant, the same for all processes with the same [`epoch`].
///
/// On Linux and Android it is the time since boot, including suspension, and cannot be set. On other systems it is the
/// wall clock. [`Ledger::adopt`](super::ledger::Ledger::adopt) limits the effect of a wall clock that was set back.
pub(super) fn now() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or_default();
        seconds.saturating_mul(1_000_000).saturating_add(nanoseconds / 1_000)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or_default()
    }
}

/// Returns the identifier of the machine's current boot, from which the clock counts. It is empty for the wall clock,
/// and if the kernel provides none.
pub(super) fn epoch() -> String {
    let boot = if cfg!(any(target_os = "linux", target_os = "android")) {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
    } else {
        String::new()
    };
    boot.trim().to_owned()
}
