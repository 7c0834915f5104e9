//! Blocks that give everything inside a plugin, in every form.

#![deny(warnings)]

use telemetry_runtime::{Counter, MetricSet, Plugin, Scope, backstage_core, backstage_plugin, metric, traced};

#[backstage_plugin(id = "catalog")]
mod catalog {
    use telemetry_runtime::{Counter, MetricSet, metric, traced};

    #[derive(MetricSet)]
    pub struct Metrics {
        /// Entities processed.
        #[metric(counter = "entities.processed", unit = "{entity}")]
        pub processed: Counter<u64>,
    }

    #[traced]
    #[metric(counter = "entities.stitched")]
    pub fn stitch() {}

    pub mod nested {
        use telemetry_runtime::traced;

        #[traced(name = "nested")]
        pub async fn stitch() {}
    }
}

struct Stitcher;

#[backstage_plugin(id = "catalog")]
impl Stitcher {
    #[traced]
    fn stitch(&self) -> Result<(), ()> {
        Ok(())
    }
}

trait Stitch {
    fn sew(&self);
}

#[backstage_plugin(id = "catalog")]
impl Stitch for Stitcher {
    #[metric(counter = "entities.sewn")]
    fn sew(&self) {}
}

/// Stands for the plugin.
#[backstage_plugin(id = "scaffolder")]
struct Scaffolder;

#[backstage_core(service = "scheduler")]
struct Scheduler;

#[backstage_core(service = "scheduler")]
mod scheduler {
    use telemetry_runtime::metric;

    #[metric(counter = "task.runs.count", in_flight = "task.runs.active")]
    pub fn run() {}
}

#[traced(plugin = Scaffolder)]
#[metric(counter = "tasks.run", unit = "{task}", plugin = Scaffolder)]
fn run_task() {}

/// The struct says which plugin it belongs to.
#[derive(MetricSet)]
#[metric_set(plugin = Scheduler)]
struct SchedulerMetrics {
    #[metric(counter = "task.missed.count")]
    missed: Counter<u64>,
}

fn main() {
    catalog::Metrics::get().processed.add(1);
    catalog::stitch();
    drop(catalog::nested::stitch());
    assert_eq!(Stitcher.stitch(), Ok(()));
    Stitcher.sew();
    scheduler::run();
    run_task();
    SchedulerMetrics::get().missed.add(1);
    let _ = (Scaffolder, Scheduler);
    assert_eq!(Scaffolder::SCOPE, Scope::plugin("scaffolder"));
    assert_eq!(Scheduler::SCOPE, Scope::core("scheduler"));
}
