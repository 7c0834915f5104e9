//! The scrape server: hyper's HTTP/1 on the telemetry thread, with limits that no client can get around.

mod connections;
mod endpoint;
#[cfg(feature = "tls")]
mod tls;
mod token;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(feature = "tls")]
use tokio::time::timeout;

use self::connections::{Activity, Connections};
pub(super) use self::endpoint::Endpoint;
#[cfg(feature = "tls")]
pub(super) use self::tls::Tls;
use super::diagnostics::{DiagnosticKind, Diagnostics};
use crate::config::PrometheusConfig;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long the header of a request may take to arrive; also how long an idle connection is kept.
    pub(super) header_timeout: Duration,
    /// The size of a request's header in bytes.
    pub(super) header_size: usize,
    /// The number of headers in a request.
    pub(super) headers: usize,
    /// Open connections; one more closes the one that was quiet for the longest time.
    pub(super) connections: usize,
    /// How long a client may take to read a response, before its connection is closed: this time at least, and twice as
    /// long at most.
    pub(super) patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(5),
            header_size: 16 * 1024,
            headers: 64,
            connections: 128,
            patience: Duration::from_secs(30),
        }
    }
}

/// How many connections may wait to be accepted, as far as the system lets them.
const BACKLOG: i32 = 1024;

/// Opens the endpoint's socket, or reports why it cannot be opened: the host goes on without the endpoint.
pub(super) fn bind(
    config: &PrometheusConfig,
    diagnostics: &Diagnostics,
) -> Option<(TcpListener, SocketAddr)> {
    let PrometheusConfig { host, port, .. } = config;
    let opened = (host.as_str(), *port).to_socket_addrs().and_then(|addresses| {
        let listener = TcpListener::bind(&*addresses.collect::<Vec<_>>())?;
        // The standard library has 128; a client that finds no place there tries again after a second.
        SockRef::from(&listener).listen(BACKLOG)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    match opened {
        Ok(opened) => Some(opened),
        Err(error) => {
            diagnostics.report(
                DiagnosticKind::Endpoint,
                format_args!("the metrics endpoint {host}:{port} cannot be opened: {error}"),
            );
            None
        }
    }
}

/// How clients are spoken to.
pub(super) struct Service {
    pub(super) endpoint: Endpoint,
    /// `None` is plain http.
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
}

/// Serves the endpoint until the future is dropped, which closes every connection.
pub(super) async fn serve(listener: TcpListener, service: Service) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let service = Arc::new(service);
    let mut connections = Connections::new(service.limits.connections, service.limits.patience);
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // No descriptor is free, or the peer is gone already: trying at once would only burn time.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = service.clone();
        connections.spawn(peer.ip(), |activity| async move { service.connection(stream, activity).await });
        // So that a request that is there already is read before the next connection is taken, and could take its place.
        tokio::task::yield_now().await;
    }
}

impl Service {
    async fn connection(&self, stream: TcpStream, activity: Activity) {
        // A small answer should not wait for the acknowledgement of its header.
        drop(stream.set_nodelay(true));
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            // In a box, so that a connection without it is not as large: it is moved several times until it runs.
            return Box::pin(self.encrypted(tls, stream, activity)).await;
        }
        self.requests(stream, activity).await;
    }

    #[cfg(feature = "tls")]
    async fn encrypted(&self, tls: &Tls, stream: TcpStream, activity: Activity) {
        let Some(acceptor) = tls.acceptor() else { return };
        // The peer may be slow on purpose, or not speak TLS at all.
        if let Ok(Ok(stream)) = timeout(self.limits.header_timeout, acceptor.accept(stream)).await {
            self.requests(stream, activity).await;
        }
    }

    async fn requests(&self, stream: impl AsyncRead + AsyncWrite + Unpin, activity: Activity) {
        let limits = self.limits;
        let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
            let running = activity.begin();
            async move {
                let (head, _body) = request.into_parts();
                let response = self.endpoint.answer(&head.method, head.uri.path(), &head.headers).await;
                drop(running);
                Ok::<_, Infallible>(response.map(Full::new))
            }
        });
        // Errors are the client's: a closed connection, a malformed request, the timeout.
        drop(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.header_timeout)
                .max_header_size(limits.header_size)
                .max_headers(limits.headers)
                .max_buf_size(limits.header_size.max(8192) * 2)
                .serve_connection(TokioIo::new(stream), service)
                .await,
        );
    }
}
