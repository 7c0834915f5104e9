// Calls: 25 ok, 1 error.
use shapes::prelude::*;

#[shape]
async fn checked(text: &str) -> Result<u32, Noisy> {
    let Some(first) = next(text).await else {
        let error = next("error").await.map_or(Noisy("none"), |_| Noisy("some"));
        pending_once().await;
        return Err(error);
    };
    if let Some(second) = next(&text[1..]).await
        && second > first
        && next(&text[2..]).await.is_none_or(|third| third > second)
    {
        return Ok(second);
    }
    match next(text).await {
        Some(digit) if next(text).await == Some(digit) => {}
        _ => unreachable!(),
    }
    while next(text).await.is_some_and(|digit| digit > 9) {}
    Ok(if first > 0 { next(text).await } else { None }.unwrap_or(100) + (next(text).await, 1).1)
}

#[shape]
async fn next(text: &str) -> Option<u32> {
    let _guard = Noisy("next");
    pending_once().await;
    text.chars().next()?.to_digit(10)
}

pub(super) fn run() {
    for text in ["", "12", "129", "21", "0"] {
        show(text, block_on(checked(text)));
    }
}
