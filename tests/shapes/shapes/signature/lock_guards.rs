// Calls: 6 ok, 1 error.
use std::cell::{BorrowMutError, Ref, RefCell, RefMut};
use std::sync::{Mutex, MutexGuard};

use shapes::prelude::*;

#[derive(Default)]
struct Store {
    shared: Mutex<Vec<u32>>,
    local: RefCell<(Vec<String>, u32)>,
}

impl Store {
    #[shape]
    fn lock(&self) -> MutexGuard<'_, Vec<u32>> {
        let mut shared = self.shared.lock().expect("nobody panics");
        shared.push(1);
        shared
    }

    #[shape]
    fn names(&self) -> Ref<'_, [String]> {
        Ref::map(self.local.borrow(), |(names, _)| names.as_slice())
    }

    #[shape]
    fn count(&self) -> Result<RefMut<'_, u32>, BorrowMutError> {
        let local = self.local.try_borrow_mut()?;
        Ok(RefMut::map(local, |(_, count)| count))
    }

    #[shape]
    async fn locked_later(&self) -> Option<MutexGuard<'_, Vec<u32>>> {
        pending_once().await;
        self.shared.try_lock().ok()
    }
}

pub(super) fn run() {
    let store = Store::default();
    {
        let mut guard = store.lock();
        guard.push(2);
        show("locked", block_on(store.locked_later()).is_none());
    }
    show("numbers", block_on(store.locked_later()));
    {
        let names = store.names();
        show("borrowed", (store.count().is_err(), names.len()));
    }
    *store.count().expect("nobody borrows") += 1;
    show("count", store.count().map(|count| *count).ok());
    auto_traits!("locked later", store.locked_later());
}
