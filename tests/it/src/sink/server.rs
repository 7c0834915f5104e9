//! Listening: one port takes HTTP/1.1 and HTTP/2, and the content type tells gRPC, http/protobuf and http/json apart.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use ::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::sync::{Notify, oneshot};
use tonic::body::Body;

use super::state::State;
use super::{grpc, http};

/// A connection is closed without an answer.
#[derive(Debug)]
pub(super) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Opens the port at once, and serves it on a new thread until `stopped`.
pub(super) fn spawn(
    address: SocketAddr,
    state: Arc<State>,
    stopped: oneshot::Receiver<()>,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(address).expect("the receiver's port is free");
    listener.set_nonblocking(true).expect("a listener can be non-blocking");
    let address = listener.local_addr().expect("a bound listener has an address");
    let thread = std::thread::Builder::new()
        .name("otlp-sink".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("the receiver gets a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, state) => {}
                    _ = stopped => {}
                }
            });
            // Dropping the runtime drops the connections, hanging ones too.
        })
        .expect("the receiver gets a thread");
    (address, thread)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the runtime takes the listener");
    loop {
        // A connection that was gone before it was accepted is the sender's affair.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let dropped = Arc::new(Notify::new());
            let service = service_fn(|request| {
                let (state, dropped) = (Arc::clone(&state), Arc::clone(&dropped));
                async move {
                    let answer = answer(state, request).await;
                    if answer.is_err() {
                        dropped.notify_one();
                    }
                    answer
                }
            });
            let server = auto::Builder::new(TokioExecutor::new());
            let connection = server.serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                biased;
                // With HTTP/2, an answer that fails would end its stream only.
                () = dropped.notified() => {}
                // An error here is a sender that went away.
                _ = connection => {}
            }
        });
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let content_type = request.headers().get("content-type").and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("application/grpc")) {
        grpc::answer(state, request).await
    } else {
        http::answer(state, request).await
    }
}
