// Calls: 3 ok, 1 error.
// Also known as x39_where_hrtb.
use shapes::prelude::*;

#[shape]
fn apply<F>(text: &str, function: F) -> usize
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    let local = text.to_owned();
    function(&local).len()
}

#[shape]
fn fallible<F>(text: &str, function: F) -> Result<usize, String>
where
    for<'a> F: Fn(&'a str) -> Option<&'a str>,
{
    let local = text.to_owned();
    let found = function(&local).ok_or("nothing found")?;
    Ok(found.len())
}

#[shape]
async fn later(text: &str, function: impl for<'a> Fn(&'a str) -> &'a str) -> usize {
    let local = text.to_owned();
    pending_once().await;
    function(&local).len()
}

pub(super) fn run() {
    show("apply", apply(" x ", str::trim));
    show("fallible", fallible("x.y", |text| text.strip_prefix("x")));
    show("fallible", fallible("x.y", |text| text.strip_prefix("y")));
    show("later", block_on(later(" x ", str::trim)));
}
