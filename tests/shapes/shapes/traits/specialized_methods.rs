// Calls: 5 ok, 1 error.
use std::fmt::Debug;

use shapes::prelude::*;

struct Wrapper<T>(T);

impl<T> Wrapper<T> {
    #[shape]
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Wrapper<U> {
        Wrapper(f(self.0))
    }
}

impl<T: Debug> Wrapper<Option<T>> {
    #[shape]
    fn get(&self) -> Result<&T, ()> {
        self.0.as_ref().ok_or(())
    }
}

impl Wrapper<&mut [u8]> {
    #[shape]
    fn get(&mut self) -> Option<&mut u8> {
        self.0.first_mut()
    }
}

impl<F: Fn() -> R, R> Wrapper<F> {
    #[shape]
    fn get(&self) -> R {
        (self.0)()
    }
}

impl<F: Future> Wrapper<F> {
    #[shape]
    async fn awaited(self) -> F::Output {
        note("waits");
        self.0.await
    }
}

pub(super) fn run() {
    show("option", (Wrapper(Some(1)).get(), Wrapper(None::<u8>).get()));
    let mut bytes = [1, 2];
    show("slice", Wrapper(&mut bytes[..]).get().map(|byte| std::mem::replace(byte, 7)));
    show("function", Wrapper(|| bytes).get());
    show("future", block_on(Wrapper(async { 1 }).map(|future| async { future.await + 1 }).awaited()));
}
