// Calls: 11 ok, 2 error, 1 cancelled.
#![allow(clippy::unused_async, clippy::unnecessary_to_owned)]

use shapes::prelude::*;

#[shape]
async fn two(one: &str, other: &str) -> usize {
    pending_once().await;
    one.len() + other.len()
}

#[shape]
async fn named<'a>(one: &'a str, other: &str) -> &'a str {
    pending_once().await;
    if other.is_empty() { "" } else { one }
}

#[shape]
async fn filled<'a, 'b, T: AsRef<str> + ?Sized>(text: &'a T, list: &'b mut Vec<&'a str>) -> &'b [&'a str]
where
    'a: 'b,
{
    pending_once().await;
    list.push(text.as_ref());
    list
}

#[shape]
async fn exclusive(n: &mut u32) -> Result<&mut u32, String> {
    pending_once().await;
    if *n > 1 {
        return Err(n.to_string());
    }
    *n += 1;
    Ok(n)
}

#[shape]
async fn generic<T: std::fmt::Debug>(value: T, _: &str) -> String {
    pending_once().await;
    format!("{value:?}")
}

#[shape]
async fn pattern((a, b): (&str, &mut u32), [c, ..]: &[u32; 3]) -> usize {
    *b += c;
    pending_once().await;
    a.len()
}

#[shape]
async fn boxed(future: &mut (dyn std::future::Future<Output = u32> + Unpin)) -> u32 {
    future.await
}

struct Store(Vec<u32>);

impl Store {
    #[shape]
    async fn get(&self, key: &str) -> Option<&u32> {
        pending_once().await;
        self.0.get(key.len())
    }

    #[shape]
    async fn get_mut(&mut self, key: &usize) -> Result<&mut u32, usize> {
        let n = self.0.get_mut(*key).ok_or(*key)?;
        pending_once().await;
        Ok(n)
    }

    #[shape]
    async fn taken(self: Box<Self>, more: &[u32]) -> Vec<u32> {
        let mut all = self.0;
        all.extend(more);
        all
    }
}

pub(super) fn run() {
    show("two", block_on(two("a", &"b".to_owned())));
    let one = "one".to_owned();
    show("named", block_on(named(&one, &"x".to_owned())));
    let mut list = vec![];
    show("filled", block_on(filled("x", &mut list)));
    let mut n = 1;
    show("exclusive", block_on(exclusive(&mut n)).map(|n| *n));
    show("exclusive", block_on(exclusive(&mut n)).map(|n| *n));
    show("generic", block_on(generic(&n, "")));
    show("pattern", (block_on(pattern(("a", &mut n), &[1, 2, 3])), n));
    show("boxed", block_on(boxed(&mut std::future::ready(3))));
    let mut store = Store(vec![1, 2]);
    show("get", (block_on(store.get("x")), block_on(store.get("long"))));
    show("get mut", (block_on(store.get_mut(&0)).map(|n| *n), block_on(store.get_mut(&7)).map(|n| *n)));
    drop_after(1, store.get("x"));
    auto_traits!("get", store.get("x"));
    show("taken", block_on(Box::new(store).taken(&[3])));
}
