// Calls: 3 ok, 2 error.
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use shapes::prelude::*;

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

enum State {
    Connecting(Boxed<u32>),
    Reading(Boxed<String>),
    Over,
}

struct Client(State);

impl Future for Client {
    type Output = Result<String, String>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            self.0 = match &mut self.0 {
                State::Connecting(future) => {
                    let port = ready!(future.as_mut().poll(task));
                    self.0 = State::Over;
                    State::Reading(Box::pin(read(port?)))
                }
                State::Reading(future) => {
                    let text = ready!(future.as_mut().poll(task));
                    self.0 = State::Over;
                    return Poll::Ready(text);
                }
                State::Over => return Poll::Ready(Err("over".to_owned())),
            };
            note("next state");
        }
    }
}

#[shape]
async fn connect(port: u32) -> Result<u32, String> {
    pending_once().await;
    if port == 0 { Err("refused".to_owned()) } else { Ok(port) }
}

#[shape]
async fn read(port: u32) -> Result<String, String> {
    pending_once().await;
    if port > 9 {
        return Err(format!("reset by {port}"));
    }
    Ok(port.to_string())
}

pub(super) fn run() {
    for port in [1, 0, 10] {
        let mut client = Client(State::Connecting(Box::pin(connect(port))));
        show("read", block_on(&mut client));
        show("again", block_on(client).err());
    }
}
