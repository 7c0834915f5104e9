// Calls: 10 ok, 3 error.
use std::ops::ControlFlow;

use shapes::prelude::*;

enum Tree {
    Leaf(u32),
    Node(Vec<Self>),
}

/// The callback is lent to each level.
#[shape]
fn walk(tree: &Tree, visit: &mut dyn FnMut(u32) -> ControlFlow<&'static str>) -> ControlFlow<&'static str> {
    match tree {
        Tree::Leaf(n) => visit(*n)?,
        Tree::Node(nodes) => {
            for node in nodes {
                walk(node, visit)?;
            }
        }
    }
    ControlFlow::Continue(())
}

#[shape]
fn edit<E>(tree: &mut Tree, edit_one: &mut impl FnMut(&mut u32) -> Result<(), E>) -> Result<usize, E> {
    match tree {
        Tree::Leaf(n) => edit_one(n).map(|()| 1),
        Tree::Node(nodes) => nodes.iter_mut().map(|node| edit(node, edit_one)).sum(),
    }
}

pub(super) fn run() {
    let mut tree = Tree::Node(vec![Tree::Leaf(1), Tree::Node(vec![Tree::Leaf(2)]), Tree::Leaf(3)]);
    let mut seen = Vec::new();
    let mut until_two = |n| {
        seen.push(n);
        if n == 2 { ControlFlow::Break("two") } else { ControlFlow::Continue(()) }
    };
    show("walk", walk(&tree, &mut until_two));
    show("seen", seen);
    show("edit", edit(&mut tree, &mut |n| n.checked_mul(2).map(|twice| *n = twice).ok_or(())));
    show("edit", edit(&mut tree, &mut |n| if *n == 4 { Err(*n) } else { Ok(()) }));
}
