// Calls: 8 ok, 1 error.
use shapes::prelude::*;

#[shape]
fn pushed(mut log: Option<&mut Vec<u32>>, left: u32) -> Option<&mut Vec<u32>> {
    log.as_mut()?.push(left);
    if left > 0 {
        pushed(log.as_deref_mut(), left - 1)?;
    }
    log
}

#[shape]
fn either<'a>(one: Option<&'a mut u32>, other: Result<&'a mut u32, &'a u32>) -> Result<&'a mut u32, &'a u32> {
    if let Some(one) = one {
        return Ok(one);
    }
    let other = other?;
    *other += 1;
    Ok(other)
}

#[shape]
async fn later(slot: &mut Option<&mut String>) -> usize {
    let Some(text) = slot.take() else { return 0 };
    pending_once().await;
    text.push('x');
    let length = text.len();
    *slot = Some(text);
    length
}

pub(super) fn run() {
    let mut log = vec![];
    show("pushed", pushed(Some(&mut log), 2).map(|log| log.len()));
    show("pushed", pushed(None, 2));
    let (mut one, mut other) = (1, 2);
    show("either", either(Some(&mut one), Err(&5)));
    show("either", (either(None, Ok(&mut other)), either(None, Err(&5))));
    let mut text = String::new();
    show("later", block_on(later(&mut Some(&mut text))));
    show("later", (block_on(later(&mut None)), text));
}
