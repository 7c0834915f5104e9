// Calls: 4 ok, 3 error.
use shapes::prelude::*;

#[shape]
async fn inside(n: u32) -> Result<u32, u32> {
    let check = async |n: u32| {
        pending_once().await;
        if n > 2 {
            return Err(n);
        }
        Ok(n + 1)
    };
    let once = check(n).await?;
    check(once).await
}

#[shape]
async fn taken<F: AsyncFn(u32) -> u32>(f: F) -> u32 {
    f(1).await + f(2).await
}

#[shape]
async fn borrowed(mut visit: impl AsyncFnMut(&str)) {
    visit("a").await;
    visit("b").await;
}

#[shape]
fn blocks(n: u32) -> Result<u32, u32> {
    let block = async {
        if n > 1 {
            return Err(n);
        }
        Ok(n)
    };
    block_on(block)
}

pub(super) fn run() {
    show("inside", [block_on(inside(1)), block_on(inside(2)), block_on(inside(3))]);
    show("taken", block_on(taken(async |n| n * 2)));
    let mut seen = String::new();
    block_on(borrowed(async |text: &str| {
        pending_once().await;
        seen.push_str(text);
    }));
    show("borrowed", seen);
    show("blocks", [blocks(1), blocks(2)]);
}
