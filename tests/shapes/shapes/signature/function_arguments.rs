// Calls: 6 ok, 2 error.
use shapes::prelude::*;

#[shape]
fn once(f: impl FnOnce() -> String) -> usize {
    f().len()
}

#[shape]
fn boxed(f: Box<dyn FnOnce(u32) -> u32 + '_>) -> Result<u32, u32> {
    let n = f(1);
    if n > 2 {
        return Err(n);
    }
    Ok(n)
}

#[shape]
fn mutable(mut f: impl FnMut(&mut u32), n: &mut u32) {
    f(n);
    f(n);
}

#[shape]
fn pointer(f: fn(u32) -> u32, n: u32) -> u32 {
    f(n)
}

#[shape]
async fn future<F>(f: impl FnOnce() -> F) -> Result<u32, ()>
where
    F: Future<Output = Option<u32>>,
{
    let n = f().await.ok_or(())?;
    Ok(n)
}

#[shape]
fn composed<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |a| g(f(a))
}

pub(super) fn run() {
    let text = "text".to_owned();
    show("once", once(move || text));
    let more = 1;
    show("boxed", (boxed(Box::new(|n| n + more)), boxed(Box::new(|n| n + 2))));
    let mut n = 1;
    mutable(|n| *n *= 2, &mut n);
    show("mutable", n);
    show("pointer", pointer(u32::leading_zeros, 1));
    show("future", block_on(future(|| async { Some(1) })));
    show("future", block_on(future(|| std::future::ready(None))));
    show("composed", composed(|n: u32| n + 1, |n| n.to_string())(1));
}
