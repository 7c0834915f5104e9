// Calls: 6 ok, 1 error.
use std::mem;

use shapes::prelude::*;

#[derive(Debug, Default)]
enum State {
    Waiting {
        since: u32,
        held: Noisy,
    },
    Ready(Noisy),
    #[default]
    Gone,
}

#[derive(Debug)]
struct Machine {
    state: State,
    steps: u32,
}

impl Machine {
    #[shape]
    fn step(&mut self, now: u32) -> Result<&mut Self, &State> {
        self.state = match mem::take(&mut self.state) {
            State::Waiting { since, held } if now - since > 1 => State::Ready(held),
            waiting @ State::Waiting { .. } => waiting,
            State::Ready(_) | State::Gone => return Err(&self.state),
        };
        self.steps += 1;
        Ok(self)
    }

    #[shape]
    async fn finish(self, mut now: u32) -> Option<Noisy> {
        let Self { state, .. } = self;
        let mut machine = Self { state, steps: 0 };
        while machine.step(now).is_ok() {
            now += 1;
            pending_once().await;
            if let State::Ready(held) = machine.state {
                return Some(held);
            }
        }
        None
    }
}

pub(super) fn run() {
    let waiting = |name| Machine { state: State::Waiting { since: 1, held: Noisy(name) }, steps: 0 };
    let mut machine = waiting("first");
    show("steps", machine.step(2).and_then(|machine| machine.step(3)).is_ok());
    show("over", machine.step(4).map(|machine| machine.steps).ok());
    show("gone", machine);
    show("finish", block_on(waiting("second").finish(1)));
}
