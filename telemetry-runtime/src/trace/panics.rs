//! What a panic said and where, for the spans that it unwinds through.
//!
//! A panic hook is the only place that learns both without catching the panic. Ours notes them for its thread and
//! calls the hook that was there before.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::thread;

use crate::clock::Moment;
use crate::context;
use crate::outcome::cut;

/// The last panic of a thread.
#[derive(Clone, Debug)]
pub(crate) struct LastPanic {
    at: Moment,
    pub(crate) message: String,
    /// `file:line:column`
    pub(crate) place: String,
}

thread_local! {
    static LAST: RefCell<Option<LastPanic>> = const { RefCell::new(None) };
}

/// Puts our hook in front of the one that is set. It stays: a hook that others may have wrapped cannot be taken out.
pub(crate) fn install_hook() {
    static HOOKED: Once = Once::new();
    // The hook cannot be changed from a thread that panics; the next installation does it.
    if thread::panicking() {
        return;
    }
    HOOKED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if context::is_provoked() {
                return;
            }
            note(info);
            previous(info);
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let last = LastPanic {
        at: Moment::now(),
        message: cut(message.unwrap_or("a panic whose payload is not a text")).to_owned(),
        place: info.location().map(ToString::to_string).unwrap_or_default(),
    };
    // While the thread is torn down, or in a panic inside this very function, there is nowhere to note it.
    let _ = LAST.try_with(|slot| {
        if let Ok(mut slot) = slot.try_borrow_mut() {
            *slot = Some(last);
        }
    });
}

/// The text and the place of the last panic, as [`last_since`] has them.
pub(crate) fn last_panic_since(start: Moment) -> Option<(String, String)> {
    last_since(start).map(|last| (last.message, last.place))
}

/// The last panic of this thread, if it came after `start`; an earlier one was caught, and has nothing to do with a
/// span that began later.
pub(crate) fn last_since(start: Moment) -> Option<LastPanic> {
    let last = LAST.try_with(|slot| slot.try_borrow().ok().and_then(|last| last.clone())).ok().flatten();
    last.filter(|last| last.at >= start)
}
