// Calls: 3 ok, 4 error.
use std::collections::BTreeMap;

use shapes::prelude::*;

/// All that is wrong, in place of the first.
#[shape]
fn all(texts: &[&str]) -> Result<Vec<u32>, Vec<(usize, std::num::ParseIntError)>> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for (index, text) in texts.iter().enumerate() {
        match text.parse() {
            Ok(value) => values.push(value),
            Err(error) => errors.push((index, error)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

#[shape]
fn by_field<'f>(fields: &[(&'f str, u32)]) -> Result<(), BTreeMap<&'f str, Vec<String>>> {
    let mut errors = BTreeMap::<_, Vec<_>>::new();
    for &(name, value) in fields {
        if value > 5 {
            errors.entry(name).or_default().push(format!("{value} is too much"));
        }
    }
    errors.is_empty().then_some(()).ok_or(errors)
}

#[shape]
async fn summed(texts: &[&str]) -> Result<u64, usize> {
    let values = all(texts).map_err(|errors| errors.len())?;
    pending_once().await;
    values.iter().map(|&value| u64::from(value).checked_mul(2)).sum::<Option<_>>().ok_or(0)
}

pub(super) fn run() {
    show("all", all(&["1", "x", "2", ""]));
    show("by field", by_field(&[("a", 6), ("b", 1), ("a", 7)]));
    show("by field", by_field(&[]));
    show("summed", (block_on(summed(&["1", "2"])), block_on(summed(&["x"]))));
}
