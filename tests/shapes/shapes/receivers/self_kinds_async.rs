// Calls: 8 ok, 1 error, 1 cancelled.
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
    async fn by_value(self) -> u32 {
        pending_once().await;
        self.n
    }

    #[shape]
    async fn by_mutable_value(mut self) -> Result<Self, ()> {
        pending_once().await;
        self.n = self.n.checked_add(1).ok_or(())?;
        Ok(self)
    }

    #[shape]
    async fn shared(&self) -> &u32 {
        pending_once().await;
        &self.n
    }

    #[shape]
    async fn exclusive(&mut self, by: Noisy) -> Result<&mut u32, Noisy> {
        pending_once().await;
        if self.n > 5 {
            return Err(by);
        }
        Ok(&mut self.n)
    }

    #[shape]
    async fn boxed(self: Box<Self>) -> Box<Self> {
        pending_once().await;
        self
    }

    #[shape]
    async fn counted(self: Rc<Self>) -> usize {
        pending_once().await;
        Rc::strong_count(&self)
    }

    #[shape]
    async fn shared_counted(self: Arc<Self>, other: &Arc<Self>) -> bool {
        pending_once().await;
        Arc::ptr_eq(&self, other)
    }

    #[shape]
    async fn pinned(mut self: Pin<&mut Self>) -> u32 {
        self.n += 1;
        pending_once().await;
        self.n
    }
}

pub(super) fn run() {
    show("by value", block_on(Thing::new(1).by_value()));
    drop_after(0, Thing::new(1).by_value());
    drop_after(1, Thing::new(1).by_value());
    let mut thing = block_on(Thing::new(1).by_mutable_value()).unwrap_or_else(|()| Thing::new(7));
    *block_on(thing.exclusive(Noisy("by"))).expect("small enough") += 5;
    show("exclusive", block_on(thing.exclusive(Noisy("by"))).err());
    show("shared", block_on(thing.shared()));
    show("pinned", block_on(Pin::new(&mut thing).pinned()));
    show("boxed", block_on(Box::new(thing).boxed()).n);
    let counted = Rc::new(Thing::new(1));
    show("counted", block_on(Rc::clone(&counted).counted()));
    auto_traits!("counted", counted.counted());
    let shared = Arc::new(Thing::new(1));
    auto_traits!("shared", Arc::clone(&shared).shared_counted(&shared));
    show("shared", block_on(Arc::clone(&shared).shared_counted(&shared)));
}
