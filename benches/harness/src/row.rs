//! What is measured: one operation of one library.

use crate::Run;

/// An operation, how it is set up, and how it is proved to have happened.
#[derive(Clone, Copy)]
pub struct Row {
    /// The name, the same for all libraries that have such an operation; a peer's stands behind `{library}/`.
    pub name: &'static str,
    /// The row whose cost is taken off: the loop around the operation, or the operation that this one adds to.
    pub less: Option<&'static str>,
    /// How often it is repeated under callgrind; twice as often in the second run. 0 where it is only timed.
    pub count: u64,
    /// How many things one operation handles; costs are of one of them.
    pub per: u64,
    /// Whether what other threads do for it counts too.
    pub all_threads: bool,
    /// Whether it stays out of the check, which has to be fast and steady.
    pub unchecked: bool,
    /// Starts the library.
    pub start: fn() -> Started,
}

impl Row {
    /// A row whose loop is the row `less`.
    pub const fn new(name: &'static str, less: &'static str, start: fn() -> Started) -> Self {
        Self { name, less: Some(less), count: 10_000, per: 1, all_threads: false, unchecked: false, start }
    }

    /// A row of which nothing is taken off.
    pub const fn whole(name: &'static str, start: fn() -> Started) -> Self {
        Self { name, less: None, count: 10_000, per: 1, all_threads: false, unchecked: false, start }
    }

    /// Repeats it this often, where the default would overflow a queue or take long.
    pub const fn count(self, count: u64) -> Self {
        Self { count, ..self }
    }

    /// Leaves it out of the check: it takes long, or it depends on what other threads do meanwhile.
    pub const fn unchecked(self) -> Self {
        Self { unchecked: true, ..self }
    }

    /// Only takes its time.
    pub const fn timed(self) -> Self {
        Self { count: 0, ..self }
    }

    /// An operation that handles so many things.
    pub const fn of(self, per: u64) -> Self {
        Self { per, ..self }
    }

    /// An operation that handles so many things, on whatever thread. What the program does before it is counted too, and has to
    /// be the same in each run.
    pub const fn everywhere(self, per: u64) -> Self {
        Self { per, all_threads: true, ..self }
    }
}

/// A library that is ready for an operation.
pub struct Started {
    operate: Box<dyn Fn(&mut Run) + Send + Sync>,
    settle: Box<dyn Fn()>,
    check: Box<dyn FnOnce(u64)>,
}

impl Started {
    /// With what is measured; it hands its operation to the [`Run`].
    pub fn new(operate: impl Fn(&mut Run) + Send + Sync + 'static) -> Self {
        Self { operate: Box::new(operate), settle: Box::new(|| {}), check: Box::new(|_| {}) }
    }

    /// Runs this between the rounds of a timing, so that queues are empty again.
    pub fn settling(self, settle: impl Fn() + 'static) -> Self {
        Self { settle: Box::new(settle), ..self }
    }

    /// Runs this at the end, with the number of operations. It panics where not everything that they recorded has arrived,
    /// because to drop is cheaper than to record.
    pub fn checked(self, check: impl FnOnce(u64) + 'static) -> Self {
        Self { check: Box::new(check), ..self }
    }

    pub(crate) fn operation(&self) -> &(dyn Fn(&mut Run) + Send + Sync) {
        &*self.operate
    }

    pub(crate) fn settle(&self) {
        (self.settle)();
    }

    pub(crate) fn check(self, operations: u64) {
        (self.check)(operations);
    }
}
