//! Rows 16 and 22: many scrapers, and strangers who mean harm, at the scrape endpoint of a program of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use inputs::exposition;
use it::http;
use it::served::Served;

use crate::figures::{Size, count, growth, row};

const YAML: &str = "
telemetry:
  metrics: { cardinalityLimit: 20000, exporters: [ { type: prometheus, config: { port: 0 } } ] }
";

fn served(series: usize, threads: usize) -> Served {
    Served::start(env!("CARGO_BIN_EXE_served"), YAML, |command| {
        command.args([series.to_string(), threads.to_string()])
    })
}

/// The time of one scrape, and its page.
fn scrape(address: SocketAddr) -> (Duration, String) {
    let start = Instant::now();
    let answer = http::get(address, "/metrics", &[]);
    let time = start.elapsed();
    assert_eq!(answer.status, 200);
    (time, answer.text().to_owned())
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Pages of a program that records meanwhile; all scrapers begin at the same moment.
#[test]
fn row_16_many_scrapers_at_once_get_whole_pages() {
    let series = Size::of_run().pick(1_000, 10_000);
    let rounds = Size::of_run().pick(3, 60);
    let served = served(series, 1);
    let mut figures = Vec::new();
    for scrapers in [1, 10, 100] {
        let barrier = Barrier::new(scrapers);
        let mut times: Vec<Duration> = std::thread::scope(|scope| {
            let scrapers: Vec<_> = (0..scrapers)
                .map(|scraper| {
                    let (barrier, address) = (&barrier, served.address);
                    scope.spawn(move || {
                        let round = |_| {
                            barrier.wait();
                            let (time, page) = scrape(address);
                            let samples = page.matches("\nbackstage_plugin_served_items_seen_total{").count();
                            assert_eq!(samples, series, "a page is whole");
                            if scraper == 0 {
                                exposition::read(&page, false).unwrap_or_else(|wrong| panic!("{wrong}"));
                            }
                            time
                        };
                        (0..rounds).map(round).collect::<Vec<_>>()
                    })
                })
                .collect();
            scrapers.into_iter().flat_map(|scraper| scraper.join().expect("every page is whole")).collect()
        });
        figures.push(format!(
            "{scrapers} at once: {} pages, p50 {:.0?}, p99 {:.0?}",
            count(times.len()),
            percentile(&mut times, 50),
            percentile(&mut times, 99)
        ));
    }
    row(16, format_args!("{} series, all pages whole; {}", count(series), figures.join("; ")));
}

/// Scrapes for as long as an attack goes on: the slowest, and how many.
fn during(served: &Served, attack: impl Fn(&AtomicBool) + Sync, attackers: usize) -> (Duration, usize) {
    let over = AtomicBool::new(false);
    let length = Size::of_run().pick(Duration::from_secs(1), Duration::from_secs(20));
    std::thread::scope(|scope| {
        for _ in 0..attackers {
            scope.spawn(|| attack(&over));
        }
        // The attackers end with a scrape that fails, too.
        let _over = Over(&over);
        let end = Instant::now() + length;
        let mut slowest = Duration::ZERO;
        let mut scrapes = 0;
        while Instant::now() < end {
            slowest = slowest.max(scrape(served.address).0);
            scrapes += 1;
            std::thread::park_timeout(Duration::from_millis(50));
        }
        (slowest, scrapes)
    })
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the endpoint listens");
    let limit = Some(Duration::from_secs(20));
    stream
        .set_read_timeout(limit)
        .and_then(|()| stream.set_write_timeout(limit))
        .expect("limits of a socket");
    stream
}

/// Sends this again and again on one connection after the other, until it is over.
fn flood(address: SocketAddr, over: &AtomicBool, message: &[u8], times: usize) {
    while !over.load(Ordering::Relaxed) {
        let mut stream = connect(address);
        for _ in 0..times {
            // The endpoint closes it: that is its right.
            if over.load(Ordering::Relaxed) || stream.write_all(message).is_err() {
                break;
            }
        }
    }
}

/// A client's preface of HTTP/2, and then streams that are opened and reset at once.
fn resets() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    for stream in (1_u32..2000).step_by(2) {
        bytes.extend(b"\0\0\x03\x01\x05");
        bytes.extend(stream.to_be_bytes());
        bytes.extend(b"\x82\x86\x84");
        bytes.extend(b"\0\0\x04\x03\0");
        bytes.extend(stream.to_be_bytes());
        bytes.extend(8_u32.to_be_bytes());
    }
    bytes
}

#[test]
fn row_22_a_scrape_is_answered_whatever_others_do() {
    let limit = Size::of_run().pick(Duration::from_secs(5), Duration::from_secs(1));
    let served = served(100, 0);
    let address = served.address;
    let quiet = scrape(address).0;
    let before = served.memory();
    let mebibyte = vec![b'x'; 1 << 20];
    let long_header = [b"GET /metrics HTTP/1.1\r\nhost: a\r\nx: ", &*mebibyte].concat();
    let body = b"POST /metrics HTTP/1.1\r\nhost: a\r\ncontent-length: 104857600\r\n\r\n";
    let body = [&body[..], &mebibyte].concat();
    let pipelined = b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    let resets = resets();
    let attacks: [(&str, &[u8], usize); 5] = [
        ("1 MB header", &long_header, 1),
        ("100 MB body", &body, 100),
        ("HTTP/2 resets", &resets, 1000),
        ("pipelining", &pipelined, 1000),
        ("half a header, again and again", b"GET /metrics HTTP/1.1\r\nho", 1),
    ];
    let mut figures = vec![format!("quiet {quiet:.0?}")];
    for (name, message, times) in attacks {
        let (slowest, scrapes) = during(&served, |over| flood(address, over, message, times), 4);
        assert!(slowest <= limit, "{name}: a scrape took {slowest:?}");
        figures.push(format!("{name}: {scrapes} scrapes, slowest {slowest:.0?}"));
    }
    figures.push(slowloris(&served, limit));
    if let (Some(before), Some(after)) = (before, served.memory()) {
        assert!(after.saturating_sub(before) <= 50 << 20, "{}", growth(before, after));
        figures.push(format!("RSS {}", growth(before, after)));
    }
    row(22, figures.join("; "));
}

/// Connections that send half a header and wait: when the last of them is closed, and how scrapes fare meanwhile.
fn slowloris(served: &Served, limit: Duration) -> String {
    let connections = Size::of_run().pick(200, 1_000);
    let start = Instant::now();
    let open: Vec<TcpStream> = (0..connections)
        .map(|_| {
            let mut stream = connect(served.address);
            // It may be closed already, to make room for a later one.
            let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\nho");
            stream
        })
        .collect();
    let waiting = AtomicUsize::new(connections);
    let (slowest, last) = std::thread::scope(|scope| {
        let closed = scope.spawn(|| {
            for mut stream in open {
                // An answer of 408, the end, or a reset; the socket's limit fails it.
                let ended = stream.read_to_end(&mut Vec::new());
                let late = matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
                assert!(!late, "a connection stays open");
                waiting.fetch_sub(1, Ordering::Relaxed);
            }
            start.elapsed()
        });
        let mut slowest = Duration::ZERO;
        while waiting.load(Ordering::Relaxed) > 0 && !closed.is_finished() {
            slowest = slowest.max(scrape(served.address).0);
            std::thread::park_timeout(Duration::from_millis(50));
        }
        (slowest, closed.join().expect("every connection is closed"))
    });
    assert!(slowest <= limit, "slowloris: a scrape took {slowest:?}");
    // From the first connection on; the last one came later, so that each had less.
    let limit = Size::of_run().pick(Duration::from_secs(20), Duration::from_secs(10));
    assert!(last <= limit, "the last connection is closed after {last:?}");
    format!("{} half-open: slowest {slowest:.0?}, the last closed after {last:.1?}", count(connections))
}
