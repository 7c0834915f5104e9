// Calls: 9 ok, 3 error.
use shapes::prelude::*;

#[derive(Debug)]
enum Shape {
    Circle { radius: u32, name: Option<String> },
    Path(Vec<(u32, u32)>),
}

#[shape]
fn slices(numbers: &[u32]) -> &[u32] {
    match numbers {
        [] | [_] => &[],
        [first, middle @ .., last] if first == last => middle,
        whole @ [_, _] => whole,
        [_, rest @ ..] => slices(rest),
    }
}

#[shape]
fn changed(shape: &mut Shape) -> Result<u32, &mut Vec<(u32, u32)>> {
    match shape {
        Shape::Circle { radius: radius @ 0..=9, name: name @ None } => {
            *name = Some(format!("circle {radius}"));
            *radius += 10;
            Ok(*radius)
        }
        Shape::Circle { radius, name: Some(name) } if name.len() > 3 => Ok(*radius),
        Shape::Circle { .. } => Ok(0),
        Shape::Path(points) => match points.as_mut_slice() {
            [.., (x @ 1.., y)] => {
                std::mem::swap(x, y);
                Ok(*x)
            }
            _ => Err(points),
        },
    }
}

#[shape]
async fn later(pair: (Option<Noisy>, Result<u32, Noisy>)) -> Result<Noisy, u32> {
    pending_once().await;
    match pair {
        (Some(guard @ Noisy("a" | "b")), Ok(1..)) => Ok(guard),
        (_, Ok(n)) => Err(n),
        (ref kept, Err(_)) => Err(u32::from(kept.is_some())),
    }
}

pub(super) fn run() {
    show("slices", [&[1, 2, 1][..], &[1, 2, 3], &[], &[4, 5]].map(slices));
    let mut circle = Shape::Circle { radius: 1, name: None };
    show("circle", (changed(&mut circle).ok(), changed(&mut circle).ok(), circle));
    let mut path = Shape::Path(vec![(1, 2)]);
    show("path", changed(&mut path));
    show("empty", changed(&mut Shape::Path(vec![])));
    show("later", block_on(later((Some(Noisy("a")), Ok(1)))));
    show("later", block_on(later((Some(Noisy("c")), Ok(2)))));
    show("later", block_on(later((Some(Noisy("b")), Err(Noisy("error"))))));
}
