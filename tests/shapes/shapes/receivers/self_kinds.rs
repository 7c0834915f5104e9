// Calls: 10 ok.
// Also known as x36_self_kinds.
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use shapes::prelude::*;

struct Thing {
    n: u32,
    _guard: Noisy,
}

impl Thing {
    fn new(n: u32) -> Self {
        Self { n, _guard: Noisy("thing") }
    }

    #[shape]
    fn by_value(self) -> u32 {
        self.n
    }

    #[shape]
    fn by_mutable_value(mut self) -> Self {
        self.n += 1;
        self
    }

    #[shape]
    fn shared(&self) -> &u32 {
        &self.n
    }

    #[shape]
    fn exclusive(&mut self) -> &mut u32 {
        &mut self.n
    }

    #[shape]
    fn boxed(self: Box<Self>) -> Option<Box<Self>> {
        (self.n > 1).then_some(self)
    }

    #[shape]
    fn counted(self: Rc<Self>) -> usize {
        Rc::strong_count(&self)
    }

    #[shape]
    fn shared_counted(self: &Arc<Self>) -> Arc<Self> {
        Arc::clone(self)
    }

    #[shape]
    fn pinned(mut self: Pin<&mut Self>) -> u32 {
        self.n += 1;
        self.n
    }

    #[shape]
    fn associated(n: u32) -> Self {
        Self::new(n)
    }
}

pub(super) fn run() {
    show("by value", Thing::new(1).by_value());
    let mut thing = Thing::new(1).by_mutable_value();
    *thing.exclusive() += 1;
    show("shared", thing.shared());
    show("pinned", Pin::new(&mut thing).pinned());
    show("boxed", Box::new(thing).boxed().is_some());
    show("boxed", Box::new(Thing::new(0)).boxed().is_some());
    let counted = Rc::new(Thing::new(1));
    show("counted", Rc::clone(&counted).counted());
    show("shared", Arc::strong_count(&Arc::new(Thing::new(1)).shared_counted()));
    show("associated", Thing::associated(5).n);
}
