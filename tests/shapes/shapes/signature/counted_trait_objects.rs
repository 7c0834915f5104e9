// Calls: 6 ok, 1 error.
#![allow(clippy::type_complexity)]

use std::any::Any;
use std::fmt::Debug;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use shapes::prelude::*;

#[shape]
fn counted(number: bool) -> Rc<dyn Debug> {
    if number {
        return Rc::new(1);
    }
    Rc::new(Noisy("counted"))
}

#[shape]
fn shared(value: &Arc<dyn Any + Send + Sync>) -> Result<Arc<u32>, Arc<dyn Any + Send + Sync>> {
    Arc::clone(value).downcast()
}

#[shape]
fn weak(value: &Rc<dyn Debug>) -> Weak<dyn Debug> {
    Rc::downgrade(value)
}

#[shape]
fn slices(texts: &[&str]) -> (Rc<str>, Arc<[usize]>, Box<[Box<str>]>) {
    (
        texts.concat().into(),
        texts.iter().map(|text| text.len()).collect(),
        texts.iter().copied().map(Into::into).collect(),
    )
}

#[shape]
async fn later(weak: Weak<dyn Debug>) -> Option<Rc<dyn Debug>> {
    pending_once().await;
    weak.upgrade()
}

pub(super) fn run() {
    let value = counted(false);
    let weak = weak(&value);
    show("counts", (Rc::strong_count(&value), Rc::weak_count(&value)));
    show("later", block_on(later(weak.clone())));
    drop(value);
    show("later", block_on(later(weak)).is_none());
    show("shared", shared(&(Arc::new(1_u32) as Arc<dyn Any + Send + Sync>)).ok());
    let text: Arc<dyn Any + Send + Sync> = Arc::new("text");
    show("shared", shared(&text).map_err(|text| Arc::strong_count(&text)));
    show("slices", slices(&["a", "bc"]));
}
