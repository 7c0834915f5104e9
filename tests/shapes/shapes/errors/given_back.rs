// Calls: 5 ok, 4 error.
use std::rc::Rc;
use std::sync::mpsc::{
    Receiver, RecvError, SendError, Sender, SyncSender, TrySendError, channel, sync_channel,
};

use shapes::prelude::*;

#[shape]
fn sent(to: &Sender<Noisy>, value: Noisy) -> Result<(), SendError<Noisy>> {
    to.send(value)?;
    Ok(())
}

#[shape]
fn tried<T>(to: &SyncSender<T>, value: T) -> Result<(), TrySendError<T>> {
    to.try_send(value)
}

#[shape]
fn received<T>(from: &Receiver<T>) -> Result<T, RecvError> {
    from.recv()
}

#[shape]
fn unwrapped<T>(shared: Rc<T>) -> Result<T, Rc<T>> {
    let value = Rc::try_unwrap(shared)?;
    Ok(value)
}

pub(super) fn run() {
    let (to, from) = channel();
    show("sent", sent(&to, Noisy("first")).is_ok());
    show("received", received(&from).ok());
    drop(from);
    show("given back", sent(&to, Noisy("second")).map_err(|error| error.0));
    let (to, from) = sync_channel(1);
    show("tried", (tried(&to, 1).is_ok(), tried(&to, 2)));
    drop(to);
    show("received", (received(&from), received(&from)));
    let shared = Rc::new(Noisy("shared"));
    show("shared", unwrapped(Rc::clone(&shared)).is_err());
    show("unwrapped", unwrapped(shared).is_ok());
}
