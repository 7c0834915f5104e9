// Calls: 5 ok, 7 cancelled.
use shapes::prelude::*;

#[shape]
async fn outer(argument: Noisy) -> usize {
    let _before = Noisy("before");
    let length = middle(Noisy("argument of the middle"), &argument).await;
    let _after = Noisy("after");
    pending_once().await;
    length
}

#[shape]
async fn middle(own: Noisy, borrowed: &Noisy) -> usize {
    let [_first, _second] = ["first", "second"].map(Noisy);
    inner(own).await + borrowed.0.len()
}

#[shape]
async fn inner(own: Noisy) -> usize {
    let scope = {
        let _scope = Noisy("scope");
        pending_once().await;
        1
    };
    pending_once().await;
    own.0.len() + scope
}

pub(super) fn run() {
    for polls in 0..4 {
        show("polls", polls);
        drop_after(polls, outer(Noisy("argument")));
    }
    show("outer", block_on(outer(Noisy("argument"))));
}
