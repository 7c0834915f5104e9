// Calls: 5 ok, 1 cancelled.
// Also known as x17_boxpin.
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use shapes::prelude::*;

type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

#[shape]
fn sent(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move {
        let _guard = Noisy("guard");
        pending_once().await;
        n + 1
    })
}

#[shape]
fn checked<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Result<&'a str, String>> + Send + 'a>> {
    let text = text.trim();
    if text.is_empty() {
        return Box::pin(std::future::ready(Err("empty".to_owned())));
    }
    Box::pin(async move {
        pending_once().await;
        Ok(text)
    })
}

#[shape]
fn local(n: Rc<u32>) -> LocalBoxFuture<'static, u32> {
    Box::pin(async move {
        pending_once().await;
        *n
    })
}

#[shape]
fn made_elsewhere(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    note("made elsewhere");
    sent(n)
}

pub(super) fn run() {
    show("sent", block_on(sent(1)));
    drop_after(1, sent(1));
    auto_traits!("sent", sent(1));
    show("checked", block_on(checked(" ")));
    show("checked", block_on(checked(" x ")));
    show("local", block_on(local(Rc::new(1))));
    auto_traits!("local", local(Rc::new(1)));
    show("elsewhere", block_on(made_elsewhere(1)));
}
