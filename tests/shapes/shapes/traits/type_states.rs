// Calls: 6 ok, 1 error, 1 cancelled.
use std::marker::PhantomData;

use shapes::prelude::*;

struct Closed;
struct Open;

#[must_use]
struct Door<S> {
    guard: Noisy,
    opened: u32,
    _state: PhantomData<S>,
}

impl<S> Door<S> {
    #[shape]
    fn into<T>(self) -> Door<T> {
        Door { guard: self.guard, opened: self.opened, _state: PhantomData }
    }
}

impl Door<Closed> {
    #[shape]
    fn new(name: &'static str) -> Self {
        Self { guard: Noisy(name), opened: 0, _state: PhantomData }
    }

    #[shape]
    async fn open(mut self) -> Result<Door<Open>, Self> {
        pending_once().await;
        if self.opened > 0 {
            return Err(self);
        }
        self.opened += 1;
        Ok(self.into())
    }
}

impl Door<Open> {
    #[shape]
    fn close(self) -> Door<Closed> {
        note(self.guard.0);
        self.into()
    }
}

pub(super) fn run() {
    let door = block_on(Door::new("door").open()).map(Door::close);
    let again = door.map(|door| block_on(door.open()).is_err());
    show("again", again.ok());
    drop_after(1, Door::new("other").open());
}
