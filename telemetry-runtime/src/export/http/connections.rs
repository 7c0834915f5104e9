//! A bounded set of connections, in which a client that only holds connections open cannot keep others out.

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

/// The open connections. Dropping it closes them.
pub(super) struct Connections {
    limit: usize,
    /// A connection on which nothing happens for this time is closed.
    patience: Duration,
    tasks: JoinSet<()>,
    open: Vec<Open>,
    /// Orders what happens on all connections.
    clock: Arc<AtomicU64>,
}

struct Open {
    task: tokio::task::AbortHandle,
    peer: IpAddr,
    activity: Activity,
}

/// What happens on one connection.
#[derive(Clone)]
pub(super) struct Activity {
    clock: Arc<AtomicU64>,
    /// When something happened last.
    last: Arc<AtomicU64>,
    /// Requests that wait for their response.
    running: Arc<AtomicUsize>,
}

/// A request that waits for its response.
pub(super) struct Running(Activity);

impl Connections {
    pub(super) fn new(limit: usize, patience: Duration) -> Self {
        Self { limit, patience, tasks: JoinSet::new(), open: Vec::new(), clock: Arc::default() }
    }

    /// Runs a connection. Where there are too many, one of the machine that has most of them is closed, and of those the one
    /// that was quiet for the longest time: one that waits for the rest of a request, sits idle, or does not read its
    /// response.
    pub(super) fn spawn<F>(&mut self, peer: IpAddr, connection: impl FnOnce(Activity) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|open| !open.task.is_finished());
        if self.open.len() >= self.limit {
            match self.to_close() {
                Some(index) => self.open.swap_remove(index).task.abort(),
                // Each waits for a response: the new one has to come again.
                None => return,
            }
        }
        let activity = Activity { clock: self.clock.clone(), last: Arc::default(), running: Arc::default() };
        activity.touch();
        let (connection, patience) = (connection(activity.clone()), self.patience);
        let watched = activity.clone();
        let task = self.tasks.spawn(async move {
            tokio::select! {
                () = connection => {}
                () = watched.rests(patience) => {}
            }
        });
        self.open.push(Open { task, peer, activity });
    }

    fn to_close(&self) -> Option<usize> {
        let mut by_peer: HashMap<IpAddr, usize> = HashMap::new();
        for open in &self.open {
            *by_peer.entry(open.peer).or_default() += 1;
        }
        let waits = |index: &usize| self.open[*index].activity.running.load(Ordering::Relaxed) == 0;
        let order = |index: &usize| {
            let open = &self.open[*index];
            let of_peer = by_peer.get(&open.peer).copied().unwrap_or_default();
            (std::cmp::Reverse(of_peer), open.activity.last.load(Ordering::Relaxed))
        };
        (0..self.open.len()).filter(waits).min_by_key(order)
    }
}

impl Activity {
    fn touch(&self) {
        self.last.store(self.clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Waits until nothing has happened for `patience` at least, and for twice that at most: the peer does not read its
    /// response.
    async fn rests(&self, patience: Duration) {
        let mut seen = self.last.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(patience).await;
            let last = self.last.load(Ordering::Relaxed);
            if last == seen && self.running.load(Ordering::Relaxed) == 0 {
                return;
            }
            seen = last;
        }
    }

    /// Marks a request until the returned value is dropped.
    pub(super) fn begin(&self) -> Running {
        self.touch();
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(self.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.touch();
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}
