//! The scrape server: hyper's HTTP/1 on the telemetry thread, with limits that no client can get around.

mod connections;
mod endpoint;

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

use self::connections::Connections;
pub(super) use self::endpoint::Endpoint;
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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            header_size: 16 * 1024,
            headers: 64,
            connections: 128,
        }
    }
}

/// Opens the endpoint's socket, or reports why it cannot be opened: the host goes on without the endpoint.
pub(super) fn bind(
    config: &PrometheusConfig,
    diagnostics: &Diagnostics,
) -> Option<(TcpListener, SocketAddr)> {
    let PrometheusConfig { host, port, .. } = config;
    let opened = (host.as_str(), *port).to_socket_addrs().and_then(|addresses| {
        let listener = TcpListener::bind(&*addresses.collect::<Vec<_>>())?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    match opened {
        Ok((listener, address)) => {
            if !address.ip().is_loopback() {
                diagnostics.report(
                    DiagnosticKind::Endpoint,
                    format_args!("the metrics endpoint {address} can be reached from other machines"),
                );
            }
            Some((listener, address))
        }
        Err(error) => {
            diagnostics.report(
                DiagnosticKind::Endpoint,
                format_args!("the metrics endpoint {host}:{port} cannot be opened: {error}"),
            );
            None
        }
    }
}

/// Serves the endpoint until the future is dropped, which closes every connection.
pub(super) async fn serve(
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
    limits: Limits,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut connections = Connections::new(limits.connections);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptor is free, or the peer is gone already: trying at once would only burn time.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let endpoint = endpoint.clone();
        connections.spawn(|activity| async move {
            // A small answer should not wait for the acknowledgement of its header.
            drop(stream.set_nodelay(true));
            let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
                let (endpoint, request_activity) = (endpoint.clone(), activity.begin());
                async move {
                    let (head, _body) = request.into_parts();
                    let response = endpoint.answer(&head.method, head.uri.path(), &head.headers).await;
                    drop(request_activity);
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
        });
    }
}
