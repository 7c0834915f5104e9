// Calls: 3 ok, 1 error.
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use shapes::prelude::*;

type Queue = Rc<RefCell<VecDeque<u32>>>;

#[shape]
async fn producer(queue: Queue, numbers: &[u32]) {
    for &n in numbers {
        queue.borrow_mut().push_back(n);
        pending_once().await;
    }
}

#[shape]
async fn consumer(queue: Queue, until: u32) -> Result<Vec<u32>, RefCell<u32>> {
    let mut taken = Vec::new();
    loop {
        let next = queue.borrow_mut().pop_front();
        match next {
            Some(n) if n == until => return Ok(taken),
            Some(n) if n > until => return Err(RefCell::new(n)),
            Some(n) => taken.push(n),
            None => pending_once().await,
        }
    }
}

fn both(numbers: &[u32]) {
    let queue = Queue::default();
    let mut consumer = pin!(consumer(Rc::clone(&queue), 5));
    let mut producer = pin!(producer(queue, numbers));
    let mut task = Context::from_waker(Waker::noop());
    let mut is_over = false;
    loop {
        if let Poll::Ready(taken) = consumer.as_mut().poll(&mut task) {
            show("taken", taken);
            break;
        }
        is_over = is_over || producer.as_mut().poll(&mut task).is_ready();
    }
    if !is_over {
        block_on(producer);
    }
}

pub(super) fn run() {
    both(&[1, 2, 5]);
    both(&[1, 7]);
    auto_traits!("producer", producer(Queue::default(), &[]));
    auto_traits!("consumer", consumer(Queue::default(), 1));
}
