//! The collector: a process of its own, so that its memory is not taken for the program's.

use std::io::{BufRead, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use it::sink::Sink;
use it::work::say;

/// The argument that makes this program the collector.
pub(crate) const ARGUMENT: &str = "receive";

/// Receives until its input ends. It says where it listens, and at the end how many spans came.
pub(crate) fn run() {
    let sink = Sink::start_counting();
    say(&sink.address().to_string());
    // Nobody writes; it ends with the program that reads what is said.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    say(&sink.span_count().to_string());
}

/// A running collector. It ends with this process.
pub(crate) struct Receiver {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program is a file");
        let mut child = Command::new(program)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the receiver starts");
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = line(&mut output).parse().expect("the receiver says where it listens");
        Self { child, input, output, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it, and says how many spans it received.
    pub(crate) fn stop(mut self) -> u64 {
        drop(self.input);
        let spans = line(&mut self.output).parse().expect("the receiver says what came");
        self.child.wait().expect("the receiver ends");
        spans
    }
}

fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("the receiver speaks");
    line.trim().to_owned()
}
