//! A collector on loopback: it takes OTLP over HTTP, counts spans, and answers after a time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A collector that runs as long as the process.
pub struct Collector {
    address: SocketAddr,
    spans: Arc<AtomicU64>,
}

impl Collector {
    /// One that lets each request wait so long for its answer, as one that is some way off does.
    ///
    /// # Panics
    ///
    /// Where there is no loopback.
    pub fn start(delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let spans = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&spans);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let spans = Arc::clone(&counted);
                // An error is the end of a connection.
                std::thread::spawn(move || serve(connection, delay, &spans));
            }
        });
        Self { address, spans }
    }

    /// Where traces are to be sent.
    pub fn url(&self) -> String {
        format!("http://{}/v1/traces", self.address)
    }

    /// How many spans arrived.
    pub fn spans(&self) -> u64 {
        self.spans.load(Ordering::SeqCst)
    }
}

fn serve(connection: TcpStream, delay: Duration, spans: &AtomicU64) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut answer = connection.try_clone()?;
    let mut reader = BufReader::with_capacity(1 << 16, connection);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        spans.fetch_add(count_spans(&body), Ordering::SeqCst);
        std::thread::sleep(delay);
        answer.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n",
        )?;
    }
}

/// The spans of an `ExportTraceServiceRequest`: its `resource_spans` (1) have `scope_spans` (2), and those `spans` (2).
fn count_spans(request: &[u8]) -> u64 {
    let scopes = fields(request, 1).flat_map(|resource| fields(resource, 2));
    scopes.map(|scope| fields(scope, 2).count() as u64).sum()
}

/// The messages that a protobuf message has in a field.
fn fields(message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let key = varint(&mut rest)?;
            let field = match key & 7 {
                0 => {
                    varint(&mut rest)?;
                    continue;
                }
                1 => take(&mut rest, 8)?,
                2 => {
                    let length = varint(&mut rest)?;
                    take(&mut rest, usize::try_from(length).ok()?)?
                }
                5 => take(&mut rest, 4)?,
                _ => return None,
            };
            if key == number << 3 | 2 {
                return Some(field);
            }
        }
        None
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *take(bytes, 1)?.first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
