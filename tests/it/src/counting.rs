//! A receiver of spans over http/protobuf that only counts: for loads that [`Sink`](crate::sink::Sink), which keeps all it
//! gets, could not hold.
//!
//! A span counts once, by its id, and only when the sender was told that it arrived. So what a sender calls lost is not
//! counted here as delivered, except where an answer is lost on the way.

use std::collections::HashSet;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running receiver. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct CountingSink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    counts: Counts,
    spans: HashSet<u64>,
    delay: Duration,
    refuse_above: Option<usize>,
    hangs: bool,
    stopped: bool,
    connections: Vec<TcpStream>,
}

/// What a receiver got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Spans with an id of their own.
    pub spans: u64,
    /// Spans that had come before.
    pub duplicates: u64,
    /// Requests, of all signals.
    pub requests: u64,
    /// Bytes of the largest request.
    pub largest: usize,
    /// Connections, since the start.
    pub connections: u64,
}

impl CountingSink {
    /// Starts a receiver on a free loopback port.
    ///
    /// # Panics
    ///
    /// If the port cannot be opened.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::default();
        let (address, listening) = listen(SocketAddr::from(([127, 0, 0, 1], 0)), Arc::clone(&state));
        Self { address, state, listening: Some(listening) }
    }

    /// Closes the port and every connection, as the end of a process does, and keeps the counts.
    pub fn stop(&mut self) {
        let mut state = lock(&self.state);
        state.stopped = true;
        for connection in state.connections.drain(..) {
            // It may be closed already.
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(state);
        if let Some(listening) = self.listening.take() {
            // The listener looks at the flag when somebody comes.
            let _ = TcpStream::connect(self.address);
            let _ = listening.join();
        }
    }

    /// Opens the same port again, and goes on counting.
    ///
    /// # Panics
    ///
    /// As [`CountingSink::start`].
    pub fn restart(&mut self) {
        self.stop();
        lock(&self.state).stopped = false;
        self.listening = Some(listen(self.address, Arc::clone(&self.state)).1);
    }

    /// The base URL, for `OTEL_EXPORTER_OTLP_ENDPOINT` with http/protobuf.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers each request after this time from now on.
    pub fn answer_after(&self, delay: Duration) {
        lock(&self.state).delay = delay;
    }

    /// Refuses requests of more bytes, with the status 413.
    pub fn refuse_above(&self, bytes: usize) {
        lock(&self.state).refuse_above = Some(bytes);
    }

    /// Takes requests and never answers.
    pub fn hang(&self) {
        lock(&self.state).hangs = true;
    }

    /// What came so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        lock(&self.state).counts
    }
}

impl Drop for CountingSink {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(address: SocketAddr, state: Arc<Mutex<State>>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(address).expect("the port can be opened");
    let address = listener.local_addr().expect("a bound listener has an address");
    let listening = thread::spawn(move || {
        for connection in listener.incoming() {
            let mut locked = lock(&state);
            if locked.stopped {
                return;
            }
            let Ok(connection) = connection else { continue };
            locked.connections.extend(connection.try_clone());
            locked.counts.connections += 1;
            drop(locked);
            let state = Arc::clone(&state);
            thread::spawn(move || {
                // A connection that breaks is the sender's business.
                let _ = serve(&connection, &state);
            });
        }
    });
    (address, listening)
}

fn serve(connection: &TcpStream, state: &Mutex<State>) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(1 << 16, connection);
    let mut body = Vec::new();
    loop {
        let Some((traces, length)) = head(&mut reader)? else { return Ok(()) };
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        let (delay, hangs, refused) = {
            let mut state = lock(state);
            if state.stopped {
                // It was on its way when the receiver closed.
                return Ok(());
            }
            state.counts.requests += 1;
            state.counts.largest = state.counts.largest.max(length);
            (state.delay, state.hangs, state.refuse_above.is_some_and(|limit| length > limit))
        };
        if hangs {
            // Until the sender goes away.
            reader.read_exact(&mut [0])?;
        }
        thread::sleep(delay);
        let mut state = lock(state);
        if state.stopped {
            return Ok(());
        }
        if refused {
            let mut connection = connection;
            connection.write_all(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n")?;
            continue;
        }
        let mut connection = connection;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
        if traces {
            for id in span_ids(&body) {
                let new = state.spans.insert(id);
                let counts = &mut state.counts;
                *(if new { &mut counts.spans } else { &mut counts.duplicates }) += 1;
            }
        }
    }
}

/// Whether the request is for spans, and the length of its body; `None` at the end of the connection.
fn head(reader: &mut impl io::BufRead) -> io::Result<Option<(bool, usize)>> {
    let mut line = String::new();
    let (mut traces, mut length) = (false, 0);
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_end().to_ascii_lowercase();
        if text.is_empty() {
            return Ok(Some((traces, length)));
        }
        if text.starts_with("post ") {
            traces = text.contains("/v1/traces");
        } else if let Some(value) = text.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
}

/// The ids of the spans in an `ExportTraceServiceRequest`, read without making messages of it.
fn span_ids(request: &[u8]) -> impl Iterator<Item = u64> {
    const RESOURCE_SPANS: u64 = 1;
    const SCOPE_SPANS: u64 = 2;
    const SPANS: u64 = 2;
    const SPAN_ID: u64 = 2;
    fields(request, RESOURCE_SPANS)
        .flat_map(|resource| fields(resource, SCOPE_SPANS))
        .flat_map(|scope| fields(scope, SPANS))
        .filter_map(|span| {
            let id = fields(span, SPAN_ID).next()?;
            Some(u64::from_be_bytes(id.try_into().ok()?))
        })
}

/// The length-delimited fields of a protobuf message with this number.
fn fields(mut message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !message.is_empty() {
            let key = varint(&mut message)?;
            let length = match key & 7 {
                0 => {
                    varint(&mut message)?;
                    continue;
                }
                1 => 8,
                2 => usize::try_from(varint(&mut message)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (content, rest) = message.split_at_checked(length)?;
            message = rest;
            if key == number << 3 | 2 {
                return Some(content);
            }
        }
        None
    })
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

// A panic under the lock would be one of this module's own, and its test fails anyway.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
