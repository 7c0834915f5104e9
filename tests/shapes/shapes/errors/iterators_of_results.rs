// Calls: 4 ok, 4 error.
use std::collections::HashSet;
use std::num::ParseIntError;

use shapes::prelude::*;

/// A failure half way ends the iterators.
#[shape]
fn folded(texts: &[&str]) -> Result<u32, String> {
    texts.iter().try_fold(0_u32, |sum, text| {
        note(text);
        let n = text.parse::<u32>().map_err(|error| error.to_string())?;
        sum.checked_add(n).ok_or_else(|| format!("{sum} + {n}"))
    })
}

#[shape]
fn unique<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<HashSet<u32>, ParseIntError> {
    let mut seen = HashSet::new();
    texts.into_iter().try_for_each(|text| {
        seen.insert(text.parse()?);
        Ok(())
    })?;
    Ok(seen)
}

#[shape]
fn product(texts: &[&str]) -> Result<u32, ParseIntError> {
    texts
        .iter()
        .map(|text| text.parse::<u32>())
        .filter(|n| n.as_ref().is_ok_and(|n| *n > 0) || n.is_err())
        .product()
}

#[shape]
fn lazily<'t>(texts: &'t [&'t str]) -> impl Iterator<Item = Result<u32, ParseIntError>> + 't {
    texts.iter().map(|text| {
        let n: u32 = text.parse()?;
        Ok(n + 1)
    })
}

pub(super) fn run() {
    show("folded", (folded(&["1", "2"]), folded(&["1", "x", "3"]), folded(&["4294967295", "1"])));
    show("unique", (unique(["1", "1"]).map(|seen| seen.len()), unique(["1", ""]).is_err()));
    show("product", (product(&["2", "0", "3"]), product(&["2", "x"])));
    show("lazily", lazily(&["1", "x", "3"]).collect::<Vec<_>>());
}
