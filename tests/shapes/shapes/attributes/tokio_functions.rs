// Calls: 9 ok, 1 panic, 1 cancelled.
// Also known as x37_send and x37b_send_err.
use std::time::Duration;

use shapes::prelude::*;

#[shape]
async fn joined(n: u32) -> Result<u32, tokio::task::JoinError> {
    let one = tokio::spawn(child(n));
    let other = tokio::spawn(async move { child(n + 1).await });
    let (one, other) = tokio::join!(one, other);
    Ok(one? + other?)
}

#[shape]
async fn child(n: u32) -> u32 {
    let _guard = Noisy("child");
    tokio::task::yield_now().await;
    n
}

#[shape]
async fn selected() -> &'static str {
    tokio::select! {
        biased;
        () = std::future::pending() => "never",
        n = child(1) => if n == 1 { "child" } else { "other" },
    }
}

#[shape]
async fn aborted() -> bool {
    let task = tokio::spawn(endless(Noisy("endless")));
    tokio::task::yield_now().await;
    task.abort();
    task.await.is_err_and(|error| error.is_cancelled())
}

#[shape]
async fn endless(_guard: Noisy) {
    std::future::pending::<()>().await;
}

#[shape]
async fn panicked() -> bool {
    tokio::spawn(fails()).await.is_err_and(|error| error.is_panic())
}

#[shape]
async fn fails() -> Result<u32, ()> {
    tokio::task::yield_now().await;
    std::panic::panic_any(Payload(1))
}

#[shape]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<u32, tokio::task::JoinError> {
    show("selected", selected().await);
    show("aborted", aborted().await);
    show("panicked", panicked().await);
    joined(1).await
}

#[tokio::main(flavor = "current_thread")]
#[shape]
async fn other_main(limit: Duration) -> u32 {
    tokio::task::yield_now().await;
    u32::try_from(limit.as_secs()).unwrap_or_default()
}

pub(super) fn run() {
    show("main", main().is_ok_and(|n| n == 3));
    show("other main", other_main(Duration::from_secs(5)));
    auto_traits!("joined", joined(1));
    auto_traits!("selected", selected());
}
