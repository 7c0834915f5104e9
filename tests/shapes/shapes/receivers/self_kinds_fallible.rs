// Calls: 5 ok, 6 error.
#![allow(clippy::trivially_copy_pass_by_ref)]

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use shapes::prelude::*;

struct Thing {
    n: u32,
    guard: Noisy,
}

impl Thing {
    fn new(n: u32) -> Self {
        Self { n, guard: Noisy("thing") }
    }

    #[shape]
    fn by_value(self, limit: u32) -> Result<Self, u32> {
        if self.n > limit {
            return Err(self.n);
        }
        Ok(self)
    }

    #[shape]
    fn shared(&self) -> Result<&u32, &Noisy> {
        if self.n > 1 {
            return Err(&self.guard);
        }
        Ok(&self.n)
    }

    #[shape]
    fn exclusive(&mut self) -> Result<&mut Self, ()> {
        self.n = self.n.checked_sub(1).ok_or(())?;
        Ok(self)
    }

    #[shape]
    fn boxed(self: Box<Self>, _by: Noisy) -> Result<Box<Self>, Box<Self>> {
        if self.n > 1 {
            return Err(self);
        }
        Ok(self)
    }

    #[shape]
    fn counted(self: Rc<Self>) -> Result<Self, Rc<Self>> {
        let count = Rc::strong_count(&self);
        let thing = Rc::try_unwrap(self)?;
        show("count", count);
        Ok(thing)
    }

    #[shape]
    fn shared_counted(self: &Arc<Self>) -> Result<Arc<Self>, ()> {
        if self.n == 0 {
            return Err(());
        }
        Ok(Arc::clone(self))
    }

    #[shape]
    fn pinned<'a>(mut self: Pin<&'a mut Self>, up: &u32) -> Result<&'a mut u32, ()> {
        self.n = self.n.checked_add(*up).ok_or(())?;
        Ok(&mut self.get_mut().n)
    }
}

pub(super) fn run() {
    show("by value", Thing::new(1).by_value(0).map(|thing| thing.n));
    let mut thing = Thing::new(1).by_value(1).unwrap_or_else(|n| Thing::new(n + 7));
    show("shared", thing.shared());
    show("exclusive", thing.exclusive().and_then(Thing::exclusive).map(|thing| thing.n));
    show("pinned", Pin::new(&mut thing).pinned(&2));
    show("pinned", Pin::new(&mut thing).pinned(&u32::MAX));
    show("boxed", Box::new(thing).boxed(Noisy("by")).is_err());
    let counted = Rc::new(Thing::new(1));
    show("counted", Rc::clone(&counted).counted().is_err());
    show("counted", counted.counted().is_ok());
    show("shared", Arc::new(Thing::new(0)).shared_counted().is_err());
}
