// Calls: 6 ok, 1 error.
use shapes::prelude::*;

#[derive(Clone, Debug, PartialEq)]
enum State {
    Idle,
    Running { left: u32 },
    Failed(String),
}

impl State {
    const LIMIT: u32 = 3;

    #[shape]
    fn start(left: u32) -> Result<Self, Self> {
        if left > Self::LIMIT {
            return Err(Self::Failed(format!("{left} > {}", Self::LIMIT)));
        }
        Ok(Self::Running { left })
    }

    #[shape]
    fn step(&mut self) -> bool {
        match self {
            Self::Running { left: 0 } => *self = Self::Idle,
            Self::Running { left } => *left -= 1,
            Self::Idle | Self::Failed(_) => return false,
        }
        true
    }

    #[shape]
    async fn finish(mut self) -> Self {
        while self.step() {
            pending_once().await;
        }
        self
    }
}

pub(super) fn run() {
    show("start", (State::start(2), State::start(4)));
    show("finish", block_on(State::Running { left: 2 }.finish()));
}
