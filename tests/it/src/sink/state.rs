//! What the receiver knows: its current fault, and everything that came.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::received::Export;

/// Shared by the receiver's thread and the test.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Whether what comes is counted only.
    counts_only: bool,
    log: Mutex<Log>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) exports: Vec<Export>,
    pub(super) spans: usize,
    pub(super) attempts: usize,
    pub(super) faults: usize,
    pub(super) undecodable: Vec<String>,
    /// Grows with every change.
    version: u64,
    fault: Option<Fault>,
    /// How many exports `fault` still answers.
    remaining: usize,
}

impl State {
    /// For a receiver that is to take more than fits into memory.
    pub(super) fn counting() -> Self {
        Self { counts_only: true, ..Self::default() }
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>, count: usize) {
        let mut log = self.lock();
        log.fault = fault.filter(|_| count > 0);
        log.remaining = count;
    }

    pub(super) fn clear(&self) {
        let mut log = self.lock();
        let (fault, remaining, version) = (log.fault.take(), log.remaining, log.version);
        *log = Log { version, fault, remaining, ..Log::default() };
    }

    /// Counts an export that starts, and says how to answer it.
    pub(super) fn begin(&self) -> Option<Fault> {
        self.change(|log| {
            log.attempts += 1;
            let fault = log.fault.clone();
            if fault.is_some() {
                log.faults += 1;
                log.remaining = log.remaining.saturating_sub(1);
                if log.remaining == 0 {
                    log.fault = None;
                }
            }
            fault
        })
    }

    pub(super) fn accept(&self, export: Export) {
        self.change(|log| {
            log.spans += export.span_count();
            if !self.counts_only {
                log.exports.push(export);
            }
        });
    }

    pub(super) fn refuse(&self, reason: String) {
        self.change(|log| log.undecodable.push(reason));
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&Log) -> T) -> T {
        read(&self.lock())
    }

    /// Waits until `reached`, which may look at this state itself; false when the time is up.
    pub(super) fn wait(&self, limit: Duration, mut reached: impl FnMut() -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            // The lock is not held while `reached` runs; the version tells whether something came meanwhile.
            let seen = self.lock().version;
            if reached() {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            let waited = self.changed.wait_timeout_while(self.lock(), left, |log| log.version == seen);
            if waited.is_ok_and(|(_, result)| result.timed_out()) {
                return false;
            }
        }
    }

    /// Changes the log and wakes who waits for that.
    fn change<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let mut log = self.lock();
        log.version += 1;
        let result = change(&mut log);
        self.changed.notify_all();
        result
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // The log is consistent after every statement above, so a panic elsewhere does not spoil it.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
