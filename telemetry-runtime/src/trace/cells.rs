//! Where what is written to open spans is kept, so that any thread can find it by a number.
//!
//! A cell is for one span at a time, and for another one afterwards: a span that is recorded allocates nothing once there
//! are as many cells as there were ever spans open, or waiting with content. What is written under the id of a span that has
//! ended goes nowhere.

use std::cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use opentelemetry::trace::SpanId;

use super::attributes::Scalars;
use super::content::Content;
use super::exception::Failure;
use super::install::Recorder;
use super::record::Head;
use super::settings::SpanLimits;
use super::site::SpanSite;
use super::start::StartAttributes;
use crate::context::slot::{Spot, number};

#[derive(Debug)]
struct Cell {
    /// Its place among all cells, from 1 on.
    index: u32,
    /// The span that is open; 0 if none is.
    span: AtomicU64,
    /// Whether there may be content.
    used: AtomicBool,
    content: Mutex<Content>,
}

/// The cells, in blocks that are made when they are needed. Eight blocks are of one length, and the next eight of twice that, so
/// that little is made which is not needed: an eighth of what is there, where that is much.
static BLOCKS: [OnceLock<Box<[Cell]>>; BLOCK_COUNT as usize] =
    [const { OnceLock::new() }; BLOCK_COUNT as usize];

/// More cells than these have room for cannot be told apart by an index of 32 bits.
const BLOCK_COUNT: u32 = 8 * 23;

/// How long the first eight blocks are.
const FIRST_BLOCK: u32 = 64;

/// A cell and what only its owner knows of the span. Both stay where they are: what goes from the call to the queue and
/// back is a reference.
#[derive(Debug)]
struct Place {
    /// Of the span that it is for, or was for last.
    head: Head,
    failure: Option<Failure>,
    start: Scalars,
    cell: &'static Cell,
    /// The next free place, while this one is free.
    next: Option<&'static mut Place>,
    /// How many places there are from this one on, while it is free.
    length: usize,
}

// A full queue is 32,768 of both.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Cell>() + size_of::<Place>() <= 368);

/// Free places: the first of them, which leads to the others.
type Chain = &'static mut Place;

/// Places that no thread keeps for itself.
static FREE: Mutex<Free> = Mutex::new(Free { chains: Vec::new(), blocks: 0 });

struct Free {
    chains: Vec<Chain>,
    blocks: u32,
}

/// How many free places a thread takes or gives at once. It keeps up to twice as many for itself.
const PORTION: usize = 64;

thread_local! {
    /// The thread's free places. Without a destructor, so that they cost no state check.
    static STOCK: cell::Cell<Option<Chain>> = const { cell::Cell::new(None) };

    /// A portion beside, so that a thread which takes and gives in turn seldom needs the others.
    static SPARE: cell::Cell<Option<Chain>> = const { cell::Cell::new(None) };

    /// Gives both back when the thread ends.
    static GIVE_BACK: GiveBack = const { GiveBack };
}

struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        lock(&FREE).chains.extend([STOCK.take(), SPARE.take()].into_iter().flatten());
    }
}

/// Whether the thread can keep places. While it is torn down it cannot: nobody would give them back.
fn keeps_places() -> bool {
    GIVE_BACK.try_with(|_| ()).is_ok()
}

/// The place of a span, for whoever records the span; dropping it gives the place back.
// None while it is dropped, and in `NONE`.
#[derive(Debug)]
pub(super) struct Kept(Option<&'static mut Place>);

impl Kept {
    /// No place. It stands where there might be one, without the second word that an `Option` would need.
    pub(super) const NONE: Self = Self(None);

    #[inline]
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// A place for the span that is about to start.
    #[inline]
    pub(super) fn new(site: &'static SpanSite, recorder: &'static Recorder) -> Self {
        let Some(place) = STOCK.take() else { return Self(Some(restock(site, recorder))) };
        STOCK.set(place.next.take());
        Self(Some(place))
    }

    #[inline]
    fn place(&self) -> &Place {
        match &self.0 {
            Some(place) => place,
            None => unreachable!("only the empty guard has no place, and nobody asks it"),
        }
    }

    #[inline]
    fn place_mut(&mut self) -> &mut Place {
        match &mut self.0 {
            Some(place) => place,
            None => unreachable!("only the empty guard has no place, and nobody asks it"),
        }
    }

    #[inline]
    fn cell(&self) -> &'static Cell {
        self.place().cell
    }

    #[inline]
    pub(super) fn head(&self) -> &Head {
        &self.place().head
    }

    #[inline]
    pub(super) fn head_mut(&mut self) -> &mut Head {
        &mut self.place_mut().head
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        self.place().failure.as_ref()
    }

    #[inline]
    pub(super) fn failure_mut(&mut self) -> &mut Option<Failure> {
        &mut self.place_mut().failure
    }

    #[inline]
    pub(super) fn index(&self) -> u32 {
        self.cell().index
    }

    /// From now on the span can be written to by others.
    #[inline]
    pub(super) fn open(&self, span: SpanId) {
        self.cell().span.store(number(span), Ordering::Release);
    }

    /// From now on it cannot. It takes the lock unless nobody else can be writing (`alone`).
    #[inline]
    pub(super) fn close(&self, alone: bool) {
        if alone {
            self.cell().span.store(0, Ordering::Release);
        } else {
            self.close_to_others();
        }
    }

    #[inline(never)]
    fn close_to_others(&self) {
        let _others = lock(&self.cell().content);
        self.cell().span.store(0, Ordering::Release);
    }

    pub(super) fn is_used(&self) -> bool {
        self.cell().used.load(Ordering::Acquire)
    }

    /// The content, to be written.
    #[inline]
    pub(super) fn content(&self) -> MutexGuard<'static, Content> {
        Self::lock(self.cell())
    }

    /// To be filled with what the span starts with.
    #[inline]
    pub(super) fn start(&mut self, recorder: &'static Recorder) -> StartAttributes<'_> {
        let place = self.place_mut();
        StartAttributes::of(place.start.room(), Writer(place.cell, None), recorder)
    }

    /// The part of that which is not in the cell.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn scalars(&self) -> Scalars {
        self.place().start
    }

    #[inline]
    fn lock(cell: &'static Cell) -> MutexGuard<'static, Content> {
        cell.used.store(true, Ordering::Release);
        lock(&cell.content)
    }

    pub(super) fn snapshot(&self, limits: &SpanLimits) -> Content {
        let content = if self.is_used() { lock(&self.cell().content).clone() } else { Content::default() };
        content.begun_with(&self.place().start, limits)
    }

    pub(super) fn take(&self, limits: &SpanLimits) -> Content {
        let content = if self.cell().used.swap(false, Ordering::AcqRel) {
            std::mem::take(&mut *lock(&self.cell().content))
        } else {
            Content::default()
        };
        content.begun_with(&self.place().start, limits)
    }
}

/// Writes to a cell, under its lock from the first time on.
#[derive(Debug)]
pub(super) struct Writer(&'static Cell, Option<MutexGuard<'static, Content>>);

impl Writer {
    #[inline]
    pub(super) fn content(&mut self) -> &mut Content {
        self.1.get_or_insert_with(|| Kept::lock(self.0))
    }
}

impl Drop for Kept {
    #[inline]
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            clear(place);
        }
    }
}

/// Makes a place free for another span.
#[inline(never)]
fn clear(place: &'static mut Place) {
    place.failure = None;
    place.start.clear();
    place.cell.span.store(0, Ordering::Release);
    if place.cell.used.swap(false, Ordering::AcqRel) {
        // What goes with it may run code of others, so no lock is held then.
        drop(std::mem::take(&mut *lock(&place.cell.content)));
    }
    if !keeps_places() {
        place.length = 1;
        lock(&FREE).chains.push(place);
        return;
    }
    place.next = STOCK.take();
    place.length = 1 + place.next.as_ref().map_or(0, |next| next.length);
    if place.length < PORTION {
        STOCK.set(Some(place));
    } else if let Some(portion) = SPARE.replace(Some(place)) {
        lock(&FREE).chains.push(portion);
    }
}

/// Changes what is recorded of a span, if it is open.
pub(super) fn write<R>(spot: Spot, change: impl FnOnce(&mut Content) -> R) -> Option<R> {
    let cell = find(spot.cell)?;
    // Most spans that are not there any more are noticed here. The lock may be held by the thread itself, which evaluates what
    // the cell's next span starts with.
    if cell.span.load(Ordering::Acquire) != number(spot.span) {
        return None;
    }
    let mut content = lock(&cell.content);
    if cell.span.load(Ordering::Acquire) != number(spot.span) {
        return None;
    }
    cell.used.store(true, Ordering::Release);
    Some(change(&mut content))
}

/// Whether the span is recorded and open.
pub(super) fn is_open(spot: Spot) -> bool {
    find(spot.cell).is_some_and(|cell| cell.span.load(Ordering::Acquire) == number(spot.span))
}

/// What was written to a span by now, if it is open.
#[cfg(any(test, feature = "testing"))]
pub(super) fn snapshot(spot: Spot) -> Option<Content> {
    let cell = find(spot.cell)?;
    let content = lock(&cell.content);
    (cell.span.load(Ordering::Acquire) == number(spot.span)).then(|| content.clone())
}

fn find(index: u32) -> Option<&'static Cell> {
    let (block, place) = place_of(index)?;
    BLOCKS.get(block as usize)?.get()?.get(place as usize)
}

/// The block of a cell, and its place there.
fn place_of(index: u32) -> Option<(u32, u32)> {
    // Counted like this, blocks of a length begin at a power of two, whose next three bits say which of the eight it is.
    let from_first = index.checked_sub(1)?.checked_add(8 * FIRST_BLOCK)?;
    let doubled = (from_first / FIRST_BLOCK).ilog2() - 3;
    let length = FIRST_BLOCK << doubled;
    let block = 8 * doubled + from_first / length - 8;
    Some((block, from_first % length))
}

/// The index of the first cell of a block, and how many there are in it.
fn extent(block: u32) -> (u32, u32) {
    let length = FIRST_BLOCK << (block / 8);
    let from_first = length * (8 + block % 8);
    (from_first - 8 * FIRST_BLOCK + 1, length)
}

#[cold]
fn restock(site: &'static SpanSite, recorder: &'static Recorder) -> &'static mut Place {
    let place = SPARE.take().unwrap_or_else(|| {
        let mut free = lock(&FREE);
        if free.chains.is_empty() {
            let more = grow(&mut free.blocks, Head::unknown(site, recorder));
            free.chains.extend(more);
        }
        // With every block made there are more than fit into memory.
        let Some(chain) = free.chains.pop() else { unreachable!("a block is not empty") };
        chain
    });
    let rest = place.next.take();
    if keeps_places() {
        STOCK.set(rest);
    } else {
        lock(&FREE).chains.extend(rest);
    }
    place
}

fn grow(blocks: &mut u32, head: Head) -> impl Iterator<Item = Chain> + use<> {
    let block = *blocks;
    *blocks += 1;
    let (first, length) = extent(block);
    let cells = BLOCKS[block as usize].get_or_init(|| {
        (first..first + length)
            .map(|index| Cell {
                index,
                span: AtomicU64::new(0),
                used: AtomicBool::new(false),
                content: Mutex::default(),
            })
            .collect()
    });
    let places: Vec<Place> = cells
        .iter()
        .map(|cell| Place { head, failure: None, start: Scalars::NONE, cell, next: None, length: 0 })
        .collect();
    places.leak().chunks_mut(PORTION).filter_map(|portion| {
        portion.iter_mut().rev().fold(None, |next: Option<Chain>, place| {
            place.length = 1 + next.as_ref().map_or(0, |next| next.length);
            place.next = next;
            Some(place)
        })
    })
}

// Nothing under the locks runs code of others but destructors of values, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_is_one_place_of_one_block() {
        let mut next = 1;
        for block in 0..8 * 12 {
            let (first, length) = extent(block);
            assert_eq!(first, next, "block {block}");
            for place in (0..length).step_by(if cfg!(miri) { 100_003 } else { 1 }) {
                assert_eq!(place_of(first + place), Some((block, place)));
            }
            next += length;
        }
    }

    #[test]
    fn a_number_that_is_no_index_is_no_cell() {
        assert_eq!(place_of(0), None);
        for index in [next_unused(), u32::MAX] {
            assert!(find(index).is_none(), "{index}");
        }
    }

    fn next_unused() -> u32 {
        extent(BLOCK_COUNT - 1).0
    }

    #[test]
    fn little_more_is_made_than_is_needed() {
        for block in 8..BLOCK_COUNT {
            let (first, length) = extent(block);
            assert!(length <= first / if block < 32 { 4 } else { 7 }, "block {block}");
        }
    }
}
