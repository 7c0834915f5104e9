//! A program of this package that runs beside a test and sends to a receiver of its own.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};

use crate::process::{self, Usage};
use crate::sink::Sink;
use crate::wait;
use crate::work::STEPS;

/// A running program. It is killed with its owner.
#[derive(Debug)]
pub struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Where it sends to, unless it was told otherwise.
    pub sink: Sink,
    folder: tempfile::TempDir,
}

impl Program {
    /// Starts `program` with one argument, in an empty folder. It exports metrics and spans over OTLP at its end only.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(program: &str, argument: &str) -> Self {
        Self::start_with(program, argument, |command| command)
    }

    /// As [`Program::start`], after `with` has changed the command.
    ///
    /// # Panics
    ///
    /// As [`Program::start`].
    pub fn start_with(
        program: &str,
        argument: &str,
        with: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let sink = Sink::start();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = process::command(program);
        command
            .arg(argument)
            .current_dir(folder.path())
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
            .env("OTEL_METRICS_EXPORTER", "otlp")
            // So that only the last export can bring anything.
            .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
            .env("OTEL_METRIC_EXPORT_INTERVAL", "600000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = with(&mut command).spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, output, sink, folder }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it uses now.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage::of(self.id())
    }

    /// Waits for the next line of its output.
    ///
    /// # Panics
    ///
    /// If the output is no text.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Waits for a line of the program.
    ///
    /// # Panics
    ///
    /// If it says something else, or ends.
    pub fn hears(&mut self, line: &str) {
        let heard = self.line();
        assert_eq!(heard, line, "{}", self.errors());
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If that is not possible.
    pub fn signal(&self, signal: i32) {
        process::signal(self.id(), signal);
    }

    /// Closes its input and waits for its end.
    ///
    /// # Panics
    ///
    /// If it does not end within 30 seconds.
    pub fn end(&mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        wait::until("the end of the program", || {
            self.child.try_wait().expect("the state of a child is known")
        })
    }

    /// As [`Program::end`], with how long it took.
    ///
    /// # Panics
    ///
    /// As [`Program::end`].
    pub fn end_timed(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        (self.end(), start.elapsed())
    }

    /// What it wrote to its standard output and was not read yet.
    ///
    /// # Panics
    ///
    /// If that is no text.
    pub fn output(&mut self) -> String {
        let mut text = String::new();
        self.output.read_to_string(&mut text).expect("text");
        text
    }

    /// Ends it, unless it has ended, and gives what it wrote to its standard error.
    ///
    /// # Panics
    ///
    /// If that is no text.
    pub fn errors(&mut self) -> String {
        let mut errors = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            let _ = self.child.kill();
            pipe.read_to_string(&mut errors).expect("text");
        }
        errors
    }

    /// Asserts that `times` times the known work arrived, each span once.
    ///
    /// # Panics
    ///
    /// If it did not.
    pub fn has_sent(&self, times: usize) {
        let spans = self.sink.spans();
        assert_eq!(spans.len(), times * STEPS, "spans in {}", self.folder.path().display());
        let ids: HashSet<_> = spans.iter().map(|span| span.span.span_id.clone()).collect();
        assert_eq!(ids.len(), spans.len(), "no span arrives twice");
    }

    /// Asserts that the counter arrived with `times` times the known work.
    ///
    /// # Panics
    ///
    /// If it did not.
    pub fn has_counted(&self, times: usize) {
        let metrics = self.sink.metrics();
        let counter = metrics
            .iter()
            .rfind(|metric| metric.metric.name == "backstage.plugin.ending.steps.done")
            .expect("the counter arrives");
        let Some(metric::Data::Sum(sum)) = &counter.metric.data else { panic!("{counter:?}") };
        let total: i64 = sum
            .data_points
            .iter()
            .map(|point| match point.value {
                Some(number_data_point::Value::AsInt(value)) => value,
                _ => 0,
            })
            .sum();
        assert_eq!(usize::try_from(total).expect("a count"), times * STEPS);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended by itself, or its test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
