//! Exporters written for `opentelemetry_sdk`, on a thread of their own.
//!
//! The SDK calls them from a plain thread: they may block, and they may refuse to run inside a Tokio runtime, as
//! blocking HTTP clients do. So they get what they were written for, and only they wait for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::sync::oneshot;

use super::guard::block_on;
use super::sink::{BoxFuture, ExportError, Receipt, SpanSink};

type Answer = Result<Receipt, ExportError>;

enum Job {
    Export(Vec<SpanData>, Resource, oneshot::Sender<Answer>),
    Shutdown(oneshot::Sender<Answer>),
}

/// A [`SpanExporter`] as a [`SpanSink`].
struct ForeignExporter {
    name: String,
    jobs: Mutex<SyncSender<Job>>,
}

impl dyn SpanSink {
    /// A sink that passes spans to an exporter for `opentelemetry_sdk`, on a thread of its own.
    ///
    /// `name` is what diagnostics call it.
    ///
    /// # Errors
    ///
    /// The operating system's, if it refuses the thread.
    pub fn from_exporter(
        name: impl Into<String>,
        exporter: impl SpanExporter + 'static,
    ) -> std::io::Result<Box<dyn SpanSink>> {
        // One job may wait: an exporter that is still at an earlier batch must not pile up batches.
        let (jobs, work) = sync_channel(1);
        std::thread::Builder::new()
            .name("telemetry-exporter".to_owned())
            .spawn(move || run(exporter, &work))?;
        Ok(Box::new(ForeignExporter { name: name.into(), jobs: Mutex::new(jobs) }))
    }
}

fn run(mut exporter: impl SpanExporter, work: &Receiver<Job>) {
    let _quiet = Context::enter_telemetry_suppressed_scope();
    let mut knows_resource = false;
    while let Ok(job) = work.recv() {
        let (reply, result) = match job {
            Job::Export(batch, resource, reply) => {
                let export = || {
                    if !std::mem::replace(&mut knows_resource, true) {
                        exporter.set_resource(&resource);
                    }
                    block_on(exporter.export(batch))
                };
                (reply, catch_unwind(AssertUnwindSafe(export)))
            }
            Job::Shutdown(reply) => (reply, catch_unwind(AssertUnwindSafe(|| exporter.shutdown()))),
        };
        let answer = match result {
            Ok(Ok(())) => Ok(Receipt::default()),
            Ok(Err(error)) => Err(ExportError::new(error.to_string())),
            Err(_) => Err(ExportError::new("the exporter panicked")),
        };
        // Whoever asked may have given up.
        drop(reply.send(answer));
    }
}

impl ForeignExporter {
    async fn ask(&self, job: impl FnOnce(oneshot::Sender<Answer>) -> Job) -> Answer {
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).try_send(job(reply));
        if sent.is_err() {
            return Err(ExportError::new("the exporter is still busy with earlier batches"));
        }
        answer.await.unwrap_or_else(|_| Err(ExportError::new("the exporter's thread has ended")))
    }
}

impl SpanSink for ForeignExporter {
    fn name(&self) -> &str {
        &self.name
    }

    fn export<'a>(&'a self, batch: Vec<SpanData>, resource: &'a Resource) -> BoxFuture<'a, Answer> {
        Box::pin(self.ask(|reply| Job::Export(batch, resource.clone(), reply)))
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            drop(self.ask(Job::Shutdown).await);
        })
    }
}
