// Calls: as many as the collections make.
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};
use std::hash::{Hash, Hasher};

use shapes::prelude::*;

#[derive(Debug, Clone)]
struct Job {
    priority: u32,
    name: &'static str,
}

impl PartialEq for Job {
    #[shape]
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Job {}

// Clippy looks for a body that is nothing but `Some(self.cmp(other))`.
#[allow(clippy::non_canonical_partial_ord_impl)]
impl PartialOrd for Job {
    #[shape]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Job {
    #[shape]
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.cmp(&other.priority).then_with(|| other.name.cmp(self.name))
    }
}

impl Hash for Job {
    #[shape]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

pub(super) fn run() {
    let jobs = [(1, "a"), (3, "b"), (1, "b"), (2, "c")].map(|(priority, name)| Job { priority, name });
    let mut heap = BinaryHeap::from(jobs.clone());
    while let Some(job) = heap.pop() {
        show("job", job);
    }
    show("different", jobs.iter().collect::<HashSet<_>>().len());
    show("sorted", jobs.iter().max().map(|job| job.name));
    show("equal", jobs[1] == jobs[2] && jobs[1] != jobs[3] && jobs[0] < jobs[1]);
}
