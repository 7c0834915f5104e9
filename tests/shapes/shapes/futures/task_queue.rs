// Calls: 6 ok, 1 error.
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use shapes::prelude::*;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// An executor of one thread.
#[derive(Clone, Default)]
struct Executor(Rc<RefCell<VecDeque<Task>>>);

impl Executor {
    #[shape]
    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + 'static,
    {
        self.0.borrow_mut().push_back(Box::pin(future));
    }

    #[shape]
    fn run_all(&self) -> u32 {
        let mut polls = 0;
        loop {
            let Some(mut task) = self.0.borrow_mut().pop_front() else { return polls };
            polls += 1;
            if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                self.0.borrow_mut().push_back(task);
            }
        }
    }
}

#[shape]
async fn ticks(name: &'static str, executor: Executor, left: u32) -> Result<u32, Noisy> {
    let _guard = Noisy(name);
    for n in 0..left {
        note(format_args!("{name} {n}"));
        pending_once().await;
    }
    if left == 3 {
        let more = executor.clone();
        executor.spawn(async move { show("more", ticks("more", more, 1).await.is_ok()) });
        return Err(Noisy("error"));
    }
    Ok(left)
}

pub(super) fn run() {
    let executor = Executor::default();
    for (name, left) in [("one", 2), ("other", 3)] {
        let own = executor.clone();
        executor.spawn(async move { show(name, ticks(name, own, left).await) });
    }
    show("polls", executor.run_all());
}
