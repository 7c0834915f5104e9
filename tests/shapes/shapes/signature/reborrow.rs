// Calls: 5 ok, 1 error.
// Also known as x21_mut_borrow, x21b_mut_borrow_async and x22c_mut_borrow_err.
#![allow(clippy::manual_find, clippy::ptr_arg)]

use shapes::prelude::*;

#[shape]
fn first(values: &mut Vec<u32>) -> &mut u32 {
    &mut values[0]
}

#[shape]
fn found(values: &mut [u32], wanted: u32) -> Option<&mut u32> {
    for value in values {
        if *value == wanted {
            return Some(value);
        }
    }
    None
}

#[shape]
fn checked(values: &mut [u32], index: usize) -> Result<&mut u32, String> {
    let length = values.len();
    let value = values.get_mut(index).ok_or_else(|| format!("{index} of {length}"))?;
    *value += 1;
    Ok(value)
}

struct Holder {
    values: Vec<u32>,
}

impl Holder {
    #[shape]
    fn last(&mut self) -> Result<&mut u32, ()> {
        let Some(last) = self.values.last_mut() else { return Err(()) };
        Ok(last)
    }
}

#[shape]
async fn later<'v>(values: &'v mut Vec<u32>, more: &u32) -> Result<&'v mut u32, ()> {
    values.push(*more);
    pending_once().await;
    let last = values.last_mut().ok_or(())?;
    Ok(last)
}

pub(super) fn run() {
    let mut values = vec![1, 2, 3];
    *first(&mut values) += 10;
    *found(&mut values, 2).expect("it is there") += 10;
    *checked(&mut values, 2).expect("it is there") += 10;
    show("missing", checked(&mut values, 3));
    *block_on(later(&mut values, &7)).expect("it is there") += 1;
    show("values", &values);
    let mut holder = Holder { values };
    *holder.last().expect("it is there") = 0;
    show("values", &holder.values);
}
