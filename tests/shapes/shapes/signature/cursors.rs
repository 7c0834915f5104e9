// Calls: 7 ok, 1 error.
use shapes::prelude::*;

#[derive(Debug, Default)]
struct List {
    value: u32,
    next: Option<Box<Self>>,
}

impl List {
    /// The end, reached by lending each link in turn.
    #[shape]
    fn end(&mut self) -> &mut Option<Box<Self>> {
        let mut link = &mut self.next;
        while let Some(node) = link {
            link = &mut node.next;
        }
        link
    }

    #[shape]
    fn remove(mut link: &mut Option<Box<Self>>, value: u32) -> Result<Box<Self>, &mut Option<Box<Self>>> {
        while link.as_ref().is_some_and(|node| node.value != value) {
            link = &mut link.as_mut().expect("it is some").next;
        }
        let Some(mut node) = link.take() else { return Err(link) };
        *link = node.next.take();
        Ok(node)
    }

    #[shape]
    fn values(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(self), |list| list.next.as_deref()).map(|list| list.value)
    }

    #[shape]
    async fn reversed(mut self) -> Option<Box<Self>> {
        let (mut rest, mut done) = (self.next.take(), None);
        while let Some(mut node) = rest {
            rest = std::mem::replace(&mut node.next, done);
            done = Some(node);
            pending_once().await;
        }
        done
    }
}

pub(super) fn run() {
    let mut list = List::default();
    for value in [1, 2, 3] {
        *list.end() = Some(Box::new(List { value, next: None }));
    }
    show("removed", List::remove(&mut list.next, 2).map(|node| node.value));
    if let Err(end) = List::remove(&mut list.next, 9) {
        *end = Some(Box::default());
    }
    show("values", list.values().collect::<Vec<_>>());
    show("reversed", block_on(list.reversed()).map(|list| list.values().collect::<Vec<_>>()));
}
