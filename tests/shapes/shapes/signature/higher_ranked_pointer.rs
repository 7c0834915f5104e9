// Calls: 4 ok, 1 error.
use shapes::prelude::*;

type Lookup = for<'a> fn(&'a [u8], usize) -> Option<&'a u8>;

#[shape]
fn choose(last: bool) -> for<'a> fn(&'a [u8], usize) -> Option<&'a u8> {
    fn from_end(bytes: &[u8], index: usize) -> Option<&u8> {
        bytes.iter().nth_back(index)
    }
    if last { from_end } else { <[u8]>::get }
}

#[shape]
fn checked(index: usize) -> Result<Lookup, usize> {
    let lookup = choose(index > 2);
    if index > 5 {
        return Err(index);
    }
    Ok(lookup)
}

pub(super) fn run() {
    show("choose", choose(true)(&[1, 2, 3], 0));
    show("checked", checked(1).map(|lookup| lookup(&[1, 2, 3], 1).copied()));
    show("checked", checked(6).map(|lookup| lookup(&[1, 2, 3], 1).copied()));
}
