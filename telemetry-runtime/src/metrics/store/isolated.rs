//! Cells apart from those of the process: what is recorded under a context that carries them stays in them.
//!
//! A thread finds them by its current context, at every measurement, so that they follow whatever carries the context.
//! They keep the rule of the store: each thread has a slab of its own, at the same offsets as everywhere.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use opentelemetry::Context;

use super::{Busy, Slab, lock, pool};
use crate::context;

/// The cells of one capture, shared by the contexts that carry them.
#[derive(Clone, Debug)]
pub(crate) struct Isolated(Arc<Cells>);

#[derive(Debug)]
struct Cells {
    id: u64,
    contents: Mutex<Contents>,
}

/// What was recorded into isolated cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// Every slab that a thread had, outgrown ones too.
    pub(super) slabs: Vec<Slab>,
    by_thread: HashMap<ThreadId, Slab>,
    /// In place of shared cells, by their address. They live for ever: a running call may hold on to them.
    shared: HashMap<usize, &'static [AtomicU64]>,
    /// The rows that exist though their sums are zero, by the address of their flag.
    touched: HashSet<usize>,
    /// What was taken of each open set, by its address.
    admitted: HashMap<usize, Admitted>,
}

/// The rows of an open set that the limits have let in, and the texts of each position with a limit.
#[derive(Clone, Debug, Default)]
struct Admitted {
    rows: HashSet<usize>,
    texts: HashMap<usize, HashSet<String>>,
}

/// Empty slabs that a later capture can have.
static FREE: Mutex<Vec<Slab>> = Mutex::new(Vec::new());

thread_local! {
    /// The slab that this thread had last, and whose it was.
    static LAST: Cell<(u64, Slab)> = const { Cell::new((0, &[])) };
}

impl Isolated {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(Arc::new(Cells { id: NEXT.fetch_add(1, Relaxed), contents: Mutex::default() }))
    }

    /// The cells that the current context carries.
    pub(crate) fn current() -> Option<Self> {
        context::carried::<Self>()
    }

    /// A context under which measurements go to these cells.
    pub(crate) fn within(&self, context: &Context) -> Context {
        context::carrying(context, self.clone())
    }

    /// Tells it from all other captures.
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    /// The slab of this thread; empty if it has none yet.
    pub(super) fn slab(&self) -> Slab {
        let (id, slab) = LAST.get();
        if id == self.0.id {
            return slab;
        }
        // From inside the store the cold path is taken, which counts the drop.
        let Some(busy) = Busy::enter() else {
            return &[];
        };
        let contents = lock(&busy, &self.0.contents);
        let slab = contents.by_thread.get(&thread::current().id()).copied().unwrap_or_default();
        LAST.set((self.0.id, slab));
        slab
    }

    /// Runs `write` on a slab of this thread that has at least `end` cells.
    pub(super) fn write(&self, busy: &Busy, end: usize, write: &mut dyn FnMut(Slab)) {
        let thread = thread::current().id();
        let mut contents = lock(busy, &self.0.contents);
        let current = contents.by_thread.get(&thread).copied().filter(|slab| slab.len() >= end);
        let slab = current.unwrap_or_else(|| {
            let slab = take(busy, end);
            contents.slabs.push(slab);
            contents.by_thread.insert(thread, slab);
            slab
        });
        drop(contents);
        LAST.set((self.0.id, slab));
        write(slab);
    }

    /// The cells that stand for these shared ones.
    pub(super) fn shared(&self, cells: &'static [AtomicU64]) -> &'static [AtomicU64] {
        let Some(busy) = Busy::enter().filter(|_| !cells.is_empty()) else {
            return cells;
        };
        let mut contents = lock(&busy, &self.0.contents);
        contents
            .shared
            .entry(cells.as_ptr().addr())
            .or_insert_with(|| cells.iter().map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak())
    }

    /// Says that the row of this flag exists.
    pub(super) fn touch(&self, flag: &AtomicBool) {
        if let Some(busy) = Busy::enter() {
            lock(&busy, &self.0.contents).touched.insert(std::ptr::from_ref(flag).addr());
        }
    }

    /// Whether a row of an open set is within its limits: a number of rows, and of texts at some positions.
    pub(crate) fn admits(
        &self,
        busy: &Busy,
        set: usize,
        row: usize,
        limit: usize,
        texts: Vec<(usize, usize, String)>,
    ) -> bool {
        let mut contents = lock(busy, &self.0.contents);
        let admitted = contents.admitted.entry(set).or_default();
        if admitted.rows.contains(&row) {
            return true;
        }
        let is_full = |(position, limit, text): &(usize, usize, String)| {
            admitted.texts.get(position).is_some_and(|known| known.len() >= *limit && !known.contains(text))
        };
        if admitted.rows.len() >= limit || texts.iter().any(is_full) {
            return false;
        }
        admitted.rows.insert(row);
        for (position, _, text) in texts {
            admitted.texts.entry(position).or_default().insert(text);
        }
        true
    }

    /// What was recorded by now.
    pub(super) fn contents(&self, busy: &Busy) -> Contents {
        lock(busy, &self.0.contents).clone()
    }
}

/// An empty slab of at least `end` cells.
fn take(busy: &Busy, end: usize) -> Slab {
    let mut free = lock(busy, &FREE);
    match free.iter().position(|slab| slab.len() >= end) {
        Some(found) => free.swap_remove(found),
        None => pool::make(busy, end),
    }
}

/// Nobody carries the cells any more, so that nobody writes to them.
impl Drop for Cells {
    fn drop(&mut self) {
        // Where the thread is inside the store already, the slabs are given up.
        if let Some(busy) = Busy::enter() {
            let contents = self.contents.get_mut().unwrap_or_else(PoisonError::into_inner);
            for slab in &contents.slabs {
                slab.iter().for_each(|cell| cell.store(0, Relaxed));
            }
            lock(&busy, &FREE).append(&mut contents.slabs);
        }
    }
}

impl Contents {
    /// The cells that stand for these shared ones; none if nothing was recorded.
    pub(super) fn shared(&self, cells: &[AtomicU64]) -> &[AtomicU64] {
        self.shared.get(&cells.as_ptr().addr()).copied().unwrap_or_default()
    }

    pub(super) fn is_touched(&self, flag: &AtomicBool) -> bool {
        self.touched.contains(&std::ptr::from_ref(flag).addr())
    }
}
