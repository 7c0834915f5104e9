//! The wiring: plugins, the tasks that drive them, and the HTTP server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::api::{self, Plugins};
use crate::catalog::Catalog;
use crate::progress::Progress;
use crate::scaffolder::{Scaffolder, TaskReport};
use crate::scheduler::{RunError, Scheduler, Task, TaskScope};

/// The backend: everything that `main` starts and stops.
pub struct Backend {
    pub catalog: Arc<Catalog>,
    scaffolder: Arc<Scaffolder>,
    scheduler: Scheduler,
    interval: Duration,
}

/// How often the queues are looked at.
const POLL: Duration = Duration::from_secs(1);

impl Backend {
    /// A backend for a catalog folder; nothing runs yet.
    pub fn new(folder: PathBuf, interval: Duration) -> Self {
        let catalog = Arc::new(Catalog::new(folder, interval));
        Self {
            scaffolder: Arc::new(Scaffolder::new(Arc::clone(&catalog))),
            catalog,
            scheduler: Scheduler::default(),
            interval,
        }
    }

    /// Reads the whole catalog under a progress bar, then runs each of its templates once.
    ///
    /// # Errors
    ///
    /// If the catalog folder cannot be read.
    pub async fn first_pass(&self) -> Result<Vec<TaskReport>, RunError> {
        let progress = Progress::start();
        let mut result = Ok(());
        for task in self.tasks(&progress) {
            result = self.scheduler.run(&task).await;
            if result.is_err() {
                break;
            }
        }
        progress.finish();
        result?;
        Ok(self.scaffolder.run_examples().await)
    }

    /// Keeps the catalog up to date until the returned tasks are dropped.
    pub fn keep_up_to_date(&self) -> JoinSet<()> {
        self.scheduler.start(self.tasks(&Progress::hidden()))
    }

    /// Opens the HTTP API on loopback.
    ///
    /// # Errors
    ///
    /// If the port is taken.
    pub async fn listen(&self, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let plugins =
            Plugins { catalog: Arc::clone(&self.catalog), scaffolder: Arc::clone(&self.scaffolder) };
        Ok(Server { listener, plugins })
    }

    /// The tasks of the catalog, in the order in which a first pass needs them.
    fn tasks(&self, progress: &Progress) -> Vec<Task> {
        let catalog = &self.catalog;
        vec![
            Task::new("catalog:discover", TaskScope::Global, self.interval, {
                let catalog = Arc::clone(catalog);
                move || {
                    let catalog = Arc::clone(&catalog);
                    async move { Ok(catalog.discover().await?) }
                }
            }),
            Task::new("catalog:process", TaskScope::Local, POLL, {
                let (catalog, progress) = (Arc::clone(catalog), progress.clone());
                move || {
                    let (catalog, progress) = (Arc::clone(&catalog), progress.clone());
                    async move {
                        catalog.process_due(|done, all| progress.show(done, all)).await;
                        Ok(())
                    }
                }
            }),
            Task::new("catalog:stitch", TaskScope::Local, POLL, {
                let catalog = Arc::clone(catalog);
                move || {
                    let catalog = Arc::clone(&catalog);
                    async move {
                        catalog.stitch_due();
                        Ok(())
                    }
                }
            }),
        ]
    }
}

/// The HTTP API, bound to its port.
pub struct Server {
    listener: TcpListener,
    plugins: Plugins,
}

impl Server {
    /// Where it listens.
    ///
    /// # Errors
    ///
    /// If the operating system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` completes; requests in flight are answered.
    ///
    /// # Errors
    ///
    /// None that end the server; a broken connection is closed.
    pub async fn serve_until(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        axum::serve(self.listener, api::router(self.plugins)).with_graceful_shutdown(stop).await
    }
}
