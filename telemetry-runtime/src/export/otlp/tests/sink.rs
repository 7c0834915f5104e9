//! A receiver for http/protobuf and gRPC that answers from a script, and with success once that is over.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

/// What the receiver does with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// A status with headers and a body.
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// A message.
    Message(Vec<u8>),
    /// A code, with `grpc-status-details-bin`.
    Grpc(u16, &'static str),
    /// The connection is closed.
    Drop,
    /// Nothing, ever.
    Hang,
}

/// A request that arrived.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// Unpacked, and without gRPC's frame.
    pub(super) body: Vec<u8>,
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
    /// Requests of more bytes are refused, as receivers do: with 413, or what gRPC's implementation in Go says.
    limit: OnceLock<usize>,
    refused: AtomicUsize,
}

/// A receiver on a free port of the loopback interface.
pub(super) struct Sink {
    pub(super) address: SocketAddr,
    state: Arc<State>,
    grpc: bool,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Sink {
    pub(super) fn http(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(false, None, script)
    }

    pub(super) fn grpc(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(true, None, script)
    }

    /// A receiver that speaks TLS and always succeeds.
    pub(super) fn encrypted(grpc: bool, tls: rustls::ServerConfig) -> Self {
        Self::start(grpc, Some(Arc::new(tls).into()), [])
    }

    pub(super) fn is_grpc(&self) -> bool {
        self.grpc
    }

    /// Refuses requests of more bytes from now on.
    pub(super) fn refuse_above(&self, bytes: usize) {
        self.state.limit.set(bytes).unwrap();
    }

    /// The requests that were refused for their size.
    pub(super) fn refused(&self) -> usize {
        self.state.refused.load(Ordering::Relaxed)
    }

    fn start(grpc: bool, tls: Option<TlsAcceptor>, script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { script: Mutex::new(script.into_iter().collect()), ..State::default() });
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let shared = state.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, grpc, tls, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, state, grpc, stop: Some(stop), thread: Some(thread) }
    }

    pub(super) fn received(&self) -> std::sync::MutexGuard<'_, Vec<Received>> {
        self.state.received.lock().unwrap()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

async fn accept(listener: std::net::TcpListener, grpc: bool, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (state, tls) = (state.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve(stream, grpc, state).await,
                // A client that does not trust the receiver, or is not trusted by it, ends the handshake.
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, grpc, state).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, grpc: bool, state: Arc<State>) {
    let service = service_fn(|request| answer(request, grpc, state.clone()));
    let stream = TokioIo::new(stream);
    // A connection that the script drops ends with an error.
    if grpc {
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        drop(server.serve_connection(stream, service).await);
    } else {
        drop(hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await);
    }
}

type Body = BoxBody<Bytes, Infallible>;

async fn answer(
    request: Request<Incoming>,
    grpc: bool,
    state: Arc<State>,
) -> Result<Response<Body>, std::io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let body =
        if grpc { framed(&body) } else { unpacked(&body, head.headers.contains_key("content-encoding")) };
    if state.limit.get().is_some_and(|limit| body.len() > *limit) {
        state.refused.fetch_add(1, Ordering::Relaxed);
        let full = |body: Vec<u8>| Full::new(Bytes::from(body)).boxed();
        let mut response = Response::new(full(Vec::new()));
        if grpc {
            let message = HeaderValue::from_static("grpc: received message larger than max (2 vs. 1)");
            response.headers_mut().insert("grpc-status", HeaderValue::from_static("8"));
            response.headers_mut().insert("grpc-message", message);
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
        } else {
            *response.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
        }
        return Ok(response);
    }
    let received = Received { path: head.uri.path().to_owned(), headers: head.headers, body };
    state.received.lock().unwrap().push(received);
    let reply = state.script.lock().unwrap().pop_front().unwrap_or(Reply::Message(Vec::new()));
    let full = |body: Vec<u8>| Full::new(Bytes::from(body));
    let mut response = match reply {
        Reply::Hang => pending().await,
        Reply::Drop => return Err(std::io::Error::other("dropped by the script")),
        Reply::Http(status, headers, body) => {
            let mut response = Response::new(full(body).boxed());
            *response.status_mut() = status.try_into().unwrap();
            for (name, value) in headers {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
            }
            response
        }
        Reply::Message(body) if grpc => {
            let mut frame = vec![0];
            frame.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            frame.extend(body);
            let trailers = HeaderMap::from_iter([(
                HeaderName::from_static("grpc-status"),
                HeaderValue::from_static("0"),
            )]);
            Response::new(full(frame).with_trailers(std::future::ready(Some(Ok(trailers)))).boxed())
        }
        Reply::Message(body) => Response::new(full(body).boxed()),
        Reply::Grpc(code, details) => {
            let mut response = Response::new(full(Vec::new()).boxed());
            response.headers_mut().insert("grpc-status", code.into());
            response.headers_mut().insert("grpc-message", HeaderValue::from_static("as the script says"));
            response.headers_mut().insert("grpc-status-details-bin", HeaderValue::from_static(details));
            response
        }
    };
    if grpc {
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    }
    Ok(response)
}

fn framed(body: &[u8]) -> Vec<u8> {
    unpacked(&body[5..], body[0] == 1)
}

fn unpacked(body: &[u8], gzip: bool) -> Vec<u8> {
    if !gzip {
        return body.to_vec();
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
    plain
}
