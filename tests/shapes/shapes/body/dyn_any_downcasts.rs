// Calls: 8 ok, 2 error.
use std::any::{Any, TypeId};
use std::collections::HashMap;

use shapes::prelude::*;

/// Values by their types.
#[derive(Default)]
struct Extensions(HashMap<TypeId, Box<dyn Any + Send>>);

impl Extensions {
    #[shape]
    fn insert<T: Any + Send>(&mut self, value: T) -> Option<T> {
        let before = self.0.insert(TypeId::of::<T>(), Box::new(value))?;
        before.downcast().ok().map(|value| *value)
    }

    #[shape]
    fn get<T: Any>(&self) -> Result<&T, &'static str> {
        self.0
            .get(&TypeId::of::<T>())
            .and_then(|value| value.downcast_ref())
            .ok_or(std::any::type_name::<T>())
    }

    #[shape]
    async fn changed<T: Any>(&mut self, change: impl AsyncFnOnce(&mut T)) -> bool {
        let Some(value) = self.0.get_mut(&TypeId::of::<T>()) else { return false };
        let Some(value) = value.downcast_mut::<T>() else { unreachable!("it is kept by its type") };
        change(value).await;
        true
    }
}

#[shape]
fn described(value: &dyn Any) -> Result<String, TypeId> {
    if let Some(text) = value.downcast_ref::<&str>() {
        return Ok((*text).to_owned());
    }
    value.downcast_ref::<u32>().map(ToString::to_string).ok_or(value.type_id())
}

pub(super) fn run() {
    let mut extensions = Extensions::default();
    show("inserted", (extensions.insert(1_u32), extensions.insert(2_u32), extensions.insert(Noisy("value"))));
    let change = async |n: &mut u32| {
        pending_once().await;
        *n += 1;
    };
    show("changed", block_on(extensions.changed(change)));
    show("changed", block_on(extensions.changed(async |_: &mut bool| ())));
    show("get", (extensions.get::<u32>(), extensions.get::<u8>()));
    show("described", (described(&"text"), described(&1_u32), described(&'c') == Err(TypeId::of::<char>())));
}
