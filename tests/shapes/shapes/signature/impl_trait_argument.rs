// Calls: 3 ok, 1 error.
// Also known as x15_impl_arg.
use shapes::prelude::*;

#[shape]
fn total(values: impl IntoIterator<Item = u32>) -> u32 {
    values.into_iter().sum()
}

#[shape]
fn joined(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<String, usize> {
    let mut all = String::new();
    for part in parts {
        if part.as_ref().is_empty() {
            return Err(all.len());
        }
        all.push_str(part.as_ref());
    }
    Ok(all)
}

#[shape]
async fn later(value: impl Into<String>) -> String {
    pending_once().await;
    value.into()
}

pub(super) fn run() {
    show("total", total([1, 2, 3]));
    show("joined", joined(["a", "b"]));
    show("joined", joined(vec![String::from("a"), String::new()]));
    show("later", block_on(later("text")));
}
