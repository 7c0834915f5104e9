// Calls: 2 ok, 1 error, 2 cancelled.
use shapes::prelude::*;

#[shape]
async fn nested(outer: Noisy, text: &mut String) -> Result<usize, String> {
    let mut count = 0;
    let inner = async {
        let moved = async move {
            let _kept = &outer;
            pending_once().await;
            outer.0.len()
        };
        text.push('a');
        count += moved.await;
        let borrowed = async || {
            pending_once().await;
            if text.len() > 2 { Err(text.clone()) } else { Ok(()) }
        };
        borrowed().await?;
        note("inner is over");
        Ok::<_, String>(())
    };
    inner.await?;
    Ok(count)
}

pub(super) fn run() {
    let mut text = String::new();
    show("nested", block_on(nested(Noisy("first"), &mut text)));
    show("nested", block_on(nested(Noisy("second"), &mut text)));
    drop_after(0, nested(Noisy("never"), &mut text));
    drop_after(1, nested(Noisy("third"), &mut text));
    drop_after(2, nested(Noisy("fourth"), &mut text));
    show("text", &text);
    show("nested", block_on(nested(Noisy("fifth"), &mut text)));
}
