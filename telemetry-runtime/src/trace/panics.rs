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
use crate::outcome::{ErrorInfo, cut};

/// The last panic of a thread.
#[derive(Clone, Debug)]
struct LastPanic {
    at: Moment,
    message: String,
    /// `file:line:column`
    place: String,
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

/// What is known of the panic that ended a call which began at `start`, with its text if that may be recorded.
///
/// An earlier panic of this thread was caught, and has nothing to do with the call.
pub(crate) fn panic_since(start: Moment, with_text: bool) -> ErrorInfo {
    let last = LAST.try_with(|slot| slot.try_borrow().ok().and_then(|last| last.clone())).ok().flatten();
    let (message, place) =
        last.filter(|last| last.at >= start).map(|last| (last.message, last.place)).unzip();
    ErrorInfo::panic(message.filter(|_| with_text), place)
}
