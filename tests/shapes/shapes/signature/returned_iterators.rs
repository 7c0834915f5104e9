// Calls: 5 ok, 2 error.
use shapes::prelude::*;

#[shape]
fn evens(numbers: &[u32]) -> impl Iterator<Item = &u32> + Clone {
    numbers.iter().filter(|n| **n % 2 == 0)
}

#[shape]
fn boxed<'a>(numbers: &'a [u32], reversed: bool) -> Box<dyn Iterator<Item = u32> + 'a> {
    if reversed {
        return Box::new(numbers.iter().rev().copied());
    }
    Box::new(numbers.iter().copied())
}

#[shape]
fn fallible(text: &str) -> Result<impl Iterator<Item = char> + '_, &'static str> {
    if text.is_empty() {
        return Err("empty");
    }
    Ok(text.chars().rev())
}

#[shape]
fn parsed(texts: &[&str]) -> Result<Vec<u32>, std::num::ParseIntError> {
    texts.iter().map(|text| text.parse()).collect()
}

pub(super) fn run() {
    let numbers = [1, 2, 4];
    show("evens", evens(&numbers).clone().collect::<Vec<_>>());
    show("boxed", boxed(&numbers, true).chain(boxed(&numbers, false)).collect::<Vec<_>>());
    show("fallible", fallible("abc").map(Iterator::collect::<String>));
    show("fallible", fallible("").err());
    show("parsed", (parsed(&["1", "2"]), parsed(&["x"])));
}
