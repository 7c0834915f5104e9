// Calls: 4 ok, 1 error.
use std::fmt::Debug;

use shapes::prelude::*;

type Handler<'h> = dyn Fn(&str) -> Result<u32, String> + Send + Sync + 'h;

#[shape]
fn handler<'h>(names: &'h [&'h str]) -> Box<Handler<'h>> {
    Box::new(|wanted| {
        let found = names.iter().position(|name| *name == wanted).ok_or_else(|| wanted.to_owned())?;
        Ok(u32::try_from(found).unwrap_or(u32::MAX))
    })
}

#[shape]
fn called(handler: &Handler<'_>, names: &[&str]) -> Result<Vec<u32>, String> {
    let mut found = Vec::new();
    for name in names {
        found.push(handler(name)?);
    }
    Ok(found)
}

#[shape]
fn any<'a>(left: bool, one: &'a dyn Debug, other: &'a (dyn Debug + Send)) -> &'a dyn Debug {
    if left {
        return one;
    }
    other
}

#[shape]
async fn later<'a>(value: &'a mut (dyn Iterator<Item = u32> + Send + 'a)) -> Option<Box<dyn Debug + 'a>> {
    let first = value.next()?;
    pending_once().await;
    Some(Box::new(first))
}

pub(super) fn run() {
    let names = ["a", "b"];
    let handler = handler(&names);
    show("called", called(&*handler, &["b", "a"]));
    show("called", called(&*handler, &["b", "c"]));
    show("any", any(true, &1, &"x"));
    show("later", block_on(later(&mut (1..3))));
    let mut numbers = 1..3;
    auto_traits!("later", later(&mut numbers));
}
