// Calls: 7 ok.
use std::fmt::{self, Debug, Display};
use std::sync::Arc;

use shapes::prelude::*;

trait Named: Debug {
    fn name(&self) -> String;
}

trait Plugin: Named + Display + Send + Sync {
    #[shape]
    fn title(&self) -> String {
        format!("{self} ({})", self.name())
    }

    fn boxed_clone(&self) -> Box<dyn Plugin>;
}

#[derive(Clone, Debug)]
struct Catalog(u32);

impl Display for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalog")
    }
}

impl Named for Catalog {
    #[shape]
    fn name(&self) -> String {
        format!("catalog {}", self.0)
    }
}

impl Plugin for Catalog {
    #[shape]
    fn boxed_clone(&self) -> Box<dyn Plugin> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Plugin> {
    #[shape]
    fn clone(&self) -> Self {
        (**self).boxed_clone()
    }
}

#[shape]
fn upcast(plugin: Arc<dyn Plugin>) -> Arc<dyn Named> {
    plugin
}

#[shape]
async fn later(plugin: &dyn Plugin) -> &dyn Named {
    pending_once().await;
    plugin
}

pub(super) fn run() {
    let plugin: Box<dyn Plugin> = Box::new(Catalog(1));
    let copy = plugin.clone();
    show("title", copy.title());
    show("later", block_on(later(&*copy)));
    show("upcast", upcast(Arc::new(Catalog(2))).name());
}
